/* Activations that follow a layer's sum. Forward in place on y, backward in place on dy. */
#ifndef FR_ACTIVATION_H
#define FR_ACTIVATION_H

#include "base/list.h"

#define FR_ACTIVATION_LIST(X) \
  X(LINEAR, "linear")         \
  X(RELU, "relu")             \
  X(SIGMOID, "sigmoid")       \
  X(SOFTMAX, "softmax")       \
  X(RELU6, "relu6")           \
  X(LEAKY_RELU, "leakyRelu")  \
  X(GELU, "gelu")             \
  X(TANH, "tanh")             \
  X(SWISH, "swish")

typedef enum { FR_ACTIVATION_LIST(FR_ENUMERATOR) FR_ACTIVATIONS } fr_activation;

/* Whether the slope depends on the input: y would leave two answers. */
int fr_activation_needs_input(fr_activation f);

/* y (rows, width), rows `stride` floats apart: y = f(y). Softmax runs over each group of `channels`
 * neighbours (the last axis); `width` is a multiple of `channels`. slope: leaky ReLU's below zero.
 *   gelu   x · Φ(x), exact (Hendrycks & Gimpel, arXiv:1606.08415)
 *   swish  x · σ(x) (Ramachandran et al., arXiv:1710.05941) */
void fr_activation_forward(fr_activation f, float slope, float *y, int rows, int width, int stride,
                           int channels);

/* dy (rows, width): dL/df(x) becomes dL/dx, from y = f(x), and where fr_activation_needs_input from
 * x (same layout). */
void fr_activation_backward(fr_activation f, float slope, const float *x, const float *y, float *dy,
                            int rows, int width, int stride, int channels);

#endif
