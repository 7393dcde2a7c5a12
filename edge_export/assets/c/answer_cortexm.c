/* A sum of a channel to its int8 answer. */
static inline int32_t {{ name }}_answer(int32_t sum, int32_t channel) {
{%- if short == "rectified" %}
    return rectified(sum, {{ name }}_multiplier[channel], {{ name }}_shift[channel]);
{%- elif short == "twice" %}
    const int32_t x = rounded_twice(sum, {{ name }}_multiplier[channel], {{ name }}_shift[channel]) + {{ to.zero }};
    return x < {{ to.low }} ? {{ to.low }} : x > {{ to.high }} ? {{ to.high }} : x;
{%- else %}
    return requantized(sum, channel, &{{ name }}_layer.to);
{%- endif %}
}
{%- if short == "rectified" %}
#if FORM == HELIUM
static inline words_4 {{ name }}_answers(words_4 sums, int32_t channel) { /* of four channels, the first a multiple of four */
    return rectified_4(sums, words_at({{ name }}_multiplier + channel), small_words_at({{ name }}_shift + channel));
}
#endif
{%- endif %}
