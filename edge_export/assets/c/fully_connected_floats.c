{#- A matrix times a vector, with its ReLU: sixteen outputs at a time, whose weights come first, and eight at the end. -#}
{%- macro block(chains) %}
static inline void {{ name }}_block(const float *in, const float *weights, const float *bias, float *to) {
{%- if tail %}
    const float *last = weights + {{ 16 * vectors * in_size }};
{%- endif %}
{%- for c in range(chains) %}{% for v in range(vectors) %}
    floats_16 s{{ c }}_{{ v }} = {{ "at_16(bias + %d)" % (16 * v) if not c else "all_16(0.0f)" }};
{%- endfor %}{% if tail %}
    floats_8 t{{ c }} = {{ "at_8(bias + %d)" % (16 * vectors) if not c else "all_8(0.0f)" }};
{%- endif %}{% endfor %}
    for (int32_t k = 0; k < {{ in_size // chains * chains }}; k += {{ chains }}, in += {{ chains }}, weights += {{ 16 * vectors * chains }}{% if tail %}, last += {{ 8 * chains }}{% endif %}) {
{%- for c in range(chains) %}{% for v in range(vectors) %}
        s{{ c }}_{{ v }} = add_product_16(s{{ c }}_{{ v }}, at_16(weights + {{ 16 * (c * vectors + v) }}), in[{{ c }}]);
{%- endfor %}{% if tail %}
        t{{ c }} = add_product_8(t{{ c }}, at_8(last + {{ 8 * c }}), in[{{ c }}]);
{%- endif %}{% endfor %}
    }
{%- for c in range(in_size % chains) %}{% for v in range(vectors) %}
    s{{ c }}_{{ v }} = add_product_16(s{{ c }}_{{ v }}, at_16(weights + {{ 16 * (c * vectors + v) }}), in[{{ c }}]);
{%- endfor %}{% if tail %}
    t{{ c }} = add_product_8(t{{ c }}, at_8(last + {{ 8 * c }}), in[{{ c }}]);
{%- endif %}{% endfor %}
{%- for v in range(vectors) %}
{%- for c in range(1, chains) %}
    s0_{{ v }} = sum_16(s0_{{ v }}, s{{ c }}_{{ v }});
{%- endfor %}
{%- if relu %}
    s0_{{ v }} = larger_16(s0_{{ v }}, all_16(0.0f));
{%- endif %}
    memcpy(to + {{ 16 * v }}, &s0_{{ v }}, sizeof s0_{{ v }});
{%- endfor %}
{%- if tail %}
{%- for c in range(1, chains) %}
    t0 = sum_8(t0, t{{ c }});
{%- endfor %}
{%- if relu %}
    t0 = larger_8(t0, all_8(0.0f));
{%- endif %}
    memcpy(to + {{ 16 * vectors }}, &t0, sizeof t0);
{%- endif %}
}
{%- endmacro %}
#if FLOAT_REGISTERS == 1
{{ block(chains[1]) }}
#elif FLOAT_REGISTERS == 2
{{ block(chains[2]) }}
#else
{{ block(chains[4]) }}
#endif

static void {{ name }}(const float *in, float *out) {
    float answers[{{ lanes }}];
    {{ name }}_block(in, kept({{ name }}_weights), kept({{ name }}_bias), answers);
    memcpy(out, answers, {{ out_size }} * sizeof(float));
}
