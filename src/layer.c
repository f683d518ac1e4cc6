#include "layer.h"

#include <stddef.h>

static fr_status check_range(const char *layer, const char *name, int value, int low, int high) {
  if (value >= low && value <= high) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "%s: %s must be %d..%d, got %d", layer, name, low, high,
                 value);
}

static fr_status check_image(const char *layer, const fr_shape *input) {
  char text[48];
  if (input->rank == 3) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT,
                 "%s: input must be an image (height, width, channels), got shape %s", layer,
                 fr_shape_text(input, text));
}

/* Output length and padding of one axis, as TensorFlow defines them: same pads so that out =
 * ceil(in / stride), the odd element at the end. */
static fr_status slide(const char *layer, const char *axis, fr_padding padding, int in, int kernel,
                       int stride, int *out, int *pad_before, int *padded) {
  *pad_before = 0;
  if (padding == FR_SAME) {
    *out = (in + stride - 1) / stride;
    int missing = (*out - 1) * stride + kernel - in;
    *pad_before = missing > 0 ? missing / 2 : 0;
  } else {
    if (kernel > in)
      return fr_fail(FR_INVALID_ARGUMENT,
                     "%s: a window %d %s does not fit into an input %d %s with padding 'valid'",
                     layer, kernel, axis, in, axis);
    *out = (in - kernel) / stride + 1;
  }
  *padded = (*out - 1) * stride + kernel;
  if (*padded < *pad_before + in) *padded = *pad_before + in;
  return FR_OK;
}

static fr_status infer_window(fr_layer *l, int out_c) {
  const char *name = fr_layer_name(l->kind);
  const fr_shape *in = &l->input;
  fr_window *w = &l->window;
  fr_status status;
  if ((status = check_image(name, in)) ||
      (status = check_range(name, "window height", l->kernel_h, 1, FR_MAX_WINDOW)) ||
      (status = check_range(name, "window width", l->kernel_w, 1, FR_MAX_WINDOW)) ||
      (status = check_range(name, "vertical stride", l->stride_h, 1, FR_MAX_WINDOW)) ||
      (status = check_range(name, "horizontal stride", l->stride_w, 1, FR_MAX_WINDOW)) ||
      (status = check_range(name, "padding", (int)l->padding, 0, FR_PADDINGS - 1)))
    return status;
  *w = (fr_window){.in_h = in->dims[0],
                   .in_w = in->dims[1],
                   .in_c = in->dims[2],
                   .out_c = out_c,
                   .kernel_h = l->kernel_h,
                   .kernel_w = l->kernel_w,
                   .stride_h = l->stride_h,
                   .stride_w = l->stride_w};
  if ((status = slide(name, "high", l->padding, w->in_h, w->kernel_h, w->stride_h, &w->out_h,
                      &w->pad_top, &w->padded_h)) ||
      (status = slide(name, "wide", l->padding, w->in_w, w->kernel_w, w->stride_w, &w->out_w,
                      &w->pad_left, &w->padded_w)))
    return status;
  l->output = (fr_shape){3, {w->out_h, w->out_w, w->out_c}};
  fr_shape padded = {3, {w->padded_h, w->padded_w, w->in_c}};
  return fr_shape_check(name, &padded);
}

static fr_status check_activation(const fr_layer *l) {
  if ((unsigned)l->activation < FR_ACTIVATIONS) {
    if (l->activation != FR_LEAKY_RELU || (l->slope >= 0.0f && l->slope <= 1.0f)) return FR_OK;
    return fr_fail(FR_INVALID_ARGUMENT, "%s: the slope below zero must be 0..1, got %g",
                   fr_layer_name(l->kind), (double)l->slope);
  }
  return fr_fail(FR_INVALID_ARGUMENT, "%s: unknown activation %d", fr_layer_name(l->kind),
                 (int)l->activation);
}

static fr_status infer_conv2d(fr_layer *l) {
  fr_status status;
  if ((status = check_range("conv2d", "filters", l->units, 1, FR_MAX_UNITS)) ||
      (status = check_activation(l)))
    return status;
  return infer_window(l, l->units);
}

static fr_status infer_depthwise_conv2d(fr_layer *l) {
  const char *name = fr_layer_name(l->kind);
  fr_status status;
  if ((status = check_image(name, &l->input)) || (status = check_activation(l)) ||
      (status = check_range(name, "depth multiplier", l->units, 1,
                            FR_MAX_UNITS / l->input.dims[2] + (l->input.dims[2] > FR_MAX_UNITS))))
    return status;
  return infer_window(l, l->units * l->input.dims[2]);
}

static fr_status infer_pooling2d(fr_layer *l) {
  return infer_window(l, l->input.rank == 3 ? l->input.dims[2] : 1);
}

/* One window over the whole image. */
static fr_status infer_global_pooling2d(fr_layer *l) {
  const fr_shape *in = &l->input;
  fr_status status = check_image(fr_layer_name(l->kind), in);
  if (status) return status;
  int h = in->dims[0], w = in->dims[1], c = in->dims[2];
  l->window = (fr_window){.in_h = h,
                          .in_w = w,
                          .in_c = c,
                          .out_h = 1,
                          .out_w = 1,
                          .out_c = c,
                          .kernel_h = h,
                          .kernel_w = w,
                          .stride_h = 1,
                          .stride_w = 1,
                          .padded_h = h,
                          .padded_w = w};
  l->output = (fr_shape){1, {c}};
  return FR_OK;
}

static fr_status infer_flatten(fr_layer *l) {
  l->output = (fr_shape){1, {fr_shape_elements(&l->input)}};
  return FR_OK;
}

static fr_status infer_reshape(fr_layer *l) {
  char from[48], to[48];
  fr_status status = fr_shape_check("reshape", &l->target);
  if (status) return status;
  l->output = l->target;
  if (fr_shape_elements(&l->input) == fr_shape_elements(&l->target)) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "reshape: %s has %d elements, %s has %d",
                 fr_shape_text(&l->input, from), fr_shape_elements(&l->input),
                 fr_shape_text(&l->target, to), fr_shape_elements(&l->target));
}

static fr_status infer_dense(fr_layer *l) {
  char text[48];
  if (l->input.rank != 1)
    return fr_fail(FR_INVALID_ARGUMENT,
                   "dense: input must be flat, got shape %s; put a flatten layer before it",
                   fr_shape_text(&l->input, text));
  fr_status status;
  if ((status = check_range("dense", "units", l->units, 1, FR_MAX_UNITS)) ||
      (status = check_activation(l)))
    return status;
  l->output = (fr_shape){1, {l->units}};
  return FR_OK;
}

static fr_status infer_dropout(fr_layer *l) {
  l->output = l->input;
  if (l->rate >= 0.0f && l->rate < 1.0f) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "dropout: rate must be at least 0 and below 1, got %g",
                 (double)l->rate);
}

static fr_status infer_activation(fr_layer *l) {
  l->output = l->input;
  return check_activation(l);
}

static fr_status infer_batch_normalization(fr_layer *l) {
  l->output = l->input;
  if (!(l->momentum >= 0.0f && l->momentum <= 1.0f))
    return fr_fail(FR_INVALID_ARGUMENT, "batchNormalization: momentum must be 0..1, got %g",
                   (double)l->momentum);
  if (!(l->epsilon >= 1e-12f && l->epsilon <= 1.0f))
    return fr_fail(FR_INVALID_ARGUMENT, "batchNormalization: epsilon must be 1e-12..1, got %g",
                   (double)l->epsilon);
  return FR_OK;
}

static fr_status infer_zero_padding2d(fr_layer *l) {
  static const char *const sides[4] = {"top", "bottom", "left", "right"};
  fr_status status = check_image("zeroPadding2d", &l->input);
  for (int i = 0; status == FR_OK && i < 4; i++)
    status = check_range("zeroPadding2d", sides[i], l->pads[i], 0, FR_MAX_WINDOW);
  if (status) return status;
  l->output = (fr_shape){3,
                         {l->input.dims[0] + l->pads[0] + l->pads[1],
                          l->input.dims[1] + l->pads[2] + l->pads[3], l->input.dims[2]}};
  return FR_OK;
}

static fr_status infer_add(fr_layer *l) {
  l->output = l->input;
  return FR_OK;
}

static fr_status infer_concatenate(fr_layer *l) {
  l->output = l->input;
  l->output.dims[l->output.rank - 1] = l->last_axes;
  return FR_OK;
}

static fr_status check_float(const fr_layer *l, const char *what, float value, float low,
                             float high) {
  if (value >= low && value <= high) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "%s: %s must be %g..%g, got %g", fr_layer_name(l->kind), what,
                 (double)low, (double)high, (double)value);
}

static fr_status check_pair(const fr_layer *l, const char *what, const float pair[2], float low,
                            float high) {
  fr_status status;
  if ((status = check_float(l, what, pair[0], low, high)) ||
      (status = check_float(l, what, pair[1], low, high)))
    return status;
  if (pair[0] <= pair[1]) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "%s: %s must go from low to high, got %g, %g",
                 fr_layer_name(l->kind), what, (double)pair[0], (double)pair[1]);
}

static fr_status infer_random(fr_layer *l) {
  const char *name = fr_layer_name(l->kind);
  fr_status status;
  l->output = l->input;
  if ((status = check_image(name, &l->input)) ||
      (status = check_range(name, "fill mode", (int)l->fill, 0, FR_FILLS - 1)))
    return status;
  return check_range(name, "interpolation", (int)l->interpolation, 0, FR_INTERPOLATIONS - 1);
}

/* The same factor for both sides of a zoom has its width range the wrong way round. */
static fr_status infer_random_moves(fr_layer *l) {
  fr_status status = infer_random(l);
  int alike = l->kind == FR_RANDOM_ZOOM && l->range[2] > l->range[3];
  if (status || (status = check_pair(l, "height factor", l->range, -1.0f, 1.0f)) || alike)
    return status;
  return check_pair(l, "width factor", l->range + 2, -1.0f, 1.0f);
}

static fr_status infer_random_rotation(fr_layer *l) {
  fr_status status = infer_random(l);
  return status ? status : check_pair(l, "factor", l->range, -1.0f, 1.0f);
}

static fr_status infer_random_contrast(fr_layer *l) {
  fr_status status;
  if ((status = infer_random(l)) ||
      (status = check_float(l, "lower factor", l->range[0], 0.0f, 1.0f)) ||
      (status = check_float(l, "upper factor", l->range[1], 0.0f, 100.0f)))
    return status;
  return check_pair(l, "value range", l->value_range, -1e6f, 1e6f);
}

static fr_status infer_random_erasing(fr_layer *l) {
  fr_status status;
  if ((status = infer_random(l)) || (status = check_pair(l, "scale", l->range, 0.0f, 1.0f)) ||
      (status = check_pair(l, "factor", l->range + 2, 0.0f, 1.0f)))
    return status;
  return check_pair(l, "value range", l->value_range, -1e6f, 1e6f);
}

/* How many inputs a layer takes and, if several, what they must have in common. */
typedef enum { FR_INPUTS_ONE, FR_INPUTS_ALIKE, FR_INPUTS_JOINED } fr_inputs;
static const char *const in_common[] = {
    [FR_INPUTS_ALIKE] = "have the same shape",
    [FR_INPUTS_JOINED] = "agree in all axes but the last",
};

#define FR_LAYER(id, name, shape, step, activates, augments, inputs) \
  [FR_##id] = {#name, infer_##shape, augments, FR_INPUTS_##inputs},
static const struct {
  const char *name;
  fr_status (*infer)(fr_layer *layer);
  fr_augment *augment;
  fr_inputs inputs;
} layer_table[FR_LAYER_KINDS] = {
#include "layers.def"
};
#undef FR_LAYER

const char *fr_layer_name(fr_layer_kind kind) {
  return (unsigned)kind < FR_LAYER_KINDS ? layer_table[kind].name : "unknown layer";
}

int fr_layer_augments(const fr_layer *l) { return layer_table[l->kind].augment != NULL; }

void fr_layer_augment(const fr_layer *l, int index, uint64_t step, int row, const float *x,
                      float *y) {
  const fr_augmentation a = {.image = l->input,
                             .range = l->range,
                             .value_range = l->value_range,
                             .fill_value = l->fill_value,
                             .fill = l->fill,
                             .interpolation = l->interpolation,
                             .seed = l->seed,
                             .step = step,
                             .layer = index,
                             .row = row};
  layer_table[l->kind].augment(&a, x, y);
}

static int fit_together(fr_inputs inputs, const fr_shape *a, const fr_shape *b) {
  fr_shape other = *b;
  if (inputs == FR_INPUTS_JOINED) other.dims[b->rank - 1] = fr_shape_last_axis(a);
  return fr_shape_equals(a, &other);
}

static fr_status check_sources(const fr_layer *l, const fr_shape *const sources[]) {
  const char *name = fr_layer_name(l->kind);
  fr_inputs inputs = layer_table[l->kind].inputs;
  fr_status status = fr_shape_check("input shape", sources[0]);
  if (status) return status;
  if (inputs == FR_INPUTS_ONE && l->source_count != 1)
    return fr_fail(FR_INVALID_ARGUMENT, "%s: takes one input, got %d", name, l->source_count);
  if (inputs != FR_INPUTS_ONE && l->source_count < 2)
    return fr_fail(FR_INVALID_ARGUMENT, "%s: 2..%d inputs are needed, got %d", name, FR_MAX_SOURCES,
                   l->source_count);
  for (int i = 1; i < l->source_count; i++) {
    char first[48], other[48];
    if (!fit_together(inputs, sources[0], sources[i]))
      return fr_fail(FR_INVALID_ARGUMENT, "%s: inputs must %s, got %s and %s", name,
                     in_common[inputs], fr_shape_text(sources[0], first),
                     fr_shape_text(sources[i], other));
  }
  return FR_OK;
}

fr_status fr_layer_infer(fr_layer *layer, const fr_shape *const sources[]) {
  if ((unsigned)layer->kind >= FR_LAYER_KINDS)
    return fr_fail(FR_INVALID_ARGUMENT, "unknown layer kind %d", (int)layer->kind);
  if (layer->source_count == 0) layer->source_count = 1;
  fr_status status = check_sources(layer, sources);
  if (status) return status;
  layer->input = *sources[0];
  layer->last_axes = 0;
  for (int i = 0; i < layer->source_count; i++) layer->last_axes += fr_shape_last_axis(sources[i]);
  if ((status = layer_table[layer->kind].infer(layer))) return status;
  return fr_shape_check(fr_layer_name(layer->kind), &layer->output);
}
