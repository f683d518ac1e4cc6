/* What the user asks for, layer by layer: configuration, checks, shape inference, parameters.
 * Semantics are Keras's. Adding a layer touches this file and one row of the table in layer.c. */
#ifndef FR_LAYER_H
#define FR_LAYER_H

#include <stdint.h>

#include "status.h"

typedef enum {
  FR_CONV2D,
  FR_MAX_POOLING2D,
  FR_FLATTEN,
  FR_DENSE,
  FR_DROPOUT,
  FR_ACTIVATION,
  FR_LAYER_KINDS
} fr_layer_kind;

typedef enum { FR_LINEAR, FR_RELU, FR_SIGMOID, FR_SOFTMAX, FR_ACTIVATIONS } fr_activation;
typedef enum { FR_VALID, FR_SAME, FR_PADDINGS } fr_padding;

enum {
  FR_MAX_RANK = 3,
  FR_MAX_UNITS = 65536,
  FR_MAX_WINDOW = 255,        /* kernel size, pool size and strides, each side */
  FR_MAX_ELEMENTS = 1 << 26   /* of one sample's activation or of one parameter */
};

/* One sample's shape, without the batch: rank 1 (n), 2 (h, w) or 3 (h, w, c). */
typedef struct {
  int rank;
  int dims[FR_MAX_RANK];
} fr_shape;

/* A window that slides over an image, as convolution and pooling share it. */
typedef struct {
  int in_h, in_w, in_c;
  int out_h, out_w, out_c;
  int kernel_h, kernel_w;
  int stride_h, stride_w;
  int pad_top, pad_left;
  int padded_h, padded_w; /* the input with its padding; equal to in_h, in_w where there is none */
} fr_window;

typedef struct {
  fr_layer_kind kind;
  int units;                /* dense: units; conv2d: filters */
  int kernel_h, kernel_w;   /* conv2d: kernel size; max_pooling2d: pool size */
  int stride_h, stride_w;
  fr_padding padding;
  fr_activation activation; /* conv2d, dense, activation */
  int use_bias;             /* conv2d, dense */
  float rate;               /* dropout: the share set to zero, 0 <= rate < 1 */

  /* inferred by fr_layer_infer */
  fr_shape input, output;
  fr_window window;         /* conv2d, max_pooling2d */
} fr_layer;

/* The number of elements of a sample. */
int fr_shape_elements(const fr_shape *shape);

/* The length of the last axis: an image's channels. */
int fr_shape_last_axis(const fr_shape *shape);

/* "(28, 28, 1)" into `text`, at most 47 characters. */
const char *fr_shape_text(const fr_shape *shape, char text[48]);

/* Rank 1..3, every dimension >= 1, at most FR_MAX_ELEMENTS elements. */
fr_status fr_shape_check(const char *what, const fr_shape *shape);

/* "conv2d", "max_pooling2d", ... */
const char *fr_layer_name(fr_layer_kind kind);

/* Checks the configuration against `input` and fills input, output and window. */
fr_status fr_layer_infer(fr_layer *layer, const fr_shape *input);

/* The Keras shape of parameter `which` (0 kernel, 1 bias): its rank, or 0 where there is none.
 * Kernels: conv2d height × width × in × out, dense in × out. */
int fr_layer_parameter_shape(const fr_layer *layer, int which, int dims[4]);

/* Fan-in and fan-out of the kernel, for Glorot's initializer. */
void fr_layer_fans(const fr_layer *layer, int *fan_in, int *fan_out);

#endif
