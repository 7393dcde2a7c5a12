{#- A matrix times a vector, sixteen outputs at a time. -#}
{%- macro block(vectors, chains) %}
#define {{ name }}_VECTORS {{ vectors }}
static inline void {{ name }}_block(const uint8_t *in, const int8_t *weights, const int32_t *start, sums *to) {
    sums {% for v in range(vectors) %}s{{ v }} = sums_at(start + {{ 16 * v }}){{ ", " if not loop.last }}{% endfor -%}
    {% for i in range(vectors, vectors * chains) %}, s{{ i }} = {0}{% endfor %};
    for (int32_t k = 0; k < {{ steps }}; k += {{ chains }}, in += {{ 4 * chains }}, weights += {{ lanes * 4 * chains }}) {
{%- for c in range(chains) %}
        const inputs_4 x{{ c }} = inputs_at(in + {{ 4 * c }});
{%- for v in range(vectors) %}
        s{{ c * vectors + v }} = add_products(s{{ c * vectors + v }}, weights_at(weights + {{ (c * lanes + 16 * v) * 4 }}), x{{ c }});
{%- endfor %}{% endfor %}
    }
{%- for v in range(vectors) %}
    to[{{ v }}] = {% for c in range(1, chains) %}added({% endfor %}s{{ v }}{% for c in range(1, chains) %}, s{{ c * vectors + v }}){% endfor %};
{%- endfor %}
}
{%- endmacro %}
#if REGISTERS == 1
{{ block(*blocks[1]) }}
#elif REGISTERS == 2
{{ block(*blocks[2]) }}
#else
{{ block(*blocks[4]) }}
#endif

static void {{ name }}(const int8_t *in, int8_t *out) {
    for (int32_t row = 0; row < {{ rows }}; row++, in += {{ in_size }}, out += {{ out_size }}) {
        uint8_t numbers[{{ steps * 4 }}] = {0};
        sums all[{{ lanes // 16 }}];
        int8_t answers[{{ lanes }}];
        shifted(in, numbers, {{ in_size }});
        for (int32_t v = 0; v < {{ lanes // 16 }}; v += {{ name }}_VECTORS) {
            const int32_t first = v > {{ lanes // 16 }} - {{ name }}_VECTORS ? {{ lanes // 16 }} - {{ name }}_VECTORS : v;
            {{ name }}_block(numbers, kept({{ name }}_weights + first * 64), kept({{ name }}_start + first * 16), all + first);
        }
        for (int32_t v = 0; v < {{ lanes // 16 }}; v++) {
            const rounder by = rounder_at(&{{ name }}_layer.to, v * 16);
            const sixteen some = requantized_16(all[v], &by, &{{ name }}_layer.to);
            memcpy(answers + v * 16, &some, 16);
        }
        memcpy(out, answers, {{ out_size }});
    }
}
