/* Numbers to other places: transpose, pad, concatenate, slice. */
#include <stdint.h>

typedef struct {
    int32_t size[6], from[6], to[6]; /* how many along each axis, and the strides */
} copying_layer;

static inline void copying(const int8_t *in, int8_t *out, const copying_layer *k) {
    int32_t at[6];
    for (at[0] = 0; at[0] < k->size[0]; at[0]++)
        for (at[1] = 0; at[1] < k->size[1]; at[1]++)
            for (at[2] = 0; at[2] < k->size[2]; at[2]++)
                for (at[3] = 0; at[3] < k->size[3]; at[3]++)
                    for (at[4] = 0; at[4] < k->size[4]; at[4]++) {
                        const int8_t *i = in;
                        int8_t *o = out;
                        for (int d = 0; d < 5; d++) {
                            i += at[d] * k->from[d];
                            o += at[d] * k->to[d];
                        }
                        for (int32_t e = 0; e < k->size[5]; e++) o[e * k->to[5]] = i[e * k->from[5]];
                    }
}

static inline void filling(int8_t *out, int32_t count, int8_t value) {
    for (int32_t i = 0; i < count; i++) out[i] = value;
}

/* Rows of `each` numbers into rows of `whole`. */
static inline void joining(const int8_t *in, int8_t *out, int32_t rows, int32_t each, int32_t whole) {
    for (int32_t row = 0; row < rows; row++)
        for (int32_t i = 0; i < each; i++) out[row * whole + i] = in[row * each + i];
}
