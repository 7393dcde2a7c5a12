/* Inputs, and the answers of {{ runtime }} to them. */
#include <stdint.h>
#define GOLDEN {{ inputs | length }}
static const int8_t golden_inputs[GOLDEN][MODEL_INPUT_SIZE] __attribute__((used)) = {
{%- for row in inputs %}
    {{ row }},
{%- endfor %}
};
static const int8_t golden_answers[GOLDEN][MODEL_OUTPUT_SIZE] __attribute__((used)) = {
{%- for row in answers %}
    {{ row }},
{%- endfor %}
};
