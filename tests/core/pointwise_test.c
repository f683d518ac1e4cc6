/* The gradients of 1×1 convolutions, compared with loops in double. */
#include "conv_case.h"
#include "kernels/conv2d.h"
#include "kernels/pointwise.h"

enum { SWEEP = 60, IMAGES = 2 };

static fr_layer random_layer(void) {
  fr_layer l = {.kind = FR_CONV2D,
                .units = 8 * check_between(1, 4),
                .use_bias = 1,
                .kernel_h = 1,
                .kernel_w = 1,
                .stride_h = 1,
                .stride_w = 1,
                .padding = (fr_padding)check_between(0, 1)};
  return with_input(l, check_between(1, 9), check_between(1, 9), 4 * check_between(1, 9));
}

static void check_gradients(const conv_case *t) {
  const fr_window *w = &t->layer.window;
  int weights = t->taps * t->layer.units;
  check_sum *dkernel = calloc((size_t)weights, sizeof *dkernel);
  float *got = calloc((size_t)weights, sizeof *got), *dx = check_garbage((size_t)t->in);
  float *packed = check_garbage((size_t)fr_pointwise_packed(w));
  double *exact_dz = check_alloc(sizeof *exact_dz * (size_t)t->out);
  CHECK(fr_pointwise_fits(w), "%s", describe(t, "does not fit"));
  fr_pointwise_pack(w, t->kernel, packed);
  for (int image = 0; image < IMAGES; image++) { /* they add up */
    float *dz = check_floats((size_t)t->out);
    check_sum *want = calloc((size_t)t->in, sizeof *want);
    for (int i = 0; i < t->out; i++) exact_dz[i] = dz[i];
    each_tap(t, visit_backward, &(exact_backward){t, exact_dz, want, dkernel});
    fr_pointwise_backward_kernel(w, t->x, dz, got);
    fr_pointwise_backward_input(w, packed, dz, dx);
    for (int i = 0; i < t->in; i++) check_sum_near(dx[i], &want[i], describe(t, "dx"));
    free(dz);
    free(want);
  }
  for (int i = 0; i < weights; i++) check_sum_near(got[i], &dkernel[i], describe(t, "dkernel"));
  free(dkernel);
  free(got);
  free(dx);
  free(packed);
  free(exact_dz);
}

static void check_fits(void) {
  const fr_window fits = {
      .in_c = 4, .out_c = 8, .kernel_h = 1, .kernel_w = 1, .stride_h = 1, .stride_w = 1};
  fr_window not[] = {fits, fits, fits, fits};
  not[0].in_c = 6;
  not[1].out_c = 12;
  not[2].kernel_w = 2;
  not[3].stride_h = 2;
  CHECK(fr_pointwise_fits(&fits), "4 to 8 channels");
  for (int i = 0; i < 4; i++) CHECK(!fr_pointwise_fits(&not[i]), "%d", i);
}

int main(void) {
  check_fits();
  for (int round = 0; round < SWEEP; round++) {
    fr_layer layer = random_layer();
    conv_case t = conv_case_of(&layer, 2, 0); /* an even round: no pool */
    check_gradients(&t);
    free_case(&t);
  }
  return check_report("pointwise", 40000);
}
