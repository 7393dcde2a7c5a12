{#- A convolution with its ReLU and the pooling behind it; {{ lanes }} channels at a time, blocks unrolled. -#}
{%- macro pooled(c, rows, columns) -%}
{%- set all = [] %}{% for r in range(rows) %}{% for d in range(pool_width) %}{% set _ = all.append("s%d" % (r * columns + c + d)) %}{% endfor %}{% endfor %}
{%- for one in all[1:] %}larger_{{ width }}({% endfor %}{{ all[0] }}{% for one in all[1:] %}, {{ one }}){% endfor %}
{%- endmacro %}
{%- macro block(rows, columns) %}
#define {{ name }}_ROWS {{ rows }}
#define {{ name }}_COLUMNS {{ columns }}
static inline void {{ name }}_block(const float *in, const float *weights, floats_{{ width }} start, floats_{{ width }} *to) {
    floats_{{ width }} {% for i in range(rows * columns) %}s{{ i }} = start{{ ", " if not loop.last else ";" }}{% endfor %}
    for (int32_t dy = 0; dy < {{ height }}; dy++)
        for (int32_t dx = 0; dx < {{ runs }}; dx++) {
            const float *at = in + dy * {{ dilation_y * row_size }} + dx * {{ run_size }};
            for (int32_t k = 0; k < {{ steps }}; k++, at++, weights += {{ lanes }}) {
                const floats_{{ width }} w = at_{{ width }}(weights);
                at = kept(at); /* else inputs are held for the steps to come, and there is no room for them */
{%- for r in range(rows) %}{% for c in range(columns) %}
                s{{ r * columns + c }} = add_product_{{ width }}(s{{ r * columns + c }}, w, at[{{ r * stride_y * row_size + c * column_size }}]);
{%- endfor %}{% endfor %}
            }
        }
{%- set done = rows == pool_height and columns % pool_width == 0 %}
{%- if done %}{% for c in range(0, columns, pool_width) %}
    to[{{ c // pool_width }}] = {{ pooled(c, rows, columns) }};
{%- endfor %}{% else %}{% for r in range(rows) %}{% for c in range(columns) %}
    to[{{ r * places + c }}] = s{{ r * columns + c }};
{%- endfor %}{% endfor %}{% endif %}
}

/* The largest of a window of a row. */
static inline floats_{{ width }} {{ name }}_largest(const floats_{{ width }} *row, int32_t x) {
{%- if done %}
    return row[x];
{%- else %}
    floats_{{ width }} a = row[x * {{ pool_width }}];
{%- for r in range(pool_height) %}{% for c in range(pool_width) %}{% if r or c %}
    a = larger_{{ width }}(a, row[{{ r * places + c }} + x * {{ pool_width }}]);
{%- endif %}{% endfor %}{% endfor %}
    return a;
{%- endif %}
}
#define {{ name }}_STEP {{ pool_width if done else 1 }}
{%- endmacro %}
#if FLOAT_REGISTERS == 1
{% if rows %}{% include "conv_2d_float_rows.c" %}{% else %}{{ block(*blocks[1]) }}{% endif %}
#elif FLOAT_REGISTERS == 2
{{ block(*blocks[2]) }}
#else
{{ block(*blocks[4]) }}
#endif

static void {{ name }}(const float *in, float *out) {
{%- if padded %}
    {{ "static " if padded_height * row_size > 4096 }}float wide[{{ padded_height * row_size }}] = {0};
    for (int32_t y = 0; y < {{ in_height }}; y++)
        memcpy(wide + (y + {{ top }}) * {{ row_size }} + {{ left * in_channels }}, in + y * {{ in_width * in_channels }}, {{ in_width * in_channels }} * sizeof(float));
    in = wide;
{%- endif %}
{%- if rows %}
#if FLOAT_REGISTERS == 1
    {{ name }}_rows(in, out);
#else
{%- endif %}
    for (int32_t o = 0; o < {{ lanes }}; o += {{ width }}) {
        const floats_{{ width }} start = at_{{ width }}(kept({{ name }}_bias + o));
        for (int32_t y = 0; y < {{ out_height }}; y++) {
            floats_{{ width }} row[{{ pool_height * places }}];
            for (int32_t r = 0; r < {{ pool_height }}; r += {{ name }}_ROWS)
                for (int32_t x = 0; x < {{ places }}; x += {{ name }}_COLUMNS) {
                    const int32_t first = x > {{ places }} - {{ name }}_COLUMNS ? {{ places }} - {{ name }}_COLUMNS : x;
                    {{ name }}_block(in + (y * {{ pool_height }} + r) * {{ stride_y * row_size }} + first * {{ column_size }},
                        kept({{ name }}_weights + o), start, row + r * {{ places }} + first / {{ name }}_STEP);
                }
            for (int32_t x = 0; x < {{ out_width }}; x++) {
                floats_{{ width }} a = {{ name }}_largest(row, x);
{%- if relu %}
                a = larger_{{ width }}(a, all_{{ width }}(0.0f));
{%- endif %}
                memcpy(out + (y * {{ out_width }} + x) * {{ out_channels }} + o, &a,
                       {% if out_channels == lanes %}sizeof a{% else %}(size_t)({{ out_channels }} - o < {{ width }} ? {{ out_channels }} - o : {{ width }}) * sizeof(float){% endif %});
            }
        }
    }
{%- if rows %}
#endif
{%- endif %}
}
