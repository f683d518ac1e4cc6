/* The same results, bit for bit, on one, two, three and four threads, for every kind of layer,
 * step, optimizer and loss; threads that fail to start. Linked with --wrap=pthread_create. */
#include <pthread.h>

#include "base/pool.h"
#include "stack.h"

enum { SAMPLES = 40, SIDE = 8, CLASSES = 4, BATCH = 17, EPOCHS = 4 };

/* ---- threads that fail ----------------------------------------------------------------------- */

static int starts_left = 1000; /* before the next one fails */

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument) {
  return starts_left-- > 0 ? __real_pthread_create(thread, attributes, run, argument)
                           : 11; /* EAGAIN */
}

/* ---- networks with every kind of step -------------------------------------------------------- */

static fr_model *everything(void) {
  fr_layer regular = conv(5, 3, 3, 1, 1, FR_SAME, FR_LINEAR);
  regular.regularizers[0].l2 = 0.01f;
  fr_layer noise = augmentation(FR_RANDOM_ERASING, 0.1f, 0.3f, 0.5f, 0.9f);
  noise.fill_value = NAN;
  return stack(image(SIDE, SIDE, 1),
               LAYERS(augmentation(FR_RANDOM_FLIP, 1, 1, 0, 0),
                      augmentation(FR_RANDOM_TRANSLATION, -0.2f, 0.2f, -0.2f, 0.2f),
                      augmentation(FR_RANDOM_ROTATION, -0.1f, 0.1f, 0, 0),
                      augmentation(FR_RANDOM_ZOOM, -0.2f, 0.2f, 1, -1),
                      augmentation(FR_RANDOM_CONTRAST, 0.3f, 0.3f, 0, 0), noise,
                      /* 6 */ regular, normalization(1, 1), activation(FR_RELU),
                      /* 9 */ zero_padding(0, 1, 1, 0),
                      depthwise(1, 2, 2, 1, 1, FR_VALID, FR_SWISH), normalization(1, 1),
                      /* 12 */ add(11, 8), activation(FR_RELU6), average_pool(2, 2, 2, 2, FR_SAME),
                      /* 15 */ conv(6, 2, 2, 1, 1, FR_SAME, FR_GELU),
                      from(14, conv(6, 1, 1, 1, 1, FR_SAME, FR_LINEAR)), add(15, 16),
                      pool(2, 2, 2, 2, FR_VALID), flatten(), dense(30, FR_RELU), dropout(0.4f),
                      dense(CLASSES, FR_SOFTMAX)),
               11);
}

/* Pooling and dropout fused with the layers before them; dense kernels of several panels. */
static fr_model *tutorial(void) {
  return stack(image(SIDE, SIDE, 1),
               LAYERS(conv(23, 3, 3, 1, 1, FR_SAME, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                      dense(37, FR_RELU), dropout(0.5f), dense(CLASSES, FR_SOFTMAX)),
               12);
}

/* Lengths that do not fill a vector: an access next to one sample's data touches another
 * sample's. */
static fr_model *ragged(void) {
  return stack(image(SIDE, SIDE, 1),
               LAYERS(reshape(image(4, 16, 1)), conv(3, 2, 3, 1, 2, FR_SAME, FR_TANH),
                      depthwise(3, 3, 2, 1, 1, FR_SAME, FR_RELU), pool(2, 3, 1, 2, FR_SAME),
                      without_bias(conv(7, 3, 1, 2, 1, FR_SAME, FR_SIGMOID)), leaky(0.2f),
                      dropout(0.3f), conv(5, 1, 2, 1, 1, FR_VALID, FR_SOFTMAX), flatten(),
                      without_bias(dense(9, FR_SIGMOID)), dense(CLASSES, FR_SOFTMAX)),
               13);
}

/* Several steps that read the same one; their gradients are added up. */
static fr_model *branches(void) {
  return stack(image(SIDE, SIDE, 1),
               LAYERS(conv(3, 3, 3, 2, 2, FR_SAME, FR_LINEAR), normalization(0, 1),
                      /* 2 */ from(1, conv(3, 1, 1, 1, 1, FR_SAME, FR_RELU)),
                      /* 3 */ from(1, depthwise(1, 3, 3, 1, 1, FR_SAME, FR_LINEAR)), add3(1, 2, 3),
                      /* 5 */ concatenate3(2, 4, 1), global_average(), from(5, global_max()),
                      /* 8 */ add(6, 7), concatenate(8, 6), dense(CLASSES, FR_LINEAR)),
               14);
}

/* Convolutions that run by Winograd's algorithm. */
static fr_model *tiled(void) {
  return stack(image(SIDE, SIDE, 1),
               LAYERS(conv(16, 1, 1, 1, 1, FR_SAME, FR_LINEAR),
                      conv(16, 3, 3, 1, 1, FR_SAME, FR_LINEAR), normalization(1, 1),
                      conv(20, 3, 3, 1, 1, FR_SAME, FR_GELU),
                      conv(24, 3, 3, 1, 1, FR_SAME, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                      dense(CLASSES, FR_SOFTMAX)),
               15);
}

/* ---- what is trained ------------------------------------------------------------------------- */

static const struct {
  const char *name;
  fr_model *(*network)(void);
  fr_optimizer optimizer;
  fr_loss loss;
  fr_dtype dtype;
  int weighted;
} cases[] = {
    {"everything",
     everything,
     {.kind = FR_ADAM,
      .learning_rate = 0.01,
      .beta1 = 0.9,
      .beta2 = 0.999,
      .epsilon = 1e-7,
      .weight_decay = 0.01,
      .global_clip_norm = 1.0,
      .use_ema = 1,
      .ema_momentum = 0.9,
      .ema_overwrite = 5},
     {.kind = FR_SPARSE_CATEGORICAL_CROSSENTROPY, .top_k = 2},
     FR_FLOAT32,
     0},
    {"tutorial",
     tutorial,
     {.kind = FR_ADAM, .learning_rate = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7},
     {.kind = FR_SPARSE_CATEGORICAL_CROSSENTROPY, .top_k = 2},
     FR_UINT8,
     0},
    {"tutorial, by momentum",
     tutorial,
     {.kind = FR_SGD, .learning_rate = 0.1, .momentum = 0.9, .nesterov = 1},
     {.kind = FR_CATEGORICAL_CROSSENTROPY, .top_k = 2},
     FR_UINT8,
     1},
    {"ragged",
     ragged,
     {.kind = FR_RMSPROP, .learning_rate = 0.01, .rho = 0.9, .epsilon = 1e-7, .centered = 1},
     {.kind = FR_SPARSE_CATEGORICAL_CROSSENTROPY, .top_k = 2},
     FR_FLOAT32,
     1},
    {"ragged, by its own rates",
     ragged,
     {.kind = FR_ADADELTA, .learning_rate = 1.0, .rho = 0.9, .epsilon = 1e-4},
     {.kind = FR_BINARY_CROSSENTROPY, .top_k = 2},
     FR_FLOAT32,
     0},
    {"branches",
     branches,
     {.kind = FR_ADAGRAD, .learning_rate = 0.1, .initial_accumulator = 0.1, .epsilon = 1e-7},
     {.kind = FR_MEAN_SQUARED_ERROR, .top_k = 2},
     FR_FLOAT32,
     0},
    {"tiled",
     tiled,
     {.kind = FR_ADAGRAD, .learning_rate = 0.1, .initial_accumulator = 0.1, .epsilon = 1e-7},
     {.kind = FR_MEAN_SQUARED_ERROR, .top_k = 2},
     FR_FLOAT32,
     0},
    {"tiled, by Muon",
     tiled,
     {.kind = FR_MUON,
      .learning_rate = 0.02,
      .momentum = 0.95,
      .nesterov = 1,
      .beta1 = 0.9,
      .beta2 = 0.999,
      .epsilon = 1e-7},
     {.kind = FR_SPARSE_CATEGORICAL_CROSSENTROPY, .top_k = 2},
     FR_FLOAT32,
     0},
    {"branches, clipped",
     branches,
     {.kind = FR_SGD, .learning_rate = 0.1, .clip_norm = 0.1},
     {.kind = FR_MEAN_ABSOLUTE_ERROR, .top_k = 2},
     FR_FLOAT32,
     1},
};
enum { CASES = sizeof cases / sizeof *cases };

static struct {
  float floats[SAMPLES * SIDE * SIDE];
  uint8_t bytes[SAMPLES * SIDE * SIDE];
  int32_t labels[SAMPLES];
  float targets[SAMPLES * CLASSES]; /* the same, one-hot */
  float weights[SAMPLES];
} data;

static void draw_data(void) {
  check_seed(78);
  for (int i = 0; i < SAMPLES * SIDE * SIDE; i++) {
    data.floats[i] = check_float();
    data.bytes[i] = (uint8_t)check_between(0, 255);
  }
  for (int i = 0; i < SAMPLES; i++) {
    data.labels[i] = check_between(0, CLASSES - 1);
    data.targets[i * CLASSES + data.labels[i]] = 1.0f;
    data.weights[i] = (float)check_between(0, 8) * 0.25f;
  }
}

static fr_batch batch_for(int i) {
  int sparse = cases[i].loss.kind == FR_SPARSE_CATEGORICAL_CROSSENTROPY;
  return (fr_batch){.samples = cases[i].dtype == FR_UINT8 ? (const void *)data.bytes : data.floats,
                    .dtype = cases[i].dtype,
                    .targets = sparse ? (const void *)data.labels : data.targets,
                    .n = SAMPLES,
                    .weights = cases[i].weighted ? data.weights : NULL};
}

/* ---- results, compared bit for bit ----------------------------------------------------------- */

enum { BATCHES = (SAMPLES + BATCH - 1) / BATCH };

typedef struct {
  float *weights;
  int count;
  fr_scores scores[EPOCHS * BATCHES], evaluated, last;
  float predictions[SAMPLES * CLASSES], alone[CLASSES], outputs[SAMPLES * CLASSES];
} results;

static fr_model *compiled(int i) {
  fr_model *m = cases[i].network();
  must(fr_model_compile(m, &cases[i].optimizer, &cases[i].loss));
  return m;
}

/* Trained, evaluated, asked for one sample and for all, inspected; gradients taken. */
static results run(int i) {
  results r = {0};
  fr_model *m = compiled(i);
  fr_batch b = batch_for(i), one = b;
  one.n = 1;
  for (int epoch = 0; epoch < EPOCHS; epoch++)
    must(fr_train(m, &b, BATCH, NULL, r.scores + epoch * BATCHES));
  must(fr_evaluate(m, &b, BATCH, &r.evaluated));
  must(fr_predict(m, &b, BATCH, r.predictions));
  must(fr_predict(m, &one, 1, r.alone));
  must(fr_activations_of(m, m->layer_count - 1, &b, 1, r.outputs));
  must(fr_train_gradients(m, &b, &r.last));
  r.weights = weights_of(m, &r.count);
  fr_model_destroy(m);
  return r;
}

static void check_same(const char *what, const char *name, const void *got, const void *want,
                       size_t bytes) {
  CHECK(memcmp(got, want, bytes) == 0, "%s: %d threads show in the %s", name, fr_pool_threads(),
        what);
}

static results alone[CASES]; /* on one thread */

/* Again, on the number of threads that has been reached. */
static void compare(void) {
  for (int i = 0; i < CASES; i++) {
    const results r = run(i), *one = &alone[i];
    const char *name = cases[i].name;
    check_same("weights", name, r.weights, one->weights, sizeof(float) * (size_t)one->count);
    check_same("scores", name, r.scores, one->scores, sizeof r.scores);
    check_same("evaluation", name, &r.evaluated, &one->evaluated, sizeof r.evaluated);
    check_same("predictions", name, r.predictions, one->predictions, sizeof r.predictions);
    check_same("prediction of one sample", name, r.alone, one->alone, sizeof r.alone);
    check_same("activations", name, r.outputs, one->outputs, sizeof r.outputs);
    check_same("gradients' loss", name, &r.last, &one->last, sizeof r.last);
    free(r.weights);
  }
}

/* ---- what is compared is worth it ------------------------------------------------------------ */

static int layers_seen[FR_LAYER_KINDS], steps_seen[FR_STEP_KINDS], optimizers_seen[FR_OPTIMIZERS],
    losses_seen[FR_LOSSES];

static void check_all_seen(const char *what, const int *seen, int count) {
  for (int i = 0; i < count; i++) CHECK(seen[i], "no network here has %s %d", what, i);
}

/* Each network learns, and together they contain everything. */
static void look_at(int i) {
  fr_model *fresh = compiled(i);
  int count, finite = 0, moved = 0;
  float *before = weights_of(fresh, &count), *after = alone[i].weights;
  for (int k = 0; k < count; k++) {
    finite += isfinite(after[k]) != 0;
    moved += after[k] != before[k];
  }
  CHECK(finite == count, "%s: %d of %d weights are numbers", cases[i].name, finite, count);
  CHECK(moved > count / 2, "%s: %d of %d weights moved", cases[i].name, moved, count);
  for (int k = 0; k < fresh->layer_count; k++) layers_seen[fresh->layers[k].kind]++;
  for (int k = 0; k < fresh->step_count; k++) steps_seen[fresh->steps[k].kind]++;
  optimizers_seen[cases[i].optimizer.kind]++;
  losses_seen[cases[i].loss.kind]++;
  free(before);
  fr_model_destroy(fresh);
}

int main(void) {
  draw_data();
  for (int i = 0; i < CASES; i++) {
    alone[i] = run(i);
    look_at(i);
  }
  check_all_seen("layer", layers_seen, FR_LAYER_KINDS);
  check_all_seen("step", steps_seen, FR_STEP_KINDS);
  check_all_seen("optimizer", optimizers_seen, FR_OPTIMIZERS);
  check_all_seen("loss", losses_seen, FR_LOSSES);

  check_refused(fr_pool_start(0), FR_INVALID_ARGUMENT, "threads must be 1..16, got 0");
  check_refused(fr_pool_start(17), FR_INVALID_ARGUMENT, "threads must be 1..16, got 17");
  starts_left = 0;
  check_refused(fr_pool_start(2), FR_OUT_OF_MEMORY, "thread 2 of 2 could not be started");
  CHECK(fr_pool_threads() == 1, "%d threads", fr_pool_threads());
  compare();
  starts_left = 1;
  must(fr_pool_start(2));
  CHECK(fr_pool_threads() == 2, "%d threads", fr_pool_threads());
  compare();
  starts_left = 1; /* the third starts, the fourth does not: the existing ones continue */
  check_refused(fr_pool_start(4), FR_OUT_OF_MEMORY, "thread 4 of 4 could not be started");
  CHECK(fr_pool_threads() == 3, "%d threads", fr_pool_threads());
  compare();
  starts_left = 1;
  must(fr_pool_start(4));
  must(fr_pool_start(2)); /* no fewer than there are */
  CHECK(fr_pool_threads() == 4, "%d threads", fr_pool_threads());
  compare();
  for (int i = 0; i < CASES; i++) free(alone[i].weights);
  return check_report("threads", 200);
}
