/* Initial values: the limits, variances and fans of each kind of parameter, and what they depend
 * on. */
#include "stack.h"

/* Large enough for meaningful statistics. */
static fr_layer wide_dense(void) { return dense(90, FR_LINEAR); }
static fr_layer wide_conv(void) { return conv(40, 3, 5, 1, 1, FR_SAME, FR_LINEAR); }
static fr_layer wide_depthwise(void) { return depthwise(7, 5, 3, 1, 1, FR_SAME, FR_LINEAR); }

/* keras.initializers.compute_fans: a kernel's last two axes, times its window; for a vector, its
 * length for both. */
static const struct {
  const char *name;
  fr_shape input;
  fr_layer (*layer)(void);
  int which, elements;
  double in, out;
} parameters[] = {
    {"dense kernel", {1, {70}}, wide_dense, 0, 70 * 90, 70, 90},
    {"dense bias", {1, {70}}, wide_dense, 1, 90, 90, 90},
    {"conv2d kernel", {3, {6, 6, 20}}, wide_conv, 0, 3 * 5 * 20 * 40, 3 * 5 * 20, 3 * 5 * 40},
    {"conv2d bias", {3, {6, 6, 20}}, wide_conv, 1, 40, 40, 40},
    {"depthwise kernel", {3, {6, 6, 60}}, wide_depthwise, 0, 5 * 3 * 60 * 7, 5 * 3 * 60, 5 * 3 * 7},
    {"depthwise bias", {3, {6, 6, 60}}, wide_depthwise, 1, 420, 420, 420},
};
enum { PARAMETERS = sizeof parameters / sizeof *parameters };

/* Parameter `which` of the layer as a model initializes it; freed by the caller. */
static float *values_of(fr_shape input, fr_layer layer, int which, uint64_t seed, int *count) {
  fr_model *m = stack(input, LAYERS(layer), seed);
  int index = m->parameters_of[0][which];
  *count = m->parameters[index].elements;
  float *values = check_garbage((size_t)*count);
  must(fr_model_get_parameter(m, index, values, *count));
  fr_model_destroy(m);
  return values;
}

/* The mean of n numbers has standard deviation √(variance / n), their mean square one of variance ·
 * √(k / n), with k = 4/5 for uniform and 1.3655 for truncated normal numbers. `limit` is never
 * exceeded, and nearly reached. */
static void check_spread(const float *v, int n, double variance, double limit, double k,
                         const char *what) {
  double sum = 0.0, squares = 0.0, most = 0.0;
  for (int i = 0; i < n; i++) {
    sum += v[i];
    squares += (double)v[i] * v[i];
    most = fmax(most, fabs((double)v[i]));
  }
  CHECK(most <= limit * (1 + 1e-6) && most > limit * (1.0 - 30.0 / n), "%s: up to %g of %g", what,
        most, limit);
  CHECK_NEAR(sum / n, 0.0, 5.0 * sqrt(variance / n), what);
  CHECK_NEAR(squares / n, variance, 5.0 * variance * sqrt(k / n), what);
}

static void variances(void) {
  for (int p = 0; p < PARAMETERS; p++)
    for (int fan = 0; fan < FR_FANS; fan++)
      for (int normal = 0; normal < 2; normal++) {
        fr_layer l = parameters[p].layer();
        fr_initializer *init = &l.initializers[parameters[p].which];
        *init = (fr_initializer){.distribution = normal ? FR_INIT_NORMAL : FR_INIT_UNIFORM,
                                 .value = fan == FR_FAN_IN ? 2.0f : 1.0f,
                                 .fan = (fr_fan)fan};
        double in = parameters[p].in, out = parameters[p].out;
        double variance = (double)init->value / (fan == FR_FAN_IN    ? in
                                                 : fan == FR_FAN_OUT ? out
                                                                     : (in + out) / 2.0);
        int n;
        float *v = values_of(parameters[p].input, l, parameters[p].which, 3, &n);
        CHECK(n == parameters[p].elements, "%s: %d elements", parameters[p].name, n);
        double limit = normal ? 2.0 / 0.87962566103423978 * sqrt(variance) : sqrt(3.0 * variance);
        check_spread(v, n, variance, limit, normal ? 1.3655 : 0.8, parameters[p].name);
        free(v);
      }
}

static void check_all(const float *v, int n, float want, const char *what) {
  int wrong = 0;
  for (int i = 0; i < n; i++) wrong += v[i] != want;
  CHECK(wrong == 0, "%s: %d of %d are not %g", what, wrong, n, (double)want);
}

/* Glorot uniform kernels and zero biases; gamma and the moving variance of a normalization are
 * ones. */
static void defaults(void) {
  for (int p = 0; p < PARAMETERS; p++) {
    int n;
    float *v = values_of(parameters[p].input, parameters[p].layer(), parameters[p].which, 3, &n);
    double variance = 2.0 / (parameters[p].in + parameters[p].out);
    if (parameters[p].which) check_all(v, n, 0.0f, parameters[p].name);
    else check_spread(v, n, variance, sqrt(3.0 * variance), 0.8, parameters[p].name);
    free(v);
  }
  static const float first[4] = {1.0f, 0.0f, 0.0f, 1.0f};
  for (int which = 0; which < 4; which++) {
    int n;
    float *v = values_of(flat(9), normalization(1, 1), which, 3, &n);
    CHECK(n == 9, "%d channels", n);
    check_all(v, n, first[which], "normalization");
    free(v);
  }
}

static void constants(void) {
  for (int which = 0; which < 4; which++) {
    fr_layer l = normalization(1, 1);
    float value = 0.25f * (float)which - 0.5f;
    l.initializers[which] = (fr_initializer){.distribution = FR_INIT_CONSTANT, .value = value};
    int n;
    float *v = values_of(flat(9), l, which, 3, &n);
    check_all(v, n, value, "constant");
    free(v);
  }
  fr_layer l = wide_dense();
  l.initializers[0] = l.initializers[1] =
      (fr_initializer){.distribution = FR_INIT_CONSTANT, .value = -3.0f};
  for (int which = 0; which < 2; which++) {
    int n;
    float *v = values_of(flat(70), l, which, 3, &n);
    check_all(v, n, -3.0f, "constant");
    free(v);
  }
}

/* ---- seeds ----------------------------------------------------------------------------------- */

static int shared(const float *a, const float *b, int n) {
  int same = 0;
  for (int i = 0; i < n; i++) same += a[i] == b[i];
  return same;
}

/* With a seed of its own, a kernel is the same in any layer of any model. Without one, it depends
 * on the model's seed and the parameter's place. */
static void seeds(void) {
  for (int normal = 0; normal < 2; normal++)
    for (int seeded = 0; seeded < 2; seeded++) {
      fr_layer l = dense(20, FR_LINEAR);
      l.initializers[0] =
          (fr_initializer){.distribution = normal ? FR_INIT_NORMAL : FR_INIT_UNIFORM,
                           .value = 1.0f,
                           .has_seed = seeded,
                           .seed = 99};
      fr_model *m = stack(flat(20), LAYERS(l, l), 7), *other = stack(flat(20), LAYERS(l, l), 8);
      float a[400], b[400], c[400];
      must(fr_model_get_parameter(m, 0, a, 400));
      must(fr_model_get_parameter(m, 2, b, 400));
      must(fr_model_get_parameter(other, 0, c, 400));
      int want = seeded ? 400 : 0;
      CHECK(abs(shared(a, b, 400) - want) <= 1, "two layers share %d of 400", shared(a, b, 400));
      CHECK(abs(shared(a, c, 400) - want) <= 1, "two models share %d of 400", shared(a, c, 400));
      l.initializers[0].seed = 100;
      fr_model *another = stack(flat(20), LAYERS(l), 7);
      must(fr_model_get_parameter(another, 0, b, 400));
      want = seeded ? 0 : 400;
      CHECK(abs(shared(a, b, 400) - want) <= 1, "two seeds share %d of 400", shared(a, b, 400));
      fr_model_destroy(m);
      fr_model_destroy(other);
      fr_model_destroy(another);
    }
}

/* ---- which there are ------------------------------------------------------------------------- */

static void described(void) {
  for (int scale = 0; scale < 2; scale++)
    for (int center = 0; center < 2; center++) {
      fr_model *m = stack(image(4, 4, 5), LAYERS(normalization(center, scale)), 1);
      CHECK(m->parameter_count == 2 + center + scale, "%d tensors", m->parameter_count);
      for (int i = 0, which = 0; i < m->parameter_count; i++, which++) {
        if (which == 0 && !scale) which++;
        if (which == 1 && !center) which++;
        const fr_parameter *p = &m->parameters[i];
        CHECK(p->which == which && p->trainable == (which < 2) && p->rank == 1 && p->dims[0] == 5,
              "tensor %d: which %d, trainable %d, rank %d of %d", i, p->which, p->trainable,
              p->rank, p->dims[0]);
      }
      fr_model_destroy(m);
    }
  fr_model *m =
      stack(image(8, 7, 3), LAYERS(without_bias(depthwise(2, 3, 4, 1, 1, FR_SAME, FR_LINEAR))), 1);
  const fr_parameter *p = &m->parameters[0];
  CHECK(m->parameter_count == 1 && p->rank == 4 && p->dims[0] == 3 && p->dims[1] == 4 &&
            p->dims[2] == 3 && p->dims[3] == 2,
        "depthwise: %d × %d × %d × %d", p->dims[0], p->dims[1], p->dims[2], p->dims[3]);
  fr_model_destroy(m);
}

int main(void) {
  variances();
  defaults();
  constants();
  seeds();
  described();
  return check_report("parameter", 180);
}
