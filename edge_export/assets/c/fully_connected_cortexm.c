{#- A matrix times a vector: {{ together }} outputs at a time, each input read once for all of them. -#}
{% include "answer_cortexm.c" %}
static void {{ name }}(const int8_t *in, int8_t *out) {
{%- if rows > 1 %}
    for (int32_t row = 0; row < {{ rows }}; row++, in += {{ in_size }}, out += {{ out_size }})
{%- endif %}
    for (int32_t o = 0; o < {{ out_size }}; o += {{ together }}) {
        int32_t {% for t in range(together) %}s{{ t }} = {{ name }}_start[o + {{ t }}]{{ ", " if not loop.last else ";" }}{% endfor %}
#if FORM == HELIUM
        const int8_t *w = {{ name }}_vectors + o * {{ 16 * vectors }};
        for (int32_t i = 0; i < {{ in_size }}; i += 16, w += {{ 16 * together }}) {
            const bytes_16 a = {{ "bytes_at(in + i)" if in_size % 16 == 0 else "first_bytes(in + i, %d - i)" % in_size }};
{%- for t in range(together) %}
            s{{ t }} = add_products(s{{ t }}, a, bytes_at(w + {{ 16 * t }}));
{%- endfor %}
        }
#else
        const int8_t *w = {{ name }}_weights + o * {{ in_size }};
        int32_t i = 0;
#if FORM == DSP
        for (; i < {{ in_size - in_size % 4 }}; i += 4, w += 4) {
            const uint32_t a = word_at(in + i), even = even_bytes(a), odd = odd_bytes(a);
            uint32_t b;
{%- for t in range(together) %}
            b = word_at(w + {{ t * in_size }});
            s{{ t }} = add_both(add_both(s{{ t }}, even, even_bytes(b)), odd, odd_bytes(b));
{%- endfor %}
        }
#endif
        for (; i < {{ in_size }}; i++, w++) {
            const int32_t a = in[i];
{%- for t in range(together) %}
            s{{ t }} += a * w[{{ t * in_size }}];
{%- endfor %}
        }
#endif
        const int32_t sums[{{ together }}] = { {%- for t in range(together) %}s{{ t }}{{ ", " if not loop.last }}{% endfor -%} };
        for (int32_t t = 0; t < {{ together }}; t++) out[o + t] = (int8_t){{ name }}_answer(sums[t], o + t);
    }
}
