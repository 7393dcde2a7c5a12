/* Sum, difference and product of two tensors, number by number; a stride of 0 repeats. */
#include "rounding.h"

typedef struct {
    int32_t zero, multiplier;
    int8_t shift;
    int32_t stride[6];
} operand;

typedef struct {
    int32_t size[6];
    operand a, b;
    requantization to;
} elementwise_layer;

static inline int32_t rescaled(int32_t x, const operand *of, int rounding) { /* 20 more bits, in the common scale */
    const int32_t finer = (x - of->zero) * (1 << 20);
    return (int32_t)(rounding == ROUND_SINGLE ? round_single(finer, of->multiplier, of->shift)
                                              : round_double(finer, of->multiplier, of->shift));
}

static inline int32_t sum_of(int8_t a, int8_t b, const elementwise_layer *k) {
    return rescaled(a, &k->a, k->to.rounding) + rescaled(b, &k->b, k->to.rounding);
}

static inline int32_t difference_of(int8_t a, int8_t b, const elementwise_layer *k) {
    return rescaled(a, &k->a, k->to.rounding) - rescaled(b, &k->b, k->to.rounding);
}

static inline int32_t product_of(int8_t a, int8_t b, const elementwise_layer *k) {
    return (a - k->a.zero) * (b - k->b.zero);
}

static inline void elementwise(const int8_t *a, const int8_t *b, int8_t *out, const elementwise_layer *k,
                               int32_t (*of)(int8_t, int8_t, const elementwise_layer *)) {
    int32_t at[6];
    for (at[0] = 0; at[0] < k->size[0]; at[0]++)
        for (at[1] = 0; at[1] < k->size[1]; at[1]++)
            for (at[2] = 0; at[2] < k->size[2]; at[2]++)
                for (at[3] = 0; at[3] < k->size[3]; at[3]++)
                    for (at[4] = 0; at[4] < k->size[4]; at[4]++)
                        for (at[5] = 0; at[5] < k->size[5]; at[5]++) {
                            int32_t i = 0, j = 0;
                            for (int d = 0; d < 6; d++) {
                                i += at[d] * k->a.stride[d];
                                j += at[d] * k->b.stride[d];
                            }
                            *out++ = requantized(of(a[i], b[j], k), 0, &k->to);
                        }
}
