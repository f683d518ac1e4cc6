/* Max-pooling of one image; positions outside the image never win. */
#ifndef FR_POOLING_H
#define FR_POOLING_H

#include "layer.h"

/* x (in_h, in_w, c) → y (out_h, out_w, c) */
void fr_max_pool_forward(const fr_window *w, const float *x, float *y);

/* dx (in_h, in_w, c) = dL/dx: each dy goes to its window's largest x, the first if several. */
void fr_max_pool_backward(const fr_window *w, const float *x, const float *y, const float *dy,
                          float *dx);

#endif
