/* Small models compared with the same networks in doubles (exact.h): outputs, losses, gradients and
 * whole training steps. */
#ifndef FR_NETWORKS_H
#define FR_NETWORKS_H

#include "exact.h"

enum { MAX_N = 5, STEPS = 3 };

static int cases, fused_pools, fused_dropouts, fused_losses;

static float reach = 1.0f; /* samples are within ± this */

#define SPARSE      FR_SPARSE_CATEGORICAL_CROSSENTROPY
#define CATEGORICAL FR_CATEGORICAL_CROSSENTROPY
#define BINARY      FR_BINARY_CROSSENTROPY
#define SQUARED     FR_MEAN_SQUARED_ERROR
#define ABSOLUTE    FR_MEAN_ABSOLUTE_ERROR

/* ---- data ------------------------------------------------------------------------------------ */

typedef struct {
  int n;
  float *samples;
  int32_t labels[MAX_N];
  float *targets;
  float weights[MAX_N];
  int weighted;
} data;

/* Targets that fit the loss: classes, soft or hard probabilities, binary values, or any number. */
static data make_data(const fr_model *m, fr_loss_kind loss, int n) {
  int size = fr_shape_elements(&m->input), width = output_size(m);
  data d = {.n = n, .samples = check_floats((size_t)(n * size)), .weighted = cases % 3 == 0};
  for (int i = 0; i < n * size; i++) d.samples[i] *= reach;
  d.targets = check_alloc(sizeof(float) * (size_t)(n * width));
  for (int s = 0; s < n; s++) {
    float *t = d.targets + s * width;
    d.labels[s] = check_between(0, width - 1);
    d.weights[s] = (float)check_between(0, 8) * 0.25f;
    for (int i = 0; i < width; i++) {
      if (loss == SQUARED || loss == ABSOLUTE) t[i] = check_float();
      else if (loss == BINARY) t[i] = (float)check_between(0, 1);
      else if (s % 2) t[i] = (float)check_between(0, 3) * 0.25f; /* soft, with an arbitrary sum */
      else t[i] = (float)(i == d.labels[s]);
    }
  }
  return d;
}

static void free_data(data *d) {
  free(d->samples);
  free(d->targets);
}

static fr_batch batch_of(const data *d, fr_loss_kind loss) {
  const void *targets = loss == SPARSE ? (const void *)d->labels : (const void *)d->targets;
  return (fr_batch){d->samples, FR_FLOAT32, targets, d->n, d->weighted ? d->weights : NULL};
}

/* Samples first … first + n - 1. */
static fr_batch slice_of(const fr_model *m, const fr_batch *b, fr_loss_kind loss, int first,
                         int n) {
  int width = loss == SPARSE ? 1 : output_size(m);
  return (fr_batch){(const float *)b->samples + first * fr_shape_elements(&m->input), FR_FLOAT32,
                    (const float *)b->targets + first * width, n,
                    b->weights ? b->weights + first : NULL};
}

/* ---- checks ---------------------------------------------------------------------------------- */

/* Floats pass through a dozen layers of up to a hundred terms each, which may cancel: a bias before
 * a normalization has a gradient of zero. */
static double tolerance_for(const double *values, int n) {
  double largest = 0.0;
  for (int i = 0; i < n; i++) largest = fmax(largest, fabs(values[i]));
  return 3e-5 * largest + 6e-7;
}

static void check_all_near(const float *got, const double *want, int n, const char *name,
                           const char *what) {
  double tolerance = tolerance_for(want, n);
  int wrong = 0, first = -1;
  for (int i = 0; i < n; i++)
    if (!(fabs(got[i] - want[i]) <= tolerance) && !wrong++) first = i;
  int at = first < 0 ? 0 : first;
  CHECK(wrong == 0, "%s: %d of %d %s differ by over %.2g, the first being %d: %.9g, want %.9g",
        name, wrong, n, what, tolerance, first, (double)got[at], want[at]);
}

/* Each layer's output in inference and in training, the last layer's through the fused steps
 * too. */
static void check_outputs(const char *name, fr_model *m, const data *d) {
  exact_net net = exact_copy(m);
  fr_batch b = {d->samples, FR_FLOAT32, NULL, d->n, NULL};
  for (int layer = 0; layer < m->layer_count; layer++) {
    int count = d->n * fr_shape_elements(&m->layers[layer].output);
    float *got = check_garbage((size_t)count);
    for (net.training = 0; net.training < 2; net.training++) {
      double *want = exact_forward(&net, layer, d->samples, d->n);
      must(fr_activations_of(m, layer, &b, net.training, got));
      check_all_near(got, want, count, name, net.training ? "training activations" : "activations");
      if (layer == m->layer_count - 1 && !net.training) {
        must(fr_predict(m, &b, 2, got));
        check_all_near(got, want, count, name, "predictions");
      }
      free(want);
    }
    free(got);
  }
  exact_free(&net);
}

static void check_gradients(const char *name, fr_model *m, const fr_loss *loss, const data *d) {
  static const char *const tensors[4] = {"kernel gradients", "bias gradients", "mean gradients",
                                         "variance gradients"};
  exact_net net = exact_copy(m);
  net.training = 1;
  fr_batch b = batch_of(d, loss->kind);
  fr_scores scores;
  must(fr_train_gradients(m, &b, &scores));
  double *want = exact_gradient(&net, loss, &b), *at = want;
  double mean = exact_loss(&net, loss, &b);
  CHECK_NEAR(scores.loss / scores.samples, mean, 2e-6 * fmax(1.0, fabs(mean)), name);
  for (int i = 0; i < m->parameter_count; i++) {
    int elements = m->parameters[i].elements;
    float *got = check_garbage((size_t)elements);
    must(fr_model_get_gradient(m, i, got, elements));
    check_all_near(got, at, elements, name, tensors[m->parameters[i].which]);
    at += elements;
    free(got);
  }
  free(want);
  exact_free(&net);
}

static void check_score(const char *name, fr_model *m, const fr_loss *loss, const data *d) {
  exact_net net = exact_copy(m);
  fr_batch b = batch_of(d, loss->kind);
  fr_scores scores = {0};
  must(fr_evaluate(m, &b, 2, &scores));
  double mean = exact_loss(&net, loss, &b);
  CHECK(scores.samples == d->n, "%s: %g samples scored", name, scores.samples);
  CHECK_NEAR(scores.loss / scores.samples, mean, 2e-6 * fmax(1.0, fabs(mean)), name);
  exact_free(&net);
}

/* Three steps, the last on a ragged batch. A large epsilon keeps the optimizers smooth where a
 * gradient is nearly zero. */
static const fr_optimizer optimizers[] = {
    {.kind = FR_SGD, .learning_rate = 0.1},
    {.kind = FR_SGD, .learning_rate = 0.05, .momentum = 0.9},
    {.kind = FR_SGD, .learning_rate = 0.05, .momentum = 0.8, .nesterov = 1},
    {.kind = FR_ADAM, .learning_rate = 0.01, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 0.01},
    {.kind = FR_ADADELTA, .learning_rate = 0.5, .rho = 0.9, .epsilon = 0.01},
    {.kind = FR_RMSPROP, .learning_rate = 0.02, .rho = 0.9, .epsilon = 0.01},
    {.kind = FR_RMSPROP,
     .learning_rate = 0.02,
     .rho = 0.8,
     .epsilon = 0.01,
     .centered = 1,
     .momentum = 0.5},
    {.kind = FR_ADAGRAD, .learning_rate = 0.05, .initial_accumulator = 0.1, .epsilon = 0.01},
    {.kind = FR_ADAM,
     .learning_rate = 0.01,
     .beta1 = 0.4,
     .beta2 = 0.9,
     .epsilon = 0.01,
     .weight_decay = 0.3,
     .global_clip_norm = 0.1},
    {.kind = FR_SGD,
     .learning_rate = 0.1,
     .momentum = 0.5,
     .weight_decay = 0.2,
     .clip_value = 0.02},
    {.kind = FR_SGD,
     .learning_rate = 0.1,
     .clip_norm = 0.05,
     .use_ema = 1,
     .ema_momentum = 0.5,
     .ema_overwrite = 2},
    {.kind = FR_ADAM,
     .learning_rate = 0.01,
     .beta1 = 0.9,
     .beta2 = 0.99,
     .epsilon = 0.01,
     .weight_decay = 0.1,
     .use_ema = 1,
     .ema_momentum = 0.9,
     .ema_overwrite = 1},
};
enum { OPTIMIZERS = sizeof optimizers / sizeof *optimizers };

static void check_training(const char *name, fr_model *m, const fr_loss *loss, const data *d) {
  const fr_optimizer *o = &optimizers[cases % OPTIMIZERS];
  must(fr_model_compile(m, o, loss));
  exact_net net = exact_copy(m);
  net.training = 1;
  exact_states states = exact_begin(&net, o);
  fr_batch all = batch_of(d, loss->kind);
  int batch_size = (d->n + STEPS - 1) / STEPS;
  fr_scores scores[MAX_N];
  must(fr_train(m, &all, batch_size, NULL, scores));
  for (int first = 0, t = 0; first < d->n; first += batch_size, t++) {
    int n = d->n - first < batch_size ? d->n - first : batch_size;
    fr_batch b = slice_of(m, &all, loss->kind, first, n);
    net.step = (uint64_t)t;
    double mean = exact_loss(&net, loss, &b);
    CHECK(scores[t].samples == n, "%s: batch %d had %g samples, not %d", name, t, scores[t].samples,
          n);
    CHECK_NEAR(scores[t].loss / n, mean, 3e-5 * fmax(1.0, fabs(mean)), name);
    double *g = exact_gradient(&net, loss, &b);
    exact_move_statistics(&net, b.samples, n);
    exact_update(&net, o, t + 1, &states, g);
    free(g);
  }
  int count;
  float *weights = weights_of(m, &count);
  check_all_near(weights, net.weights, count, name, "weights after training");
  free(weights);
  free(states.a);
  exact_free(&net);
}

/* Nonzero biases, since zeros would hide a missing one; and moving averages that differ from every
 * batch's. */
static void disturb(fr_model *m) {
  for (int i = 0; i < m->parameter_count; i++) {
    const fr_parameter *p = &m->parameters[i];
    int normalizes = m->layers[p->layer].kind == FR_BATCH_NORMALIZATION;
    if (p->which == 0 && !normalizes) continue;
    float centre = normalizes && p->which != 1 && p->which != 2 ? 1.0f : 0.0f;
    float *values = check_floats((size_t)p->elements);
    for (int u = 0; u < p->elements; u++) values[u] = centre + 0.3f * values[u];
    must(fr_model_set_parameter(m, i, values, p->elements));
    free(values);
  }
}

/* Returns the number of steps in the fused plan. */
static int check_loss_model(const char *name, fr_shape input, const fr_layer *layers, int count,
                            const fr_loss *loss, int n) {
  cases++;
  fr_model *m = stack(input, layers, count, 100 + (uint64_t)cases);
  disturb(m);
  must(fr_model_compile(m, &plain_sgd, loss));
  for (int i = 0; i < m->step_count; i++) {
    fused_pools += m->steps[i].kind == FR_STEP_CONV2D && m->steps[i].pool;
    fused_dropouts += m->steps[i].kind == FR_STEP_DENSE && m->steps[i].rate > 0.0f;
  }
  fused_losses += m->fused_activation != FR_LINEAR;
  data d = make_data(m, loss->kind, n);
  check_outputs(name, m, &d);
  check_score(name, m, loss, &d);
  check_gradients(name, m, loss, &d);
  check_training(name, m, loss, &d);
  int steps = m->step_count;
  free_data(&d);
  fr_model_destroy(m);
  return steps;
}

static inline int check_model(const char *name, fr_shape input, const fr_layer *layers, int count,
                              fr_loss_kind loss, int n) {
  return check_loss_model(name, input, layers, count, LOSS(loss), n);
}

#endif
