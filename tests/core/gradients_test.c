/* Every layer kind, activation and loss, fused and not: outputs, losses, gradients and whole
 * training steps of small models against the same networks in doubles, whose gradients are finite
 * differences. */
#include "exact.h"

enum { MAX_N = 5, STEPS = 3 };

static int cases, fused_pools, fused_dropouts, fused_losses;

/* ---- data ------------------------------------------------------------------------------------ */

typedef struct {
  int n;
  float *samples;
  int32_t labels[MAX_N];
  float *targets;
} data;

/* Targets that suit the loss: classes, soft or hard shares, yes and no, or any number. */
static data make_data(const fr_model *m, fr_loss_kind loss, int n) {
  int size = fr_shape_elements(&m->input), width = output_size(m);
  data d = {.n = n, .samples = check_floats((size_t)(n * size))};
  d.targets = check_alloc(sizeof(float) * (size_t)(n * width));
  for (int s = 0; s < n; s++) {
    float *t = d.targets + s * width;
    d.labels[s] = check_between(0, width - 1);
    for (int i = 0; i < width; i++) {
      if (loss == FR_MEAN_SQUARED_ERROR) t[i] = check_float();
      else if (loss == FR_BINARY_CROSSENTROPY) t[i] = (float)check_between(0, 1);
      else if (s % 2) t[i] = (float)check_between(0, 3) * 0.25f; /* soft, of any sum */
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
  const void *targets = loss == FR_SPARSE_CATEGORICAL_CROSSENTROPY ? (const void *)d->labels
                                                                   : (const void *)d->targets;
  return (fr_batch){d->samples, FR_FLOAT32, targets, d->n, NULL};
}

/* ---- checks ---------------------------------------------------------------------------------- */

/* Floats carry the network through up to six layers of up to a hundred terms each. */
static double tolerance_for(const double *values, int n) {
  double largest = 0.0;
  for (int i = 0; i < n; i++) largest = fmax(largest, fabs(values[i]));
  return 3e-5 * largest + 1e-7;
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

/* Each layer's output through the reference, the last through the fused steps too. */
static void check_outputs(const char *name, fr_model *m, const data *d) {
  exact_net net = exact_copy(m);
  for (int layer = 0; layer < m->layer_count; layer++) {
    int count = d->n * fr_shape_elements(&m->layers[layer].output);
    float *got = check_garbage((size_t)count);
    double *want = exact_forward(&net, layer, d->samples, d->n);
    must(fr_activations_of(m, layer, &(fr_batch){d->samples, FR_FLOAT32, NULL, d->n, NULL}, 0, got));
    check_all_near(got, want, count, name, "activations");
    if (layer == m->layer_count - 1) {
      fr_batch b = {d->samples, FR_FLOAT32, NULL, d->n, NULL};
      must(fr_predict(m, &b, 2, got));
      check_all_near(got, want, count, name, "predictions");
    }
    free(got);
    free(want);
  }
  free(net.weights);
}

static void check_gradients(const char *name, fr_model *m, fr_loss_kind loss, const data *d) {
  exact_net net = exact_copy(m);
  net.training = 1;
  fr_batch b = batch_of(d, loss);
  fr_scores scores;
  must(fr_train_gradients(m, &b, &scores));
  double *want = exact_gradient(&net, loss, d->samples, b.targets, d->n), *at = want;
  double mean = exact_loss(&net, loss, d->samples, b.targets, d->n);
  CHECK_NEAR(scores.loss / scores.samples, mean, 2e-6 * fmax(1.0, fabs(mean)), name);
  for (int i = 0; i < m->parameter_count; i++) {
    int elements = m->parameters[i].elements;
    float *got = check_garbage((size_t)elements);
    must(fr_model_get_gradient(m, i, got, elements));
    check_all_near(got, at, elements, name,
                   m->parameters[i].which ? "bias gradients" : "kernel gradients");
    at += elements;
    free(got);
  }
  free(want);
  free(net.weights);
}

static void check_score(const char *name, fr_model *m, fr_loss_kind loss, const data *d) {
  exact_net net = exact_copy(m);
  fr_batch b = batch_of(d, loss);
  fr_scores scores = {0};
  must(fr_evaluate(m, &b, 2, &scores));
  double mean = exact_loss(&net, loss, d->samples, b.targets, d->n);
  CHECK(scores.samples == d->n, "%s: %g samples scored", name, scores.samples);
  CHECK_NEAR(scores.loss / scores.samples, mean, 2e-6 * fmax(1.0, fabs(mean)), name);
  free(net.weights);
}

/* Three steps, the last of a ragged batch; a large epsilon keeps the optimizers smooth where a
 * gradient is nearly zero. */
static void check_training(const char *name, fr_model *m, fr_loss_kind loss, const data *d) {
  static const fr_optimizer optimizers[] = {
      {.kind = FR_SGD, .learning_rate = 0.1},
      {.kind = FR_SGD, .learning_rate = 0.05, .momentum = 0.9},
      {.kind = FR_SGD, .learning_rate = 0.05, .momentum = 0.8, .nesterov = 1},
      {.kind = FR_ADAM, .learning_rate = 0.01, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 0.01},
      {.kind = FR_ADADELTA, .learning_rate = 0.5, .rho = 0.9, .epsilon = 0.01},
  };
  const fr_optimizer *o = &optimizers[cases % 5];
  must(fr_model_compile(m, o, LOSS(loss)));
  exact_net net = exact_copy(m);
  net.training = 1;
  double *states = calloc((size_t)net.count * 2, sizeof *states);
  fr_batch b = batch_of(d, loss);
  int batch_size = (d->n + STEPS - 1) / STEPS, size = fr_shape_elements(&m->input);
  int target = loss == FR_SPARSE_CATEGORICAL_CROSSENTROPY ? 4 : 4 * output_size(m);
  fr_scores scores[MAX_N];
  must(fr_train(m, &b, batch_size, NULL, scores));
  for (int first = 0, t = 0; first < d->n; first += batch_size, t++) {
    int n = d->n - first < batch_size ? d->n - first : batch_size;
    const float *samples = d->samples + first * size;
    const void *targets = (const char *)b.targets + first * target;
    net.step = (uint64_t)t;
    double mean = exact_loss(&net, loss, samples, targets, n);
    CHECK(scores[t].samples == n, "%s: batch %d had %g samples, not %d", name, t, scores[t].samples,
          n);
    CHECK_NEAR(scores[t].loss / n, mean, 3e-5 * fmax(1.0, fabs(mean)), name);
    double *g = exact_gradient(&net, loss, samples, targets, n);
    exact_update(o, t + 1, net.weights, states, states + net.count, g, net.count);
    free(g);
  }
  int count;
  float *weights = weights_of(m, &count);
  check_all_near(weights, net.weights, count, name, "weights after training");
  free(weights);
  free(states);
  free(net.weights);
}

static void check_model(const char *name, fr_shape input, const fr_layer *layers, int count,
                        fr_loss_kind loss, int n) {
  cases++;
  fr_model *m = stack(input, layers, count, 100 + (uint64_t)cases);
  float bias[64];
  for (int i = 0; i < m->parameter_count; i++) { /* zero biases would hide a missing one */
    if (m->parameters[i].which != 1) continue;
    for (int u = 0; u < m->parameters[i].elements; u++) bias[u] = 0.3f * check_float();
    must(fr_model_set_parameter(m, i, bias, m->parameters[i].elements));
  }
  must(fr_model_compile(m, &plain_sgd, LOSS(loss)));
  for (int i = 0; i < m->step_count; i++) {
    fused_pools += m->steps[i].kind == FR_STEP_CONV2D && m->steps[i].pool;
    fused_dropouts += m->steps[i].kind == FR_STEP_DENSE && m->steps[i].rate > 0.0f;
  }
  fused_losses += m->fused_activation != FR_LINEAR;
  data d = make_data(m, loss, n);
  check_outputs(name, m, &d);
  check_score(name, m, loss, &d);
  check_gradients(name, m, loss, &d);
  check_training(name, m, loss, &d);
  free_data(&d);
  fr_model_destroy(m);
}

/* ---- models ---------------------------------------------------------------------------------- */

#define SPARSE FR_SPARSE_CATEGORICAL_CROSSENTROPY
#define CATEGORICAL FR_CATEGORICAL_CROSSENTROPY
#define BINARY FR_BINARY_CROSSENTROPY
#define SQUARED FR_MEAN_SQUARED_ERROR

static fr_shape flat(int n) { return (fr_shape){1, {n}}; }
static fr_shape image(int h, int w, int c) { return (fr_shape){3, {h, w, c}}; }

static void dense_models(void) {
  check_model("dense linear", flat(5), LAYERS(dense(3, FR_LINEAR)), SQUARED, 4);
  check_model("dense relu", flat(5), LAYERS(dense(7, FR_RELU), dense(3, FR_LINEAR)), SQUARED, 5);
  check_model("dense sigmoid", flat(4), LAYERS(dense(6, FR_SIGMOID), dense(2, FR_LINEAR)), SQUARED,
              3);
  check_model("dense softmax", flat(4), LAYERS(dense(5, FR_SOFTMAX), dense(2, FR_LINEAR)), SQUARED,
              3);
  check_model("dense without bias", flat(6),
              LAYERS(without_bias(dense(5, FR_RELU)), without_bias(dense(3, FR_SOFTMAX))), SPARSE,
              5);
  check_model("dense of one unit", flat(1), LAYERS(dense(1, FR_LINEAR)), SQUARED, 5);
  check_model("dense over two panels", flat(FR_PANEL + 2),
              LAYERS(dense(2, FR_RELU), dense(2, FR_SOFTMAX)), SPARSE, 3);
  check_model("ragged dense layers", flat(13),
              LAYERS(dense(9, FR_RELU), dense(7, FR_RELU), dense(5, FR_RELU), dense(3, FR_SOFTMAX)),
              SPARSE, 5);
}

static void lone_activations(void) {
  check_model("relu alone", flat(5),
              LAYERS(dense(6, FR_LINEAR), activation(FR_RELU), dense(3, FR_LINEAR)), SQUARED, 4);
  check_model("sigmoid alone", flat(5),
              LAYERS(dense(6, FR_LINEAR), activation(FR_SIGMOID), dense(3, FR_LINEAR)), SQUARED, 4);
  check_model("softmax alone", flat(5),
              LAYERS(dense(6, FR_LINEAR), activation(FR_SOFTMAX), dense(3, FR_LINEAR)), SQUARED, 4);
  check_model("linear alone", flat(5),
              LAYERS(dense(6, FR_RELU), activation(FR_LINEAR), dense(3, FR_LINEAR)), SQUARED, 4);
  check_model("activation first", flat(5), LAYERS(activation(FR_RELU), dense(3, FR_LINEAR)),
              SQUARED, 4);
  check_model("softmax last, alone", flat(5), LAYERS(dense(4, FR_LINEAR), activation(FR_SOFTMAX)),
              SPARSE, 5);
  check_model("sigmoid last, alone", flat(5), LAYERS(dense(3, FR_LINEAR), activation(FR_SIGMOID)),
              BINARY, 5);
  check_model("softmax of a softmax", flat(5), LAYERS(dense(4, FR_SOFTMAX), activation(FR_SOFTMAX)),
              SPARSE, 5);
  check_model("softmax over channels", image(3, 2, 2),
              LAYERS(conv(3, 2, 2, 1, 1, FR_SAME, FR_SOFTMAX), flatten(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model("softmax alone over channels", image(2, 3, 5),
              LAYERS(activation(FR_SOFTMAX), conv(2, 2, 2, 1, 1, FR_VALID, FR_LINEAR)), SQUARED, 3);
}

static void loss_models(void) {
  check_model("sparse of softmax", flat(4), LAYERS(dense(5, FR_SOFTMAX)), SPARSE, 5);
  check_model("categorical of softmax", flat(4), LAYERS(dense(5, FR_SOFTMAX)), CATEGORICAL, 5);
  check_model("sparse of sigmoid", flat(4), LAYERS(dense(5, FR_SIGMOID)), SPARSE, 5);
  check_model("categorical of sigmoid", flat(4), LAYERS(dense(5, FR_SIGMOID)), CATEGORICAL, 5);
  check_model("binary of one sigmoid", flat(4), LAYERS(dense(1, FR_SIGMOID)), BINARY, 5);
  check_model("binary of sigmoids", flat(4), LAYERS(dense(3, FR_SIGMOID)), BINARY, 5);
  check_model("binary of softmax", flat(4), LAYERS(dense(3, FR_SOFTMAX)), BINARY, 5);
  check_model("squared error of softmax", flat(4), LAYERS(dense(3, FR_SOFTMAX)), SQUARED, 5);
  check_model("squared error of sigmoid", flat(4), LAYERS(dense(3, FR_SIGMOID)), SQUARED, 5);
  check_model("squared error of relu", flat(4), LAYERS(dense(4, FR_RELU)), SQUARED, 5);
  check_model("squared error of an image", image(3, 3, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_LINEAR)), SQUARED, 3);
  check_model("binary of an image", image(3, 3, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_SAME, FR_SIGMOID)), BINARY, 3);
}

static void convolution_models(void) {
  check_model("conv relu", image(5, 5, 1),
              LAYERS(conv(3, 3, 3, 1, 1, FR_VALID, FR_RELU), flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv linear, two deep", image(5, 4, 2),
              LAYERS(conv(3, 2, 3, 1, 1, FR_VALID, FR_LINEAR),
                     conv(2, 2, 2, 1, 1, FR_SAME, FR_RELU), flatten(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model("conv same, two deep", image(4, 5, 1),
              LAYERS(conv(3, 3, 3, 1, 1, FR_SAME, FR_RELU), conv(2, 3, 4, 1, 2, FR_SAME, FR_RELU),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv sigmoid", image(4, 4, 1),
              LAYERS(conv(2, 3, 3, 1, 1, FR_SAME, FR_SIGMOID), flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv same, strides 2 and 3", image(7, 6, 2),
              LAYERS(conv(3, 3, 2, 2, 3, FR_SAME, FR_RELU), conv(4, 2, 2, 1, 1, FR_SAME, FR_LINEAR),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv with strides over its kernel", image(7, 8, 1),
              LAYERS(conv(2, 1, 2, 3, 3, FR_SAME, FR_RELU), conv(2, 2, 1, 1, 2, FR_SAME, FR_RELU),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv without bias", image(4, 4, 3),
              LAYERS(without_bias(conv(5, 2, 2, 1, 1, FR_VALID, FR_RELU)), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv of one by one", image(3, 3, 4),
              LAYERS(conv(9, 1, 1, 1, 1, FR_VALID, FR_RELU), conv(2, 1, 1, 1, 1, FR_VALID, FR_RELU),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv of a 5×5 kernel", image(6, 6, 1),
              LAYERS(conv(2, 5, 5, 1, 1, FR_SAME, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 2);
}

static void pooling_models(void) {
  check_model("conv relu pool", image(6, 6, 1),
              LAYERS(conv(3, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                     dense(3, FR_SOFTMAX)),
              SPARSE, 5);
  check_model("conv linear pool", image(6, 6, 2),
              LAYERS(conv(2, 3, 3, 1, 1, FR_SAME, FR_LINEAR), pool(2, 2, 2, 2, FR_SAME), flatten(),
                     dense(3, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv pool of odd sides", image(7, 6, 1),
              LAYERS(conv(2, 3, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv pool same of odd sides", image(7, 7, 1),
              LAYERS(conv(2, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_SAME), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv pool, twice", image(10, 10, 1),
              LAYERS(conv(2, 3, 3, 1, 1, FR_SAME, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                     conv(3, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("strided conv pool", image(9, 9, 2),
              LAYERS(conv(3, 3, 3, 2, 2, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv sigmoid, pool apart", image(5, 5, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_SIGMOID), pool(2, 2, 2, 2, FR_VALID),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv softmax, pool apart", image(5, 5, 1),
              LAYERS(conv(3, 2, 2, 1, 1, FR_VALID, FR_SOFTMAX), pool(2, 2, 2, 2, FR_VALID),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("overlapping pool", image(6, 6, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(3, 3, 2, 2, FR_SAME), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("pool 2×2 with stride 1", image(5, 5, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 1, 1, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("pool 2×2 with stride 3", image(6, 6, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 3, 3, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("pool first", image(6, 6, 2),
              LAYERS(pool(2, 3, 2, 3, FR_VALID), conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv pool last", image(5, 5, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID)), SQUARED,
              3);
}

static void dropout_models(void) {
  check_model("dropout after relu", flat(6),
              LAYERS(dense(9, FR_RELU), dropout(0.5f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout after linear", flat(6),
              LAYERS(dense(9, FR_LINEAR), dropout(0.25f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout after sigmoid", flat(6),
              LAYERS(dense(9, FR_SIGMOID), dropout(0.4f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout after dropout", flat(6),
              LAYERS(dense(9, FR_RELU), dropout(0.3f), dropout(0.3f), dense(3, FR_SOFTMAX)), SPARSE,
              5);
  check_model("dropout of rate 0", flat(6),
              LAYERS(dense(5, FR_RELU), dropout(0.0f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout of nearly all", flat(6),
              LAYERS(dense(9, FR_RELU), dropout(0.9f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout first", flat(8), LAYERS(dropout(0.3f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout after pool", image(6, 6, 1),
              LAYERS(conv(3, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                     dropout(0.5f), flatten(), dense(3, FR_SOFTMAX)),
              SPARSE, 5);
  check_model("dropout last", flat(5), LAYERS(dense(4, FR_RELU), dropout(0.5f)), SQUARED, 5);
  check_model("dropout of a softmax, last", flat(5), LAYERS(dense(4, FR_SOFTMAX), dropout(0.0f)),
              SPARSE, 5);
  check_model("dropout two deep", flat(6),
              LAYERS(dense(9, FR_RELU), dropout(0.5f), dense(8, FR_RELU), dropout(0.25f),
                     dense(3, FR_SOFTMAX)),
              CATEGORICAL, 5);
}

/* The tutorial's stack, small. */
static void tutorial_model(void) {
  for (int n = 1; n <= MAX_N; n++)
    check_model("the tutorial's layers", image(7, 7, 1),
                LAYERS(conv(3, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                       flatten(), dense(6, FR_RELU), dropout(0.5f), dense(4, FR_SOFTMAX)),
                SPARSE, n);
}

int main(void) {
  check_seed(5);
  dense_models();
  lone_activations();
  loss_models();
  convolution_models();
  pooling_models();
  dropout_models();
  tutorial_model();
  CHECK(fused_pools >= 10 && fused_dropouts >= 8 && fused_losses >= 30,
        "%d fused pools, %d dropouts, %d losses", fused_pools, fused_dropouts, fused_losses);
  printf("gradients: %d models\n", cases);
  return check_report("gradients", cases * 12L);
}
