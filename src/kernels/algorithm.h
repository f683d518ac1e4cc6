/* Which algorithm runs each pass of a convolution: the one rule, for the plan and the benchmark. */
#ifndef FR_ALGORITHM_H
#define FR_ALGORITHM_H

#include "base/shape.h"

typedef enum {
  FR_DIRECT, /* conv2d.h: any shape; gradients that are zero cost nothing */
  FR_WINOGRAD, /* winograd.h: fewer products */
  FR_POINTWISE /* pointwise.h: gradients of 1×1 kernels as plain products */
} fr_algorithm;

/* Forward, and the gradients of input and kernel. */
typedef struct {
  fr_algorithm forward, input, kernel;
} fr_algorithms;

/* pooled, relu: whether a 2×2 max-pool and ReLU follow in the same step. */
fr_algorithms fr_choose_algorithms(const fr_window *w, int pooled, int relu);

#endif
