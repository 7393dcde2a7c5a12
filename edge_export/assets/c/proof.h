/* Walks over all sums from `low` to `high` and notes where the int8 answer of a channel changes: at[n], value[n].
   The answers come from the program's own function; `model.c` is included before this file. */

static inline int32_t noted(int32_t n, int32_t sum, int8_t answer, int32_t *at, int8_t *value) {
    if (n && value[n - 1] == answer) return n;
    if (n < 300) {
        at[n] = sum;
        value[n] = answer;
    }
    return n + 1;
}

static inline void walk_plain(const requantization *to, int32_t channel, const int32_t *range, int32_t *counts,
                              int32_t *at, int8_t *value) {
    int32_t n = 0;
    for (int64_t sum = range[0]; sum <= range[1]; sum++)
        n = noted(n, (int32_t)sum, requantized((int32_t)sum, channel, to), at, value);
    counts[0] = n;
}

#ifdef FORM /* for Cortex-M, where a layer's rounding has a name of its own */
#if FORM == HELIUM
static inline int8_t both(int8_t one, words_4 four, int32_t channel) { /* neither, if they differ */
    int8_t of[4];
    put_bytes(of, four, 4);
    return of[channel & 3] == one ? one : (int8_t)(one ^ 0x55);
}
static inline words_4 all_words(int64_t x) {
    const int32_t of[4] = {(int32_t)x, (int32_t)x, (int32_t)x, (int32_t)x};
    return words_at(of);
}
#define WALK_FOUR(name) WALKING(name, both((int8_t)name##_answer((int32_t)sum, channel), name##_answers(all_words(sum), channel & ~3), channel))
#else
#define WALK_FOUR WALK
#endif
#define WALK(name) WALKING(name, (int8_t)name##_answer((int32_t)sum, channel))
#define WALKING(name, answer) \
    void walk_##name(int32_t channel, const int32_t *range, int32_t *counts, int32_t *at, int8_t *value); \
    void walk_##name(int32_t channel, const int32_t *range, int32_t *counts, int32_t *at, int8_t *value) { \
        int32_t n = 0; \
        for (int64_t sum = range[0]; sum <= range[1]; sum++) n = noted(n, (int32_t)sum, answer, at, value); \
        counts[0] = n; \
    }
#endif

#ifdef REGISTERS
static inline void walk_vectors(const requantization *to, int32_t channel, const int32_t *range, int32_t *counts,
                                int32_t *at, int8_t *value) {
    const rounder by = rounder_at(to, channel);
    int8_t before[16] = {0}, answers[16];
    for (int i = 0; i < 16; i++) counts[i] = 0;
    for (int64_t sum = range[0]; sum <= range[1]; sum++) {
        int32_t same[16];
        for (int i = 0; i < 16; i++) same[i] = (int32_t)sum;
        const sixteen found = requantized_16(sums_at(same), &by, to);
        memcpy(answers, &found, 16);
        if (sum != range[0] && !memcmp(answers, before, 16)) continue;
        for (int i = 0; i < 16; i++)
            counts[i] = noted(counts[i], (int32_t)sum, answers[i], at + 300 * i, value + 300 * i);
        memcpy(before, answers, 16);
    }
}
#endif
