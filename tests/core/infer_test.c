/* Fully connected layers in inference, compared with loops in double over ragged shapes. */
#include "check.h"
#include "kernels/infer.h"

enum { SWEEP = 200 };

typedef struct {
  fr_dense d;
  int samples, relu, threads;
  float *x, *kernel, *bias; /* bias may be NULL */
  float *packed;
} infer_case;

static float *packed_of(const fr_dense *d, const float *kernel) {
  float *panels = check_garbage((size_t)fr_dense_packed(d));
  float *packed = check_garbage((size_t)fr_infer_packed(d));
  fr_dense_pack(d, kernel, panels);
  fr_infer_pack(d, panels, packed);
  free(panels);
  return packed;
}

static int random_inputs(int round) {
  static const int edges[] = {
      1, 4, FR_INFER_PANEL - 1, FR_INFER_PANEL, FR_INFER_PANEL + 1, 2 * FR_INFER_PANEL + 3};
  int count = sizeof edges / sizeof *edges;
  return round % 3 == 0 ? edges[round / 3 % count] : check_between(1, 2 * FR_INFER_PANEL);
}

static infer_case make_case(int round) {
  infer_case t = {.samples = check_between(1, 9), .relu = round % 2, .threads = 1 + round % 6};
  if (round % 20 == 0) t.samples = 2 * FR_INFER_SAMPLES + 5;
  int inputs = random_inputs(round), units = check_between(1, 3 * FR_INFER_BLOCK);
  t.d = (fr_dense){inputs, units, fr_round_up(inputs, 4) + 4 * check_between(0, 1),
                   fr_round_up(units, 4)};
  t.x = check_garbage((size_t)(t.samples * t.d.x_stride));
  for (int s = 0; s < t.samples; s++)
    for (int k = 0; k < fr_round_up(inputs, 4); k++) {
      int zero = k >= inputs || check_between(0, 9) < round % 11;
      t.x[s * t.d.x_stride + k] = !zero ? check_float() : k % 2 ? -0.0f : 0.0f;
    }
  t.kernel = check_floats((size_t)(inputs * units));
  t.bias = round % 5 ? check_floats((size_t)units) : NULL;
  t.packed = packed_of(&t.d, t.kernel);
  return t;
}

static void free_case(infer_case *t) {
  free(t->x);
  free(t->kernel);
  free(t->bias);
  free(t->packed);
}

/* y (samples, y_stride), computed in the parts that threads would take, the last one first. */
static float *infer(const infer_case *t) {
  float *y = check_garbage((size_t)(t->samples * t->d.y_stride));
  float *sums = check_garbage((size_t)(t->samples * fr_infer_sums(&t->d)));
  size_t entries = FR_INFER_SAMPLES * FR_INFER_PANEL;
  fr_infer_input *lists = check_alloc(entries * sizeof *lists);
  memset(lists, 0xff, entries * sizeof *lists);
  int parts = fr_infer_parts(&t->d, t->samples, t->threads);
  CHECK(parts <= fr_infer_most_parts(t->samples, t->threads), "%d parts", parts);
  for (int i = parts - 1; i >= 0; i--) {
    fr_infer_part part = fr_infer_part_of(&t->d, t->samples, t->threads, i);
    fr_infer_forward(&t->d, &part, t->x, t->packed, t->bias, t->relu, lists, sums, y);
  }
  free(sums);
  free(lists);
  return y;
}

static void check_forward(const infer_case *t) {
  const fr_dense *d = &t->d;
  float *y = infer(t);
  for (int s = 0; s < t->samples; s++)
    for (int u = 0; u < d->units; u++) {
      check_sum want = {0};
      check_add(&want, t->bias ? t->bias[u] : 0.0, 1.0);
      for (int k = 0; k < d->inputs; k++)
        check_add(&want, t->x[s * d->x_stride + k], t->kernel[k * d->units + u]);
      double finished = t->relu && want.value < 0.0 ? 0.0 : want.value;
      CHECK_NEAR(y[s * d->y_stride + u], finished, check_tolerance(&want), "y");
    }
  free(y);
}

/* A single sample gives the same bits as in the batch. */
static void check_same_bits(const infer_case *t) {
  float *together = infer(t);
  for (int s = 0; s < t->samples; s++) {
    infer_case one = *t;
    one.samples = 1;
    one.threads = 2;
    one.x = t->x + s * t->d.x_stride;
    float *alone = infer(&one);
    CHECK(memcmp(alone, together + s * t->d.y_stride, sizeof(float) * (size_t)t->d.units) == 0,
          "sample %d differs alone", s);
    free(alone);
  }
  free(together);
}

/* A NaN is not a zero: it must reach the outputs, where it is visible. */
static void nan_is_live(void) {
  float x[4] = {0.0f, NAN, 0.0f, 0.0f}, kernel[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  infer_case t = {.d = {4, 2, 4, 4}, .samples = 1, .threads = 1, .x = x, .kernel = kernel};
  t.packed = packed_of(&t.d, kernel);
  float *y = infer(&t);
  CHECK(isnan(y[0]) && isnan(y[1]), "%g and %g", (double)y[0], (double)y[1]);
  free(y);
  free(t.packed);
}

int main(void) {
  for (int round = 0; round < SWEEP; round++) {
    infer_case t = make_case(round);
    check_forward(&t);
    check_same_bits(&t);
    free_case(&t);
  }
  nan_is_live();
  return check_report("infer", 50000);
}
