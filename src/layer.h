/* What the user asks for, layer by layer: configuration, checks, shape inference. Semantics are
 * Keras's. A layer without weights is a row of layers.def, a shape function in layer.c and, unless
 * an existing step runs it, a kind of step in model.h and step.c. */
#ifndef FR_LAYER_H
#define FR_LAYER_H

#include <stdint.h>

#include "base/shape.h"
#include "base/status.h"
#include "kernels/activation.h"
#include "kernels/augment.h"

#define FR_LAYER(id, ...) FR_##id,
typedef enum {
#include "layers.def"
  FR_LAYER_KINDS
} fr_layer_kind;
#undef FR_LAYER

#define FR_PADDING_LIST(X) X(VALID, "valid") X(SAME, "same")
typedef enum { FR_PADDING_LIST(FR_ENUMERATOR) FR_PADDINGS } fr_padding;

enum {
  FR_MAX_SOURCES = 8, /* of a layer */
  FR_MAX_PARAMETERS = 4, /* of a layer */
  FR_MAX_UNITS = 65536,
  FR_MAX_WINDOW = 255 /* kernel size, pool size, strides and padding, each side */
};

/* What a parameter adds to the loss: l1 Σ|w| + l2 Σw². */
typedef struct {
  float l1, l2;
} fr_regularizer;

/* Where a parameter's first values come from. Uniform and truncated normal have the variance value
 * / fan, where fan is a unit's inputs, its outputs or the mean of both (Keras's
 * VarianceScaling). */
#define FR_INIT_LIST(X)        \
  X(INIT_DEFAULT, "default")   \
  X(INIT_CONSTANT, "constant") \
  X(INIT_UNIFORM, "uniform")   \
  X(INIT_NORMAL, "normal")
#define FR_FAN_LIST(X) X(FAN_IN, "fanIn") X(FAN_OUT, "fanOut") X(FAN_AVERAGE, "fanAvg")
typedef enum { FR_INIT_LIST(FR_ENUMERATOR) FR_INITS } fr_init;
typedef enum { FR_FAN_LIST(FR_ENUMERATOR) FR_FANS } fr_fan;

typedef struct {
  fr_init distribution;
  float value;
  fr_fan fan;
  int has_seed;
  uint64_t seed; /* the model's if it has none */
} fr_initializer;

typedef struct {
  fr_layer_kind kind;
  int units; /* dense: units; conv2d: filters; depthwise_conv2d: depth multiplier */
  int kernel_h, kernel_w; /* convolutions: kernel size; pooling: pool size */
  int stride_h, stride_w;
  fr_padding padding;
  fr_activation activation; /* convolutions, dense, activation */
  float slope; /* of leaky ReLU below zero */
  int use_bias; /* convolutions, dense */
  int frozen; /* training leaves its weights as they are, and batch_normalization uses its moving
                 statistics */
  float rate; /* dropout: the share set to zero, 0 <= rate < 1 */
  int pads[4]; /* zero_padding2d: top, bottom, left, right */
  fr_shape target; /* reshape */
  float momentum, epsilon; /* batch_normalization */
  int center, scale; /* batch_normalization: whether it has a beta, a gamma */
  fr_regularizer regularizers[2];
  fr_initializer initializers[FR_MAX_PARAMETERS];

  /* random_*: */
  float range[4]; /* heights low, high, widths low, high; see augment.h */
  fr_fill fill;
  fr_interpolation interpolation;
  float fill_value;
  float value_range[2]; /* contrast: what results are cut to */
  int has_seed;
  uint64_t seed; /* dropout, random_*: the model's if it has none */

  /* the layers whose outputs it reads, -1 for the model's input */
  int source_count, sources[FR_MAX_SOURCES];

  /* inferred by fr_layer_infer */
  fr_shape input, output;
  int last_axes; /* the lengths of its sources' last axes, added up */
  fr_window window; /* convolutions, pooling */
} fr_layer;

/* "conv2d", "maxPooling2d", …: as the API spells it. */
const char *fr_layer_name(fr_layer_kind kind);

/* Checks the configuration against the shapes of its sources and fills input, output and window. */
fr_status fr_layer_infer(fr_layer *layer, const fr_shape *const sources[]);

/* Whether the layer alters pictures while training, and does nothing else. */
int fr_layer_augments(const fr_layer *layer);

/* x → y, altered as in training step `step`, by an augmenting layer whose number is `index`. row:
 * of the batch. */
void fr_layer_augment(const fr_layer *layer, int index, uint64_t step, int row, const float *x,
                      float *y);

#endif
