/* A convolution, channels last; weights [out][y][x][in of the group]. */
#include "rounding.h"

typedef struct {
    int32_t in_height, in_width, in_channels, out_height, out_width, out_channels;
    int32_t height, width, depth; /* of the window; channels that a group sees */
    int32_t stride_y, stride_x, dilation_y, dilation_x, top, left;
    int32_t in_zero;
    const int8_t *weights;
    const int32_t *bias;
    requantization to;
} conv_2d_layer;

static inline int32_t conv_2d_sum(const int8_t *in, const conv_2d_layer *k, int32_t y, int32_t x, int32_t o) {
    const int32_t first = o / (k->out_channels / (k->in_channels / k->depth)) * k->depth;
    int32_t sum = k->bias[o];
    for (int32_t dy = 0; dy < k->height; dy++)
        for (int32_t dx = 0; dx < k->width; dx++) {
            const int32_t iy = y * k->stride_y - k->top + dy * k->dilation_y;
            const int32_t ix = x * k->stride_x - k->left + dx * k->dilation_x;
            if (iy < 0 || iy >= k->in_height || ix < 0 || ix >= k->in_width) continue;
            const int8_t *pixel = in + (iy * k->in_width + ix) * k->in_channels + first;
            const int8_t *weight = k->weights + ((o * k->height + dy) * k->width + dx) * k->depth;
            for (int32_t c = 0; c < k->depth; c++) sum += (pixel[c] - k->in_zero) * weight[c];
        }
    return sum;
}

static inline void conv_2d(const int8_t *in, int8_t *out, const conv_2d_layer *k) {
    for (int32_t y = 0; y < k->out_height; y++)
        for (int32_t x = 0; x < k->out_width; x++)
            for (int32_t o = 0; o < k->out_channels; o++)
                *out++ = requantized(conv_2d_sum(in, k, y, x, o), o, &k->to);
}
