{#- Eight channels fill sixteen lanes with two rows: a number and the one below it are neighbours, and each weight stands twice. -#}
static inline void {{ name }}_block(const float *pairs, const float *weights, floats_16 start, floats_16 *to) {
    floats_16 {% for i in range(rows.columns) %}s{{ i }} = start{{ ", " if not loop.last else ";" }}{% endfor %}
    for (int32_t dy = 0; dy < {{ height }}; dy++)
        for (int32_t k = 0; k < {{ in_channels }}; k++) {
            const float *at = pairs + (dy * {{ row_size }} + k) * 2, *own = weights + (dy * {{ rows.width * in_channels }} + k) * 8;
            floats_16 x;
{%- for dx in range(rows.width) %}
            const floats_16 w{{ dx }} = twice_8(own + {{ dx * in_channels * 8 }});
{%- endfor %}
{%- for place, uses in rows.inputs.items() %}
            x = pair_at(at + {{ place * in_channels * 2 }});
{%- for column, dx in uses %}
            s{{ column }} = add_products_16(s{{ column }}, w{{ dx }}, x);
{%- endfor %}{% endfor %}
        }
{%- for c in range(0, rows.columns, pool_width) %}
    to[{{ c // pool_width }}] = {% for d in range(1, pool_width) %}larger_16({% endfor %}s{{ c }}{% for d in range(1, pool_width) %}, s{{ c + d }}){% endfor %};
{%- endfor %}
}

static void {{ name }}_rows(const float *in, float *out) {
    const floats_16 start = twice_8(kept({{ name }}_bias));
    float pairs[{{ height * row_size * 2 }}] ALIGNED;
    for (int32_t y = 0; y < {{ out_height }}; y++) {
        floats_16 row[{{ out_width + 1 }}];
        for (int32_t dy = 0; dy < {{ height }}; dy++) {
            const float *at = in + (y * {{ 2 * stride_y }} + dy * {{ dilation_y }}) * {{ row_size }};
            for (int32_t i = 0; i < {{ row_size }}; i += 16) {
                const int32_t first = i > {{ row_size - 16 }} ? {{ row_size - 16 }} : i;
                write_pairs(at + first, at + first + {{ stride_y * row_size }}, pairs + (dy * {{ row_size }} + first) * 2);
            }
        }
        for (int32_t x = 0; x < {{ places }}; x += {{ rows.columns }}) {
            const int32_t first = x > {{ places - rows.columns }} ? {{ places - rows.columns }} : x;
            {{ name }}_block(pairs + first * {{ 2 * column_size }}, kept({{ name }}_weights), start,
                row + first / {{ pool_width }});
        }
        row[{{ out_width }}] = row[{{ out_width - 1 }}];
        for (int32_t x = 0; x < {{ out_width }}; x += 2) {
            const floats_16 two = {{ "larger_16(" if relu }}larger_rows(row[x], row[x + 1]){{ ", all_16(0.0f))" if relu }};
            float *to = out + (y * {{ out_width }} + x) * {{ out_channels }};
            memcpy(to, &two, {{ out_channels }} * sizeof(float));
            if (x + 1 < {{ out_width }}) memcpy(to + {{ out_channels }}, (const float *)&two + 8, {{ out_channels }} * sizeof(float));
        }
    }
}
