/* Max-pooling against plain loops, over ragged shapes, overlapping windows and many ties. */
#include "check.h"
#include "pooling.h"

enum { SWEEP = 1500 };

/* The first pixel row and column of output (oy, ox)'s window; may lie in the padding. */
static int window_start(int o, int in, int pool, int stride, fr_padding padding) {
  int out = (in + stride - 1) / stride, missing = (out - 1) * stride + pool - in;
  return o * stride - (padding == FR_SAME && missing > 0 ? missing / 2 : 0);
}

/* The first of the largest inputs under output (oy, ox, c). */
static int winner_of(const fr_layer *l, const float *x, int oy, int ox, int c) {
  int h = l->input.dims[0], w = l->input.dims[1], channels = l->input.dims[2], best = -1;
  int top = window_start(oy, h, l->kernel_h, l->stride_h, l->padding);
  int left = window_start(ox, w, l->kernel_w, l->stride_w, l->padding);
  for (int y = top; y < top + l->kernel_h; y++)
    for (int z = left; z < left + l->kernel_w; z++) {
      if (y < 0 || y >= h || z < 0 || z >= w) continue;
      int at = (y * w + z) * channels + c;
      if (best < 0 || x[at] > x[best]) best = at;
    }
  return best;
}

static fr_layer random_layer(void) {
  fr_layer l = {.kind = FR_MAX_POOLING2D, .kernel_h = check_between(1, 4),
                .kernel_w = check_between(1, 4), .stride_h = check_between(1, 4),
                .stride_w = check_between(1, 4), .padding = (fr_padding)check_between(0, 1)};
  int h = check_between(1, 9), w = check_between(1, 9);
  if (l.padding == FR_VALID && h < l.kernel_h) h = l.kernel_h;
  if (l.padding == FR_VALID && w < l.kernel_w) w = l.kernel_w;
  fr_shape input = {3, {h, w, check_between(1, 9)}};
  fr_status status = fr_layer_infer(&l, (const fr_shape *const[]){&input});
  CHECK(status == FR_OK, "%s", fr_last_error());
  return l;
}

/* Returns how many windows reach into the padding. */
static int check_case(int whole) {
  fr_layer l = random_layer();
  int in = fr_shape_elements(&l.input), out = fr_shape_elements(&l.output);
  int channels = l.input.dims[2], clipped = 0;
  float *x = check_alloc(sizeof *x * (size_t)in), *dy = check_floats((size_t)out);
  float *y = check_garbage((size_t)out), *dx = check_garbage((size_t)in);
  check_sum *want = check_alloc(sizeof *want * (size_t)in);
  /* all below zero, so that padding read as zeros would win */
  for (int i = 0; i < in; i++) x[i] = whole ? (float)check_between(-3, -1) : check_float() - 1.5f;
  for (int i = 0; i < in; i++) want[i] = (check_sum){0};

  float *spent = memcpy(check_alloc(sizeof *dy * (size_t)out), dy, sizeof *dy * (size_t)out);
  fr_max_pool_forward(&l.window, x, y);
  fr_max_pool_backward(&l.window, x, y, spent, dx);
  free(spent);
  for (int oy = 0, at = 0; oy < l.output.dims[0]; oy++)
    for (int ox = 0; ox < l.output.dims[1]; ox++)
      for (int c = 0; c < channels; c++, at++) {
        int best = winner_of(&l, x, oy, ox, c);
        CHECK(y[at] == x[best], "y %g, want %g", (double)y[at], (double)x[best]);
        check_add(&want[best], dy[at], 1.0);
        clipped += window_start(ox, l.input.dims[1], l.kernel_w, l.stride_w, l.padding) < 0;
      }
  for (int i = 0; i < in; i++) check_sum_near(dx[i], &want[i], "dx");
  free(x);
  free(dy);
  free(y);
  free(dx);
  free(want);
  return clipped;
}

int main(void) {
  int clipped = 0;
  for (int round = 0; round < SWEEP; round++) clipped += check_case(round % 2);
  CHECK(clipped > 250, "%d windows reached into the padding", clipped);
  return check_report("pooling", 100000);
}
