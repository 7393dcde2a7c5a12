/* A program, and each of its layers alone, many times in a row; the clock is read outside. */
#include "model.c"

#ifdef __GNUC__
#define AGAIN(out) __asm__ __volatile__("" : : "r"(out) : "memory"); /* each round is needed, and reads anew */
#else
#define AGAIN(out)
#endif

void repeat_model(const {{ type }} *in, {{ type }} *out, int32_t count);
void repeat_model(const {{ type }} *in, {{ type }} *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        model_invoke(in + i * MODEL_INPUT_SIZE, out);
        AGAIN(out)
    }
}
{% for name, inputs in layers.items() %}
void repeat_{{ name }}(const {{ type }} *in, {{ type }} *out, int32_t count);
void repeat_{{ name }}(const {{ type }} *in, {{ type }} *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        {{ name }}({{ "in, " * inputs }}out);
        AGAIN(out)
    }
}
{% endfor -%}
