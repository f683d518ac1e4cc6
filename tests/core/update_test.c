/* What happens to gradients between the last layer and the weights: clipping, decay, regularizers
 * and moving averages, on a model small enough to compute by hand. */
#include "stack.h"
#include "update.h"

/* Input 1, kernel and bias zero: y = 0, and with the mean squared error over two outputs, the
 * gradients of kernel and bias are both y - t = -t. */
static fr_model *zeros(const fr_optimizer *o) {
  fr_model *m = stack(flat(1), LAYERS(dense(2, FR_LINEAR)), 1);
  const float none[2] = {0};
  must(fr_model_set_parameter(m, 0, none, 2));
  must(fr_model_set_parameter(m, 1, none, 2));
  must(fr_model_compile(m, o, LOSS(FR_MEAN_SQUARED_ERROR)));
  return m;
}

static void train(fr_model *m, float first, float second) {
  const float one = 1.0f, targets[2] = {first, second};
  fr_scores s;
  must(fr_train(m, &(fr_batch){&one, FR_FLOAT32, targets, 1, NULL}, 1, NULL, &s));
}

static void check_weights(const fr_model *m, double k0, double k1, double b0, double b1,
                          const char *what) {
  int count;
  float *w = weights_of(m, &count);
  const double want[4] = {k0, k1, b0, b1};
  for (int i = 0; i < 4; i++) CHECK_NEAR(w[i], want[i], 1e-6, what);
  free(w);
}

/* ---- clipping -------------------------------------------------------------------------------- */

/* Gradients (-3, 4) of both tensors: norms of 5 each, √50 together. */
static void clipping(void) {
  const double root50 = sqrt(50.0);
  struct {
    const char *name;
    double value, norm, global, k0, k1;
  } cases[] = {
      {"none", 0, 0, 0, 3.0, -4.0},
      {"value", 3.5, 0, 0, 3.0, -3.5},
      {"value of both", 1, 0, 0, 1.0, -1.0},
      {"value, wide", 4, 0, 0, 3.0, -4.0},
      {"norm", 0, 1, 0, 0.6, -0.8},
      {"norm, just wide enough", 0, 5.0001, 0, 3.0, -4.0},
      {"global norm", 0, 0, 1, 3.0 / root50, -4.0 / root50},
      {"global norm, wider than each", 0, 0, 6, 18.0 / root50, -24.0 / root50},
      {"global norm, wide", 0, 0, 7.08, 3.0, -4.0},
  };
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    fr_optimizer o = {.kind = FR_SGD,
                      .learning_rate = 1.0,
                      .clip_value = cases[c].value,
                      .clip_norm = cases[c].norm,
                      .global_clip_norm = cases[c].global};
    fr_model *m = zeros(&o);
    train(m, 3.0f, -4.0f);
    check_weights(m, cases[c].k0, cases[c].k1, cases[c].k0, cases[c].k1, cases[c].name);
    fr_model_destroy(m);
  }
}

/* A zero gradient is not divided by its norm. */
static void clipping_nothing(void) {
  fr_optimizer o = {.kind = FR_SGD, .learning_rate = 1.0, .clip_norm = 1.0};
  fr_model *m = zeros(&o);
  train(m, 0.0f, 0.0f);
  check_weights(m, 0, 0, 0, 0, "no gradient");
  o.clip_norm = 0.0;
  o.global_clip_norm = 1.0;
  must(fr_model_compile(m, &o, LOSS(FR_MEAN_SQUARED_ERROR)));
  train(m, 0.0f, 0.0f);
  check_weights(m, 0, 0, 0, 0, "no gradient at all");
  fr_model_destroy(m);
}

/* The gradients stored for clipping are freed when an optimizer no longer needs them. */
static void kept_gradients(void) {
  fr_optimizer o = {.kind = FR_SGD, .learning_rate = 1.0, .clip_value = 1.0};
  fr_model *m = zeros(&o);
  float g[2];
  train(m, 3.0f, -0.5f);
  must(fr_model_get_gradient(m, 0, g, 2));
  CHECK(g[0] == -1.0f && g[1] == 0.5f, "clipped to %g, %g", (double)g[0], (double)g[1]);
  must(fr_model_compile(m, &plain_sgd, LOSS(FR_MEAN_SQUARED_ERROR)));
  train(m, 3.0f, -0.5f);
  check_refused(fr_model_get_gradient(m, 0, g, 2), FR_WRONG_STATE,
                "gradients: none have been computed yet");
  fr_model_destroy(m);
}

/* ---- regularizers and decay ------------------------------------------------------------------ */

/* Kernel (1, -2) with l1 and l2, bias (0.5, -0.5) with l2: gradients l1 · sign + 2 l2 w in addition
 * to y - t. */
static void regularizers(void) {
  fr_layer l = dense(2, FR_LINEAR);
  l.regularizers[0] = (fr_regularizer){0.25f, 0.125f};
  l.regularizers[1] = (fr_regularizer){0.0f, 0.5f};
  const float kernel[2] = {1.0f, -2.0f}, bias[2] = {0.5f, -0.5f}, one = 1.0f,
              targets[2] = {1.5f, -2.5f};
  fr_model *m = stack(flat(1), LAYERS(l), 1);
  must(fr_model_set_parameter(m, 0, kernel, 2));
  must(fr_model_set_parameter(m, 1, bias, 2));
  must(fr_model_compile(m, &(fr_optimizer){.kind = FR_SGD, .learning_rate = 1.0},
                        LOSS(FR_MEAN_SQUARED_ERROR)));
  double penalty = 0.25 * 3.0 + 0.125 * 5.0 + 0.5 * 0.5;
  CHECK_NEAR(fr_update_penalty(m), penalty, 1e-12, "penalty");
  fr_scores s = {0};
  fr_batch b = {&one, FR_FLOAT32, targets, 1, NULL};
  must(fr_evaluate(m, &b, 1, &s));
  CHECK_NEAR(s.loss, penalty, 1e-6, "loss of a perfect fit");
  train(m, 1.5f, -2.5f); /* y = t: only the regularizers */
  check_weights(m, 1.0 - 0.25 - 0.25, -2.0 + 0.25 + 0.5, 0.0, 0.0, "regularized");
  fr_model_destroy(m);
}

/* The same weights whether an update gets its gradients row by row or all at once, including Adam's
 * fused path through a dense layer. */
static void decay_whichever_way(void) {
  enum { WIDE = FR_PANEL + 5, UNITS = 7, SAMPLES = 6 };
  float *x = check_floats(SAMPLES * WIDE), *t = check_floats(SAMPLES * UNITS), *kept = NULL;
  int count = 0;
  for (int way = 0; way < 2; way++) {
    fr_optimizer o = default_adam;
    o.weight_decay = 0.1;
    o.clip_value = way ? 1e9 : 0.0; /* clips nothing, but stores all gradients first */
    fr_model *m = stack(flat(WIDE), LAYERS(dense(WIDE, FR_RELU), dense(UNITS, FR_LINEAR)), 3);
    must(fr_model_compile(m, &o, LOSS(FR_MEAN_SQUARED_ERROR)));
    fr_scores s[SAMPLES];
    for (int epoch = 0; epoch < 9; epoch++) /* 18 steps: including those that flush */
      must(fr_train(m, &(fr_batch){x, FR_FLOAT32, t, SAMPLES, NULL}, 3, NULL, s));
    float *w = weights_of(m, &count);
    if (way) CHECK(memcmp(w, kept, sizeof *w * (size_t)count) == 0, "the two ways differ");
    free(kept);
    kept = w;
    fr_model_destroy(m);
  }
  free(kept);
  free(x);
  free(t);
}

/* ---- moving averages ------------------------------------------------------------------------- */

static const fr_optimizer averaging = {
    .kind = FR_SGD, .learning_rate = 1.0, .use_ema = 1, .ema_momentum = 0.75};

/* With a learning rate of 1, y moves twice the distance to its target: y = k + b, and both move by
 * t - y. */
static void averages(void) {
  fr_model *m = zeros(&averaging);
  must(fr_update_average(m, 0)); /* nothing to average yet */
  check_weights(m, 0, 0, 0, 0, "before the first step");
  int count;
  train(m, 1.0f, -2.0f); /* 0 + (1, -2) */
  float *first = weights_of(m, &count);
  must(fr_update_average(m, 0));
  float *average = weights_of(m, &count);
  CHECK(memcmp(first, average, sizeof *first * (size_t)count) == 0,
        "the first average is not the first weights");
  free(average);
  train(m, 0.0f, 1.0f); /* y = (2, -4): (1, -2) + (-2, 5) = (-1, 3) */
  check_weights(m, -1, 3, -1, 3, "after two steps");
  must(fr_update_average(m, 1));
  check_weights(m, 0.75 * 1 - 0.25, -0.75 * 2 + 0.75, 0.5, -0.75, "average of two steps");
  must(fr_update_average(m, 1));
  check_weights(m, -1, 3, -1, 3, "swapped back");
  free(first);
  fr_model_destroy(m);
}

/* Swapped twice, every bit is back in its place, and batch normalization's statistics are
 * untouched. */
static void swaps(void) {
  fr_model *m =
      stack(flat(6), LAYERS(dense(9, FR_LINEAR), normalization(1, 1), dense(3, FR_SOFTMAX)), 4);
  fr_optimizer o = default_adam;
  o.use_ema = 1;
  o.ema_momentum = 0.9;
  must(fr_model_compile(m, &o, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  float *x = check_floats(8 * 6), during[3 * 8], before[3 * 8], after[3 * 8];
  const int32_t labels[8] = {0, 1, 2, 0, 1, 2, 0, 1};
  fr_batch b = {x, FR_FLOAT32, labels, 8, NULL};
  fr_scores s[8];
  for (int i = 0; i < 5; i++) must(fr_train(m, &b, 3, NULL, s));
  int count;
  float *w = weights_of(m, &count);
  must(fr_predict(m, &b, 8, before));
  must(fr_update_average(m, 1));
  must(fr_predict(m, &b, 8, during));
  float *swapped = weights_of(m, &count), *at = swapped;
  for (int i = 0; i < m->parameter_count;
       at += m->parameters[i++].elements) /* the same weights, set again */
    must(fr_model_set_parameter(m, i, at, m->parameters[i].elements));
  must(fr_predict(m, &b, 8, after));
  CHECK(memcmp(after, during, sizeof after) == 0, "predictions are not all of the averages'");
  must(fr_update_average(m, 1));
  must(fr_predict(m, &b, 8, after));
  float *back = weights_of(m, &count);
  CHECK(memcmp(w, back, sizeof *w * (size_t)count) == 0, "swapping twice changed weights");
  CHECK(memcmp(before, after, sizeof before) == 0, "swapping twice changed predictions");
  CHECK(memcmp(before, during, sizeof before) != 0, "predictions are not the averages'");
  int statistics = 6 * 9 + 9 + 9 + 9, moved = 0; /* the initial moving mean and variance */
  for (int i = 0; i < count; i++) {
    int is_statistic = i >= statistics && i < statistics + 18;
    moved += swapped[i] != w[i];
    if (is_statistic) CHECK(swapped[i] == w[i], "statistic %d moved", i - statistics);
  }
  CHECK(moved > (count - 18) * 9 / 10, "%d of %d weights have an average of their own", moved,
        count);
  must(fr_update_average(m, 0)); /* permanently */
  must(fr_predict(m, &b, 8, after));
  CHECK(memcmp(during, after, sizeof after) == 0, "predictions are not the averages'");
  free(x);
  free(w);
  free(swapped);
  free(back);
  fr_model_destroy(m);
}

/* Every second step: after steps 2 and 4 the weights become their averages. */
static void overwriting(void) {
  fr_optimizer o = averaging;
  o.ema_overwrite = 2;
  fr_model *m = zeros(&o);
  train(m, 1.0f, -2.0f);
  check_weights(m, 1, -2, 1, -2, "step 1 leaves the weights");
  train(m, 0.0f, 1.0f);
  check_weights(m, 0.5, -0.75, 0.5, -0.75, "step 2 overwrites them");
  train(m, 3.0f, -1.5f); /* y = (1, -1.5) */
  check_weights(m, 2.5, -0.75, 2.5, -0.75, "step 3 leaves the weights");
  train(m, 5.0f,
        2.5f); /* y = (5, -1.5): (2.5, 3.25), averaged with 0.75 · 0.5 + 0.25 · 2.5 and -0.75 */
  check_weights(m, 1.375, 0.25, 1.375, 0.25, "step 4 overwrites them");
  fr_model_destroy(m);
}

/* Compiling again starts a new average. */
static void averaging_anew(void) {
  fr_model *m = zeros(&averaging);
  train(m, 1.0f, -2.0f);
  train(m, 0.0f, 1.0f);
  must(fr_model_compile(m, &averaging, LOSS(FR_MEAN_SQUARED_ERROR)));
  train(m, -2.0f, 6.0f); /* y = t */
  must(fr_update_average(m, 0));
  check_weights(m, -1, 3, -1, 3, "the average of one step");
  must(fr_model_compile(m, &plain_sgd, LOSS(FR_MEAN_SQUARED_ERROR)));
  check_refused(fr_update_average(m, 0), FR_WRONG_STATE, "average: compile with useEma first");
  fr_model_destroy(m);
  m = stack(flat(1), LAYERS(dense(2, FR_LINEAR)), 1);
  check_refused(fr_update_average(m, 1), FR_WRONG_STATE, "average: compile with useEma first");
  fr_model_destroy(m);
}

int main(void) {
  clipping();
  clipping_nothing();
  kept_gradients();
  regularizers();
  decay_whichever_way();
  averages();
  swaps();
  overwriting();
  averaging_anew();
  return check_report("update", 115);
}
