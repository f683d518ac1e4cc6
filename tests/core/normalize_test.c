/* The kernels of batch normalization compared with loops in double: one to seventy channels, one to
 * fifty positions, parts of a batch. */
#include "check.h"
#include "kernels/normalize.h"
#include "kernels/simd.h"

enum { MOST_CHANNELS = 70, PARTS = 3 };

/* Arrays as in the arena: whole vectors, with garbage after the last channel. */
static float *channels_of(int channels, int count) {
  return check_garbage((size_t)(count * fr_round_up(channels, FR_LANES)));
}

static float *zeros_of(int channels, int count) {
  float *p = channels_of(channels, count);
  memset(p, 0, sizeof *p * (size_t)(count * fr_round_up(channels, FR_LANES)));
  return p;
}

static float *filled(int channels, float low, float high) {
  float *p = channels_of(channels, 1);
  for (int c = 0; c < channels; c++) p[c] = low + (high - low) * 0.5f * (check_float() + 1.0f);
  return p;
}

static fr_norm norm_of(int channels) {
  return (fr_norm){.channels = channels,
                   .mean = filled(channels, -1.0f, 1.0f),
                   .variance = filled(channels, 0.1f, 2.0f),
                   .gain = channels_of(channels, 1),
                   .shift = channels_of(channels, 1)};
}

static void free_norm(fr_norm *m) {
  free(m->mean);
  free(m->variance);
  free(m->gain);
  free(m->shift);
}

/* ---- sums over positions, parts and samples -------------------------------------------------- */

static void sums(int channels, int positions) {
  fr_norm m = norm_of(channels);
  size_t floats = (size_t)(channels * positions);
  float *parts[PARTS], *squares = zeros_of(channels, 1), *mean = channels_of(channels, 1);
  check_sum *want = calloc((size_t)channels, sizeof *want),
            *want_squares = calloc((size_t)channels, sizeof *want);
  for (int part = 0; part < PARTS; part++) {
    float *x = check_floats(floats);
    parts[part] = zeros_of(channels, 1);
    fr_norm_add(&m, x, positions, parts[part]);
    fr_norm_add_squares(&m, x, positions, squares);
    for (size_t i = 0; i < floats; i++) {
      int c = (int)i % channels;
      double away = (double)x[i] - m.mean[c];
      check_add(&want[c], x[i], 1.0);
      check_add(&want_squares[c], away, away);
    }
    free(x);
  }
  fr_norm_average(&m, (const float *const *)parts, PARTS, 2.5, mean);
  for (int c = 0; c < channels; c++) {
    CHECK_NEAR(mean[c], want[c].value / 2.5, check_tolerance(&want[c]), "sum");
    /* the difference of numbers up to two is rounded as well */
    CHECK_NEAR(squares[c], want_squares[c].value,
               check_tolerance(&want_squares[c]) + want_squares[c].terms * 4 * (double)FLT_EPSILON,
               "squares");
  }
  for (int part = 0; part < PARTS; part++) free(parts[part]);
  free(squares);
  free(mean);
  free(want);
  free(want_squares);
  free_norm(&m);
}

/* ---- forward --------------------------------------------------------------------------------- */

static void forward(int channels, int positions, const float *gamma, const float *beta) {
  const float epsilon = 0.001f;
  fr_norm m = norm_of(channels);
  size_t floats = (size_t)(channels * positions);
  float *x = check_floats(floats), *y = check_garbage(floats);
  fr_norm_prepare(&m, gamma, beta, epsilon);
  fr_norm_forward(&m, x, positions, y);
  for (size_t i = 0; i < floats; i++) {
    int c = (int)i % channels;
    double gain = (gamma ? (double)gamma[c] : 1.0) / sqrt((double)m.variance[c] + epsilon);
    double away = gain * ((double)x[i] - m.mean[c]), shift = beta ? (double)beta[c] : 0.0;
    CHECK_NEAR(y[i], away + shift, 8 * FLT_EPSILON * (fabs(away) + fabs(shift) + 2 * fabs(gain)),
               "y");
  }
  free(x);
  free(y);
  free_norm(&m);
}

/* ---- backward -------------------------------------------------------------------------------- */

static void backward(int channels, int positions) {
  fr_norm m = norm_of(channels);
  size_t floats = (size_t)(channels * positions);
  int padded = fr_round_up(channels, FR_LANES);
  float *x = check_floats(floats), *dy = check_floats(floats), *dx = check_garbage(floats);
  float *gradients = zeros_of(channels, 2), *slopes = channels_of(channels, 2);
  check_sum *products = calloc((size_t)channels, sizeof *products),
            *plain = calloc((size_t)channels, sizeof *plain);
  fr_norm_prepare(&m, NULL, NULL, 0.01f);
  for (int twice = 0; twice < 2; twice++) /* gradients add up over samples */
    fr_norm_add_gradients(&m, x, dy, positions, gradients);
  for (size_t i = 0; i < 2 * floats; i++) {
    size_t at = i % floats;
    int c = (int)at % channels;
    check_add(&products[c], dy[at], (double)x[at] - m.mean[c]);
    check_add(&plain[c], dy[at], 1.0);
  }
  for (int c = 0; c < channels; c++) {
    CHECK_NEAR(gradients[c], products[c].value,
               check_tolerance(&products[c]) + products[c].terms * 2 * (double)FLT_EPSILON,
               "dy · (x - mean)");
    check_sum_near(gradients[padded + c], &plain[c], "dy");
    slopes[c] = check_float();
    slopes[padded + c] = check_float();
  }
  fr_norm_backward(&m, x, dy, positions, slopes, dx);
  for (size_t i = 0; i < floats; i++) {
    int c = (int)i % channels;
    double want = (double)m.gain[c] *
                  ((double)dy[i] - slopes[padded + c] - ((double)x[i] - m.mean[c]) * slopes[c]);
    CHECK_NEAR(dx[i], want, 16 * FLT_EPSILON * fabs((double)m.gain[c]), "dx");
  }
  free(x);
  free(dy);
  free(dx);
  free(gradients);
  free(slopes);
  free(products);
  free(plain);
  free_norm(&m);
}

/* A constant channel has no variance, and its output is beta. */
static void constant_channel(void) {
  float x[8] = {3.0f, 3.0f, 3.0f, 3.0f, 3.0f, 3.0f, 3.0f, 3.0f}, y[8], sums[4] = {0},
        squares[4] = {0};
  float mean[4], variance[4], gain[4], shift[4], beta[4] = {0.5f};
  fr_norm m = {1, mean, variance, gain, shift};
  fr_norm_add(&m, x, 8, sums);
  fr_norm_average(&m, (const float *const[]){sums}, 1, 8.0, mean);
  fr_norm_add_squares(&m, x, 8, squares);
  fr_norm_average(&m, (const float *const[]){squares}, 1, 8.0, variance);
  CHECK(mean[0] == 3.0f && variance[0] == 0.0f, "%g, %g", (double)mean[0], (double)variance[0]);
  fr_norm_prepare(&m, NULL, beta, 0.001f);
  fr_norm_forward(&m, x, 8, y);
  for (int i = 0; i < 8; i++) CHECK(y[i] == 0.5f, "%g", (double)y[i]);
}

int main(void) {
  for (int channels = 1; channels <= MOST_CHANNELS; channels++) {
    float *gamma = filled(channels, -2.0f, 2.0f), *beta = filled(channels, -1.0f, 1.0f);
    int positions = channels % 3 ? check_between(1, 50) : 1;
    sums(channels, positions);
    for (int which = 0; which < 4; which++)
      forward(channels, positions, which & 1 ? gamma : NULL, which & 2 ? beta : NULL);
    backward(channels, positions);
    free(gamma);
    free(beta);
  }
  constant_channel();
  return check_report("normalize", 100000);
}
