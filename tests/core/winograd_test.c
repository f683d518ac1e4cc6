/* Winograd's passes, compared with loops in double over ragged shapes; and with themselves, however
 * tiles are grouped. */
#include "conv_case.h"
#include "kernels/conv2d.h"
#include "kernels/winograd.h"

enum { SWEEP = 160 };

/* Planes, images and kernels begin as NaN: what must not be read into a result. */
static float *garbage(int64_t n) { return check_garbage((size_t)n); }

/* The widened image. `scratch` is what it is to be freed with. */
static const float *widened(const fr_window *w, const float *x, float **scratch) {
  fr_window wide = fr_winograd_widen(w);
  *scratch = garbage(fr_conv2d_image(&wide));
  return fr_conv2d_pad(&wide, x, *scratch);
}

/* Runs the image's tiles `group` at a time. */
static void convolve(const fr_window *w, const float *x, const float *packed, int group,
                     void (*write)(const float *products, int first, int end, int rows, void *),
                     void *context) {
  fr_window wide = fr_winograd_widen(w);
  float *scratch, *planes = garbage(fr_winograd_planes(group, w->in_c));
  float *products = garbage(fr_winograd_planes(group, w->out_c));
  const float *image = widened(w, x, &scratch);
  for (int t = 0, all = fr_winograd_tiles(w); t < all; t += group) {
    int end = t + group < all ? t + group : all;
    fr_winograd_input(&wide, image, t, end, 0, group, planes);
    fr_winograd_multiply(w, planes, packed, end - t, group, products);
    write(products, t, end, group, context);
  }
  free(scratch);
  free(planes);
  free(products);
}

static void write_output(const float *products, int first, int end, int rows, void *context) {
  const conv_case *t = context;
  const fr_window *w = &t->layer.window;
  if (t->pool)
    fr_winograd_pool_output(w, products, first, end, 0, rows, t->bias, t->relu, t->y, t->winner);
  else fr_winograd_output(w, products, first, end, 0, rows, t->bias, t->relu, t->y);
}

static void forward(conv_case *t, int group) {
  const fr_window *w = &t->layer.window;
  float *packed = garbage(fr_winograd_packed(w));
  int half = w->in_c / 2; /* in two parts, as threads would */
  fr_winograd_pack(w, t->kernel, half, w->in_c, packed);
  fr_winograd_pack(w, t->kernel, 0, half, packed);
  convolve(w, t->x, packed, group, write_output, t);
  free(packed);
}

typedef struct {
  const fr_window *window;
  float *dx;
} input_gradient;

static void write_input(const float *products, int first, int end, int rows, void *context) {
  const input_gradient *g = context;
  fr_winograd_output(g->window, products, first, end, 0, rows, NULL, 0, g->dx);
}

/* dz: the gradient of the convolution's output */
static void backward_input(const conv_case *t, const float *dz, int group, float *dx) {
  const fr_window *w = &t->layer.window, mirror = fr_window_mirror(w);
  float *packed = garbage(fr_winograd_packed(&mirror));
  fr_winograd_pack_mirrored(w, t->kernel, 0, w->out_c, packed);
  convolve(&mirror, dz, packed, group, write_input, &(input_gradient){&mirror, dx});
  free(packed);
}

static void backward_kernel(const conv_case *t, const float *dz, int group, float *dkernel) {
  const fr_window *w = &t->layer.window, wide = fr_winograd_widen(w);
  float *scratch, *sums = garbage(fr_winograd_sums(w));
  float *inputs = garbage(fr_winograd_planes(group, w->in_c));
  float *gradients = garbage(fr_winograd_planes(group, w->out_c));
  const float *image = widened(w, t->x, &scratch);
  for (int k = 0, all = fr_winograd_tiles(w); k < all; k += group) {
    int end = k + group < all ? k + group : all;
    fr_winograd_input(&wide, image, k, end, 0, group, inputs);
    fr_winograd_gradient(w, dz, k, end, 0, group, gradients);
    for (int p = 0; p < FR_WINOGRAD_POSITIONS; p++)
      fr_winograd_accumulate(w, p, inputs, gradients, end - k, group, k == 0, sums);
  }
  fr_winograd_finish(w, sums, 0, w->in_c / 2, dkernel);
  fr_winograd_finish(w, sums, w->in_c / 2, w->in_c, dkernel);
  free(scratch);
  free(sums);
  free(inputs);
  free(gradients);
}

/* ---- checks ---------------------------------------------------------------------------------- */

/* A tile's error is that of its largest sums, wherever they are: the bound of a direct sum, of the
 * largest of all, with as many more terms as the transforms add. */
static double largest_tolerance(const check_sum *sums, int n) {
  enum { TRANSFORMS = 30 };
  double largest = 0.0;
  for (int i = 0; i < n; i++) {
    check_sum s = sums[i];
    s.terms += TRANSFORMS;
    if (check_tolerance(&s) > largest) largest = check_tolerance(&s);
  }
  return largest;
}

static void check_forward(conv_case *t) {
  double tolerance = largest_tolerance(t->z, t->out);
  forward(t, 5);
  for (int i = 0; i < t->y_size; i++) {
    double largest = t->z[source_of(t, i, 0)].value;
    for (int p = 1; t->pool && p < 4; p++) {
      double z = t->z[source_of(t, i, p)].value;
      if (z > largest) largest = z;
    }
    CHECK_NEAR(t->y[i], t->relu && largest < 0.0 ? 0.0 : largest, tolerance, describe(t, "y"));
    if (!t->pool) continue;
    int valid = t->winner[i] < 4;
    CHECK(valid, "winner %d", t->winner[i]);
    if (valid)
      CHECK_NEAR(t->z[source_of(t, i, t->winner[i])].value, largest, 2 * tolerance,
                 describe(t, "winner's sum"));
  }
}

static void check_gradients(const conv_case *t) {
  int weights = t->taps * t->layer.units;
  float *dz = check_floats((size_t)t->out);
  double *exact_dz = check_alloc(sizeof *exact_dz * (size_t)t->out);
  check_sum *dx = calloc((size_t)t->in, sizeof *dx);
  check_sum *dkernel = calloc((size_t)weights, sizeof *dkernel);
  for (int i = 0; i < t->out; i++) exact_dz[i] = dz[i];
  each_tap(t, visit_backward, &(exact_backward){t, exact_dz, dx, dkernel});

  float *got_dx = check_garbage((size_t)t->in), *got_dkernel = check_garbage((size_t)weights);
  backward_input(t, dz, 5, got_dx);
  backward_kernel(t, dz, 5, got_dkernel);
  double tolerance = largest_tolerance(dx, t->in);
  for (int i = 0; i < t->in; i++) CHECK_NEAR(got_dx[i], dx[i].value, tolerance, describe(t, "dx"));
  tolerance = largest_tolerance(dkernel, weights);
  for (int i = 0; i < weights; i++)
    CHECK_NEAR(got_dkernel[i], dkernel[i].value, tolerance, describe(t, "dkernel"));

  float *again = check_garbage((size_t)(t->in > weights ? t->in : weights));
  backward_input(t, dz, FR_WINOGRAD_ROWS, again);
  CHECK(memcmp(again, got_dx, sizeof *again * (size_t)t->in) == 0, "%s",
        describe(t, "dx depends on how tiles are grouped"));
  backward_kernel(t, dz, FR_WINOGRAD_ROWS, again);
  CHECK(memcmp(again, got_dkernel, sizeof *again * (size_t)weights) == 0, "%s",
        describe(t, "dkernel depends on how tiles are grouped"));
  free(dz);
  free(exact_dz);
  free(dx);
  free(dkernel);
  free(got_dx);
  free(got_dkernel);
  free(again);
}

static void check_groups(conv_case *t) {
  float *first = check_alloc(sizeof *first * (size_t)t->y_size);
  memcpy(first, t->y, sizeof *first * (size_t)t->y_size);
  forward(t, FR_WINOGRAD_ROWS);
  CHECK(memcmp(first, t->y, sizeof *first * (size_t)t->y_size) == 0, "%s",
        describe(t, "y depends on how tiles are grouped"));
  free(first);
}

/* A NaN reaches the outputs whose windows see it, and none of other tiles. */
static void check_nan(conv_case *t) {
  int channels = t->layer.input.dims[2], pixel = check_between(0, t->in / channels - 1);
  int y = pixel / t->layer.input.dims[1], x = pixel % t->layer.input.dims[1];
  int step = t->pool ? 2 : 1, pad = t->layer.window.pad_top;
  t->x[pixel * channels + check_between(0, channels - 1)] = NAN;
  forward(t, FR_WINOGRAD_ROWS);
  for (int i = 0; i < t->y_size; i++) {
    int at = i / t->layer.units, oy = at / t->y_w * step, ox = at % t->y_w * step;
    int down = y + pad - oy, right = x + pad - ox; /* from the window's corner */
    if (down >= 0 && down < 3 + step - 1 && right >= 0 && right < 3 + step - 1)
      CHECK(isnan(t->y[i]), "%s", describe(t, "a NaN was lost"));
    int below = y + pad - oy / 4 * 4, beside = x + pad - ox / 4 * 4; /* from the tile's */
    if (below < 0 || below >= 6 || beside < 0 || beside >= 6)
      CHECK(!isnan(t->y[i]), "%s", describe(t, "a NaN left its tile"));
  }
}

/* ---- cases ----------------------------------------------------------------------------------- */

static conv_case make_case(int round) {
  fr_layer l = {.kind = FR_CONV2D,
                .units = 4 * check_between(1, 6),
                .use_bias = 1,
                .kernel_h = 3,
                .kernel_w = 3,
                .stride_h = 1,
                .stride_w = 1,
                .padding = (fr_padding)check_between(0, 1)};
  int least = l.padding == FR_VALID ? 3 : 1;
  l = with_input(l, check_between(least, 15), check_between(least, 15), 4 * check_between(1, 6));
  return conv_case_of(&l, round, 0);
}

static fr_window window_of(int side, int in_c, int out_c, int kernel, int stride) {
  return (fr_window){.in_h = side,
                     .in_w = side,
                     .in_c = in_c,
                     .out_h = side / stride,
                     .out_w = side / stride,
                     .out_c = out_c,
                     .kernel_h = kernel,
                     .kernel_w = kernel,
                     .stride_h = stride,
                     .stride_w = stride};
}

static void check_rule(void) {
  const struct {
    fr_window window;
    float direct;
    int pays;
  } rules[] = {
      {window_of(28, 16, 32, 3, 1), 1.0f, 1},  {window_of(14, 64, 64, 3, 1), 0.5f, 1},
      {window_of(7, 128, 128, 3, 1), 0.5f, 1}, {window_of(28, 1, 32, 3, 1), 1.0f, 0},
      {window_of(28, 16, 30, 3, 1), 1.0f, 0},  {window_of(28, 16, 32, 5, 1), 1.0f, 0},
      {window_of(28, 16, 32, 3, 2), 1.0f, 0},  {window_of(14, 64, 64, 3, 1), 0.125f, 0},
      {window_of(1, 64, 64, 3, 1), 1.0f, 0},   {window_of(28, 4, 4, 3, 1), 1.0f, 0},
      {window_of(4, 256, 256, 1, 1), 1.0f, 0},
  };
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    fr_window mirror = fr_window_mirror(&rules[i].window);
    CHECK(fr_winograd_pays(&rules[i].window, rules[i].direct) == rules[i].pays, "rule %d", (int)i);
    CHECK(fr_winograd_pays(&mirror, rules[i].direct) == rules[i].pays, "mirrored rule %d", (int)i);
  }
}

int main(void) {
  int pooled = 0, whole = 0;
  check_rule();
  for (int round = 0; round < SWEEP; round++) {
    conv_case t = make_case(round);
    pooled += t.pool;
    whole += t.layer.output.dims[0] % 4 == 0;
    check_forward(&t);
    check_groups(&t);
    check_gradients(&t);
    check_nan(&t);
    free_case(&t);
  }
  CHECK(pooled > 50 && whole > 20, "%d pooled, %d of whole tiles", pooled, whole);
  return check_report("winograd", 300000);
}
