/* What the user asks for, layer by layer: configuration, checks, shape inference. Semantics are
 * Keras's.
 * Adding a layer touches this file, one row of the table in layer.c and one of that in step.c. */
#ifndef FR_LAYER_H
#define FR_LAYER_H

#include <stdint.h>

#include "base/shape.h"
#include "base/status.h"

typedef enum {
  FR_CONV2D,
  FR_MAX_POOLING2D,
  FR_FLATTEN,
  FR_DENSE,
  FR_DROPOUT,
  FR_ACTIVATION,
  FR_DEPTHWISE_CONV2D,
  FR_AVERAGE_POOLING2D,
  FR_GLOBAL_AVERAGE_POOLING2D,
  FR_GLOBAL_MAX_POOLING2D,
  FR_RESHAPE,
  FR_BATCH_NORMALIZATION,
  FR_ZERO_PADDING2D,
  FR_ADD,
  FR_RANDOM_FLIP,
  FR_RANDOM_TRANSLATION,
  FR_RANDOM_ROTATION,
  FR_RANDOM_ZOOM,
  FR_RANDOM_CONTRAST,
  FR_RANDOM_ERASING,
  FR_LAYER_KINDS
} fr_layer_kind;

typedef enum {
  FR_LINEAR,
  FR_RELU,
  FR_SIGMOID,
  FR_SOFTMAX,
  FR_RELU6,
  FR_LEAKY_RELU,
  FR_GELU,
  FR_TANH,
  FR_SWISH,
  FR_ACTIVATIONS
} fr_activation;
typedef enum { FR_VALID, FR_SAME, FR_PADDINGS } fr_padding;

/* What lies outside a picture that is moved: zeros (or any number), its last line over and over,
 * its
 * mirror image, or itself once more. */
typedef enum { FR_FILL_CONSTANT, FR_FILL_NEAREST, FR_FILL_REFLECT, FR_FILL_WRAP, FR_FILLS } fr_fill;
typedef enum { FR_BILINEAR, FR_NEAREST, FR_INTERPOLATIONS } fr_interpolation;

enum {
  FR_MAX_SOURCES = 8, /* of an add */
  FR_MAX_PARAMETERS = 4, /* of a layer */
  FR_MAX_UNITS = 65536,
  FR_MAX_WINDOW = 255 /* kernel size, pool size, strides and padding, each side */
};

/* What a parameter adds to the loss: l1 Σ|w| + l2 Σw². */
typedef struct {
  float l1, l2;
} fr_regularizer;

/* Where a parameter's first values come from. Uniform and truncated normal have the variance
 * value / fan, fan being the inputs, outputs or mean of both of a unit (Keras's VarianceScaling).
 * */
typedef enum {
  FR_INIT_DEFAULT,
  FR_INIT_CONSTANT,
  FR_INIT_UNIFORM,
  FR_INIT_NORMAL,
  FR_INITS
} fr_init;
typedef enum { FR_FAN_IN, FR_FAN_OUT, FR_FAN_AVERAGE, FR_FANS } fr_fan;
typedef struct {
  fr_init distribution;
  float value;
  fr_fan fan;
  int has_seed;
  uint64_t seed; /* the model's where it has none */
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
  uint64_t seed; /* dropout, random_*: the model's where it has none */

  /* the layers whose outputs it reads, -1 for the model's input; only add has more than one */
  int source_count, sources[FR_MAX_SOURCES];

  /* inferred by fr_layer_infer */
  fr_shape input, output;
  fr_window window; /* convolutions, pooling */
} fr_layer;

/* "conv2d", "max_pooling2d", ... */
const char *fr_layer_name(fr_layer_kind kind);

/* Checks the configuration against the shapes of its sources and fills input, output and window. */
fr_status fr_layer_infer(fr_layer *layer, const fr_shape *const sources[]);

/* Whether the layer changes pictures while training, and nothing else. */
int fr_layer_augments(const fr_layer *layer);

#endif
