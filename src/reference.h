/* Every layer once more, in the plainest loops and Keras's layouts, one sample at a time and
 * unfused: what the fast kernels are compared with, and what shows a layer's activations, which
 * fused steps never hold. Slow on purpose; sums are doubles. */
#ifndef FR_REFERENCE_H
#define FR_REFERENCE_H

#include "layer.h"

/* x (layer->input) → y (layer->output), as in inference: dropout passes through. kernel, bias in
 * Keras's shapes or NULL where the layer has none. */
void fr_reference_forward(const fr_layer *layer, const float *x, const float *kernel,
                          const float *bias, float *y);

/* From x, y = forward(x) and dy = dL/dy: dx = dL/dx, and adds to dkernel and dbias. */
void fr_reference_backward(const fr_layer *layer, const float *x, const float *kernel,
                           const float *y, const float *dy, float *dx, float *dkernel,
                           float *dbias);

#endif
