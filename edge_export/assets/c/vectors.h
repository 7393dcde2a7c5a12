/* Sixteen sums side by side, with what the compiler's flags allow: AVX-512 with VNNI, AVX2, or vectors of 16 bytes.
   A step multiplies four neighbouring inputs with four weights of each of sixteen channels. Nothing saturates. */
#include "rounding.h"
#include <string.h>

static inline int32_t four_bytes(const uint8_t *at) {
    int32_t four;
    memcpy(&four, at, 4);
    return four;
}

#if defined(__AVX512VNNI__) && defined(__AVX512BW__) && defined(__AVX512DQ__)
#include <immintrin.h>
#define REGISTERS 1 /* that hold sixteen sums */

typedef __m512i sums, weights_16, inputs_4;
typedef __m128i sixteen; /* int8 numbers */

static inline sums sums_at(const int32_t *at) { return _mm512_loadu_si512(at); }
static inline weights_16 weights_at(const int8_t *at) { return _mm512_loadu_si512(at); }
static inline inputs_4 inputs_at(const uint8_t *at) { return _mm512_set1_epi32(four_bytes(at)); }
static inline sums larger(sums a, sums b) { return _mm512_max_epi32(a, b); }
static inline sums added(sums a, sums b) { return _mm512_add_epi32(a, b); }

static inline sums add_products(sums sum, weights_16 w, inputs_4 x) {
    sum = _mm512_dpbusd_epi32(sum, x, w);
    IN_ORDER(sum)
    return sum;
}


/* The larger of a's halves, and of b's. */
static inline sums larger_halves(sums a, sums b) {
    return _mm512_max_epi32(_mm512_shuffle_i64x2(a, b, 0x44), _mm512_shuffle_i64x2(a, b, 0xEE));
}

/* Multiplier, shift and half of every second channel, as 64-bit numbers; `below` is added to negative products. */
typedef struct { __m512i multiplier, shift, half, below; } every_second;
typedef struct { every_second even, odd; __m512 scale; } rounder;

static inline every_second second_of(__m512i multiplier, __m512i shift, int rounding) {
    const __m512i s = _mm512_and_si512(shift, _mm512_set1_epi64(0xFFFFFFFF));
    const __mmask8 twice = _mm512_cmpgt_epi64_mask(s, _mm512_set1_epi64(rounding == ROUND_DOUBLE ? 31 : 99));
    const __m512i half = _mm512_sllv_epi64(_mm512_set1_epi64(1), _mm512_sub_epi64(s, _mm512_set1_epi64(1)));
    const every_second all = {multiplier, s, _mm512_mask_add_epi64(half, twice, half, _mm512_set1_epi64(1 << 30)),
                              _mm512_maskz_set1_epi64(twice, -((int64_t)1 << 31))};
    return all;
}

static inline rounder rounder_at(const requantization *to, int32_t channel) {
    rounder all = {0};
    if (to->rounding == ROUND_FLOAT) {
        all.scale = _mm512_loadu_ps(kept(to->scale + channel));
        return all;
    }
    const __m512i m = _mm512_loadu_si512(kept(to->multiplier + channel));
    const __m128i shift = _mm_loadu_si128((const __m128i *)kept(to->shift + channel));
    const __m512i s = _mm512_sub_epi32(_mm512_set1_epi32(31), _mm512_cvtepi8_epi32(shift));
    all.even = second_of(m, s, to->rounding);
    all.odd = second_of(_mm512_srli_epi64(m, 32), _mm512_srli_epi64(s, 32), to->rounding);
    if (to->relu) {
        const __m512i zero = _mm512_set1_epi64(-128);
        all.even.half = _mm512_add_epi64(all.even.half, _mm512_sllv_epi64(zero, all.even.shift));
        all.odd.half = _mm512_add_epi64(all.odd.half, _mm512_sllv_epi64(zero, all.odd.shift));
        all.odd.shift = _mm512_sub_epi64(all.odd.shift, _mm512_set1_epi64(32)); /* ends in the upper half */
    }
    return all;
}

static inline __m512i rounded_second(__m512i x, const every_second *by, const requantization *to) {
    const __m512i product = _mm512_mul_epi32(x, by->multiplier);
    __m512i sum = _mm512_add_epi64(product, by->half);
    if (to->rounding == ROUND_DOUBLE && to->low < to->zero)
        sum = _mm512_mask_add_epi64(sum, _mm512_movepi64_mask(product), sum, by->below);
    return _mm512_srav_epi64(sum, by->shift);
}

/* Behind a ReLU: `half` holds the zero point, too, and narrowing clamps. */
static inline sixteen rectified_16(sums sum, const rounder *by) {
    const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(sum, by->even.multiplier), by->even.half);
    const __m512i odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(sum, 32), by->odd.multiplier), by->odd.half);
    return _mm512_cvtsepi32_epi8(_mm512_mask_blend_epi32(0xAAAA, _mm512_srav_epi64(even, by->even.shift),
                                                         _mm512_srav_epi64(odd, by->odd.shift)));
}

static inline sixteen requantized_16(sums sum, const rounder *by, const requantization *to) {
    __m512i x;
    if (to->relu) return rectified_16(sum, by);
    if (to->rounding == ROUND_FLOAT) {
        const __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), by->scale);
        x = _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(product, _mm512_set1_ps(-512)), _mm512_set1_ps(512)));
    } else {
        const __m512i even = rounded_second(sum, &by->even, to);
        const __m512i odd = rounded_second(_mm512_srli_epi64(sum, 32), &by->odd, to);
        x = _mm512_mask_blend_epi32(0xAAAA, even, _mm512_slli_epi64(odd, 32));
    }
    x = _mm512_add_epi32(x, _mm512_set1_epi32(to->zero));
    x = _mm512_min_epi32(_mm512_max_epi32(x, _mm512_set1_epi32(to->low)), _mm512_set1_epi32(to->high));
    return _mm512_cvtepi32_epi8(x);
}

#elif defined(__AVX2__)
#include <immintrin.h>
#define REGISTERS 2

typedef struct { __m256i low, high; } sums;
typedef struct { __m256i even_low, odd_low, even_high, odd_high; } weights_16;
typedef struct { __m256i even, odd; } inputs_4;
typedef __m128i sixteen;

static inline sums sums_of(__m256i low, __m256i high) {
    const sums all = {low, high};
    return all;
}

static inline __m256i eight_at(const void *at) { return _mm256_loadu_si256((const __m256i *)at); }
static inline __m256i even_bytes(__m256i v) { return _mm256_srai_epi16(_mm256_slli_epi16(v, 8), 8); }
static inline sums sums_at(const int32_t *at) { return sums_of(eight_at(at), eight_at(at + 8)); }

static inline weights_16 weights_at(const int8_t *at) {
    const __m256i a = eight_at(at), b = eight_at(at + 32);
    const weights_16 all = {even_bytes(a), _mm256_srai_epi16(a, 8), even_bytes(b), _mm256_srai_epi16(b, 8)};
    return all;
}

static inline inputs_4 inputs_at(const uint8_t *at) {
    const __m256i v = _mm256_set1_epi32(four_bytes(at));
    const inputs_4 all = {_mm256_and_si256(v, _mm256_set1_epi16(255)), _mm256_srli_epi16(v, 8)};
    return all;
}

static inline sums larger(sums a, sums b) {
    return sums_of(_mm256_max_epi32(a.low, b.low), _mm256_max_epi32(a.high, b.high));
}

static inline sums added(sums a, sums b) {
    return sums_of(_mm256_add_epi32(a.low, b.low), _mm256_add_epi32(a.high, b.high));
}

static inline sums larger_halves(sums a, sums b) {
    return sums_of(_mm256_max_epi32(a.low, a.high), _mm256_max_epi32(b.low, b.high));
}

static inline __m256i add_pairs(__m256i sum, __m256i w, __m256i x) {
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(w, x));
    IN_ORDER(sum)
    return sum;
}

static inline sums add_products(sums sum, weights_16 w, inputs_4 x) {
    sum.low = add_pairs(sum.low, w.even_low, x.even);
    sum.high = add_pairs(sum.high, w.even_high, x.even);
    sum.low = add_pairs(sum.low, w.odd_low, x.odd);
    sum.high = add_pairs(sum.high, w.odd_high, x.odd);
    return sum;
}

typedef struct { __m256i multiplier, shift, half, below, lowest; } every_second;
typedef struct { every_second even, odd; __m256 scale; } rounder_8;
typedef struct { rounder_8 low, high; } rounder;

static inline every_second second_of(__m256i multiplier, __m256i shift, int rounding) {
    const __m256i s = _mm256_and_si256(shift, _mm256_set1_epi64x(0xFFFFFFFF));
    const __m256i twice = _mm256_cmpgt_epi64(s, _mm256_set1_epi64x(rounding == ROUND_DOUBLE ? 31 : 99));
    const __m256i half = _mm256_sllv_epi64(_mm256_set1_epi64x(1), _mm256_sub_epi64(s, _mm256_set1_epi64x(1)));
    const every_second all = {multiplier, s,
                              _mm256_add_epi64(half, _mm256_and_si256(twice, _mm256_set1_epi64x(1 << 30))),
                              _mm256_and_si256(twice, _mm256_set1_epi64x(-((int64_t)1 << 31))),
                              _mm256_srlv_epi64(_mm256_set1_epi64x(INT64_MIN), s)};
    return all;
}

static inline rounder_8 rounder_8_at(const requantization *to, int32_t channel) {
    rounder_8 all = {0};
    if (to->rounding == ROUND_FLOAT) {
        all.scale = _mm256_loadu_ps(kept(to->scale + channel));
        return all;
    }
    const __m256i m = eight_at(kept(to->multiplier + channel));
    const __m128i shift = _mm_loadl_epi64((const __m128i *)kept(to->shift + channel));
    const __m256i s = _mm256_sub_epi32(_mm256_set1_epi32(31), _mm256_cvtepi8_epi32(shift));
    all.even = second_of(m, s, to->rounding);
    all.odd = second_of(_mm256_srli_epi64(m, 32), _mm256_srli_epi64(s, 32), to->rounding);
    if (to->relu) all.odd.shift = _mm256_sub_epi64(all.odd.shift, _mm256_set1_epi64x(32)); /* ends in the upper half */
    return all;
}

static inline rounder rounder_at(const requantization *to, int32_t channel) {
    const rounder all = {rounder_8_at(to, channel), rounder_8_at(to, channel + 8)};
    return all;
}

static inline __m256i rounded_second(__m256i x, const every_second *by, const requantization *to) {
    const __m256i product = _mm256_mul_epi32(x, by->multiplier);
    __m256i sum = _mm256_add_epi64(product, by->half);
    if (to->low == to->zero) return _mm256_srlv_epi64(sum, by->shift); /* x is not negative */
    if (to->rounding == ROUND_DOUBLE) {
        const __m256i negative = _mm256_cmpgt_epi64(_mm256_setzero_si256(), product);
        sum = _mm256_add_epi64(sum, _mm256_and_si256(negative, by->below));
    }
    sum = _mm256_xor_si256(sum, _mm256_set1_epi64x(INT64_MIN)); /* AVX2 shifts signed numbers so */
    return _mm256_sub_epi64(_mm256_srlv_epi64(sum, by->shift), by->lowest);
}

/* Behind a ReLU, without the zero point. */
static inline __m256i rectified_8(__m256i sum, const rounder_8 *by) {
    const __m256i x = _mm256_max_epi32(sum, _mm256_setzero_si256());
    const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, by->even.multiplier), by->even.half);
    const __m256i odd = _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(x, 32), by->odd.multiplier), by->odd.half);
    return _mm256_blend_epi32(_mm256_srlv_epi64(even, by->even.shift), _mm256_srlv_epi64(odd, by->odd.shift), 0xAA);
}

static inline __m256i requantized_8(__m256i sum, const rounder_8 *by, const requantization *to) {
    __m256i x;
    if (to->relu) return rectified_8(sum, by);
    if (to->rounding == ROUND_FLOAT) {
        const __m256 product = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), by->scale);
        x = _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(product, _mm256_set1_ps(-512)), _mm256_set1_ps(512)));
    } else {
        if (to->low == to->zero) sum = _mm256_max_epi32(sum, _mm256_setzero_si256());
        const __m256i even = rounded_second(sum, &by->even, to);
        const __m256i odd = rounded_second(_mm256_srli_epi64(sum, 32), &by->odd, to);
        x = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
    }
    x = _mm256_add_epi32(x, _mm256_set1_epi32(to->zero));
    return _mm256_min_epi32(_mm256_max_epi32(x, _mm256_set1_epi32(to->low)), _mm256_set1_epi32(to->high));
}

static inline sixteen requantized_16(sums sum, const rounder *by, const requantization *to) {
    const __m256i a = requantized_8(sum.low, &by->low, to), b = requantized_8(sum.high, &by->high, to);
    __m256i pairs = _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xD8);
    if (to->relu) pairs = _mm256_adds_epi16(pairs, _mm256_set1_epi16(-128));
    return _mm_packs_epi16(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
}

#else
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#define REGISTERS 4

typedef int32_t four_sums __attribute__((vector_size(16)));
typedef int16_t eight_halves __attribute__((vector_size(16)));
typedef struct { four_sums part[4]; } sums;
typedef struct { four_sums even[4], odd[4]; } weights_16;
typedef struct { four_sums even, odd; } inputs_4;
typedef struct { int32_t channel; } rounder;
typedef struct { int8_t of[16]; } sixteen;

static inline four_sums odd_bytes(four_sums v) { return (four_sums)((eight_halves)v >> 8); }
static inline four_sums even_bytes(four_sums v) { return (four_sums)((eight_halves)(v << 8) >> 8); }

static inline sums sums_at(const int32_t *at) {
    sums all;
    memcpy(&all, at, sizeof all);
    return all;
}

static inline weights_16 weights_at(const int8_t *at) {
    weights_16 all;
    for (int i = 0; i < 4; i++) {
        four_sums four;
        memcpy(&four, at + 16 * i, 16);
        all.even[i] = even_bytes(four);
        all.odd[i] = odd_bytes(four);
    }
    return all;
}

static inline inputs_4 inputs_at(const uint8_t *at) {
    const int32_t v = four_bytes(at), even = v & 0x00FF00FF, odd = (v >> 8) & 0x00FF00FF;
    const inputs_4 all = {{even, even, even, even}, {odd, odd, odd, odd}};
    return all;
}

static inline four_sums add_pairs(four_sums sum, four_sums w, four_sums x) { /* the halves of a number are a pair */
#ifdef __SSE2__
    return sum + (four_sums)_mm_madd_epi16((__m128i)w, (__m128i)x);
#else
    return sum + ((w << 16) >> 16) * (x & 0xFFFF) + (w >> 16) * (x >> 16);
#endif
}

static inline sums add_products(sums sum, weights_16 w, inputs_4 x) {
    sum.part[0] = add_pairs(add_pairs(sum.part[0], w.even[0], x.even), w.odd[0], x.odd);
    sum.part[1] = add_pairs(add_pairs(sum.part[1], w.even[1], x.even), w.odd[1], x.odd);
    sum.part[2] = add_pairs(add_pairs(sum.part[2], w.even[2], x.even), w.odd[2], x.odd);
    sum.part[3] = add_pairs(add_pairs(sum.part[3], w.even[3], x.even), w.odd[3], x.odd);
    return sum;
}

static inline four_sums larger_four(four_sums a, four_sums b) {
    const four_sums is = a > b;
    return (a & is) | (b & ~is);
}

static inline sums larger(sums a, sums b) {
    for (int i = 0; i < 4; i++) a.part[i] = larger_four(a.part[i], b.part[i]);
    return a;
}

static inline sums added(sums a, sums b) {
    for (int i = 0; i < 4; i++) a.part[i] += b.part[i];
    return a;
}

static inline sums larger_halves(sums a, sums b) {
    const sums all = {{larger_four(a.part[0], a.part[2]), larger_four(a.part[1], a.part[3]),
                       larger_four(b.part[0], b.part[2]), larger_four(b.part[1], b.part[3])}};
    return all;
}

static inline rounder rounder_at(const requantization *to, int32_t channel) {
    const rounder all = {channel + 0 * to->zero};
    return all;
}

static inline sixteen requantized_16(sums sum, const rounder *by, const requantization *to) {
    int32_t each[16];
    sixteen all;
    memcpy(each, &sum, sizeof each);
    for (int i = 0; i < 16; i++) all.of[i] = requantized(each[i], by->channel + i, to);
    return all;
}
#endif

/* Inputs from 0 to 255. */
static inline void shifted(const int8_t *in, uint8_t *to, int32_t count) {
    for (int32_t i = 0; i < count; i++) to[i] = (uint8_t)(in[i] ^ -128);
}

typedef struct {
    requantization to;
} vectors_layer;
