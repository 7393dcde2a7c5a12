/* The largest, or the mean, of what a window sees; places outside the input do not count. */
#include <stdint.h>

typedef struct {
    int32_t in_height, in_width, channels, out_height, out_width;
    int32_t height, width, stride_y, stride_x, top, left, low, high;
} pooling_layer;

typedef struct {
    int32_t sum, largest, count;
} seen;

static inline seen pooling_window(const int8_t *in, const pooling_layer *k, int32_t y, int32_t x, int32_t c) {
    seen all = {0, -128, 0};
    for (int32_t dy = 0; dy < k->height; dy++)
        for (int32_t dx = 0; dx < k->width; dx++) {
            const int32_t iy = y * k->stride_y - k->top + dy, ix = x * k->stride_x - k->left + dx;
            if (iy < 0 || iy >= k->in_height || ix < 0 || ix >= k->in_width) continue;
            const int8_t value = in[(iy * k->in_width + ix) * k->channels + c];
            all.sum += value;
            all.count++;
            if (value > all.largest) all.largest = value;
        }
    return all;
}

static inline int8_t held(int32_t x, const pooling_layer *k) {
    return (int8_t)(x < k->low ? k->low : x > k->high ? k->high : x);
}

static inline void max_pool_2d(const int8_t *in, int8_t *out, const pooling_layer *k) {
    for (int32_t y = 0; y < k->out_height; y++)
        for (int32_t x = 0; x < k->out_width; x++)
            for (int32_t c = 0; c < k->channels; c++) *out++ = held(pooling_window(in, k, y, x, c).largest, k);
}

static inline void average_pool_2d(const int8_t *in, int8_t *out, const pooling_layer *k) {
    for (int32_t y = 0; y < k->out_height; y++)
        for (int32_t x = 0; x < k->out_width; x++)
            for (int32_t c = 0; c < k->channels; c++) {
                const seen all = pooling_window(in, k, y, x, c);
                const int32_t half = all.sum > 0 ? all.count / 2 : -(all.count / 2);
                *out++ = held((all.sum + half) / all.count, k); /* halves go away from zero */
            }
}
