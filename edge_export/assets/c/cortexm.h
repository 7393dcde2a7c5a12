/* Cortex-M in three forms, which the compiler's flags choose: Helium (vectors of 16 bytes), DSP (two products an
   instruction), portable. Each instruction stands in a function of its own; where a compiler has it not, C99 stands in. */
#include "rounding.h"
#include <string.h>

#define PORTABLE 0
#define DSP 1
#define HELIUM 2
#ifndef FORM
#if defined(__ARM_FEATURE_MVE)
#define FORM HELIUM
#elif defined(__ARM_FEATURE_DSP)
#define FORM DSP
#else
#define FORM PORTABLE
#endif
#endif

typedef struct {
    requantization to;
} cortexm_layer;

#ifdef __GNUC__
#define ONE_BY_ONE(sum, from) __asm__("" : "+r"(sum), "+r"(from)); /* else loads come first, and registers run out */
#else
#define ONE_BY_ONE(sum, from)
#endif

static inline int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }

/* A sum to int8 where nothing but a ReLU clamps and zero is -128. `shift` is -24 to -1, and 2 * sum fits 32 bits.
   Halves of negative numbers may go either way: they end as -128. */
static inline int32_t rectified(int32_t sum, int32_t multiplier, int32_t shift) {
#if FORM == DSP && defined(__ARM_FEATURE_DSP)
    int32_t x;
    __asm__("smmulr %0, %1, %2\n\tasrs %0, %0, %3\n\tsbc %0, %0, #127\n\tssat %0, #8, %0"
            : "=&r"(x)
            : "r"(2 * sum), "r"(multiplier), "r"(-shift)
            : "cc");
    return x;
#else
    const int32_t high = (int32_t)(((int64_t)sum * multiplier + (1 << 30)) >> 31);
    const int32_t x = ((high >> (-shift - 1)) + 1) >> 1;
    return x < 0 ? -128 : x > 255 ? 127 : x - 128;
#endif
}

/* The same in general: `round_double` where `shift` is -24 to -1 and 2 * sum fits 32 bits. */
static inline int32_t rounded_twice(int32_t sum, int32_t multiplier, int32_t shift) {
    const int32_t high = (int32_t)(((int64_t)sum * multiplier + (1 << 30)) >> 31);
    return (high - (high < 0) + (1 << (-shift - 1))) >> -shift;
}

#if FORM == DSP
#ifdef __ARM_FEATURE_DSP
#include <arm_acle.h>
static inline int32_t add_both(int32_t sum, uint32_t a, uint32_t b) { return __smlad((int16x2_t)a, (int16x2_t)b, sum); }
static inline int32_t add_low(int32_t sum, uint32_t a, uint32_t b) { return __smlabb((int32_t)a, (int32_t)b, sum); }
static inline int32_t add_high(int32_t sum, uint32_t a, uint32_t b) { return __smlatb((int32_t)a, (int32_t)b, sum); }
static inline uint32_t even_bytes(uint32_t x) { return (uint32_t)__sxtb16((int8x4_t)x); }
static inline uint32_t odd_bytes(uint32_t x) {
    uint32_t y;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(y) : "r"(x));
    return y;
}
typedef uint32_t any_word __attribute__((may_alias, aligned(1)));
typedef uint64_t any_two __attribute__((may_alias, aligned(4)));
/* Two words at once, from a multiple of four bytes. It stands where it is written, or registers run out. */
static inline uint64_t two_words(const int16_t *p) {
    uint64_t x;
    __asm__ volatile("ldrd %Q0, %R0, %1" : "=r"(x) : "m"(*(const any_two *)(const void *)p));
    return x;
}
static inline uint32_t one_word(const int8_t *p) { /* from anywhere */
    uint32_t x;
    __asm__ volatile("ldr %0, %1" : "=r"(x) : "m"(*(const any_word *)(const void *)p));
    return x;
}
#else
static inline int32_t low_half(uint32_t x) { return (int32_t)(x & 0xffff) - (int32_t)((x & 0x8000) << 1); }
static inline int32_t high_half(uint32_t x) { return low_half(x >> 16); }
static inline int32_t add_low(int32_t sum, uint32_t a, uint32_t b) { return sum + low_half(a) * low_half(b); }
static inline int32_t add_high(int32_t sum, uint32_t a, uint32_t b) { return sum + high_half(a) * low_half(b); }
static inline int32_t add_both(int32_t sum, uint32_t a, uint32_t b) {
    return add_low(sum, a, b) + high_half(a) * high_half(b);
}
static inline uint32_t even_bytes(uint32_t x) {
    const uint32_t low = x & 0xff, high = x >> 16 & 0xff;
    return (((low ^ 0x80) - 0x80) & 0xffff) | ((high ^ 0x80) - 0x80) << 16;
}
static inline uint32_t odd_bytes(uint32_t x) { return even_bytes(x >> 8); }
static inline uint64_t two_words(const int16_t *p) {
    uint64_t x;
    memcpy(&x, p, 8);
    return x;
}
static inline uint32_t one_word(const int8_t *p) {
    uint32_t x;
    memcpy(&x, p, 4);
    return x;
}
#endif

static inline int32_t add_four(int32_t sum, uint64_t a, uint64_t b) {
    return add_both(add_both(sum, (uint32_t)a, (uint32_t)b), (uint32_t)(a >> 32), (uint32_t)(b >> 32));
}

static inline uint32_t word_at(const void *p) {
    uint32_t x;
    __builtin_memcpy(&x, p, 4);
    return x;
}

/* Bytes to halves. */
static inline void widened(const int8_t *in, int16_t *out, int32_t count) {
    for (; count >= 4; count -= 4, in += 4, out += 4) {
        const uint32_t x = word_at(in), even = even_bytes(x), odd = odd_bytes(x);
        const uint32_t both[2] = {(even & 0xffff) | odd << 16, even >> 16 | (odd & 0xffff0000)};
        memcpy(out, both, 8);
    }
    for (; count > 0; count--) *out++ = *in++;
}
#endif

#if FORM == HELIUM
#ifdef __ARM_FEATURE_MVE
#include <arm_mve.h>
typedef int8x16_t bytes_16;
typedef uint8x16_t places_16;
typedef int32x4_t words_4;
static inline bytes_16 bytes_at(const int8_t *p) { return vldrbq_s8(p); }
static inline bytes_16 first_bytes(const int8_t *p, int32_t n) { return vldrbq_z_s8(p, vctp8q((uint32_t)n)); }
static inline bytes_16 gathered(const int8_t *p, places_16 at) { return vldrbq_gather_offset_s8(p, at); }
static inline places_16 places_at(const uint8_t *p) { return vldrbq_u8(p); }
static inline int32_t products(bytes_16 a, bytes_16 b) { return vmladavq_s8(a, b); }
static inline int32_t add_products(int32_t sum, bytes_16 a, bytes_16 b) { return vmladavaq_s8(sum, a, b); }
static inline words_4 words_at(const int32_t *p) { return vldrwq_s32(p); }
static inline words_4 small_words_at(const int8_t *p) { return vldrbq_s32(p); }
static inline void put_words(int32_t *p, words_4 x) { vstrwq_s32(p, x); }
static inline words_4 sums_of(words_4 a, words_4 b) { return vaddq_s32(a, b); }
static inline words_4 largest_of_four(const int32_t *p) { /* neighbours, four times */
    const int32x4x4_t all = vld4q_s32(p);
    return vmaxq_s32(vmaxq_s32(all.val[0], all.val[1]), vmaxq_s32(all.val[2], all.val[3]));
}
static inline words_4 rectified_4(words_4 sum, words_4 multiplier, words_4 shift) {
    const words_4 x = vrshlq_s32(vqrdmulhq_s32(sum, multiplier), shift);
    const int16x8_t halves = vqmovnbq_s32(vdupq_n_s16(0), vsubq_n_s32(x, 128)); /* saturates twice; the lowest byte counts */
    return vreinterpretq_s32_s8(vqmovnbq_s16(vreinterpretq_s8_s16(halves), halves));
}
static inline void put_bytes(int8_t *p, words_4 x, int32_t n) { /* the lowest of each word */
    if (n >= 4) vstrbq_s32(p, x);
    else vstrbq_p_s32(p, x, vctp32q((uint32_t)n));
}
static inline void put_16(int8_t *p, bytes_16 x) { vstrbq_s8(p, x); }
#else
typedef struct { int8_t of[16]; } bytes_16;
typedef struct { uint8_t of[16]; } places_16;
typedef struct { int32_t of[4]; } words_4;
static inline bytes_16 first_bytes(const int8_t *p, int32_t n) {
    bytes_16 x = {{0}};
    for (int32_t i = 0; i < 16 && i < n; i++) x.of[i] = p[i];
    return x;
}
static inline bytes_16 bytes_at(const int8_t *p) { return first_bytes(p, 16); }
static inline places_16 places_at(const uint8_t *p) {
    places_16 x;
    memcpy(x.of, p, 16);
    return x;
}
static inline bytes_16 gathered(const int8_t *p, places_16 at) {
    bytes_16 x;
    for (int32_t i = 0; i < 16; i++) x.of[i] = p[at.of[i]];
    return x;
}
static inline int32_t add_products(int32_t sum, bytes_16 a, bytes_16 b) {
    for (int32_t i = 0; i < 16; i++) sum += a.of[i] * b.of[i];
    return sum;
}
static inline int32_t products(bytes_16 a, bytes_16 b) { return add_products(0, a, b); }
static inline words_4 words_at(const int32_t *p) {
    words_4 x;
    memcpy(x.of, p, 16);
    return x;
}
static inline void put_words(int32_t *p, words_4 x) { memcpy(p, x.of, 16); }
static inline words_4 largest_of_four(const int32_t *p) {
    words_4 x;
    for (int32_t i = 0; i < 4; i++, p += 4) x.of[i] = larger(larger(p[0], p[1]), larger(p[2], p[3]));
    return x;
}
static inline words_4 small_words_at(const int8_t *p) { return (words_4){{p[0], p[1], p[2], p[3]}}; }
static inline words_4 sums_of(words_4 a, words_4 b) {
    for (int32_t i = 0; i < 4; i++) a.of[i] += b.of[i];
    return a;
}
static inline words_4 rectified_4(words_4 sum, words_4 multiplier, words_4 shift) {
    for (int32_t i = 0; i < 4; i++) sum.of[i] = rectified(sum.of[i], multiplier.of[i], shift.of[i]);
    return sum;
}
static inline void put_bytes(int8_t *p, words_4 x, int32_t n) {
    for (int32_t i = 0; i < 4 && i < n; i++) p[i] = (int8_t)x.of[i];
}
static inline void put_16(int8_t *p, bytes_16 x) { memcpy(p, x.of, 16); }
#endif

static inline void copied(const int8_t *in, int8_t *out, int32_t count) {
    for (; count >= 16; count -= 16, in += 16, out += 16) put_16(out, bytes_at(in));
    memcpy(out, in, (size_t)count);
}
#endif
