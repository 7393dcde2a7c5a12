/* {{ title }}: the answers of {{ runtime }} to {{ inputs | length }} inputs. Ends with 0 if this program gives the same. */
#include "model.h"
#include <stdio.h>

static const int8_t inputs[{{ inputs | length }}][MODEL_INPUT_SIZE] = {
{%- for row in inputs %}
    {{ row }},
{%- endfor %}
};
static const int8_t answers[{{ inputs | length }}][MODEL_OUTPUT_SIZE] = {
{%- for row in answers %}
    {{ row }},
{%- endfor %}
};

int main(void) {
    int differ = 0;
    for (int i = 0; i < {{ inputs | length }}; i++) {
        int8_t out[MODEL_OUTPUT_SIZE];
        model_invoke(inputs[i], out);
        for (int j = 0; j < MODEL_OUTPUT_SIZE; j++) differ += out[j] != answers[i][j];
    }
    printf("%d of %d numbers differ\n", differ, {{ inputs | length }} * MODEL_OUTPUT_SIZE);
    return differ != 0;
}
