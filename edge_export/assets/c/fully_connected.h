/* A matrix times a vector, for each row of the input; weights [out][in]. */
#include "rounding.h"

typedef struct {
    int32_t rows, in_size, out_size, in_zero;
    const int8_t *weights;
    const int32_t *bias;
    requantization to;
} fully_connected_layer;

static inline void fully_connected(const int8_t *in, int8_t *out, const fully_connected_layer *k) {
    for (int32_t row = 0; row < k->rows; row++, in += k->in_size)
        for (int32_t o = 0; o < k->out_size; o++) {
            int32_t sum = k->bias[o];
            for (int32_t i = 0; i < k->in_size; i++) sum += (in[i] - k->in_zero) * k->weights[o * k->in_size + i];
            *out++ = requantized(sum, o, &k->to);
        }
}
