#include "layer.h"

#include <stdio.h>

int fr_shape_elements(const fr_shape *shape) {
  int n = 1;
  for (int i = 0; i < shape->rank; i++) n *= shape->dims[i];
  return n;
}

int fr_shape_last_axis(const fr_shape *shape) { return shape->dims[shape->rank - 1]; }

const char *fr_shape_text(const fr_shape *shape, char text[48]) {
  int used = snprintf(text, 48, "(");
  for (int i = 0; i < shape->rank; i++)
    used += snprintf(text + used, (size_t)(48 - used), i ? ", %d" : "%d", shape->dims[i]);
  snprintf(text + used, (size_t)(48 - used), ")");
  return text;
}

fr_status fr_shape_check(const char *what, const fr_shape *shape) {
  if (shape->rank < 1 || shape->rank > FR_MAX_RANK)
    return fr_fail(FR_INVALID_ARGUMENT, "%s: rank must be 1..%d without the batch, got %d", what,
                   FR_MAX_RANK, shape->rank);
  int64_t elements = 1;
  for (int i = 0; i < shape->rank; i++) {
    if (shape->dims[i] < 1)
      return fr_fail(FR_INVALID_ARGUMENT, "%s: dimension %d must be at least 1, got %d", what, i,
                     shape->dims[i]);
    elements *= shape->dims[i];
    if (elements > FR_MAX_ELEMENTS)
      return fr_fail(FR_INVALID_ARGUMENT, "%s: must have at most %d elements a sample", what,
                     FR_MAX_ELEMENTS);
  }
  return FR_OK;
}

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

/* Output length and padding of one axis, as TensorFlow defines them: same pads so that
 * out = ceil(in / stride), the odd element at the end. */
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
  *w = (fr_window){.in_h = in->dims[0], .in_w = in->dims[1], .in_c = in->dims[2], .out_c = out_c,
                   .kernel_h = l->kernel_h, .kernel_w = l->kernel_w,
                   .stride_h = l->stride_h, .stride_w = l->stride_w};
  if ((status = slide(name, "high", l->padding, w->in_h, w->kernel_h, w->stride_h, &w->out_h,
                      &w->pad_top, &w->padded_h)) ||
      (status = slide(name, "wide", l->padding, w->in_w, w->kernel_w, w->stride_w, &w->out_w,
                      &w->pad_left, &w->padded_w)))
    return status;
  l->output = (fr_shape){3, {w->out_h, w->out_w, w->out_c}};
  fr_shape padded = {3, {w->padded_h, w->padded_w, w->in_c}};
  return fr_shape_check(name, &padded);
}

static fr_status check_parameters(const fr_layer *l) {
  int dims[4], rank = fr_layer_parameter_shape(l, 0, dims);
  int64_t elements = 1;
  for (int i = 0; i < rank; i++) elements *= dims[i];
  if (elements <= FR_MAX_ELEMENTS) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "%s: a kernel must have at most %d weights, got %lld",
                 fr_layer_name(l->kind), FR_MAX_ELEMENTS, (long long)elements);
}

static fr_status check_activation(const fr_layer *l) {
  if ((unsigned)l->activation < FR_ACTIVATIONS) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "%s: unknown activation %d", fr_layer_name(l->kind),
                 (int)l->activation);
}

static fr_status infer_conv2d(fr_layer *l) {
  fr_status status;
  if ((status = check_range("conv2d", "filters", l->units, 1, FR_MAX_UNITS)) ||
      (status = check_activation(l)) || (status = infer_window(l, l->units)))
    return status;
  return check_parameters(l);
}

static fr_status infer_max_pooling2d(fr_layer *l) {
  return infer_window(l, l->input.rank == 3 ? l->input.dims[2] : 1);
}

static fr_status infer_flatten(fr_layer *l) {
  l->output = (fr_shape){1, {fr_shape_elements(&l->input)}};
  return FR_OK;
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
  return check_parameters(l);
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

static const struct {
  const char *name;
  fr_status (*infer)(fr_layer *layer);
} layer_table[FR_LAYER_KINDS] = {
    [FR_CONV2D] = {"conv2d", infer_conv2d},
    [FR_MAX_POOLING2D] = {"max_pooling2d", infer_max_pooling2d},
    [FR_FLATTEN] = {"flatten", infer_flatten},
    [FR_DENSE] = {"dense", infer_dense},
    [FR_DROPOUT] = {"dropout", infer_dropout},
    [FR_ACTIVATION] = {"activation", infer_activation},
};

const char *fr_layer_name(fr_layer_kind kind) {
  return (unsigned)kind < FR_LAYER_KINDS ? layer_table[kind].name : "unknown layer";
}

fr_status fr_layer_infer(fr_layer *layer, const fr_shape *input) {
  if ((unsigned)layer->kind >= FR_LAYER_KINDS || !layer_table[layer->kind].infer)
    return fr_fail(FR_INVALID_ARGUMENT, "unknown layer kind %d", (int)layer->kind);
  fr_status status = fr_shape_check("input shape", input);
  if (status) return status;
  layer->input = *input;
  if ((status = layer_table[layer->kind].infer(layer))) return status;
  return fr_shape_check(fr_layer_name(layer->kind), &layer->output);
}

static int has_kernel(const fr_layer *l) { return l->kind == FR_CONV2D || l->kind == FR_DENSE; }

int fr_layer_parameter_shape(const fr_layer *l, int which, int dims[4]) {
  if (!has_kernel(l)) return 0;
  if (which == 1) {
    dims[0] = l->units;
    return l->use_bias ? 1 : 0;
  }
  if (which != 0) return 0;
  if (l->kind == FR_DENSE) {
    dims[0] = l->input.dims[0];
    dims[1] = l->units;
    return 2;
  }
  dims[0] = l->kernel_h;
  dims[1] = l->kernel_w;
  dims[2] = l->window.in_c;
  dims[3] = l->units;
  return 4;
}

void fr_layer_fans(const fr_layer *l, int *fan_in, int *fan_out) {
  int receptive = l->kind == FR_CONV2D ? l->kernel_h * l->kernel_w : 1;
  *fan_in = l->kind == FR_CONV2D ? receptive * l->window.in_c : l->input.dims[0];
  *fan_out = receptive * l->units;
}
