/* The functions that JavaScript calls, called the way it calls them: configurations as lists of
 * doubles, results through pointers, messages from fr_last_error. */
#include "dataset.h"
#include "describe.h"
#include "exports.h"
#include "stack.h"

/* ---- lists of doubles ------------------------------------------------------------------------ */

/* The positions in a layer's configuration. */
enum {
  KIND,
  UNITS,
  KERNEL,
  STRIDE = 4,
  PADDING = 6,
  ACTIVATION,
  USE_BIAS,
  RATE,
  SLOPE,
  PADS,
  TARGET = 15,
  MOMENTUM = 19,
  EPSILON,
  CENTER,
  SCALE,
  REGULARIZERS,
  INITIALIZERS = 27,
  SEED = 43,
  RANGE,
  FILL = 48,
  INTERPOLATION,
  FILL_VALUE,
  VALUE_RANGE,
  SOURCE_COUNT = 53,
  SOURCES,
  FROZEN = 62,
  CONFIG_DOUBLES
};

typedef struct {
  double at[CONFIG_DOUBLES];
} config;

static config layer_config(fr_layer_kind kind) {
  config c = {{0}};
  c.at[KIND] = kind;
  c.at[SEED] = -1;
  for (int i = 0; i < FR_MAX_PARAMETERS; i++) c.at[INITIALIZERS + 4 * i + 3] = -1; /* their seeds */
  return c;
}

/* From an array of exactly that length, so that the sanitizer catches a read past its end. */
static int add_layer(fr_model *m, config c) {
  double *list = memcpy(check_alloc(sizeof c), &c, sizeof c);
  int status = fr_add(m, list, CONFIG_DOUBLES);
  free(list);
  return status;
}

static fr_model *new_model(int rank, int d0, int d1, int d2) {
  fr_model *m = NULL;
  CHECK(fr_new(rank, d0, d1, d2, 5, 1, &m) == FR_OK, "%s", fr_last_error());
  CHECK(m->seed == 5 + ((uint64_t)1 << 32), "seed %llu", (unsigned long long)m->seed);
  return m;
}

/* ---- what arrives ---------------------------------------------------------------------------- */

/* Each number arrives in its field. A convolution's list sets every field of a layer, including
 * those that a convolution ignores. */
static void layer_fields(void) {
  config c = layer_config(FR_CONV2D);
  const double set[][2] = {{UNITS, 7},
                           {KERNEL, 3},
                           {KERNEL + 1, 4},
                           {STRIDE, 1},
                           {STRIDE + 1, 2},
                           {PADDING, 1},
                           {ACTIVATION, FR_LEAKY_RELU},
                           {USE_BIAS, 1},
                           {RATE, 0.25},
                           {SLOPE, 0.125},
                           {PADS, 21},
                           {PADS + 1, 22},
                           {PADS + 2, 23},
                           {PADS + 3, 24},
                           {TARGET, 3},
                           {TARGET + 1, 31},
                           {TARGET + 2, 32},
                           {TARGET + 3, 33},
                           {MOMENTUM, 0.75},
                           {EPSILON, 0.5},
                           {CENTER, 1},
                           {SCALE, 2},
                           {FILL, 2},
                           {INTERPOLATION, 1},
                           {FILL_VALUE, -6},
                           {VALUE_RANGE, -7},
                           {VALUE_RANGE + 1, 8},
                           {SEED, 9007199254740991.0},
                           {SOURCE_COUNT, 1},
                           {SOURCES, -1},
                           {FROZEN, 1}};
  for (size_t i = 0; i < sizeof set / sizeof *set; i++) c.at[(int)set[i][0]] = set[i][1];
  for (int i = 0; i < 4; i++) c.at[REGULARIZERS + i] = 0.5 + i;
  for (int i = 0; i < 4; i++) c.at[RANGE + i] = 0.0625 * (i + 1);
  for (int i = 1; i < FR_MAX_SOURCES; i++) c.at[SOURCES + i] = 40 + i;
  for (int i = 0; i < FR_MAX_PARAMETERS; i++) {
    c.at[INITIALIZERS + 4 * i] = i % FR_INITS;
    c.at[INITIALIZERS + 4 * i + 1] = 1.5 + i;
    c.at[INITIALIZERS + 4 * i + 2] = i % FR_FANS;
    c.at[INITIALIZERS + 4 * i + 3] = i % 2 ? -1 : 60 + i;
  }
  fr_model *m = new_model(3, 8, 8, 3);
  CHECK(add_layer(m, c) == FR_OK, "%s", fr_last_error());
  const fr_layer *l = &m->layers[0];
  CHECK(l->kind == FR_CONV2D && l->units == 7 && l->kernel_h == 3 && l->kernel_w == 4 &&
            l->stride_h == 1 && l->stride_w == 2 && l->padding == FR_SAME &&
            l->activation == FR_LEAKY_RELU && l->use_bias == 1 && l->rate == 0.25f &&
            l->slope == 0.125f,
        "kind to slope");
  for (int i = 0; i < 4; i++) CHECK(l->pads[i] == 21 + i, "pad %d", l->pads[i]);
  CHECK(l->target.rank == 3 && l->target.dims[0] == 31 && l->target.dims[1] == 32 &&
            l->target.dims[2] == 33,
        "target");
  CHECK(l->momentum == 0.75f && l->epsilon == 0.5f && l->center == 1 && l->scale == 2,
        "normalization");
  CHECK(l->regularizers[0].l1 == 0.5f && l->regularizers[0].l2 == 1.5f &&
            l->regularizers[1].l1 == 2.5f && l->regularizers[1].l2 == 3.5f,
        "regularizers");
  for (int i = 0; i < FR_MAX_PARAMETERS; i++) {
    const fr_initializer *init = &l->initializers[i];
    CHECK((int)init->distribution == i % FR_INITS && init->value == 1.5f + (float)i &&
              (int)init->fan == i % FR_FANS && init->has_seed == (i % 2 == 0) &&
              (i % 2 || init->seed == 60u + (unsigned)i),
          "initializer %d", i);
  }
  CHECK(l->has_seed && l->seed == 9007199254740991u, "seed %llu", (unsigned long long)l->seed);
  for (int i = 0; i < 4; i++) CHECK(l->range[i] == 0.0625f * (float)(i + 1), "range %d", i);
  CHECK(l->fill == FR_FILL_REFLECT && l->interpolation == FR_NEAREST && l->fill_value == -6.0f &&
            l->value_range[0] == -7.0f && l->value_range[1] == 8.0f,
        "augmentation");
  CHECK(l->source_count == 1 && l->sources[0] == -1 && l->sources[1] == 41 && l->sources[7] == 47,
        "sources");
  CHECK(l->frozen && !m->parameters[0].trainable, "frozen");
  fr_dispose(m);
}

static config dense_config(int units, fr_activation f) {
  config c = layer_config(FR_DENSE);
  c.at[UNITS] = units;
  c.at[ACTIVATION] = f;
  c.at[USE_BIAS] = 1;
  return c;
}

enum { COMPILE_DOUBLES = 21 };

static int compile(fr_model *m, const double *list) {
  double *exact =
      memcpy(check_alloc(sizeof *list * COMPILE_DOUBLES), list, sizeof *list * COMPILE_DOUBLES);
  int status = fr_compile(m, exact, COMPILE_DOUBLES);
  free(exact);
  return status;
}

static void compile_fields(void) {
  const double list[COMPILE_DOUBLES] = {
      FR_RMSPROP, 0.25, 0.5, 0, 0.75, 0.875, 0.9375, 0.125, 0.0625,
      3,          0,    0,   1, 0.96, 12,    0.1,    1,     FR_CATEGORICAL_CROSSENTROPY,
      1,          0.5,  4};
  fr_model *m = new_model(1, 3, 0, 0);
  CHECK(compile(m, list) == FR_WRONG_STATE &&
            strcmp(fr_last_error(), "compile: build the model first") == 0,
        "\"%s\"", fr_last_error());
  CHECK(add_layer(m, dense_config(2, FR_LINEAR)) == FR_OK && fr_build(m) == FR_OK, "%s",
        fr_last_error());
  CHECK(compile(m, list) == FR_OK, "%s", fr_last_error());
  const fr_optimizer *o = &m->optimizer;
  CHECK(o->kind == FR_RMSPROP && o->learning_rate == 0.25 && o->momentum == 0.5 &&
            o->nesterov == 0 && o->beta1 == 0.75 && o->beta2 == 0.875 && o->rho == 0.9375 &&
            o->epsilon == 0.125 && o->weight_decay == 0.0625 && o->clip_value == 3 &&
            o->clip_norm == 0 && o->global_clip_norm == 0 && o->use_ema == 1 &&
            o->ema_momentum == 0.96 && o->ema_overwrite == 12 && o->initial_accumulator == 0.1 &&
            o->centered == 1,
        "optimizer");
  CHECK(m->loss.kind == FR_CATEGORICAL_CROSSENTROPY && m->loss.from_logits == 1 &&
            m->loss.label_smoothing == 0.5f && m->loss.top_k == 4,
        "loss");
  double other[COMPILE_DOUBLES];
  for (int which = 9; which < 12; which++) { /* the kinds of clipping, one at a time */
    memcpy(other, list, sizeof other);
    other[9] = 0;
    other[which] = 2;
    CHECK(compile(m, other) == FR_OK, "%s", fr_last_error());
    CHECK(m->optimizer.clip_value == 2.0 * (which == 9) &&
              m->optimizer.clip_norm == 2.0 * (which == 10) &&
              m->optimizer.global_clip_norm == 2.0 * (which == 11),
          "clipping %d", which);
  }
  other[3] = 1;
  CHECK(compile(m, other) == FR_OK && m->optimizer.nesterov == 1, "%s", fr_last_error());
  other[1] = -1;
  CHECK(compile(m, other) == FR_INVALID_ARGUMENT &&
            strcmp(fr_last_error(), "optimizer: learning rate must be 0..1e6, got -1") == 0,
        "\"%s\"", fr_last_error());
  fr_dispose(m);
}

/* ---- what a model is ------------------------------------------------------------------------- */

static void refused(int got, fr_status want, const char *message) {
  check_refused((fr_status)got, want, message);
}

static void descriptions(void) {
  fr_model *m = (fr_model *)1;
  refused(fr_new(0, 1, 1, 1, 0, 0, &m), FR_INVALID_ARGUMENT,
          "input shape: rank must be 1..3 without the batch, got 0");
  CHECK(m == NULL, "a model of no rank");
  m = new_model(3, 5, 4, 2);
  int32_t out[8], count;
  refused(fr_layer_output(m, 0, out), FR_INVALID_ARGUMENT, "layer: index must be 0..-1, got 0");
  refused(fr_build(m), FR_WRONG_STATE, "model: add at least one layer");
  config c = layer_config(FR_DEPTHWISE_CONV2D);
  refused(add_layer(m, c), FR_INVALID_ARGUMENT,
          "depthwiseConv2d: depth multiplier must be 1..32768, got 0");
  c.at[UNITS] = 3;
  c.at[KERNEL] = c.at[KERNEL + 1] = 2;
  c.at[STRIDE] = c.at[STRIDE + 1] = 1;
  refused(add_layer(m, c), FR_OK, "");
  CHECK(fr_layer_output(m, 0, out) == FR_OK && out[0] == 3 && out[1] == 4 && out[2] == 3 &&
            out[3] == 6,
        "%d: %d × %d × %d", out[0], out[1], out[2], out[3]);
  config n = layer_config(FR_BATCH_NORMALIZATION);
  n.at[MOMENTUM] = 0.99;
  n.at[EPSILON] = 0.001;
  n.at[CENTER] = 1;
  refused(add_layer(m, n), FR_OK, "");
  refused(add_layer(m, layer_config(FR_GLOBAL_MAX_POOLING2D)), FR_OK, "");
  CHECK(fr_layer_output(m, 2, out) == FR_OK && out[0] == 1 && out[1] == 6 && out[2] == 0 &&
            out[3] == 0,
        "%d: %d %d %d", out[0], out[1], out[2], out[3]);
  refused(fr_layer_output(m, 3, out), FR_INVALID_ARGUMENT, "layer: index must be 0..2, got 3");
  refused(fr_layer_output(m, -1, out), FR_INVALID_ARGUMENT, "layer: index must be 0..2, got -1");
  CHECK(fr_weight_count(m, &count) == FR_OK && count == 4, "%d weights",
        count); /* before it is built */
  static const int32_t want[4][8] = {{0, 0, 1, 4, 2, 2, 2, 3},
                                     {1, 1, 1, 1, 6, 0, 0, 0},
                                     {1, 2, 0, 1, 6, 0, 0, 0},
                                     {1, 3, 0, 1, 6, 0, 0, 0}};
  for (int i = 0; i < 4; i++) {
    CHECK(fr_weight_shape(m, i, out) == FR_OK, "%s", fr_last_error());
    CHECK(memcmp(out, want[i], sizeof out) == 0, "weight %d: %d %d %d %d, %d × %d × %d × %d", i,
          out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7]);
  }
  refused(fr_weight_shape(m, 4, out), FR_INVALID_ARGUMENT, "weights: index must be 0..3, got 4");
  refused(fr_weight_shape(m, -1, out), FR_INVALID_ARGUMENT, "weights: index must be 0..3, got -1");
  float values[24];
  refused(fr_get_weight(m, 0, values, 24), FR_WRONG_STATE,
          "model: build it before its weights are asked for");
  refused(fr_build(m), FR_OK, "");
  refused(fr_set_weight(m, 0, values, 23), FR_INVALID_ARGUMENT,
          "weights: tensor 0 has 24 elements, got 23");
  for (int i = 0; i < 24; i++) values[i] = (float)i;
  float got[24];
  CHECK(fr_set_weight(m, 0, values, 24) == FR_OK && fr_get_weight(m, 0, got, 24) == FR_OK, "%s",
        fr_last_error());
  CHECK(memcmp(got, values, sizeof got) == 0, "weights changed on their way");
  fr_dispose(m);
  CHECK(fr_dispose(NULL) == FR_OK, "nothing to dispose of");
}

/* ---- running it ------------------------------------------------------------------------------ */

enum { N = 7, INPUTS = 4, CLASSES = 3 };

static float samples[N * INPUTS];
static int32_t labels[N];

static const double adam_with_average[COMPILE_DOUBLES] = {
    FR_ADAM, 0.01, 0, 0, 0.9, 0.999, 0, 1e-7, 0,
    0,       0,    0, 1, 0.5, 0,     0, 0,    FR_SPARSE_CATEGORICAL_CROSSENTROPY,
    0,       0,    2};

static fr_model *small(void) {
  fr_model *m = new_model(1, INPUTS, 0, 0);
  config drop = layer_config(FR_DROPOUT);
  drop.at[RATE] = 0.5;
  refused(add_layer(m, dense_config(6, FR_GELU)), FR_OK, "");
  refused(add_layer(m, drop), FR_OK, "");
  refused(add_layer(m, dense_config(CLASSES, FR_SOFTMAX)), FR_OK, "");
  refused(fr_build(m), FR_OK, "");
  return m;
}

/* The same through the core's own functions. */
static fr_model *same(void) {
  fr_model *m =
      stack(flat(INPUTS), LAYERS(dense(6, FR_GELU), dropout(0.5f), dense(CLASSES, FR_SOFTMAX)),
            5 + ((uint64_t)1 << 32));
  fr_optimizer o = {.kind = FR_ADAM,
                    .learning_rate = 0.01,
                    .beta1 = 0.9,
                    .beta2 = 0.999,
                    .epsilon = 1e-7,
                    .use_ema = 1,
                    .ema_momentum = 0.5};
  must(fr_model_compile(m, &o, &(fr_loss){.kind = FR_SPARSE_CATEGORICAL_CROSSENTROPY, .top_k = 2}));
  return m;
}

static void check_same_weights(const fr_model *a, const fr_model *b, const char *when) {
  int count;
  float *wa = weights_of(a, &count), *wb = weights_of(b, &count);
  CHECK(memcmp(wa, wb, sizeof *wa * (size_t)count) == 0, "the weights differ %s", when);
  free(wa);
  free(wb);
}

static void running(void) {
  fr_model *m = small(), *other = same();
  const float share[N] = {1, 2, 0, 1, 0.5f, 1, 3};
  const double rates[3] = {0.01, 0.02, 0.005};
  fr_batch b = {samples, FR_FLOAT32, labels, N, share};
  fr_scores scores[3] = {{0}}, want[3] = {{0}};
  float p[N * CLASSES], q[N * CLASSES];
  double steps;
  refused(fr_fit(m, samples, 1, labels, NULL, N, 3, NULL, scores), FR_WRONG_STATE,
          "model: compile it before it is trained or evaluated");
  refused(fr_average(m, 0), FR_WRONG_STATE, "average: compile with useEma first");
  refused(compile(m, adam_with_average), FR_OK, "");
  check_same_weights(m, other, "before training");
  refused(fr_fit(m, samples, 1, labels, share, N, 3, rates, scores), FR_OK, "");
  must(fr_train(other, &b, 3, rates, want));
  CHECK(memcmp(scores, want, sizeof scores) == 0, "other scores");
  CHECK(scores[0].samples == 3 && scores[2].samples == 1, "%g, %g samples", scores[0].samples,
        scores[2].samples);
  check_same_weights(m, other, "after training");
  CHECK(fr_steps(m, &steps) == FR_OK && steps == 3, "%g steps", steps);

  refused(fr_gradients(m, samples, 1, labels, share, N, scores), FR_OK, "");
  must(fr_train_gradients(other, &b, want));
  CHECK(memcmp(scores, want, sizeof *scores) == 0, "other scores of the gradients");
  float g[24], h[24];
  refused(fr_get_gradient(m, 0, g, 24), FR_OK, "");
  must(fr_model_get_gradient(other, 0, h, 24));
  CHECK(memcmp(g, h, sizeof g) == 0, "other gradients");

  scores[0] = want[0] = (fr_scores){0};
  refused(fr_score(m, samples, 1, labels, share, N, 2, scores), FR_OK, "");
  must(fr_evaluate(other, &b, 2, want));
  CHECK(memcmp(scores, want, sizeof *scores) == 0 && scores[0].samples == N,
        "other scores of an evaluation");

  refused(fr_infer(m, samples, 1, N, 2, p), FR_OK, "");
  must(fr_predict(other, &b, 2, q));
  CHECK(memcmp(p, q, sizeof p) == 0, "other predictions");
  int32_t classes[N];
  refused(fr_classes(p, N, CLASSES, classes), FR_OK, "");
  for (int i = 0; i < N; i++) {
    const float *row = p + i * CLASSES;
    int best = 0;
    for (int c = 1; c < CLASSES; c++) best = row[c] > row[best] ? c : best;
    CHECK(classes[i] == best, "sample %d: class %d, want %d", i, classes[i], best);
  }

  float a[N * 6], r[N * 6];
  for (int training = 0; training < 2; training++) {
    refused(fr_activations(m, 1, samples, 1, N, training, a), FR_OK, "");
    must(fr_activations_of(other, 1, &b, training, r));
    int zeros = 0;
    for (int i = 0; i < N * 6; i++) zeros += a[i] == 0.0f;
    CHECK(memcmp(a, r, sizeof a) == 0 && (zeros > 0) == training, "activations: %d zeros", zeros);
  }
  refused(fr_activations(m, 3, samples, 1, N, 0, a), FR_INVALID_ARGUMENT,
          "activations: layer must be 0..2, got 3");

  refused(fr_average(m, 1), FR_OK, "");
  refused(fr_infer(m, samples, 1, N, 2, q), FR_OK, "");
  CHECK(memcmp(p, q, sizeof p) != 0, "the averages predict the same");
  refused(fr_average(m, 1), FR_OK, "");
  refused(fr_infer(m, samples, 1, N, 2, q), FR_OK, "");
  CHECK(memcmp(p, q, sizeof p) == 0, "swapped twice, other predictions");
  refused(fr_infer(m, samples, 2, N, 2, q), FR_INVALID_ARGUMENT,
          "samples: type must be bytes (0) or floats (1), got 2");
  fr_dispose(m);
  fr_model_destroy(other);
}

/* Two branches from the input, then joined: sources are numbers of layers. */
static fr_model *branched(fr_layer_kind join) {
  fr_model *m = new_model(1, INPUTS, 0, 0);
  config left = dense_config(3, FR_TANH), right = dense_config(3, FR_RELU),
         joined = layer_config(join);
  right.at[SOURCE_COUNT] = 1;
  right.at[SOURCES] = -1;
  joined.at[SOURCE_COUNT] = 2;
  joined.at[SOURCES] = 1;
  joined.at[SOURCES + 1] = 0;
  refused(add_layer(m, left), FR_OK, "");
  refused(add_layer(m, right), FR_OK, "");
  refused(add_layer(m, joined), FR_OK, "");
  refused(fr_build(m), FR_OK, "");
  return m;
}

static void graphs(void) {
  fr_model *m = branched(FR_ADD);
  float a[N * 3], b[N * 3], both[N * 3], joined[N * 6];
  refused(fr_activations(m, 0, samples, 1, N, 0, a), FR_OK, "");
  refused(fr_activations(m, 1, samples, 1, N, 0, b), FR_OK, "");
  refused(fr_infer(m, samples, 1, N, 5, both), FR_OK, "");
  for (int i = 0; i < N * 3; i++)
    CHECK(both[i] == b[i] + a[i], "%g, want %g", (double)both[i], (double)(b[i] + a[i]));
  fr_dispose(m);
  m = branched(FR_CONCATENATE);
  refused(fr_infer(m, samples, 1, N, 5, joined), FR_OK, "");
  for (int i = 0; i < N * 6; i++) {
    float want = (i % 6 < 3 ? b : a)[i / 6 * 3 + i % 3];
    CHECK(joined[i] == want, "%g, want %g", (double)joined[i], (double)want);
  }
  fr_dispose(m);
}

/* ---- data, memory, threads ------------------------------------------------------------------- */

static void data(void) {
  const uint8_t header[16] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 5};
  int32_t out[5];
  refused(fr_idx_header(header, 16, 46, out), FR_OK, "");
  CHECK(out[0] == 3 && out[1] == 2 && out[2] == 3 && out[3] == 5 && out[4] == 16, "%d %d %d %d %d",
        out[0], out[1], out[2], out[3], out[4]);
  refused(fr_idx_header(header, 16, 45, out), FR_BAD_DATA,
          "idx: the file is cut short: 2 images need 46 bytes, got 45");
  refused(fr_idx_header(header, 16, NAN, out), FR_BAD_DATA,
          "idx: the file is cut short: 2 images need 46 bytes, got nan");
  uint32_t order[50], same_order[50];
  refused(fr_epoch_order(7, 2, 1875.0, 50, order), FR_OK, "");
  fr_shuffle(7 + ((uint64_t)2 << 32), 1875, 50, same_order);
  CHECK(memcmp(order, same_order, sizeof order) == 0, "another order");
}

static void memory(void) {
  double before, during;
  CHECK(fr_heap_in_use(&before) == FR_OK && before >= 0.0, "%g bytes", before);
  fr_model *m = small();
  CHECK(fr_heap_in_use(&during) == FR_OK && during >= before, "%g, then %g bytes", before, during);
  fr_dispose(m);
  refused(fr_pool_start(1), FR_OK, "");
}

/* Numbers that fit neither an int nor a seed are refused before they are converted, and the model
 * is unchanged. */
static void impossible_numbers(void) {
  const double wrong[] = {NAN, INFINITY, -INFINITY, 1e300, 0.5, 2147483648.0, -2147483649.0};
  const char *names[] = {"nan", "inf", "-inf", "1e+300", "0.5", "2.14748e+09", "-2.14748e+09"};
  const int at[] = {KIND,         UNITS, PADDING,      TARGET,
                    INITIALIZERS, FILL,  SOURCE_COUNT, SOURCES + FR_MAX_SOURCES - 1};
  char want[160];
  fr_model *m = small();
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
      config c = layer_config(FR_DENSE);
      c.at[at[k]] = wrong[i];
      snprintf(want, sizeof want,
               "layer: number %d must be an integer -2147483648..2147483647, got %s", at[k],
               names[i]);
      refused(add_layer(m, c), FR_INVALID_ARGUMENT, want);
    }
    double compile[COMPILE_DOUBLES] = {wrong[i]};
    snprintf(want, sizeof want,
             "compile: number 0 must be an integer -2147483648..2147483647, got %s", names[i]);
    refused(fr_compile(m, compile, COMPILE_DOUBLES), FR_INVALID_ARGUMENT, want);
  }
  config c = layer_config(FR_DENSE);
  c.at[SEED] = 9007199254740992.0;
  refused(add_layer(m, c), FR_INVALID_ARGUMENT,
          "layer: number 43 must be an integer -1..9007199254740991, got 9.0072e+15");
  fr_dispose(m);
  uint32_t order[2];
  refused(fr_epoch_order(7, 2, NAN, 2, order), FR_INVALID_ARGUMENT,
          "order: no step nan, or no 2 samples");
  refused(fr_epoch_order(7, 2, 0, -1, order), FR_INVALID_ARGUMENT,
          "order: no step 0, or no -1 samples");
}

/* A list of another length is refused, and nothing past its end is read. */
static void other_lengths(void) {
  const int lengths[] = {0, 1, CONFIG_DOUBLES - 1, CONFIG_DOUBLES + 1, -1};
  char want[160];
  fr_model *m = small();
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    int length = lengths[i];
    size_t bytes = sizeof(double) * (size_t)(length > 0 ? length : 1);
    double *list = memset(check_alloc(bytes), 0, bytes);
    snprintf(want, sizeof want, "layer: its configuration has %d numbers, got %d", CONFIG_DOUBLES,
             length);
    refused(fr_add(m, list, length), FR_INVALID_ARGUMENT, want);
    snprintf(want, sizeof want, "compile: its configuration has %d numbers, got %d",
             COMPILE_DOUBLES, length);
    refused(fr_compile(m, list, length), FR_INVALID_ARGUMENT, want);
    free(list);
  }
  fr_dispose(m);
}

/* The number of words after `start`, which is the first two words of a line; -1 if there is no such
 * line. */
static int words_after(const char *text, const char *start) {
  const char *line = strstr(text, start);
  if (!line || (line != text && line[-1] != '\n')) return -1;
  int words = 0;
  for (line += strlen(start); *line != '\n' && *line; line++) words += *line == ' ';
  return words;
}

static void enumerations(void) {
  const char *text = fr_describe();
  const struct {
    const char *start;
    int words;
  } lines[] = {{"list layer", FR_LAYER_KINDS},
               {"list activation", FR_ACTIVATIONS},
               {"list padding", FR_PADDINGS},
               {"list distribution", FR_INITS},
               {"list fan", FR_FANS},
               {"list fill", FR_FILLS},
               {"list interpolation", FR_INTERPOLATIONS},
               {"list optimizer", FR_OPTIMIZERS},
               {"list loss", FR_LOSSES},
               {"list score", sizeof(fr_scores) / sizeof(double)},
               {"list dtype", FR_DTYPES},
               {"limit maxWindow 255", 0},
               {"double fr_set_steps 1", 0}};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    int words = words_after(text, lines[i].start);
    CHECK(words == lines[i].words, "%s: %d words", lines[i].start, words);
  }
  CHECK(strcmp(text + strlen(text) - 2, "1\n") == 0, "the last line is cut: %s", text);
  CHECK(strcmp(fr_describe(), text) == 0, "the same again differs");
  CHECK(strstr(text, "list layer conv2d maxPooling2d flatten dense"), "%s", text);
}

int main(void) {
  for (int i = 0; i < N * INPUTS; i++) samples[i] = check_float();
  for (int i = 0; i < N; i++) labels[i] = check_between(0, CLASSES - 1);
  layer_fields();
  compile_fields();
  descriptions();
  running();
  graphs();
  data();
  impossible_numbers();
  other_lengths();
  enumerations();
  memory();
  return check_report("api", 150);
}
