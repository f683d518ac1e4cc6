#include "shape.h"

#include "text.h"

fr_window fr_window_mirror(const fr_window *w) {
  return (fr_window){.in_h = w->out_h,
                     .in_w = w->out_w,
                     .in_c = w->out_c,
                     .out_h = w->in_h,
                     .out_w = w->in_w,
                     .out_c = w->in_c,
                     .kernel_h = w->kernel_h,
                     .kernel_w = w->kernel_w,
                     .stride_h = w->stride_h,
                     .stride_w = w->stride_w,
                     .pad_top = w->kernel_h - 1 - w->pad_top,
                     .pad_left = w->kernel_w - 1 - w->pad_left,
                     .padded_h = w->in_h + w->kernel_h - 1,
                     .padded_w = w->in_w + w->kernel_w - 1};
}

int fr_shape_elements(const fr_shape *shape) {
  int n = 1;
  for (int i = 0; i < shape->rank; i++) n *= shape->dims[i];
  return n;
}

int fr_shape_last_axis(const fr_shape *shape) { return shape->dims[shape->rank - 1]; }

int fr_shape_equals(const fr_shape *a, const fr_shape *b) {
  int equal = a->rank == b->rank;
  for (int i = 0; equal && i < a->rank; i++) equal = a->dims[i] == b->dims[i];
  return equal;
}

const char *fr_shape_text(const fr_shape *shape, char text[48]) {
  size_t used = fr_text(text, 48, "(");
  for (int i = 0; i < shape->rank; i++)
    used += fr_text(text + used, 48 - used, i ? ", %d" : "%d", shape->dims[i]);
  fr_text(text + used, 48 - used, ")");
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
