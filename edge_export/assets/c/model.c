/* {{ title }}

{%- for step in steps %}
   {{ step.comment }}
{%- endfor %}

   {{ about }}
   Made by edge_export {{ version }}; {{ '{:,}'.format(parameters) }} parameters, {{ '{:,}'.format(arena) }} numbers of memory between layers. */
#include "model.h"

#ifdef __GNUC__ /* a kernel that this network does not call is no mistake */
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
{% for kernel in kernels %}
{{ kernel }}
{%- endfor %}
{%- for step in steps %}
/* {{ step.comment }} */
{%- for line in step.constants %}
{{ line }}
{%- endfor %}
{%- if step.struct %}
static const {{ step.kernel }}_layer {{ step.name }}_layer = {{ step.struct }};
{%- endif %}
{{ step.text }}
{% endfor %}
void model_invoke(const {{ type }} *in, {{ type }} *out) {
{%- if arena %}
    {{ "static " if arena > 16384 }}{{ type }} arena[{{ arena }}];
{%- endif %}
{%- for step in steps %}
    {{ step.call }};
{%- endfor %}
}
