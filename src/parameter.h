/* What a layer learns: the shapes of its weights, and their first values. */
#ifndef FR_PARAMETER_H
#define FR_PARAMETER_H

#include "layer.h"

/* One weight tensor. */
typedef struct {
  int layer;
  /* convolutions, dense: 0 kernel, 1 bias; batch_normalization: 0 gamma, 1 beta, 2 moving mean,
     3 moving variance */
  int which;
  int trainable; /* it is learned, and its layer is not frozen */
  fr_regularizer regularizer;
  int rank, dims[4]; /* in Keras's layout */
  int elements;
  int offset; /* of its storage in the parameter arena, in floats */
  int stored; /* floats of storage: packed for dense kernels, padded to whole vectors */
} fr_parameter;

/* Describes parameter `which` of the layer in *p, all but its storage; rank 0 where there is none.
 * Kernels: conv2d height × width × in × out, depthwise_conv2d height × width × in × multiplier,
 * dense in × out. */
fr_status fr_parameter_describe(const fr_layer *layer, int which, fr_parameter *p);

/* Whether it is learned from gradients, if its layer is not frozen; moving statistics are not. */
int fr_parameter_learns(int which);

/* values (elements) = what the layer's initializer gives; the model's seed and the parameter's
 * index decide if it has no seed. Defaults: kernels Glorot uniform (Glorot & Bengio, AISTATS 2010,
 * equation 16), gamma and moving variance ones, the rest zeros. */
void fr_parameter_initialize(const fr_layer *layer, const fr_parameter *p, uint64_t seed, int index,
                             float *values);

#endif
