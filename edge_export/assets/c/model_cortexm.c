/* {{ title }}

{%- for step in steps %}
   {{ step.comment }}
{%- endfor %}

   {{ about }}
   Made by edge_export {{ version }}; {{ '{:,}'.format(parameters) }} parameters. */
#include "model.h"

#ifdef __GNUC__ /* a kernel that this network does not call is no mistake */
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#define LINE 4 /* bytes: where tables begin */
{% for kernel in kernels %}
{{ kernel }}
{%- endfor %}
{%- for step in steps %}
/* {{ step.comment }} */
{%- if step.helium %}
#if FORM == HELIUM
{%- for line in step.helium %}
{{ line }}
{%- endfor %}
#else
{%- endif %}
{%- for line in step.constants %}
{{ line }}
{%- endfor %}
{%- if step.helium %}
#endif
{%- endif %}
{%- if step.struct %}
static const {{ step.kernel }}_layer {{ step.name }}_layer = {{ step.struct }};
{%- endif %}
{{ step.text }}
{% endfor %}
{%- for form, plan in plans.items() %}
{{ "#if" if loop.first else "#elif" }} FORM == {{ form }}
{%- if plan.arena %}
static int8_t arena[{{ plan.arena }}] ALIGNED; /* the memory between layers */
{%- endif %}
void model_invoke(const int8_t *in, int8_t *out) {
{%- for call in plan.calls %}
    {{ call }};
{%- endfor %}
}
{%- endfor %}
#endif
