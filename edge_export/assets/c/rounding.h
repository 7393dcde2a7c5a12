/* From a sum of products to an int8 number: sum * multiplier * 2^(shift - 31), in the rounding of a runtime. */
#include "tables.h"

typedef char arithmetic_shift[(-1 >> 1) == -1 ? 1 : -1]; /* of negative numbers, as every compiler has it */

enum { ROUND_DOUBLE, ROUND_SINGLE, ROUND_FLOAT };

typedef struct {
    int rounding;
    const int32_t *multiplier; /* of each channel: 0, or 2^30 to 2^31 - 1 */
    const int8_t *shift;       /* -31 to 30 */
    const float *scale;        /* the same as one number, for ROUND_FLOAT */
    int32_t zero, low, high;   /* zero point, smallest and largest output */
    int relu;                  /* nothing but a ReLU clamps, zero is -128, and every shift is from -24 to -1 */
} requantization;

static inline int32_t clamped(int64_t x, int32_t low, int32_t high) {
    return x < low ? low : x > high ? high : (int32_t)x;
}

/* Add a half, shift once: halves go up. */
static inline int64_t round_single(int32_t x, int32_t multiplier, int shift) {
    return ((int64_t)x * multiplier + ((int64_t)1 << (30 - shift))) >> (31 - shift);
}

/* The rounded upper half of the product, rounded again: halves go away from zero. */
static inline int64_t round_double(int32_t x, int32_t multiplier, int shift) {
    const int left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
    const int64_t high = ((int64_t)x * ((int64_t)1 << left) * multiplier + ((int64_t)1 << 30)) >> 31;
    return (high + (((int64_t)1 << right) >> 1) - (high < 0 && right > 0)) >> right;
}

/* A product that no compiler fuses with a sum behind it. */
APART static float float_product(float a, float b) { return a * b; }

/* One float32 product, rounded to a whole number: halves go to even. */
static inline int64_t round_float(int32_t x, float scale) {
    const float product = float_product((float)x, scale);
    const float held = product > 512.0f ? 512.0f : product < -512.0f ? -512.0f : product;
    const int32_t whole = (int32_t)held;
    const float rest = held - (float)whole;
    if (rest > 0.5f || (rest == 0.5f && (whole & 1))) return whole + 1;
    if (rest < -0.5f || (rest == -0.5f && (whole & 1))) return whole - 1;
    return whole;
}

static inline int8_t requantized(int32_t sum, int32_t channel, const requantization *to) {
    int64_t x;
    if (to->rounding == ROUND_FLOAT) x = round_float(sum, to->scale[channel]);
    else if (to->rounding == ROUND_SINGLE) x = round_single(sum, to->multiplier[channel], to->shift[channel]);
    else x = round_double(sum, to->multiplier[channel], to->shift[channel]);
    return (int8_t)clamped(x + to->zero, to->low, to->high);
}
