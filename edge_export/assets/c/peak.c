/* As many multiply-adds as the CPU can do in the form that the flags choose: sums in registers, nothing to load. */
#include "vectors.h"
#include "floats.h"

#if REGISTERS == 1
#define EACH(of) of(0) of(1) of(2) of(3) of(4) of(5) of(6) of(7) of(8) of(9) of(10) of(11) of(12) of(13) of(14) of(15)
#define NEW(x) __asm__("" : "+v"(x)); /* the compiler must not know that it is the same number again */
#define NEW_INPUTS(x) NEW(x)
#define SUMS 16
#elif REGISTERS == 2
#define EACH(of) of(0) of(1) of(2) of(3) of(4)
#define NEW(x) __asm__("" : "+x"(x));
#define NEW_INPUTS(x) NEW((x).even) NEW((x).odd)
#define SUMS 5
#else
#define EACH(of) of(0) of(1)
#define NEW(x)
#define NEW_INPUTS(x) x.even += x.odd;
#define SUMS 2
#endif

#define INTEGER_SUM(i) sums s##i = sums_at(out + 16 * i);
#define FLOAT_SUM(i) floats_16 s##i = at_16(out + 16 * i);
#define INTEGERS(i) NEW_INPUTS(x) s##i = add_products(s##i, w, x);
#define FLOATS(i) s##i = add_product_16(s##i, w, x);
#define TOTAL_INTEGERS(i) all = added(all, s##i);
#define TOTAL_FLOATS(i) all = sum_16(all, s##i);

/* Both return how many multiply-adds a round has; `out` has room for sixteen times sixteen numbers. */
int32_t peak_int8(int32_t rounds, const int8_t *numbers, int32_t *out) {
    const weights_16 w = weights_at(numbers);
    inputs_4 x = inputs_at((const uint8_t *)numbers);
    sums all = sums_at(out);
    EACH(INTEGER_SUM)
    for (int32_t i = 0; i < rounds; i++) { EACH(INTEGERS) }
    EACH(TOTAL_INTEGERS)
    memcpy(out, &all, sizeof all);
    return SUMS * 64;
}

int32_t peak_fp32(int32_t rounds, const float *numbers, float *out) {
    const floats_16 w = at_16(numbers);
    const float x = numbers[0];
    floats_16 all = at_16(out);
    EACH(FLOAT_SUM)
    for (int32_t i = 0; i < rounds; i++) { EACH(FLOATS) }
    EACH(TOTAL_FLOATS)
    memcpy(out, &all, sizeof all);
    return SUMS * 16;
}
