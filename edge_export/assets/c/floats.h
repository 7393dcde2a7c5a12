/* Eight or sixteen float32 numbers side by side, with what the compiler's flags allow: AVX-512, AVX2 with FMA, or
   vectors of 16 bytes. */
#include "tables.h"
#include <string.h>

#if defined(__AVX512F__) && defined(__AVX512VL__) && defined(__FMA__)
#include <immintrin.h>
#define FLOAT_REGISTERS 1 /* that hold sixteen */

typedef __m256 floats_8;
typedef __m512 floats_16;

static inline floats_8 at_8(const float *p) { return _mm256_loadu_ps(p); }
static inline floats_16 at_16(const float *p) { return _mm512_loadu_ps(p); }
static inline floats_8 all_8(float x) { return _mm256_set1_ps(x); }
static inline floats_16 all_16(float x) { return _mm512_set1_ps(x); }
static inline floats_8 larger_8(floats_8 a, floats_8 b) { return _mm256_max_ps(a, b); }
static inline floats_16 larger_16(floats_16 a, floats_16 b) { return _mm512_max_ps(a, b); }
static inline floats_8 sum_8(floats_8 a, floats_8 b) { return _mm256_add_ps(a, b); }
static inline floats_16 sum_16(floats_16 a, floats_16 b) { return _mm512_add_ps(a, b); }

static inline floats_8 add_product_8(floats_8 s, floats_8 w, float x) {
    s = _mm256_fmadd_ps(w, all_8(x), s);
    IN_ORDER(s)
    return s;
}


static inline floats_16 add_product_16(floats_16 s, floats_16 w, float x) {
    s = _mm512_fmadd_ps(w, all_16(x), s);
    IN_ORDER(s)
    return s;
}


#else
#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define FLOAT_REGISTERS 2

typedef __m256 floats_8;

static inline floats_8 at_8(const float *p) { return _mm256_loadu_ps(p); }
static inline floats_8 all_8(float x) { return _mm256_set1_ps(x); }
static inline floats_8 larger_8(floats_8 a, floats_8 b) { return _mm256_max_ps(a, b); }
static inline floats_8 sum_8(floats_8 a, floats_8 b) { return _mm256_add_ps(a, b); }

static inline floats_8 add_product_8(floats_8 s, floats_8 w, float x) {
    s = _mm256_fmadd_ps(w, all_8(x), s);
    IN_ORDER(s)
    return s;
}


#else
#define FLOAT_REGISTERS 4

typedef float floats_4 __attribute__((vector_size(16)));
typedef int32_t flags_4 __attribute__((vector_size(16)));
typedef struct { floats_4 low, high; } floats_8;

static inline floats_8 at_8(const float *p) {
    floats_8 all;
    memcpy(&all, p, sizeof all);
    return all;
}

static inline floats_8 all_8(float x) {
    const floats_8 all = {{x, x, x, x}, {x, x, x, x}};
    return all;
}

static inline floats_4 larger_4(floats_4 a, floats_4 b) {
    const flags_4 is = a > b;
    return (floats_4)(((flags_4)a & is) | ((flags_4)b & ~is));
}

static inline floats_8 larger_8(floats_8 a, floats_8 b) {
    const floats_8 all = {larger_4(a.low, b.low), larger_4(a.high, b.high)};
    return all;
}

static inline floats_8 sum_8(floats_8 a, floats_8 b) {
    const floats_8 all = {a.low + b.low, a.high + b.high};
    return all;
}

static inline floats_8 add_product_8(floats_8 s, floats_8 w, float x) {
    const floats_4 four = {x, x, x, x};
    const floats_8 all = {s.low + w.low * four, s.high + w.high * four};
    return all;
}
#endif

typedef struct { floats_8 low, high; } floats_16;

static inline floats_16 pair_of(floats_8 low, floats_8 high) {
    const floats_16 all = {low, high};
    return all;
}

static inline floats_16 at_16(const float *p) { return pair_of(at_8(p), at_8(p + 8)); }
static inline floats_16 all_16(float x) { return pair_of(all_8(x), all_8(x)); }

static inline floats_16 larger_16(floats_16 a, floats_16 b) {
    return pair_of(larger_8(a.low, b.low), larger_8(a.high, b.high));
}

static inline floats_16 sum_16(floats_16 a, floats_16 b) { return pair_of(sum_8(a.low, b.low), sum_8(a.high, b.high)); }

static inline floats_16 add_product_16(floats_16 s, floats_16 w, float x) {
    return pair_of(add_product_8(s.low, w.low, x), add_product_8(s.high, w.high, x));
}
#endif
