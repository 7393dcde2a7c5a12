/* A convolution of each channel by itself, channels last; weights [y][x][out]. */
#include "rounding.h"

typedef struct {
    int32_t in_height, in_width, in_channels, out_height, out_width, out_channels;
    int32_t height, width, stride_y, stride_x, dilation_y, dilation_x, top, left;
    int32_t in_zero;
    const int8_t *weights;
    const int32_t *bias;
    requantization to;
} depthwise_conv_2d_layer;

static inline int32_t depthwise_conv_2d_sum(const int8_t *in, const depthwise_conv_2d_layer *k, int32_t y, int32_t x,
                                            int32_t o) {
    const int32_t channel = o / (k->out_channels / k->in_channels);
    int32_t sum = k->bias[o];
    for (int32_t dy = 0; dy < k->height; dy++)
        for (int32_t dx = 0; dx < k->width; dx++) {
            const int32_t iy = y * k->stride_y - k->top + dy * k->dilation_y;
            const int32_t ix = x * k->stride_x - k->left + dx * k->dilation_x;
            if (iy < 0 || iy >= k->in_height || ix < 0 || ix >= k->in_width) continue;
            sum += (in[(iy * k->in_width + ix) * k->in_channels + channel] - k->in_zero) *
                   k->weights[(dy * k->width + dx) * k->out_channels + o];
        }
    return sum;
}

static inline void depthwise_conv_2d(const int8_t *in, int8_t *out, const depthwise_conv_2d_layer *k) {
    for (int32_t y = 0; y < k->out_height; y++)
        for (int32_t x = 0; x < k->out_width; x++)
            for (int32_t o = 0; o < k->out_channels; o++)
                *out++ = requantized(depthwise_conv_2d_sum(in, k, y, x, o), o, &k->to);
}
