/* Activations that follow a layer's sum. Forward in place on y, backward in place on dy. */
#ifndef FR_ACTIVATION_H
#define FR_ACTIVATION_H

#include "layer.h"

/* y (rows, width), rows `stride` floats apart: y = f(y). Softmax runs over each group of
 * `channels` neighbours (the last axis); `width` is a multiple of `channels`. */
void fr_activation_forward(fr_activation f, float *y, int rows, int width, int stride,
                           int channels);

/* dy (rows, width): dL/df(x) becomes dL/dx, from y = f(x) alone. */
void fr_activation_backward(fr_activation f, const float *y, float *dy, int rows, int width,
                            int stride, int channels);

#endif
