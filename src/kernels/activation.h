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
  X(SWISH, "swish")           \
  X(ELU, "elu")               \
  X(SELU, "selu")             \
  X(SOFTPLUS, "softplus")     \
  X(MISH, "mish")             \
  X(HARD_SWISH, "hardSwish")  \
  X(LOG_SOFTMAX, "logSoftmax")

typedef enum { FR_ACTIVATION_LIST(FR_ENUMERATOR) FR_ACTIVATIONS } fr_activation;

/* Whether the slope depends on the input: y would leave two answers. */
int fr_activation_needs_input(fr_activation f);

/* y (rows, width), rows `stride` floats apart: y = f(y). Softmax runs over each group of `channels`
 * neighbours (the last axis), and so does its logarithm; `width` is a multiple of `channels`. slope:
 * leaky ReLU's below zero.
 *   gelu       x · Φ(x), exact (Hendrycks & Gimpel, arXiv:1606.08415)
 *   swish      x · σ(x) (Ramachandran et al., arXiv:1710.05941)
 *   elu        eˣ - 1 below zero (Clevert et al., arXiv:1511.07289)
 *   selu       elu with the scales of Klambauer et al., arXiv:1706.02515
 *   softplus   log(1 + eˣ)
 *   mish       x · tanh(softplus(x)) (Misra, arXiv:1908.08681)
 *   hardSwish  x · relu6(x + 3) / 6 (Howard et al., arXiv:1905.02244) */
void fr_activation_forward(fr_activation f, float slope, float *y, int rows, int width, int stride,
                           int channels);

/* dy (rows, width): dL/df(x) becomes dL/dx, from y = f(x), and where fr_activation_needs_input from
 * x (same layout). */
void fr_activation_backward(fr_activation f, float slope, const float *x, const float *y, float *dy,
                            int rows, int width, int stride, int channels);

#endif
