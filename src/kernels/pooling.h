/* Pooling of one image: the largest or the mean of each window. Positions outside the image never
 * count. */
#ifndef FR_POOLING_H
#define FR_POOLING_H

#include "base/shape.h"

/* x (in_h, in_w, c) → y (out_h, out_w, c) */
void fr_max_pool_forward(const fr_window *w, const float *x, float *y);

/* dx (in_h, in_w, c) = dL/dx: each dy goes to its window's largest x, the first if several.
 * Overwrites dy. */
void fr_max_pool_backward(const fr_window *w, const float *x, const float *y, float *dy, float *dx);

/* The same of one window over the whole image, whose largest x share each dy alike, as the gradient
 * of a maximum over axes has it. */
void fr_global_max_pool_backward(const fr_window *w, const float *x, const float *y,
                                 const float *dy, float *dx);

/* x (in_h, in_w, c) → y (out_h, out_w, c): the mean of the window's pixels inside the image */
void fr_average_pool_forward(const fr_window *w, const float *x, float *y);

/* dx (in_h, in_w, c) = dL/dx. */
void fr_average_pool_backward(const fr_window *w, const float *dy, float *dx);

#endif
