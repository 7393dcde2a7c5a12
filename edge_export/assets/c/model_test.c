/* {{ title }}: the answers of {{ runtime }} to {{ inputs | length }} inputs. Ends with 0 if this program gives the same{{ ", but for the last bits" if bound }}. */
#include "model.h"
#include <stdio.h>

static const {{ type }} inputs[{{ inputs | length }}][MODEL_INPUT_SIZE] = {
{%- for row in inputs %}
    {{ row }},
{%- endfor %}
};
static const {{ type }} answers[{{ inputs | length }}][MODEL_OUTPUT_SIZE] = {
{%- for row in answers %}
    {{ row }},
{%- endfor %}
};

int main(void) {
    int differ = 0;
    for (int i = 0; i < {{ inputs | length }}; i++) {
        {{ type }} out[MODEL_OUTPUT_SIZE];
        model_invoke(inputs[i], out);
        for (int j = 0; j < MODEL_OUTPUT_SIZE; j++) {% if bound %}differ += !(out[j] - answers[i][j] < {{ bound }} && answers[i][j] - out[j] < {{ bound }});{% else %}differ += out[j] != answers[i][j];{% endif %}

    }
    printf("%d of %d numbers differ\n", differ, {{ inputs | length }} * MODEL_OUTPUT_SIZE);
    return differ != 0;
}
