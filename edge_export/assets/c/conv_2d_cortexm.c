{#- A convolution, and the maximum behind it: four places at a time, each weight read once for all of them. -#}
{%- set step_y = (2 if pooled else 1) * stride_y * row -%}
{%- macro largest() %}larger(larger(s0, s1), larger(s2, s3)){% endmacro %}
{%- macro block(type, loop) %}
/* {{ "The largest of the sums of two by two places" if pooled else "The sums of four places" }}. */
APART static {{ "int32_t" if pooled else "void" }} {{ name }}_block(const {{ type }} *a, const {{ type }} *w, int32_t start{{ "" if pooled else ", int32_t *sums" }}) {
    int32_t s0 = start, s1 = start, s2 = start, s3 = start;
{{- loop }}
{%- if pooled %}
    return {{ largest() }};
{%- else %}{% for p in range(4) %}
    sums[{{ p }}] = s{{ p }};
{%- endfor %}{% endif %}
}
{%- endmacro %}
{%- macro blocks(type, in, weights) %}
        const int32_t start = {{ name }}_start[o];
        {{ type }} *to = out + o;
        for (int32_t y = 0; y < {{ out_height }}; y++)
{%- if pooled %}
            for (int32_t x = 0; x < {{ out_width }}; x++, to += {{ out_channels }})
                *to = ({{ type }}){{ name }}_answer({{ name }}_block({{ in }} + y * {{ step_y }} + x * {{ 2 * column }}, {{ weights }}, start), o);
{%- else %}
            for (int32_t x = 0; x < {{ out_width }}; x += 4) {
                const int32_t first = x > {{ out_width - 4 }} ? {{ out_width - 4 }} : x; /* the last four may overlap */
                int32_t sums[4];
                {{ name }}_block({{ in }} + y * {{ step_y }} + first * {{ column }}, {{ weights }}, start, sums);
                for (int32_t p = 0; p < 4; p++) to[(y * {{ out_width }} + first + p) * {{ out_channels }}] = ({{ type }}){{ name }}_answer(sums[p], o);
            }
{%- endif %}
{%- endmacro %}
{%- macro fill() %}
    for (int32_t i = 0; i < {{ padded_height * padded_width * in_channels }}; i++) wide[i] = {{ in_zero }};
    for (int32_t y = 0; y < {{ [in_height, padded_height - top] | min }}; y++)
        for (int32_t i = 0; i < {{ row_copied }}; i++)
            wide[(y + {{ top }}) * {{ row }} + {{ left * in_channels }} + i] = in[y * {{ in_width * in_channels }} + i];
{%- endmacro %}
{%- macro words(i) %}
        {
            const uint32_t b = word_at(w + {{ i }});
{%- for p in range(4) %}
            s{{ p }} = add_both(s{{ p }}, word_at(a + {{ i }} + {{ dsp[p] }}), b);
{%- endfor %}
        }
{%- endmacro %}
{%- macro pairs(i) %}
        {
            const uint64_t b = two_words(w + {{ i }});
            uint64_t c;
{%- for p in range(4) %}
            c = two_words(a + {{ i }} + {{ dsp[p] }});
            s{{ p }} = add_four(s{{ p }}, c, b);
{%- endfor %}
        }
{%- endmacro %}
{%- set each = 2 if in_channels % 2 else 4 %}
{%- macro step(i) %}{{ words(i) if in_channels % 2 else pairs(i) }}{% endmacro %}
{#- Neighbouring windows share columns: what is loaded is used for both. Weights wait for it, so only a few columns fit. -#}
{%- set steps, behind = even_run // 4, column // 4 %}
{%- set share = pooled and column in (4, 8) and even_run % 4 == 0 and height * even_run <= 96 and 2 * (height + stride_y) * row <= 1000 %}
{%- macro shared() %}
    uint64_t c{% for j in range(steps) %}, w{{ j }}{% endfor %};
{%- for dy in range(height) %}{% for j in range(steps + behind) %}
    c = two_words(a + {{ dy * row + 4 * j }});
{%- if j < steps %}
    w{{ j }} = two_words(w + {{ dy * even_run + 4 * j }});
    s0 = add_four(s0, c, w{{ j }});
{%- endif %}{% if j >= behind %}
    s1 = add_four(s1, c, w{{ j - behind }});
{%- endif %}
    c = two_words(a + {{ dsp[2] + dy * row + 4 * j }});
{%- if j < steps %}
    s2 = add_four(s2, c, w{{ j }});
{%- endif %}{% if j >= behind %}
    s3 = add_four(s3, c, w{{ j - behind }});
{%- endif %}
{%- endfor %}{% endfor %}
{%- endmacro %}
{%- macro halves() %}
    for (int32_t dy = 0; dy < {{ height }}; dy++, a += {{ row }}, w += {{ even_run }}) {
{%- if even_run <= 32 %}{% for i in range(0, even_run - each + 1, each) %}{{ step(i) }}{% endfor %}
{%- else %}
{%- set steps = even_run // each %}{% set unrolled = 4 if steps % 4 == 0 else 3 if steps % 3 == 0 else 2 if steps % 2 == 0 else 1 %}
        for (int32_t i = 0; i < {{ steps * each }}; i += {{ each * unrolled }}) { {% for u in range(unrolled) %}{{ step("i + %d" % (u * each) if u else "i") }}{% endfor %}
        }
{%- endif %}
{%- if even_run % each %}{{ words(even_run - 2) }}{% endif %}
    }
{%- endmacro %}
{%- macro bytes() %}
    for (int32_t dy = 0; dy < {{ height }}; dy++, a += {{ row - run }})
        for (const int8_t *end = w + {{ run }}; w < end; a++) {
            const int32_t b = *w++;
{%- for p in range(4) %}
            s{{ p }} += a[{{ dsp[p] }}] * b;
{%- endfor %}
        }
{%- endmacro %}
{% include "answer_cortexm.c" %}
#if FORM == HELIUM
{%- set windows = 4 if pooled else 1 %}
{%- set parts = (vectors + 5) // 6 %}{% set held = (vectors + parts - 1) // parts %}{# vectors that registers hold #}
{%- set group = [lanes, 32] | min %}
/* Sums of some channels in {{ "each of two by two windows" if pooled else "a window" }}. */
APART static void {{ name }}_sums(const int8_t *in, const int8_t *w, int32_t *sums, int32_t channels) {
{%- if vectors == 1 %}
    const places_16 at = places_at({{ name }}_places);
{%- for p in range(windows) %}
    const bytes_16 w{{ p }} = gathered(in + {{ helium[p] }}, at);
{%- endfor %}
    for (int32_t c = 0; c < channels; c++, w += 16) {
        const bytes_16 own = bytes_at(w);
{%- for p in range(windows) %}
        *sums++ = products(w{{ p }}, own);
{%- endfor %}
    }
{%- else %}
    for (int32_t p = 0; p < {{ windows }}; p++, in += {{ 16 * vectors }}) {
{%- for at in range(0, vectors, held) %}{% set own = range(at, [at + held, vectors] | min) %}
        {
{%- for v in own %}
            const bytes_16 w{{ v }} = bytes_at(in + {{ 16 * v }});
{%- endfor %}
            const int8_t *own = w + {{ 16 * at }};
            int32_t *to = sums + p;
            for (int32_t c = 0; c < channels; c++, own += {{ 16 * vectors }}, to += {{ windows }}) {
                int32_t s = {{ "add_products(*to, w%d, bytes_at(own))" % at if at else "products(w0, bytes_at(own))" }};
{%- for v in own[1:] %}
                ONE_BY_ONE(s, own)
                s = add_products(s, w{{ v }}, bytes_at(own + {{ 16 * (v - at) }}));
{%- endfor %}
                *to = s;
            }
        }
{%- endfor %}
    }
{%- endif %}
}

static void {{ name }}(const int8_t *in, int8_t *out{{ ", int8_t *wide" if padded }}) {
{%- if padded %}{{ fill() }}
    in = wide;
{%- endif %}
{%- if vectors > 1 %}
    int8_t windows[{{ windows }}][{{ 16 * vectors }}] = {{ "{{0}}" }};
{%- endif %}
    int32_t sums[{{ group * windows }}]; /* of channels and windows */
    for (int32_t y = 0; y < {{ out_height }}; y++)
        for (int32_t x = 0; x < {{ out_width }}; x++, out += {{ out_channels }}) {
            const int8_t *first = in + y * {{ step_y }} + x * {{ (2 if pooled else 1) * column }};
{%- if vectors > 1 %}{% for p in range(windows) %}
            for (int32_t dy = 0; dy < {{ height }}; dy++)
                copied(first + {{ helium[p] }} + dy * {{ row }}, windows[{{ p }}] + dy * {{ run }}, {{ run }});
{%- endfor %}{% endif %}
{%- set from = "windows[0]" if vectors > 1 else "first" %}
{%- if group == lanes %}
            {{ name }}_sums({{ from }}, {{ name }}_vectors, sums, {{ lanes }});
{%- endif %}
            for (int32_t o = 0; o < {{ out_channels }}; o += 4) {
{%- if group != lanes %}
                if (o % {{ group }} == 0)
                    {{ name }}_sums({{ from }}, {{ name }}_vectors + o * {{ 16 * vectors }}, sums, {{ lanes }} - o < {{ group }} ? {{ lanes }} - o : {{ group }});
{%- endif %}
                const int32_t *of = sums + {{ "o" if group == lanes else "o %% %d" % group }} * {{ windows }};
                const words_4 sum = sums_of({{ "largest_of_four(of)" if pooled else "words_at(of)" }}, words_at({{ name }}_start + o));
{%- if short == "rectified" %}
                put_bytes(out + o, {{ name }}_answers(sum, o), {{ 4 if out_channels % 4 == 0 else "%d - o" % out_channels }});
{%- else %}
                int32_t one[4];
                put_words(one, sum);
                for (int32_t c = 0; c < 4 && o + c < {{ out_channels }}; c++) out[o + c] = (int8_t){{ name }}_answer(one[c], o + c);
{%- endif %}
            }
        }
}
#elif FORM == DSP
{%- if pixels %}
static void {{ name }}(const int8_t *in, {{ out_type }} *out{{ ", int8_t *wide" if padded }}) {
{%- if padded %}{{ fill() }}
    in = wide;
{%- endif %}
    for (int32_t o = 0; o < {{ out_channels }}; o++) {
        const int8_t *w = {{ name }}_weights + o * {{ 3 * height }};
{%- for dy in range(height) %}
        const uint32_t ends{{ dy }} = ((uint32_t)w[{{ 3 * dy }}] & 0xffff) | (uint32_t)w[{{ 3 * dy + 2 }}] << 16, middle{{ dy }} = (uint32_t)w[{{ 3 * dy + 1 }}];
{%- endfor %}
        const int32_t start = {{ name }}_start[o];
        {{ out_type }} *to = out + o;
        for (int32_t y = 0; y < {{ out_height }}; y++)
            for (int32_t x = 0; x < {{ out_width }}; x++, to += {{ out_channels }}) {
                const int8_t *a = in + y * {{ step_y }} + x * 2;
                int32_t s0 = start, s1 = start, s2 = start, s3 = start;
                uint32_t p, even, odd;
{%- for r in range(height + 1) %}
                p = one_word(a + {{ r * row }});
                even = even_bytes(p);
                odd = odd_bytes(p);
{%- if r < height %}
                s0 = add_low(add_both(s0, even, ends{{ r }}), odd, middle{{ r }});
                s1 = add_high(add_both(s1, odd, ends{{ r }}), even, middle{{ r }});
{%- endif %}{% if r %}
                s2 = add_low(add_both(s2, even, ends{{ r - 1 }}), odd, middle{{ r - 1 }});
                s3 = add_high(add_both(s3, odd, ends{{ r - 1 }}), even, middle{{ r - 1 }});
{%- endif %}
{%- endfor %}
                *to = ({{ out_type }}){{ name }}_answer({{ largest() }}, o);
            }
    }
}
{%- else %}
{{- block("int16_t", shared() if share else halves()) }}

static void {{ name }}(const {{ "int16_t" if wide_in else "int8_t" }} *in, {{ out_type }} *out{{ ", int16_t *wide" if not wide_in }}) {
    int16_t own[{{ height * even_run }}] ALIGNED{{ " = {0}" if run != even_run }};
{%- if not wide_in %}{{ fill() }}
{%- endif %}
    for (int32_t o = 0; o < {{ out_channels }}; o++) {
{%- if run == even_run %}
        widened({{ name }}_weights + o * {{ height * run }}, own, {{ height * run }});
{%- else %}
        for (int32_t dy = 0; dy < {{ height }}; dy++) widened({{ name }}_weights + (o * {{ height }} + dy) * {{ run }}, own + dy * {{ even_run }}, {{ run }});
{%- endif %}
{{- blocks(out_type, "in" if wide_in else "wide", "own") }}
    }
}
{%- endif %}
#else
{{- block("int8_t", bytes()) }}

static void {{ name }}(const int8_t *in, int8_t *out{{ ", int8_t *wide" if padded }}) {
{%- if padded %}{{ fill() }}
    in = wide;
{%- endif %}
    for (int32_t o = 0; o < {{ out_channels }}; o++) {
{{- blocks("int8_t", "in", "%s_weights + o * %d" % (name, height * run)) }}
    }
}
#endif
