/* A program with nothing to compute: what is left of a call of it is the call. */
#include "model.h"

void model_invoke(const float *in, float *out) { *out = *in; }
