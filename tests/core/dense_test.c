/* The dense kernels, their lists of live entries and the plain reference, compared with loops in
 * double over ragged shapes. */
#include "check.h"
#include "kernels/dense.h"
#include "optimizer.h"
#include "kernels/live.h"

enum { SWEEP = 240 };

typedef struct {
  fr_dense d;
  int samples;
  float *x, *kernel, *bias; /* bias may be NULL */
  uint8_t *keep;            /* (samples, units), or NULL: all live */
  float *dy;                /* (samples, y_stride), zeros among them */
  int relu;
  float scale;
} dense_case;

/* ---- the kernels' interface, in one place ---------------------------------------------------- */

static fr_live place_lists(int samples, int units) {
  size_t bytes = fr_live_bytes(samples, units);
  void *memory = check_alloc(bytes);
  memset(memory, 0xff, bytes);
  return fr_live_place(memory, samples, units);
}

static void list_all(fr_live *live, const float *d, int stride) {
  fr_live_list_samples(live, d, stride, 0, live->samples);
  fr_live_list_units(live, d, stride, 0, live->units);
}

static void free_lists(fr_live *live) { free(live->by_sample); }

static float *packed_of(const dense_case *t) {
  float *packed = check_garbage((size_t)fr_dense_packed(&t->d));
  fr_dense_pack(&t->d, t->kernel, packed);
  return packed;
}

static void fast_forward(const dense_case *t, float *y) {
  float *packed = packed_of(t);
  f32x4 *partial = check_alloc_vectors(sizeof *partial * (size_t)(t->samples * t->d.units));
  memset(partial, 0xff, sizeof *partial * (size_t)(t->samples * t->d.units));
  fr_live live = place_lists(t->samples, t->d.units);
  if (t->keep) fr_live_list_kept(&live, t->keep, 0, t->d.units);
  /* In two parts, as two threads would process them. */
  int half = t->d.units / 8 * 4;
  fr_dense_finish finish = {t->bias, t->relu, t->keep ? &live : NULL, t->scale};
  fr_dense_forward(&t->d, t->x, t->samples, packed, &finish, half, t->d.units, partial, y);
  fr_dense_forward(&t->d, t->x, t->samples, packed, &finish, 0, half, partial, y);
  free_lists(&live);
  free(packed);
  free(partial);
}

/* dx (samples, x_stride); dkernel in Keras's layout; dbias (units). */
static void fast_backward(const dense_case *t, float *dx, float *dkernel, float *dbias) {
  const fr_dense *d = &t->d;
  float *packed = packed_of(t), *dpacked = check_garbage((size_t)fr_dense_packed(d));
  fr_live live = place_lists(t->samples, d->units);
  list_all(&live, t->dy, d->y_stride);
  for (int i = 0; i < fr_dense_panels(d); i++) {
    fr_panel panel = fr_dense_panel(d, i);
    fr_dense_backward_input(d, panel, packed, &live, dx);
    for (int u = 0; u < d->units; u++)
      fr_dense_backward_kernel(d, panel, t->x, &live, u, dpacked + panel.offset + u * panel.width);
  }
  fr_dense_unpack(d, dpacked, dkernel);
  fr_dense_backward_bias(&live, dbias);
  free_lists(&live);
  free(packed);
  free(dpacked);
}

/* ---- cases ----------------------------------------------------------------------------------- */

static int random_inputs(int round) {
  static const int edges[] = {1,
                              3,
                              4,
                              5,
                              FR_PANEL - 1,
                              FR_PANEL,
                              FR_PANEL + 1,
                              2 * FR_PANEL,
                              2 * FR_PANEL + 1,
                              3 * FR_PANEL - 3};
  int count = sizeof edges / sizeof *edges;
  return round % 3 == 0 ? edges[round / 3 % count] : check_between(1, 2 * FR_PANEL + 30);
}

static dense_case make_case(int round) {
  dense_case t = {.samples = check_between(1, 9)};
  if (round % 10 == 0) t.samples = 32;
  int inputs = random_inputs(round), units = check_between(1, 33);
  t.d = (fr_dense){inputs, units, fr_round_up(inputs, 4) + 4 * check_between(0, 1),
                   fr_round_up(units, 4)};
  t.x = check_garbage((size_t)(t.samples * t.d.x_stride));
  for (int s = 0; s < t.samples; s++)
    for (int k = 0; k < fr_round_up(inputs, 4); k++)
      t.x[s * t.d.x_stride + k] = k < inputs ? check_float() : 0.0f;
  t.kernel = check_floats((size_t)(inputs * units));
  t.relu = round % 4 == 1;
  t.scale = round % 2 ? 1.25f : 1.0f;
  t.bias = round % 5 ? check_floats((size_t)units) : NULL;
  t.keep = round % 2 ? check_alloc((size_t)(t.samples * units)) : NULL;
  for (int i = 0; t.keep && i < t.samples * units; i++)
    t.keep[i] = (uint8_t)(round % 7 == 1 ? 0 : check_between(0, 1));
  t.dy = check_garbage((size_t)(t.samples * t.d.y_stride));
  for (int s = 0; s < t.samples; s++)
    for (int u = 0; u < units; u++)
      t.dy[s * t.d.y_stride + u] = check_between(0, 5) < round % 7 ? check_float() : 0.0f;
  return t;
}

static void free_case(dense_case *t) {
  free(t->x);
  free(t->kernel);
  free(t->bias);
  free(t->keep);
  free(t->dy);
}

/* ---- checks ---------------------------------------------------------------------------------- */

static void check_forward(const dense_case *t) {
  const fr_dense *d = &t->d;
  float *y = check_garbage((size_t)(t->samples * d->y_stride));
  for (int s = 0; s < t->samples; s++)
    for (int u = d->units; u < d->y_stride; u++) y[s * d->y_stride + u] = 0.0f;
  fast_forward(t, y);
  for (int s = 0; s < t->samples; s++) {
    for (int u = 0; u < d->units; u++) {
      float got = y[s * d->y_stride + u];
      if (t->keep && !t->keep[s * d->units + u]) {
        CHECK(got == 0.0f, "sample %d unit %d was left out but is %g", s, u, (double)got);
        continue;
      }
      check_sum want = {0};
      check_add(&want, t->bias ? t->bias[u] : 0.0, 1.0);
      for (int k = 0; k < d->inputs; k++)
        check_add(&want, t->x[s * d->x_stride + k], t->kernel[k * d->units + u]);
      double finished = (t->relu && want.value < 0.0 ? 0.0 : want.value) * (double)t->scale;
      CHECK_NEAR(got, finished, 2.0 * check_tolerance(&want), "y");
    }
    for (int u = d->units; u < d->y_stride; u++)
      CHECK(y[s * d->y_stride + u] == 0.0f, "padding %d of sample %d, read by the next layer: %g",
            u, s, (double)y[s * d->y_stride + u]);
  }
  free(y);
}

/* A single sample, and with all entries live, gives the same bits as in the batch: neither blocking
 * nor skipping shows. */
static void check_same_bits(const dense_case *t) {
  const fr_dense *d = &t->d;
  float *together = check_garbage((size_t)(t->samples * d->y_stride));
  float *alone = check_garbage((size_t)d->y_stride);
  fast_forward(t, together);
  for (int s = 0; s < t->samples; s++) {
    dense_case one = *t;
    one.samples = 1;
    one.keep = NULL;
    one.x = t->x + s * d->x_stride;
    fast_forward(&one, alone);
    int differ = 0;
    for (int u = 0; u < d->units; u++)
      if (!t->keep || t->keep[s * d->units + u])
        differ += memcmp(&alone[u], &together[s * d->y_stride + u], sizeof(float)) != 0;
    CHECK(differ == 0, "%d of %d outputs of sample %d differ alone", differ, d->units, s);
  }
  free(together);
  free(alone);
}

/* The fused gradient and update gives the same bits as the two run separately. */
static void check_fused_adam(const dense_case *t) {
  const fr_dense *d = &t->d;
  fr_optimizer o = {
      .kind = FR_ADAM, .learning_rate = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7};
  fr_optimizer_begin_step(&o, o.learning_rate);
  CHECK(!o.flush, "the first step flushes");
  const fr_adam adam = fr_adam_of(&o);
  int n = fr_dense_packed(d);
  size_t bytes = sizeof(float) * (size_t)n;
  float *packed = packed_of(t), *fused[3], row[FR_PANEL];
  float *apart = check_alloc(3 * bytes); /* weights, then both moments */
  for (int i = 0; i < 3; i++) {
    fused[i] = i ? check_floats((size_t)n) : packed;
    for (int k = 0; i == 2 && k < n; k++) fused[i][k] = fabsf(fused[i][k]);
    memcpy(apart + i * n, fused[i], bytes);
  }
  fr_live live = place_lists(t->samples, d->units);
  list_all(&live, t->dy, d->y_stride);
  for (int i = 0; i < fr_dense_panels(d); i++) {
    fr_panel panel = fr_dense_panel(d, i);
    for (int u = 0; u < d->units; u++) {
      ptrdiff_t at = panel.offset + u * panel.width;
      fr_dense_backward_kernel_adam(d, panel, t->x, &live, u, &adam, fused[0] + at, fused[1] + at,
                                    fused[2] + at);
      fr_dense_backward_kernel(d, panel, t->x, &live, u, row);
      fr_optimizer_update(&o, apart + at, apart + n + at, n, row, panel.width);
    }
  }
  for (int i = 0; i < 3; i++) {
    CHECK(memcmp(fused[i], apart + i * n, bytes) == 0, "array %d differs", i);
    free(fused[i]);
  }
  free(apart);
  free_lists(&live);
}

static void check_backward(const dense_case *t) {
  const fr_dense *d = &t->d;
  float *dx = check_garbage((size_t)(t->samples * d->x_stride));
  float *dkernel = check_garbage((size_t)(d->inputs * d->units));
  float *dbias = check_garbage((size_t)d->units);
  fast_backward(t, dx, dkernel, dbias);
  for (int s = 0; s < t->samples; s++)
    for (int k = 0; k < fr_round_up(d->inputs, 4); k++) {
      check_sum want = {0};
      for (int u = 0; u < d->units && k < d->inputs; u++)
        check_add(&want, t->dy[s * d->y_stride + u], t->kernel[k * d->units + u]);
      check_sum_near(dx[s * d->x_stride + k], &want, "dx");
    }
  for (int u = 0; u < d->units; u++) {
    check_sum bias = {0};
    for (int s = 0; s < t->samples; s++) check_add(&bias, t->dy[s * d->y_stride + u], 1.0);
    check_sum_near(dbias[u], &bias, "dbias");
    for (int k = 0; k < d->inputs; k++) {
      check_sum want = {0};
      for (int s = 0; s < t->samples; s++)
        check_add(&want, t->dy[s * d->y_stride + u], t->x[s * d->x_stride + k]);
      check_sum_near(dkernel[k * d->units + u], &want, "dkernel");
    }
  }
  free(dx);
  free(dkernel);
  free(dbias);
}

/* ---- packing --------------------------------------------------------------------------------- */

static void check_packing(const dense_case *t) {
  const fr_dense *d = &t->d;
  int n = d->inputs * d->units, width = 0, wrong = 0;
  float *packed = packed_of(t), *back = check_garbage((size_t)n);
  fr_dense_unpack(d, packed, back);
  CHECK(memcmp(back, t->kernel, sizeof *back * (size_t)n) == 0, "%d × %d changed when packed",
        d->inputs, d->units);
  for (int i = 0; i < fr_dense_panels(d); i++) width += fr_dense_panel(d, i).width;
  CHECK(width == fr_round_up(d->inputs, 4), "panels hold %d of %d inputs", width, d->inputs);
  double sum = 0.0, packed_sum = 0.0; /* the padding is zeros, otherwise these differ */
  for (int i = 0; i < n; i++) sum += fabs(t->kernel[i]);
  for (int i = 0; i < fr_dense_packed(d); i++) packed_sum += fabs(packed[i]);
  for (int i = 0; i < fr_dense_packed(d); i++) wrong += isnan(packed[i]);
  CHECK(wrong == 0, "%d packed values were never written", wrong);
  CHECK_NEAR(packed_sum, sum, 1e-9 * sum, "sum of the packed kernel");
  free(packed);
  free(back);
}

/* ---- lists ----------------------------------------------------------------------------------- */

static int is_live(float value) { return !(fabsf(value) < FR_LIVE_MIN); }

static void check_by_sample(const fr_live *live, const float *d, int samples, int units,
                            int stride) {
  for (int s = 0; s < samples; s++) {
    const fr_live_entry *list = fr_live_of_sample(live, s);
    int n = 0;
    for (int u = 0; u < units; u++) {
      float value = d[s * stride + u];
      if (!is_live(value)) continue;
      CHECK(list[n].index == u && list[n].value == value, "sample %d entry %d: unit %d, value %g",
            s, n, list[n].index, (double)list[n].value);
      n++;
    }
    CHECK(live->sample_count[s] == n, "sample %d: %d entries, want %d", s, live->sample_count[s],
          n);
  }
}

static void check_by_unit(const fr_live *live, const float *d, int samples, int units, int stride) {
  CHECK(live->samples == samples && live->units == units, "lists of %d × %d", live->samples,
        live->units);
  for (int u = 0; u < units; u++) {
    const fr_live_entry *list = fr_live_of_unit(live, u);
    int n = 0;
    for (int s = 0; s < samples; s++) {
      float value = d[s * stride + u];
      if (!is_live(value)) continue;
      CHECK(list[n].index == s && list[n].value == value, "unit %d entry %d: sample %d, value %g",
            u, n, list[n].index, (double)list[n].value);
      n++;
    }
    CHECK(live->unit_count[u] == n, "unit %d: %d entries, want %d", u, live->unit_count[u], n);
  }
}

/* Lists laid out for a full batch also serve a ragged one. */
static void list_case(int round) {
  int samples = check_between(1, 9), units = check_between(1, 19), stride = units + round % 4;
  float *d = check_garbage((size_t)(samples * stride));
  static const float odd[] = {0.0f, -0.0f, 1e-16f, -9e-16f, 1.1e-15f, -2e-15f, 1e-40f, 5.0f};
  for (int s = 0; s < samples; s++)
    for (int u = 0; u < units; u++)
      d[s * stride + u] = check_between(0, 1) ? odd[check_between(0, 7)] : check_float();
  fr_live live = place_lists(samples + 3, units);
  live.samples = samples;
  list_all(&live, d, stride);
  check_by_sample(&live, d, samples, units, stride);
  check_by_unit(&live, d, samples, units, stride);

  uint8_t *keep = check_alloc((size_t)(samples * units));
  for (int s = 0; s < samples; s++)
    for (int u = 0; u < units; u++) {
      int kept = round % 5 ? check_between(0, 1) : 1;
      keep[s * units + u] = (uint8_t)kept;
      d[s * stride + u] = (float)kept;
    }
  fr_live_list_kept(&live, keep, 0, units / 2);
  fr_live_list_kept(&live, keep, units / 2, units);
  check_by_unit(&live, d, samples, units, stride);
  free_lists(&live);
  free(keep);
  free(d);
}

/* A NaN is not a zero: it must reach the weights, where it is visible. */
static void nan_is_live(void) {
  const float d[4] = {0.0f, NAN, 0.0f, INFINITY};
  fr_live live = place_lists(1, 4);
  list_all(&live, d, 4);
  CHECK(live.sample_count[0] == 2 && live.by_sample[0].index == 1 && live.by_sample[1].index == 3,
        "%d entries", live.sample_count[0]);
  free_lists(&live);
}

int main(void) {
  int masked = 0;
  for (int round = 0; round < SWEEP; round++) {
    dense_case t = make_case(round);
    masked += t.keep != NULL;
    check_packing(&t);
    check_forward(&t);
    check_same_bits(&t);
    check_backward(&t);
    check_fused_adam(&t);
    free_case(&t);
  }
  for (int round = 0; round < SWEEP; round++) list_case(round);
  nan_is_live();
  CHECK(masked > SWEEP / 3, "%d of %d cases left units out", masked, SWEEP);
  return check_report("dense", 500000);
}
