/* Softmax of each row, with the exponentials of all 256 differences given. */
#include "rounding.h"

typedef struct {
    int32_t rows, size, zero;
    float scale;            /* of the output */
    const float *exponents; /* [i]: exp(-scale of the input * (255 - i)) */
} softmax_layer;

static inline void softmax(const int8_t *in, int8_t *out, const softmax_layer *k) {
    for (int32_t row = 0; row < k->rows; row++, in += k->size) {
        int32_t largest = -128;
        for (int32_t i = 0; i < k->size; i++) largest = in[i] > largest ? in[i] : largest;
        const float *exponent = k->exponents + 255 - largest;
        float sum = 0.0f;
        for (int32_t i = 0; i < k->size; i++) sum += exponent[in[i]];
        const float inverse = 1.0f / (sum * k->scale);
        for (int32_t i = 0; i < k->size; i++) {
            const float share = float_product(exponent[in[i]], inverse);
            const int32_t whole = (int32_t)(share + 0.5f) + k->zero;
            *out++ = (int8_t)(whole < -128 ? -128 : whole > 127 ? 127 : whole);
        }
    }
}
