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
