/* The convolution kernels, fused and not, and the plain reference, compared with loops in double
 * over ragged shapes. */
#include "conv_case.h"
#include "kernels/conv2d.h"

enum { SWEEP = 320, EXACT = 500 };

/* ---- the kernels' interface, in one place ---------------------------------------------------- */

/* An image in the batch arena: the slack after it holds its neighbours' floats. */
static float *with_slack(const float *x, int n) {
  float *image = check_garbage((size_t)n + FR_CONV_SLACK);
  memcpy(image, x, sizeof *x * (size_t)n);
  return image;
}

static void fast_forward(conv_case *t) {
  const fr_window *w = &t->layer.window;
  fr_conv2d_sizes sizes = fr_conv2d_measure(w, t->pool);
  float *packed = check_garbage((size_t)sizes.packed), *image = with_slack(t->x, t->in);
  float *scratch = check_garbage((size_t)sizes.image);
  void *lists = check_garbage((size_t)sizes.lists);
  fr_conv2d_pack(w, t->kernel, t->bias, packed);
  const float *padded = fr_conv2d_pad(w, image, scratch);
  if (t->pool) fr_conv2d_pool_forward(w, padded, packed, t->relu, lists, t->y, t->winner);
  else fr_conv2d_forward(w, padded, packed, t->relu, t->y);
  free(packed);
  free(image);
  free(scratch);
  free(lists);
}

/* Adds one image to dkernel (Keras's layout) and dbias; dx is written. */
static void fast_backward(conv_case *t, float *dkernel, float *dbias, float *dx) {
  const fr_window *w = &t->layer.window;
  fr_conv2d_sizes sizes = fr_conv2d_measure(w, t->pool);
  float *rows = check_garbage((size_t)sizes.rows), *drows = check_alloc((size_t)sizes.rows * 4);
  float *image = with_slack(t->x, t->in), *scratch = check_garbage((size_t)sizes.image);
  void *lists = check_garbage((size_t)sizes.lists);
  memset(drows, 0, (size_t)sizes.rows * 4);
  fr_conv2d_delta delta = {.dy = t->dy, .winner = t->pool ? t->winner : NULL};
  const float *padded = fr_conv2d_pad(w, image, scratch);
  fr_conv2d_backward_bias(w, &delta, dbias);
  fr_conv2d_backward_kernel(w, &(fr_conv2d_sample){padded, delta}, 1, lists, drows);
  fr_conv2d_unpack_rows(w, drows, dkernel);
  fr_conv2d_pack_rows(w, t->kernel, rows);
  fr_conv2d_backward_input(w, rows, &delta, lists, scratch, dx);
  free(rows);
  free(drows);
  free(image);
  free(scratch);
  free(lists);
}

/* ---- cases ----------------------------------------------------------------------------------- */

static fr_layer random_layer(int round) {
  fr_layer l = {.kind = FR_CONV2D,
                .units = check_between(1, 33),
                .use_bias = 1,
                .kernel_h = check_between(1, 5),
                .kernel_w = check_between(1, 5),
                .stride_h = check_between(1, 3),
                .stride_w = check_between(1, 3),
                .padding = (fr_padding)check_between(0, 1)};
  int channels = check_between(1, 33), h = check_between(1, 11), w = check_between(1, 11);
  if (round % 3 == 0) l.kernel_h = l.kernel_w = 3; /* the shapes that have loops of their own */
  if (round % 6 == 0) channels = 1;
  if (round % 4 == 0) l.stride_h = l.stride_w = 1;
  if (l.padding == FR_VALID && h < l.kernel_h) h = l.kernel_h + h - 1;
  if (l.padding == FR_VALID && w < l.kernel_w) w = l.kernel_w + w - 1;
  return with_input(l, h, w, channels);
}

static conv_case make_case(int round, int whole) {
  fr_layer layer = random_layer(round);
  return conv_case_of(&layer, round, whole);
}

/* ---- checks ---------------------------------------------------------------------------------- */

static double rectified(const conv_case *t, double z) { return t->relu && z < 0.0 ? 0.0 : z; }

/* Each output is the largest sum in its window, and the winner is the position of that sum. */
static void check_forward(conv_case *t) {
  fast_forward(t);
  for (int i = 0; i < t->y_size; i++) {
    check_sum largest = t->z[source_of(t, i, 0)];
    double tolerance = check_tolerance(&largest);
    for (int p = 1; t->pool && p < 4; p++) {
      const check_sum *z = &t->z[source_of(t, i, p)];
      if (z->value > largest.value) largest = *z;
      if (check_tolerance(z) > tolerance) tolerance = check_tolerance(z);
    }
    CHECK_NEAR(t->y[i], rectified(t, largest.value), tolerance, describe(t, "y"));
    if (!t->pool) continue;
    int valid = t->winner[i] < 4;
    CHECK(valid, "winner %d", t->winner[i]);
    if (valid)
      CHECK_NEAR(t->z[source_of(t, i, t->winner[i])].value, largest.value, 2 * tolerance,
                 describe(t, "winner's sum"));
  }
}

/* Exact sums: equal to the last bit; among equal ones, the first wins. */
static int check_exact_forward(conv_case *t) {
  int ties = 0;
  fast_forward(t);
  for (int i = 0; i < t->y_size; i++) {
    int first = 0, last = 0;
    for (int p = 1; t->pool && p < 4; p++) {
      double z = t->z[source_of(t, i, p)].value, best = t->z[source_of(t, i, first)].value;
      if (z > best) first = last = p;
      else if (z == best) last = p;
    }
    ties += first != last;
    double want = rectified(t, t->z[source_of(t, i, first)].value);
    CHECK(t->y[i] == want, "%s: %.9g, want exactly %.9g", describe(t, "y"), (double)t->y[i], want);
    if (t->pool)
      CHECK(t->winner[i] == first, "%s: %d, want %d", describe(t, "winner"), t->winner[i], first);
  }
  return ties;
}

/* Backward from the test's own outputs and winners, so that a mistake in the forward pass cannot
 * hide one in the backward pass. */
static void check_backward(conv_case *t) {
  int weights = t->taps * t->layer.units;
  double *dz = check_alloc(sizeof *dz * (size_t)t->out);
  check_sum *dx = check_alloc(sizeof *dx * (size_t)t->in);
  check_sum *dkernel = check_alloc(sizeof *dkernel * (size_t)weights);
  check_sum *dbias = check_alloc(sizeof *dbias * (size_t)t->layer.units);
  for (int i = 0; i < t->out; i++) dz[i] = 0.0;
  for (int i = 0; i < t->in; i++) dx[i] = (check_sum){0};
  for (int i = 0; i < weights; i++) dkernel[i] = (check_sum){0};
  for (int c = 0; c < t->layer.units; c++) dbias[c] = (check_sum){0.25 * c, 0.25 * c, 1};
  for (int i = 0; i < t->y_size; i++) {
    t->winner[i] = (uint8_t)check_between(0, 3);
    dz[source_of(t, i, t->winner[i])] = t->dy[i];
    check_add(&dbias[i % t->layer.units], t->dy[i], 1.0);
  }
  each_tap(t, visit_backward, &(exact_backward){t, dz, dx, dkernel});

  float *got_dx = check_garbage((size_t)t->in), *got_dkernel = check_garbage((size_t)weights);
  float *got_dbias = check_alloc(sizeof *got_dbias * (size_t)t->layer.units);
  for (int c = 0; c < t->layer.units; c++)
    got_dbias[c] = 0.25f * (float)c; /* the values it adds to */
  fast_backward(t, got_dkernel, got_dbias, got_dx);
  for (int i = 0; i < t->in; i++) check_sum_near(got_dx[i], &dx[i], describe(t, "dx"));
  for (int i = 0; i < weights; i++)
    check_sum_near(got_dkernel[i], &dkernel[i], describe(t, "dkernel"));
  for (int c = 0; c < t->layer.units; c++)
    check_sum_near(got_dbias[c], &dbias[c], describe(t, "dbias"));

  free(dz);
  free(dx);
  free(dkernel);
  free(dbias);
  free(got_dx);
  free(got_dkernel);
  free(got_dbias);
}

/* Two images in a row, each followed by the other's floats: what the first leaves in the scratch
 * does not affect the second. */
static void check_repeats(conv_case *t) {
  float *first = check_alloc(sizeof *first * (size_t)t->y_size);
  fast_forward(t);
  memcpy(first, t->y, sizeof *first * (size_t)t->y_size);
  fast_forward(t);
  CHECK(memcmp(first, t->y, sizeof *first * (size_t)t->y_size) == 0, "%s",
        describe(t, "the same image gave other bits"));
  free(first);
}

/* A group of samples adds what its samples add one after the other, bit for bit. */
static void check_group(conv_case *t) {
  enum { N = FR_CONV_GROUP };
  const fr_window *w = &t->layer.window;
  fr_conv2d_sizes sizes = fr_conv2d_measure(w, t->pool);
  int group = fr_conv2d_group(w, t->pool), each = fr_conv2d_image(w);
  float *images = check_garbage((size_t)(N * each)), *dy = check_floats((size_t)(N * t->y_size));
  float *x = check_floats((size_t)(t->in + FR_CONV_SLACK));
  float *drows[2] = {calloc((size_t)sizes.rows, 4), calloc((size_t)sizes.rows, 4)};
  void *lists = check_garbage((size_t)sizes.lists);
  fr_conv2d_sample samples[N];
  for (int i = 0; i < N; i++) {
    float *image = images + i * each;
    for (int k = 0; k < t->in; k++) x[k] = check_float();
    const float *padded = fr_conv2d_pad(w, x, image);
    if (padded != image) memcpy(image, x, sizeof *x * (size_t)(t->in + FR_CONV_SLACK));
    if (i % 2) memset(dy + i * t->y_size, 0, sizeof *dy * (size_t)(t->y_size / 2));
    fr_conv2d_delta delta = {dy + i * t->y_size, t->pool ? t->winner : NULL};
    samples[i] = (fr_conv2d_sample){image, delta};
  }
  for (int i = 0; i < group; i++) fr_conv2d_backward_kernel(w, samples + i, 1, lists, drows[0]);
  fr_conv2d_backward_kernel(w, samples, group, lists, drows[1]);
  CHECK(memcmp(drows[0], drows[1], sizeof(float) * (size_t)sizes.rows) == 0, "%s",
        describe(t, "a group's kernel gradient"));
  free(images);
  free(dy);
  free(x);
  free(drows[0]);
  free(drows[1]);
  free(lists);
}

/* A NaN among zeros is not background: it must reach every output whose window contains it, where
 * it is visible, and no other. Here a pooled window covers 4 × 4 pixels. */
static void nan_is_seen(void) {
  fr_layer l = {.kind = FR_CONV2D,
                .units = 3,
                .kernel_h = 3,
                .kernel_w = 3,
                .stride_h = 1,
                .stride_w = 1,
                .padding = FR_VALID};
  l = with_input(l, 6, 6, 1);
  float x[36], kernel[27], y[12];
  uint8_t winner[12];
  for (int i = 0; i < 27; i++) kernel[i] = 1.0f;
  for (int round = 0; round < 72; round++) {
    int at = round % 36;
    for (int i = 0; i < 36; i++) x[i] = i == at ? NAN : 0.0f;
    conv_case t = {.layer = l,
                   .pool = 1,
                   .relu = round / 36,
                   .in = 36,
                   .x = x,
                   .kernel = kernel,
                   .y = y,
                   .winner = winner};
    fast_forward(&t);
    for (int i = 0; i < 12; i++) {
      int down = at / 6 - i / 6 * 2, right = at % 6 - i / 3 % 2 * 2; /* from the window's corner */
      int seen = down >= 0 && down < 4 && right >= 0 && right < 4;
      CHECK(seen ? isnan(y[i]) : y[i] == 0.0f, "NaN in pixel %d: output %d is %g", at, i,
            (double)y[i]);
    }
  }
}

int main(void) {
  nan_is_seen();
  int pooled = 0, same = 0, ties = 0, one_by_one = 0, grouped = 0;
  for (int round = 0; round < SWEEP; round++) {
    conv_case t = make_case(round, 0);
    pooled += t.pool;
    same += t.layer.padding == FR_SAME;
    one_by_one += t.layer.input.dims[0] == 1 || t.layer.input.dims[1] == 1;
    check_forward(&t);
    check_repeats(&t);
    check_backward(&t);
    check_group(&t);
    grouped += fr_conv2d_group(&t.layer.window, t.pool) > 1;
    free_case(&t);
  }
  for (int round = 0; round < EXACT; round++) {
    conv_case t = make_case(round, 1);
    ties += check_exact_forward(&t);
    free_case(&t);
  }
  CHECK(pooled > 60 && same > 100 && one_by_one > 15, "%d pooled, %d same, %d of one line", pooled,
        same, one_by_one);
  CHECK(grouped > 60, "%d in groups", grouped);
  CHECK(ties > 400, "%d ties", ties);
  return check_report("conv2d", 500000);
}
