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

/* Adds one image to dkernel and dbias. */
void fr_depthwise_backward_kernel(const fr_window *w, const float *padded, const float *dy,
                                  float *dkernel, float *dbias);

/* dx (in_h, in_w, in) = dL/dx of one image; scratch: fr_depthwise_scratch floats. */
void fr_depthwise_backward_input(const fr_window *w, const float *kernel, const float *dy,
                                 float *scratch, float *dx);
int fr_depthwise_scratch(const fr_window *w);

#endif
