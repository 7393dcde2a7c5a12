/* {{ title }} */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

/* {% if scales %}A number q stands for (q - zero point) * scale; channels{% else %}Channels{% endif %} are the last axis. */
{%- for name, tensor in ends.items() %}
#define MODEL_{{ name }}_SHAPE {{ "{" }}{{ tensor.shape[1:] | join(", ") }}{{ "}" }}
#define MODEL_{{ name }}_SIZE {{ tensor.size }}
{%- if scales %}
#define MODEL_{{ name }}_SCALE {{ scales[name] }}
#define MODEL_{{ name }}_ZERO ({{ tensor.zero }})
{%- endif %}
{%- endfor %}

/* One sample: MODEL_INPUT_SIZE numbers to MODEL_OUTPUT_SIZE. Arrays of more than 16 KB are static, so one thread at a time. */
void model_invoke(const {{ type }} *in, {{ type }} *out);

#endif
