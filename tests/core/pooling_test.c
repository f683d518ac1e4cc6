/* Pooling compared with plain loops, over ragged shapes, overlapping windows and many ties. */
#include "check.h"
#include "kernels/pooling.h"
#include "stack.h"

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
  return random_window((fr_layer){.kind = FR_MAX_POOLING2D}, 4, 9, 9);
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

/* ---- means ----------------------------------------------------------------------------------- */

/* Calls `visit` for each pixel of output (oy, ox)'s window that is inside; returns how many there
 * are. */
static int each_inside(const fr_layer *l, int oy, int ox, void (*visit)(int pixel, void *),
                       void *context) {
  int h = l->input.dims[0], w = l->input.dims[1], count = 0;
  int top = window_start(oy, h, l->kernel_h, l->stride_h, l->padding);
  int left = window_start(ox, w, l->kernel_w, l->stride_w, l->padding);
  for (int y = top; y < top + l->kernel_h; y++)
    for (int z = left; z < left + l->kernel_w; z++) {
      if (y < 0 || y >= h || z < 0 || z >= w) continue;
      visit(y * w + z, context);
      count++;
    }
  return count;
}

typedef struct {
  const float *x;
  int channels, c;
  check_sum y;
  double share;
  check_sum *dx;
} mean_case;

static void add_to_mean(int pixel, void *context) {
  mean_case *t = context;
  check_add(&t->y, t->x[pixel * t->channels + t->c], 1.0);
}

static void add_share(int pixel, void *context) {
  mean_case *t = context;
  check_add(&t->dx[pixel * t->channels + t->c], t->share, 1.0);
}

static void check_means(void) {
  fr_layer l = random_layer();
  int in = fr_shape_elements(&l.input), out = fr_shape_elements(&l.output);
  mean_case t = {.channels = l.input.dims[2], .x = check_floats((size_t)in)};
  float *y = check_garbage((size_t)out), *dx = check_garbage((size_t)in),
        *dy = check_floats((size_t)out);
  t.dx = check_alloc(sizeof *t.dx * (size_t)in);
  for (int i = 0; i < in; i++) t.dx[i] = (check_sum){0};
  fr_average_pool_forward(&l.window, t.x, y);
  fr_average_pool_backward(&l.window, dy, dx);
  for (int oy = 0, at = 0; oy < l.output.dims[0]; oy++)
    for (int ox = 0; ox < l.output.dims[1]; ox++)
      for (t.c = 0; t.c < t.channels; t.c++, at++) {
        t.y = (check_sum){0};
        int count = each_inside(&l, oy, ox, add_to_mean, &t);
        CHECK_NEAR(y[at], t.y.value / count,
                   (check_tolerance(&t.y) + FLT_EPSILON * t.y.magnitude) / count, "mean");
        t.share = (double)dy[at] / count;
        each_inside(&l, oy, ox, add_share, &t);
      }
  for (int i = 0; i < in; i++) {
    t.dx[i].terms += 2; /* each share is rounded twice */
    check_sum_near(dx[i], &t.dx[i], "dx of means");
  }
  free((void *)t.x);
  free(y);
  free(dx);
  free(dy);
  free(t.dx);
}

/* ---- whole images ---------------------------------------------------------------------------- */

/* Few distinct values: the largest ones share the gradient. */
static void check_global(fr_layer_kind kind, int whole) {
  fr_layer l = {.kind = kind};
  fr_shape input = {3, {check_between(1, 9), check_between(1, 9), check_between(1, 13)}};
  CHECK(fr_layer_infer(&l, (const fr_shape *const[]){&input}) == FR_OK, "%s", fr_last_error());
  int channels = input.dims[2], pixels = input.dims[0] * input.dims[1],
      mean = kind == FR_GLOBAL_AVERAGE_POOLING2D;
  CHECK(l.output.rank == 1 && l.output.dims[0] == channels, "rank %d", l.output.rank);
  float *x = check_floats((size_t)(pixels * channels)), *y = check_garbage((size_t)channels);
  float *dy = check_floats((size_t)channels), *dx = check_garbage((size_t)(pixels * channels));
  for (int i = 0; whole && i < pixels * channels; i++) x[i] = (float)check_between(-3, -1);
  (mean ? fr_average_pool_forward : fr_max_pool_forward)(&l.window, x, y);
  if (mean) fr_average_pool_backward(&l.window, dy, dx);
  else fr_global_max_pool_backward(&l.window, x, y, dy, dx);
  for (int c = 0; c < channels; c++) {
    check_sum sum = {0};
    float largest = x[c];
    int winners = 0;
    for (int i = c; i < pixels * channels; i += channels) {
      check_add(&sum, x[i], 1.0);
      largest = x[i] > largest ? x[i] : largest;
    }
    for (int i = c; i < pixels * channels; i += channels) winners += x[i] == largest;
    CHECK_NEAR(y[c], mean ? sum.value / pixels : (double)largest,
               mean ? 2 * check_tolerance(&sum) / pixels : 0.0, "whole image");
    for (int i = c; i < pixels * channels; i += channels) {
      double share = mean ? 1.0 / pixels : x[i] == largest ? 1.0 / winners : 0.0;
      CHECK_NEAR(dx[i], (double)dy[c] * share, 2 * FLT_EPSILON * fabs((double)dy[c]) * share,
                 "dx of a whole image");
    }
  }
  free(x);
  free(y);
  free(dy);
  free(dx);
}

/* A NaN wins in, or spoils the mean of, the windows that contain it and no others. Its gradient is
 * not lost. */
static void nan_stays(void) {
  fr_layer l = {
      .kind = FR_MAX_POOLING2D, .kernel_h = 1, .kernel_w = 2, .stride_h = 1, .stride_w = 2};
  fr_shape input = {3, {1, 6, 1}};
  CHECK(fr_layer_infer(&l, (const fr_shape *const[]){&input}) == FR_OK, "%s", fr_last_error());
  const float x[6] = {1.0f, 2.0f, NAN, 4.0f, 5.0f, 6.0f};
  float y[3], dy[3] = {1.0f, 1.0f, 1.0f}, dx[6];
  fr_max_pool_forward(&l.window, x, y);
  CHECK(y[0] == 2.0f && isnan(y[1]) && y[2] == 6.0f, "%g %g %g", (double)y[0], (double)y[1],
        (double)y[2]);
  float late[2] = {5.0f, NAN}, one[1];
  fr_window pair = l.window;
  pair.in_w = 2;
  pair.out_w = 1;
  fr_max_pool_forward(&pair, late, one);
  CHECK(isnan(one[0]), "a NaN behind a number became %g", (double)one[0]);
  fr_max_pool_backward(&l.window, x, y, dy, dx);
  CHECK(dx[1] == 1.0f && dx[2] == 1.0f && dx[3] == 0.0f && dx[5] == 1.0f, "%g %g %g %g",
        (double)dx[1], (double)dx[2], (double)dx[3], (double)dx[5]);
  float whole = NAN, all = 1.0f;
  fr_window image = l.window;
  image.kernel_w = 6;
  fr_global_max_pool_backward(&image, x, &whole, &all, dx);
  CHECK(dx[0] == 1.0f && dx[1] == 0.0f && dx[2] == 0.0f && dx[5] == 0.0f, "%g %g %g %g",
        (double)dx[0], (double)dx[1], (double)dx[2], (double)dx[5]);
  fr_average_pool_forward(&l.window, x, y);
  CHECK(y[0] == 1.5f && isnan(y[1]) && y[2] == 5.5f, "%g %g %g", (double)y[0], (double)y[1],
        (double)y[2]);
}

int main(void) {
  int clipped = 0;
  for (int round = 0; round < SWEEP; round++) clipped += check_case(round % 2);
  CHECK(clipped > 250, "%d windows reached into the padding", clipped);
  for (int round = 0; round < SWEEP; round++) check_means();
  for (int round = 0; round < 200; round++)
    check_global(round % 2 ? FR_GLOBAL_AVERAGE_POOLING2D : FR_GLOBAL_MAX_POOLING2D, round % 4 < 2);
  nan_stays();
  return check_report("pooling", 300000);
}
