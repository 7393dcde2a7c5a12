/* The mean along neighbouring axes: [outer][count][inner] to [outer][inner]. */
#include "rounding.h"

typedef struct {
    int32_t outer, count, inner, in_zero;
    requantization to;
} mean_layer;

static inline void mean(const int8_t *in, int8_t *out, const mean_layer *k) {
    for (int32_t o = 0; o < k->outer; o++, in += k->count * k->inner)
        for (int32_t c = 0; c < k->inner; c++) {
            int32_t sum = 0;
            for (int32_t i = 0; i < k->count; i++) sum += in[i * k->inner + c] - k->in_zero;
            *out++ = requantized(sum, 0, &k->to);
        }
}
