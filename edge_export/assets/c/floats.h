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

/* Two rows in one vector: neighbours are a channel of one row and of the next. */
static inline floats_16 pair_at(const float *p) {
    double both;
    memcpy(&both, p, sizeof both);
    return _mm512_castpd_ps(_mm512_set1_pd(both));
}

static inline void write_pairs(const float *row, const float *next, float *to) { /* sixteen */
    const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
    const floats_16 a = at_16(row), b = at_16(next);
    _mm512_storeu_ps(to, _mm512_permutex2var_ps(a, low, b));
    _mm512_storeu_ps(to + 16, _mm512_permutex2var_ps(a, high, b));
}

static inline floats_16 twice_8(const float *p) {
    const __m512i each = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    return _mm512_permutexvar_ps(each, _mm512_castps256_ps512(at_8(p)));
}

static inline floats_16 add_products_16(floats_16 s, floats_16 w, floats_16 x) {
    s = _mm512_fmadd_ps(w, x, s);
    IN_ORDER(s)
    return s;
}

/* The larger of both rows: eight channels of a, then of b. */
static inline floats_16 larger_rows(floats_16 a, floats_16 b) {
    const __m512i order = _mm512_setr_epi32(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
    return _mm512_permutexvar_ps(order, larger_16(_mm512_shuffle_ps(a, b, 0x88), _mm512_shuffle_ps(a, b, 0xDD)));
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
