/* Gradients of 1×1 convolutions with stride 1, which are matrix products over pixels: of x (pixels,
 * in) and dy (pixels, out). Unlike fr_conv2d_backward_*, they multiply zeros as well: with one
 * product per gradient, finding the others would take as long. */
#ifndef FR_POINTWISE_H
#define FR_POINTWISE_H

#include "base/shape.h"

/* Whether they can run: 1×1, stride 1, channels that fill the registers. */
int fr_pointwise_fits(const fr_window *w);

/* kernel (in, out) → packed, as fr_conv2d_pack would pack its transpose. */
void fr_pointwise_pack(const fr_window *w, const float *kernel, float *packed);
int fr_pointwise_packed(const fr_window *w); /* floats */

/* Adds one image to the kernel's gradient, dkernel (in, out). */
void fr_pointwise_backward_kernel(const fr_window *w, const float *x, const float *dy,
                                  float *dkernel);

/* dx (pixels, in) = dL/dx of one image. */
void fr_pointwise_backward_input(const fr_window *w, const float *packed, const float *dy,
                                 float *dx);

#endif
