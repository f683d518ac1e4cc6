/* Running a model: the same bits for any slices and batch sizes, ragged last batches, dropout only
 * in training, and scores. */
#include "kernels/dropout.h"
#include "stack.h"

enum { N = 23, SIDE = 9 };

static float samples[N * SIDE * SIDE];
static uint8_t bytes[N * SIDE * SIDE];
static int32_t labels[N];

static void make_data(void) {
  for (int i = 0; i < N * SIDE * SIDE; i++) {
    bytes[i] = (uint8_t)check_between(0, 255);
    samples[i] = (float)bytes[i] / 255.0f;
  }
  for (int i = 0; i < N; i++) labels[i] = check_between(0, 3);
}

static fr_batch part(int first, int n) {
  return (fr_batch){samples + first * SIDE * SIDE, FR_FLOAT32, labels + first, n, NULL};
}

static fr_model *small(uint64_t seed) {
  fr_model *m = stack((fr_shape){3, {SIDE, SIDE, 1}},
                      LAYERS(conv(5, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                             flatten(), dense(11, FR_RELU), dropout(0.5f), dense(4, FR_SOFTMAX)),
                      seed);
  must(fr_model_compile(m, &default_adam, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  return m;
}

static int same_weights(const fr_model *a, const fr_model *b) {
  int count;
  float *wa = weights_of(a, &count), *wb = weights_of(b, &count);
  int same = memcmp(wa, wb, sizeof *wa * (size_t)count) == 0;
  free(wa);
  free(wb);
  return same;
}

static void train(fr_model *m, int first, int n, int batch_size, fr_scores *scores) {
  fr_batch b = part(first, n);
  must(fr_train(m, &b, batch_size, NULL, scores));
}

/* However the batches are divided into calls, the weights and the reported scores are the same. */
static void slices(void) {
  for (int batch_size = 1; batch_size <= N + 2; batch_size++) {
    fr_scores whole[2 * N], parts[2 * N];
    fr_model *at_once = small(3), *sliced = small(3);
    int batches = (N + batch_size - 1) / batch_size, done = 0;
    for (int epoch = 0; epoch < 2; epoch++)
      train(at_once, 0, N, batch_size, whole + epoch * batches);
    for (int epoch = 0; epoch < 2; epoch++)
      for (int first = 0; first < N;) {
        int take = check_between(1, 3) * batch_size, n = N - first < take ? N - first : take;
        train(sliced, first, n, batch_size, parts + done);
        done += (n + batch_size - 1) / batch_size;
        first += n;
      }
    CHECK(done == 2 * batches, "%d batches, want %d", done, 2 * batches);
    CHECK(same_weights(at_once, sliced), "slices of batches of %d gave other weights", batch_size);
    CHECK(memcmp(whole, parts, sizeof *whole * (size_t)done) == 0, "other scores");
    int last = N % batch_size ? N % batch_size : batch_size;
    CHECK(whole[batches - 1].samples == last, "the last of batches of %d has %g samples, want %d",
          batch_size, whole[batches - 1].samples, last);
    CHECK(at_once->optimizer.steps == (uint64_t)(2 * batches), "%d steps",
          (int)at_once->optimizer.steps);
    fr_model_destroy(at_once);
    fr_model_destroy(sliced);
  }
}

/* Evaluation, prediction, gradients and inspection in between have no effect, nor does a larger
 * batch that made the buffers grow. */
static void interruptions(void) {
  fr_scores scores[N];
  float out[N * SIDE * SIDE * 5];
  fr_model *plain = small(5), *busy = small(5);
  train(plain, 0, N, 4, scores);
  train(plain, 0, N, 4, scores);
  fr_batch all = part(0, N);
  train(busy, 0, 8, 4, scores);
  must(fr_train_gradients(busy, &all, scores));
  train(busy, 8, 8, 4, scores);
  must(fr_evaluate(busy, &all, 7, scores));
  train(busy, 16, 7, 4, scores);
  must(fr_predict(busy, &all, N, out));
  must(fr_activations_of(busy, 0, &(fr_batch){samples, FR_FLOAT32, NULL, 3, NULL}, 0, out));
  train(busy, 0, N, 4, scores);
  CHECK(same_weights(plain, busy), "what ran between the batches changed the weights");
  fr_model_destroy(plain);
  fr_model_destroy(busy);
}

/* Compiling again restarts the optimizer and its step count, and keeps the weights. */
static void compiling_anew(void) {
  fr_scores scores[N];
  fr_model *once = small(5), *anew = small(5);
  train(once, 0, N, 4, scores);
  must(fr_model_compile(anew, &plain_sgd, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  fr_optimizer used = default_adam;
  used.steps = 9;
  must(fr_model_compile(anew, &used, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  train(anew, 0, N, 4, scores);
  CHECK(same_weights(once, anew), "compiling twice changed the training");
  must(fr_model_compile(anew, &default_adam, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  CHECK(same_weights(once, anew), "compiling changed weights");
  CHECK(anew->optimizer.steps == 0, "%d steps after compile", (int)anew->optimizer.steps);
  fr_model_destroy(once);
  fr_model_destroy(anew);
}

/* The predictions for a sample are the same bits in any batch, and for bytes as for floats. */
static void batch_sizes(void) {
  fr_model *m = small(9);
  fr_scores scores[N];
  train(m, 0, N, 4, scores);
  float want[N * 4], got[N * 4];
  fr_batch all = part(0, N);
  must(fr_predict(m, &all, N, want));
  for (int batch_size = 1; batch_size <= N + 1; batch_size++) {
    for (int i = 0; i < N * 4; i++) got[i] = NAN;
    must(fr_predict(m, &all, batch_size, got));
    CHECK(memcmp(got, want, sizeof want) == 0, "batches of %d predict otherwise", batch_size);
  }
  for (int i = 0; i < N; i++) {
    fr_batch one = part(i, 1);
    must(fr_predict(m, &one, 1, got));
    CHECK(memcmp(got, want + 4 * i, 4 * sizeof *got) == 0, "sample %d alone", i);
  }
  fr_batch raw = {bytes, FR_UINT8, labels, N, NULL};
  must(fr_predict(m, &raw, 5, got));
  CHECK(memcmp(got, want, sizeof want) == 0, "bytes predict otherwise than floats");
  for (int i = 0; i < N; i++) {
    double sum = 0.0;
    for (int c = 0; c < 4; c++) sum += want[4 * i + c];
    CHECK_NEAR(sum, 1.0, 1e-6, "sum of the probabilities");
  }
  fr_model_destroy(m);
}

static void bytes_train_alike(void) {
  fr_scores scores[N];
  fr_model *floats = small(9), *raw = small(9);
  train(floats, 0, N, 5, scores);
  fr_batch b = {bytes, FR_UINT8, labels, N, NULL};
  must(fr_train(raw, &b, 5, NULL, scores));
  CHECK(same_weights(floats, raw), "bytes and the same floats gave other weights");
  fr_model_destroy(floats);
  fr_model_destroy(raw);
}

/* Rows of a ragged input are padded internally; floats after bytes see nothing left over. */
static void mixed_types(void) {
  const fr_shape shape = {1, {7}};
  fr_model *fresh = stack(shape, LAYERS(dense(5, FR_RELU), dense(3, FR_LINEAR)), 2);
  fr_model *mixed = stack(shape, LAYERS(dense(5, FR_RELU), dense(3, FR_LINEAR)), 2);
  float a[9], b[9];
  fr_batch floats = {samples, FR_FLOAT32, NULL, 3, NULL}, raw = {bytes, FR_UINT8, NULL, 3, NULL};
  must(fr_predict(fresh, &floats, 3, a));
  must(fr_predict(mixed, &raw, 2, b));
  must(fr_predict(mixed, &floats, 3, b));
  CHECK(memcmp(a, b, sizeof a) == 0, "floats after bytes differ");
  fr_model_destroy(fresh);
  fr_model_destroy(mixed);
}

/* Evaluation adds up the scores of single samples, without dropout. */
static void evaluation(void) {
  fr_model *m = small(4);
  float p[N * 4];
  fr_batch all = part(0, N);
  must(fr_predict(m, &all, 6, p));
  double loss = 0.0;
  int correct = 0;
  for (int i = 0; i < N; i++) {
    int best = 0;
    for (int c = 1; c < 4; c++) best = p[4 * i + c] > p[4 * i + best] ? c : best;
    loss -= log((double)p[4 * i + labels[i]]);
    correct += best == labels[i];
  }
  for (int batch_size = 1; batch_size <= N; batch_size += 4) {
    fr_scores scores = {0};
    must(fr_evaluate(m, &all, batch_size, &scores));
    CHECK_NEAR(scores.loss, loss, 1e-9, "summed loss");
    CHECK(scores.samples == N && scores.correct == correct, "%g of %g right, want %d",
          scores.correct, scores.samples, correct);
  }
  fr_scores twice = {0};
  for (int first = 0; first < N; first += 9) {
    fr_batch b = part(first, N - first < 9 ? N - first : 9);
    must(fr_evaluate(m, &b, 4, &twice));
  }
  fr_scores once = {0};
  must(fr_evaluate(m, &all, 4, &once));
  CHECK(memcmp(&once, &twice, sizeof once) == 0, "slices that add to one sum: %.17g, %.17g",
        once.loss, twice.loss);
  fr_model_destroy(m);
}

/* All gradients of a batch, concatenated as in weights_of; freed by the caller. */
static float *gradients_of(fr_model *m, const fr_batch *batch) {
  int count;
  float *all = weights_of(m, &count), *at = all;
  fr_scores scores;
  must(fr_train_gradients(m, batch, &scores));
  for (int i = 0; i < m->parameter_count; at += m->parameters[i++].elements)
    must(fr_model_get_gradient(m, i, at, m->parameters[i].elements));
  return all;
}

/* The gradients predict the step exactly: w - rate · g, to the bit. */
static void gradients_foretell(void) {
  fr_model *m = small(6);
  must(fr_model_compile(m, &plain_sgd, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  fr_scores scores[N], told;
  for (int step = 0; step < 3; step++) {
    int count, differ = 0;
    float *want = weights_of(m, &count);
    fr_batch b = part(0, 6);
    must(fr_train_gradients(m, &b, &told));
    float *g = gradients_of(m, &b);
    for (int i = 0; i < count; i++) want[i] = want[i] + (0.0f - 0.1f * g[i]);
    free(g);
    train(m, 0, 6, 6, scores);
    float *got = weights_of(m, &count);
    for (int i = 0; i < count; i++) differ += got[i] != want[i];
    CHECK(differ == 0, "step %d: %d of %d weights differ from the gradients' promise", step, differ,
          count);
    CHECK(memcmp(&told, scores, sizeof told) == 0, "another loss: %.17g, %.17g", told.loss,
          scores[0].loss);
    free(want);
    free(got);
  }
  fr_model_destroy(m);
}

/* The gradient of a batch is the mean of its samples' gradients, however the batch is divided into
 * chunks: here of one to five samples each. */
static void gradients_add_up(void) {
  enum { MOST = 70 };
  float *x = check_floats(MOST * SIDE * SIDE);
  int32_t y[MOST];
  for (int i = 0; i < MOST; i++) y[i] = check_between(0, 3);
  fr_model *m =
      stack((fr_shape){3, {SIDE, SIDE, 1}},
            LAYERS(conv(5, 3, 3, 1, 1, FR_SAME, FR_RELU), conv(4, 2, 2, 1, 1, FR_VALID, FR_RELU),
                   pool(2, 2, 2, 2, FR_VALID), pool(3, 3, 1, 1, FR_SAME), flatten(),
                   dense(35, FR_RELU), dense(4, FR_SOFTMAX)),
            7);
  must(fr_model_compile(m, &plain_sgd, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  int count;
  free(weights_of(m, &count));
  double *sum = calloc((size_t)count, sizeof *sum), *size = calloc((size_t)count, sizeof *size);
  for (int n = 1; n <= MOST; n++) { /* sum: of the first n samples' gradients */
    float *g =
        gradients_of(m, &(fr_batch){x + (n - 1) * SIDE * SIDE, FR_FLOAT32, y + n - 1, 1, NULL});
    for (int i = 0; i < count; i++) {
      sum[i] += g[i];
      size[i] += fabs(g[i]);
    }
    free(g);
    int wrong = 0;
    g = gradients_of(m, &(fr_batch){x, FR_FLOAT32, y, n, NULL});
    for (int i = 0; i < count; i++)
      wrong += !(fabs(g[i] - sum[i] / n) <= 1e-5 * size[i] / n + 1e-8);
    free(g);
    CHECK(wrong == 0, "%d of %d gradients of %d samples are not the mean", wrong, count, n);
  }
  free(x);
  free(sum);
  free(size);
  fr_model_destroy(m);
}

/* Dropout does not affect inference; in training it drops other units at every step. */
static void dropout_in_training_only(void) {
  fr_model *m = stack((fr_shape){1, {6}}, LAYERS(dense(6, FR_LINEAR), dropout(0.5f)), 8);
  float eye[36] = {0}, ones[6], y[6], loss[4], zeros[6] = {0};
  for (int i = 0; i < 6; i++) eye[7 * i] = ones[i] = 1.0f;
  must(fr_model_set_parameter(m, 0, eye, 36));
  fr_batch b = {ones, FR_FLOAT32, zeros, 1, NULL};
  must(fr_predict(m, &b, 1, y));
  for (int i = 0; i < 6; i++) CHECK(y[i] == 1.0f, "unit %d is %g in inference", i, (double)y[i]);
  fr_optimizer still = {.kind = FR_SGD, .learning_rate = 0.0};
  must(fr_model_compile(m, &still, LOSS(FR_MEAN_SQUARED_ERROR)));
  for (int step = 0; step < 4; step++) {
    fr_scores s;
    uint8_t keep[6];
    must(fr_train(m, &b, 1, NULL, &s));
    loss[step] = (float)s.loss;
    fr_dropout_mask(8, (uint64_t)step, 1, 0.5f, 0, 1, 6, keep);
    int kept = 0;
    for (int i = 0; i < 6; i++) kept += keep[i];
    CHECK(loss[step] == (float)(kept * 4.0 / 6.0), "step %d: %g, want %d units of 2² over 6", step,
          (double)loss[step], kept);
  }
  fr_scores s = {0};
  must(fr_evaluate(m, &b, 1, &s));
  CHECK(s.loss == 1.0, "evaluation drops out: %g", s.loss);
  fr_model_destroy(m);
}

/* The tutorial's first dense layer is wide: processing it by panels, each followed by the
 * optimizer, gives the same as one step over all of them. */
static void wide_dense(void) {
  enum { WIDE = 5 * FR_PANEL + 3, UNITS = 7 };
  fr_model *m =
      stack((fr_shape){1, {WIDE}}, LAYERS(dense(WIDE, FR_LINEAR), dense(UNITS, FR_LINEAR)), 2);
  must(fr_model_compile(m, &plain_sgd, LOSS(FR_MEAN_SQUARED_ERROR)));
  float *x = check_floats(2 * WIDE), *t = check_floats(2 * UNITS);
  int count;
  float *before = weights_of(m, &count), *h = check_alloc(sizeof *h * 2 * WIDE), y[2 * UNITS];
  must(fr_activations_of(m, 0, &(fr_batch){x, FR_FLOAT32, NULL, 2, NULL}, 0, h));
  must(fr_activations_of(m, 1, &(fr_batch){x, FR_FLOAT32, NULL, 2, NULL}, 0, y));
  fr_batch b = {x, FR_FLOAT32, t, 2, NULL};
  fr_scores s;
  must(fr_train(m, &b, 2, NULL, &s));
  float *after = weights_of(m, &count), *second = before + WIDE * WIDE + WIDE;
  double worst = 0.0;
  for (int k = 0; k < WIDE; k++) {
    double dh[2] = {0.0, 0.0};
    for (int u = 0; u < UNITS; u++) {
      double g = 0.0;
      for (int i = 0; i < 2; i++) {
        double dy = ((double)y[i * UNITS + u] - t[i * UNITS + u]) / UNITS;
        dh[i] += dy * second[k * UNITS + u];
        g += dy * h[i * WIDE + k];
      }
      worst = fmax(worst, fabs(after[WIDE * WIDE + WIDE + k * UNITS + u] -
                               (second[k * UNITS + u] - 0.1 * g)));
    }
    for (int j = 0; j < WIDE; j++) {
      double g = dh[0] * x[j] + dh[1] * x[WIDE + j];
      worst = fmax(worst, fabs(after[j * WIDE + k] - (before[j * WIDE + k] - 0.1 * g)));
    }
    worst = fmax(worst, fabs(after[WIDE * WIDE + k] - (0.0 - 0.1 * (dh[0] + dh[1]))));
  }
  CHECK(worst < 2e-6, "a weight is off by %g", worst);
  CHECK(memcmp(before, after, sizeof *after * (size_t)count) != 0, "nothing moved");
  free(x);
  free(t);
  free(h);
  free(before);
  free(after);
  fr_model_destroy(m);
}

int main(void) {
  make_data();
  slices();
  interruptions();
  compiling_anew();
  batch_sizes();
  bytes_train_alike();
  mixed_types();
  evaluation();
  gradients_foretell();
  gradients_add_up();
  dropout_in_training_only();
  wide_dense();
  return check_report("train", 200);
}
