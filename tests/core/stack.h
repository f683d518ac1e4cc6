/* Stacks small models, one line per layer. */
#ifndef FR_STACK_H
#define FR_STACK_H

#include "check.h"
#include "model.h"
#include "train.h"

static inline fr_layer conv(int filters, int kh, int kw, int sh, int sw, fr_padding padding,
                            fr_activation activation) {
  return (fr_layer){.kind = FR_CONV2D,
                    .units = filters,
                    .kernel_h = kh,
                    .kernel_w = kw,
                    .stride_h = sh,
                    .stride_w = sw,
                    .padding = padding,
                    .activation = activation,
                    .use_bias = 1};
}

/* `multiplier` kernels per channel. */
static inline fr_layer depthwise(int multiplier, int kh, int kw, int sh, int sw, fr_padding padding,
                                 fr_activation activation) {
  fr_layer l = conv(multiplier, kh, kw, sh, sw, padding, activation);
  l.kind = FR_DEPTHWISE_CONV2D;
  return l;
}

static inline fr_layer pool(int kh, int kw, int sh, int sw, fr_padding padding) {
  return (fr_layer){.kind = FR_MAX_POOLING2D,
                    .kernel_h = kh,
                    .kernel_w = kw,
                    .stride_h = sh,
                    .stride_w = sw,
                    .padding = padding};
}

static inline fr_layer average_pool(int kh, int kw, int sh, int sw, fr_padding padding) {
  fr_layer l = pool(kh, kw, sh, sw, padding);
  l.kind = FR_AVERAGE_POOLING2D;
  return l;
}

static inline fr_layer global_max(void) { return (fr_layer){.kind = FR_GLOBAL_MAX_POOLING2D}; }
static inline fr_layer global_average(void) {
  return (fr_layer){.kind = FR_GLOBAL_AVERAGE_POOLING2D};
}

static inline fr_layer dense(int units, fr_activation activation) {
  return (fr_layer){.kind = FR_DENSE, .units = units, .activation = activation, .use_bias = 1};
}

static inline fr_layer without_bias(fr_layer layer) {
  layer.use_bias = 0;
  return layer;
}

static inline fr_layer flatten(void) { return (fr_layer){.kind = FR_FLATTEN}; }
static inline fr_layer dropout(float rate) { return (fr_layer){.kind = FR_DROPOUT, .rate = rate}; }

static inline fr_layer activation(fr_activation f) {
  return (fr_layer){.kind = FR_ACTIVATION, .activation = f};
}

static inline fr_layer leaky(float slope) {
  return (fr_layer){.kind = FR_ACTIVATION, .activation = FR_LEAKY_RELU, .slope = slope};
}

static inline fr_layer with_slope(fr_layer layer, float slope) {
  layer.slope = slope;
  return layer;
}

static inline fr_layer reshape(fr_shape target) {
  return (fr_layer){.kind = FR_RESHAPE, .target = target};
}

static inline fr_layer normalization(int center, int scale) {
  return (fr_layer){.kind = FR_BATCH_NORMALIZATION,
                    .momentum = 0.75f,
                    .epsilon = 0.01f,
                    .center = center,
                    .scale = scale};
}

static inline fr_layer zero_padding(int top, int bottom, int left, int right) {
  return (fr_layer){.kind = FR_ZERO_PADDING2D, .pads = {top, bottom, left, right}};
}

static inline fr_layer augmentation(fr_layer_kind kind, float a, float b, float c, float d) {
  return (fr_layer){
      .kind = kind, .range = {a, b, c, d}, .fill = FR_FILL_REFLECT, .value_range = {-2.0f, 2.0f}};
}

/* ---- graphs: where a layer reads, -1 for the model's input ----------------------------------- */

static inline fr_layer from(int source, fr_layer layer) {
  layer.source_count = 1;
  layer.sources[0] = source;
  return layer;
}

static inline fr_layer add(int first, int second) {
  return (fr_layer){.kind = FR_ADD, .source_count = 2, .sources = {first, second}};
}

static inline fr_layer add3(int first, int second, int third) {
  return (fr_layer){.kind = FR_ADD, .source_count = 3, .sources = {first, second, third}};
}

static inline fr_layer concatenate(int first, int second) {
  return (fr_layer){.kind = FR_CONCATENATE, .source_count = 2, .sources = {first, second}};
}

static inline fr_layer concatenate3(int first, int second, int third) {
  return (fr_layer){.kind = FR_CONCATENATE, .source_count = 3, .sources = {first, second, third}};
}

static inline fr_layer concatenate4(int first, int second, int third, int fourth) {
  return (fr_layer){
      .kind = FR_CONCATENATE, .source_count = 4, .sources = {first, second, third, fourth}};
}

/* ---- models ---------------------------------------------------------------------------------- */

/* The layer with a random window, at most 4 × 4 and with strides up to `stride`, over a random
 * image that it fits in, of at most `side` × `side` pixels and `channels` channels. */
static inline fr_layer random_window(fr_layer l, int stride, int side, int channels) {
  l.kernel_h = check_between(1, 4);
  l.kernel_w = check_between(1, 4);
  l.stride_h = check_between(1, stride);
  l.stride_w = check_between(1, stride);
  l.padding = (fr_padding)check_between(0, 1);
  int h = check_between(1, side), w = check_between(1, side);
  if (l.padding == FR_VALID && h < l.kernel_h) h = l.kernel_h;
  if (l.padding == FR_VALID && w < l.kernel_w) w = l.kernel_w;
  fr_shape input = {3, {h, w, check_between(1, channels)}};
  CHECK(fr_layer_infer(&l, (const fr_shape *const[]){&input}) == FR_OK, "%s", fr_last_error());
  return l;
}

/* Ends the program if the model is refused. */
static inline void must(fr_status status) {
  if (status != FR_OK) check_abort(fr_last_error());
}

/* A built model of `count` layers; LAYERS gives both arguments. */
static inline fr_model *stack(fr_shape input, const fr_layer *layers, int count, uint64_t seed) {
  fr_model *m = fr_model_create(&input, seed);
  if (!m) must(FR_INVALID_ARGUMENT);
  for (int i = 0; i < count; i++) must(fr_model_add(m, &layers[i]));
  must(fr_model_build(m));
  return m;
}

static inline fr_shape flat(int n) { return (fr_shape){1, {n}}; }
static inline fr_shape image(int h, int w, int c) { return (fr_shape){3, {h, w, c}}; }

#define LAYERS(...) \
  (const fr_layer[]){__VA_ARGS__}, (int)(sizeof((const fr_layer[]){__VA_ARGS__}) / sizeof(fr_layer))

/* A loss as compile takes it. */
#define LOSS(loss_kind) (&(const fr_loss){.kind = (loss_kind), .top_k = 5})

static const fr_optimizer plain_sgd = {.kind = FR_SGD, .learning_rate = 0.1};
static const fr_optimizer default_adam = {
    .kind = FR_ADAM, .learning_rate = 0.001, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7};

/* All weights, one after another, in Keras's layout; freed by the caller. */
static inline float *weights_of(const fr_model *m, int *count) {
  int n = 0;
  for (int i = 0; i < m->parameter_count; i++) n += m->parameters[i].elements;
  float *all = check_alloc(sizeof *all * (size_t)n), *at = all;
  for (int i = 0; i < m->parameter_count; at += m->parameters[i++].elements)
    must(fr_model_get_parameter(m, i, at, m->parameters[i].elements));
  *count = n;
  return all;
}

static inline int output_size(const fr_model *m) {
  return fr_shape_elements(&m->layers[m->layer_count - 1].output);
}

#endif
