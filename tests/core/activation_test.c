/* Activations: values and slopes compared with doubles, on a grid, at their kinks, far from zero,
 * and for NaN. */
#include "kernels/activation.h"
#include "exact_layers.h"

/* ---- one number at a time -------------------------------------------------------------------- */

static const float slope = 0.3f;

static float value_of(fr_activation f, float x) {
  fr_activation_forward(f, slope, &x, 1, 1, 1, 1);
  return x;
}

static float slope_of(fr_activation f, float x) {
  float y = value_of(f, x), dy = 1.0f;
  fr_activation_backward(f, slope, &x, &y, &dy, 1, 1, 1, 1);
  return dy;
}

static double share_below(double x) { return 0.5 * erfc(-x / sqrt(2.0)); }

/* Formulas that stay accurate far from zero, where 1 + erf rounds to zero. */
static double exact_value(fr_activation f, double x) {
  return f == FR_GELU ? x * share_below(x) : exact_activate(f, (double)slope, x);
}

/* At a kink the slope is that of the flat side, as in TensorFlow. */
static double exact_slope(fr_activation f, double x) {
  double s = 1.0 / (1.0 + exp(-x)), t = 1.0 / (1.0 + exp(x));
  switch (f) {
    case FR_RELU: return x > 0.0;
    case FR_SIGMOID: return s * t;
    case FR_RELU6: return x > 0.0 && x < 6.0;
    case FR_LEAKY_RELU: return x > 0.0 ? 1.0 : (double)slope;
    case FR_GELU: return share_below(x) + x * exp(-0.5 * x * x) / sqrt(2.0 * acos(-1.0));
    case FR_TANH: return 1.0 / (cosh(x) * cosh(x));
    case FR_SWISH: return s + x * s * t;
    case FR_ELU: return x > 0.0 ? 1.0 : exp(x);
    case FR_SELU: return x > 0.0 ? SELU_SCALE : SELU_SCALE * SELU_ALPHA * exp(x);
    case FR_SOFTPLUS: return s;
    case FR_MISH: {
      double u = tanh(log1p(exp(fmin(x, 40.0))));
      return u + x * (1.0 - u * u) * s;
    }
    case FR_HARD_SWISH: return x <= -3.0 ? 0.0 : x >= 3.0 ? 1.0 : (2.0 * x + 3.0) / 6.0;
    default: return 1.0;
  }
}

static const fr_activation single[] = {FR_LINEAR,   FR_RELU, FR_SIGMOID,   FR_RELU6, FR_LEAKY_RELU,
                                       FR_GELU,     FR_TANH, FR_SWISH,     FR_ELU,   FR_SELU,
                                       FR_SOFTPLUS, FR_MISH, FR_HARD_SWISH};
enum { SINGLE = sizeof single / sizeof *single };

static void check_at(fr_activation f, float x) {
  char what[64];
  double want = exact_value(f, x), d = exact_slope(f, x), size = fmin(fabs((double)x), 20.0);
  snprintf(what, sizeof what, "activation %d at %.9g", (int)f, (double)x);
  /* e^x and the share below x magnify a relative error of x by |x| and x² */
  CHECK_NEAR(value_of(f, x), want, (8.0 + size * size) * FLT_EPSILON * fabs(want) + 1e-35, what);
  /* the slope is computed from y, and only y's last digit may distinguish y from 1 */
  CHECK_NEAR(slope_of(f, x), d, (8.0 + (8.0 + size * size) * fabs(d)) * FLT_EPSILON, what);
}

static void grid(void) {
  static const float far[] = {0.0f,       -0.0f,  1e-30f, -1e-30f, 5.9999995f, 6.0f,
                              6.0000005f, -6.0f,  20.0f,  -20.0f,  88.0f,      -88.0f,
                              90.0f,      -90.0f, 1e4f,   -1e4f,   1e30f,      -1e30f};
  for (int i = 0; i < SINGLE; i++) {
    for (int k = -800; k <= 800; k++) check_at(single[i], (float)k / 64.0f);
    for (size_t k = 0; k < sizeof far / sizeof *far; k++) check_at(single[i], far[k]);
  }
}

static void kinks(void) {
  static const struct {
    fr_activation f;
    float x, slope;
  } want[] = {
      {FR_RELU, 0.0f, 0.0f},  {FR_RELU, -0.0f, 0.0f},      {FR_RELU6, 0.0f, 0.0f},
      {FR_RELU6, 6.0f, 0.0f}, {FR_LEAKY_RELU, 0.0f, 0.3f}, {FR_GELU, 0.0f, 0.5f},
      {FR_SWISH, 0.0f, 0.5f}, {FR_SIGMOID, 0.0f, 0.25f},   {FR_TANH, 0.0f, 1.0f},
  };
  for (size_t i = 0; i < sizeof want / sizeof *want; i++)
    CHECK(slope_of(want[i].f, want[i].x) == want[i].slope, "activation %d at %g: slope %g",
          (int)want[i].f, (double)want[i].x, (double)slope_of(want[i].f, want[i].x));
}

/* A NaN stays a NaN, is visible, and affects no neighbour. */
static void nan_stays(void) {
  for (int i = 0; i < SINGLE; i++) {
    float y[3] = {1.0f, NAN, 2.0f};
    fr_activation_forward(single[i], slope, y, 1, 3, 3, 3);
    CHECK(isnan(y[1]), "activation %d makes %g of it", (int)single[i], (double)y[1]);
    CHECK(y[0] == value_of(single[i], 1.0f) && y[2] == value_of(single[i], 2.0f),
          "activation %d: neighbours", (int)single[i]);
  }
  static const fr_activation smooth[] = {FR_SIGMOID, FR_GELU, FR_TANH, FR_SWISH};
  for (int i = 0; i < 4; i++)
    CHECK(isnan(slope_of(smooth[i], NAN)), "the slope of %d", (int)smooth[i]);
  float y[4] = {1.0f, NAN, 0.0f, 0.0f};
  fr_activation_forward(FR_SOFTMAX, slope, y, 1, 4, 4, 2);
  CHECK(isnan(y[0]) && isnan(y[1]) && y[2] == 0.5f && y[3] == 0.5f, "softmax: %g %g %g %g",
        (double)y[0], (double)y[1], (double)y[2], (double)y[3]);
}

/* ---- rows ------------------------------------------------------------------------------------ */

enum { ROWS = 3, WIDTH = 15, STRIDE = 20 };

/* Rows that are further apart than they are wide: nothing between them is read or written. */
static void rows(void) {
  for (int f = 0; f < FR_ACTIVATIONS; f++) {
    float x[ROWS * STRIDE], y[ROWS * STRIDE], dy[ROWS * STRIDE], given[ROWS * STRIDE];
    for (int i = 0; i < ROWS * STRIDE; i++) {
      x[i] = y[i] = i % STRIDE < WIDTH ? 4.0f * check_float() : NAN;
      dy[i] = given[i] = i % STRIDE < WIDTH ? check_float() : NAN;
    }
    fr_activation_forward((fr_activation)f, slope, y, ROWS, WIDTH, STRIDE, 5);
    fr_activation_backward((fr_activation)f, slope, x, y, dy, ROWS, WIDTH, STRIDE, 5);
    for (int i = 0; i < ROWS * STRIDE; i++) {
      int inside = i % STRIDE < WIDTH;
      CHECK(isnan(y[i]) == !inside && isnan(dy[i]) == !inside, "activation %d: value %d is %g, %g",
            f, i, (double)y[i], (double)dy[i]);
      if (!inside || f == FR_SOFTMAX || f == FR_LOG_SOFTMAX) continue;
      CHECK(y[i] == value_of((fr_activation)f, x[i]), "activation %d: value %d", f, i);
      CHECK_NEAR(dy[i], (double)given[i] * slope_of((fr_activation)f, x[i]), 2e-7,
                 "slope in a row");
    }
  }
}

/* Groups of five; adding a large number to every input changes nothing. */
static void softmax(void) {
  for (int shift = -1000; shift <= 1000; shift += 500) {
    float y[ROWS * STRIDE], dy[ROWS * STRIDE];
    double want[ROWS * STRIDE], d[ROWS * STRIDE];
    for (int i = 0; i < ROWS * STRIDE; i++) {
      y[i] = 0.125f * (float)check_between(-40, 40) + (float)shift;
      want[i] = y[i];
      d[i] = dy[i] = check_float();
    }
    fr_activation_forward(FR_SOFTMAX, 0.0f, y, ROWS, WIDTH, STRIDE, 5);
    fr_activation_backward(FR_SOFTMAX, 0.0f, NULL, y, dy, ROWS, WIDTH, STRIDE, 5);
    for (int r = 0; r < ROWS; r++)
      for (int at = r * STRIDE; at < r * STRIDE + WIDTH; at += 5) {
        exact_softmax(want + at, 5);
        double dot = 0.0;
        for (int i = 0; i < 5; i++) dot += want[at + i] * d[at + i];
        for (int i = at; i < at + 5; i++) {
          CHECK_NEAR(y[i], want[i], 12 * FLT_EPSILON * want[i], "softmax");
          CHECK_NEAR(dy[i], want[i] * (d[i] - dot), 32 * FLT_EPSILON * want[i], "slope of softmax");
        }
      }
  }
}

/* The logarithm of the softmax of the same numbers, also where that is zero. */
static void log_softmax(void) {
  for (int shift = -1000; shift <= 1000; shift += 500) {
    float y[5], dy[5];
    double x[5], d[5], sum = 0.0, all = 0.0;
    for (int i = 0; i < 5; i++) {
      x[i] = y[i] = 2.0f * (float)check_between(-60, 60) + (float)shift;
      d[i] = dy[i] = check_float();
      all += d[i];
    }
    for (int i = 0; i < 5; i++) sum += exp(x[i] - x[0]);
    fr_activation_forward(FR_LOG_SOFTMAX, 0.0f, y, 1, 5, 5, 5);
    fr_activation_backward(FR_LOG_SOFTMAX, 0.0f, NULL, y, dy, 1, 5, 5, 5);
    for (int i = 0; i < 5; i++) {
      double want = x[i] - x[0] - log(sum);
      CHECK_NEAR(y[i], want, 1e-6 + 4 * FLT_EPSILON * fabs(want), "log softmax");
      CHECK_NEAR(dy[i], d[i] - exp(want) * all, 5e-6, "slope of log softmax");
    }
  }
}

int main(void) {
  grid();
  kinks();
  nan_stays();
  rows();
  softmax();
  log_softmax();
  for (int f = 0; f < FR_ACTIVATIONS; f++)
    CHECK(fr_activation_needs_input((fr_activation)f) ==
              (f == FR_GELU || f == FR_SWISH || f == FR_MISH || f == FR_HARD_SWISH),
          "activation %d", f);
  return check_report("activation", 43000);
}
