/* Depthwise convolution: each channel of an image by itself, with `multiplier` kernels; output
 * channel c · multiplier + j is kernel j of channel c. Kernels (kh, kw, in, multiplier) have the
 * outputs' channels as their last axis. Images with their padding: fr_conv2d_pad. */
#ifndef FR_DEPTHWISE_H
#define FR_DEPTHWISE_H

#include "base/shape.h"

/* Floats of the gradients of an image: the kernel's, then, from fr_depthwise_bias on, the
 * bias's. */
int fr_depthwise_bias(const fr_window *w);
int fr_depthwise_floats(const fr_window *w);

/* padded (padded_h, padded_w, in), kernel, bias (out) or NULL → y (out_h, out_w, out) */
void fr_depthwise_forward(const fr_window *w, const float *padded, const float *kernel,
                          const float *bias, float *y);

/* Adds to dkernel and dbias; dpadded (as padded) or NULL = dL/dpadded, for fr_conv2d_crop. */
void fr_depthwise_backward(const fr_window *w, const float *padded, const float *kernel,
                           const float *dy, float *dkernel, float *dbias, float *dpadded);

#endif
