{#- A convolution, and the pooling behind it, sixteen channels at a time. Blocks of {{ rows }} x {{ columns }} places are unrolled. -#}
{%- macro pooled(c, rows, columns) -%}
{%- set all = [] %}{% for r in range(rows) %}{% for d in range(across) %}{% set _ = all.append("s%d" % (r * columns + c + d)) %}{% endfor %}{% endfor %}
{%- for one in all[1:] %}larger({% endfor %}{{ all[0] }}{% for one in all[1:] %}, {{ one }}){% endfor %}
{%- endmacro %}
{%- macro block(rows, columns) %}
#define {{ name }}_ROWS {{ rows }}
#define {{ name }}_COLUMNS {{ columns }}
static inline void {{ name }}_block(const uint8_t *in, const int8_t *weights, sums start, sums *to) {
    sums {% for i in range(rows * columns) %}s{{ i }} = start{{ ", " if not loop.last else ";" }}{% endfor %}
    for (int32_t dy = 0; dy < {{ height }}; dy++)
        for (int32_t dx = 0; dx < {{ runs }}; dx++) {
            const uint8_t *at = in + dy * {{ dilation_y * row_bytes }} + dx * {{ run_bytes }};
            for (int32_t k = 0; k < {{ steps }}; k++, at += 4, weights += {{ lanes * 4 }}) {
                const weights_16 w = weights_at(weights);
                at = kept(at); /* else inputs are held for the steps to come, and there is no room for them */
{%- for r in range(rows) %}{% for c in range(columns) %}
                s{{ r * columns + c }} = add_products(s{{ r * columns + c }}, w, inputs_at(at + {{ r * stride_y * row_bytes + c * column_bytes }}));
{%- endfor %}{% endfor %}
            }
        }
{%- set done = rows == pool_height and columns % across == 0 %}
{%- if done %}{% for c in range(0, columns, across) %}
    to[{{ c // across }}] = {{ pooled(c, rows, columns) }};
{%- endfor %}{% else %}{% for r in range(rows) %}{% for c in range(columns) %}
    to[{{ r * places + c }}] = s{{ r * columns + c }};
{%- endfor %}{% endfor %}{% endif %}
}

/* The largest of a window of a row. */
static inline sums {{ name }}_largest(const sums *row, int32_t x) {
{%- if done %}
    return row[x];
{%- else %}
    sums a = row[x * {{ across }}];
{%- for r in range(pool_height) %}{% for c in range(across) %}{% if r or c %}
    a = larger(a, row[{{ r * places + c }} + x * {{ across }}]);
{%- endif %}{% endfor %}{% endfor %}
    return a;
{%- endif %}
}
#define {{ name }}_STEP {{ across if done else 1 }}
{%- endmacro %}
#if REGISTERS == 1
{{ block(*blocks[1]) }}
#elif REGISTERS == 2
{{ block(*blocks[2]) }}
#else
{{ block(*blocks[4]) }}
#endif

/* Sums of a row to int8. */
static inline void {{ name }}_store(const sums *row, const rounder *by, int8_t *out, int32_t count) {
    for (int32_t x = 0; x < {{ out_width }}; x += {{ 2 if paired else 1 }}) {
{%- if paired %}
        const int32_t next = x + 1 < {{ out_width }} ? x + 1 : x;
        const sums both = larger_halves({{ name }}_largest(row, x), {{ name }}_largest(row, next));
        const sixteen pixels = requantized_16(both, by, &{{ name }}_layer.to);
        memcpy(out + x * {{ out_channels }}, &pixels, (size_t)count);
        memcpy(out + next * {{ out_channels }}, (const int8_t *)&pixels + 8, (size_t)count);
{%- else %}
        const sixteen pixel = requantized_16({{ name }}_largest(row, x), by, &{{ name }}_layer.to);
        memcpy(out + x * {{ out_channels }}, &pixel, (size_t)count);
{%- endif %}
    }
}

static void {{ name }}(const int8_t *in, int8_t *out) {
    {{ "static " if padded_height * row_bytes > 16384 }}uint8_t padded[{{ padded_height * row_bytes + 4 }}];
{%- if padded_height != in_height or padded_width != in_width %}
    memset(padded, {{ in_zero + 128 }}, sizeof padded);
{%- endif %}
    for (int32_t y = 0; y < {{ in_height }}; y++)
        shifted(in + y * {{ in_width * in_channels }}, padded + (y + {{ top }}) * {{ row_bytes }} + {{ left * in_channels }}, {{ in_width * in_channels }});
    for (int32_t o = 0; o < {{ lanes }}; o += 16) {
        const sums start = sums_at(kept({{ name }}_start + o));
        const rounder by = rounder_at(&{{ name }}_layer.to, o);
        for (int32_t y = 0; y < {{ out_height }}; y++) {
            sums row[{{ pool_height * places }}];
            for (int32_t r = 0; r < {{ pool_height }}; r += {{ name }}_ROWS)
                for (int32_t x = 0; x < {{ places }}; x += {{ name }}_COLUMNS) {
                    const int32_t first = x > {{ places }} - {{ name }}_COLUMNS ? {{ places }} - {{ name }}_COLUMNS : x;
                    {{ name }}_block(padded + (y * {{ pool_height }} + r) * {{ stride_y * row_bytes }} + first * {{ column_bytes }},
                        kept({{ name }}_weights + o * 4), start, row + r * {{ places }} + first / {{ name }}_STEP);
                }
            {{ name }}_store(row, &by, out + y * {{ out_width * out_channels }} + o, {{ out_channels if out_channels <= 16 else "o + 16 > %d ? %d : 16" % (out_channels, out_channels % 16) }});
        }
    }
}
