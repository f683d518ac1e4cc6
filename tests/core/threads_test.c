/* The same weights, bit for bit, on one, two, three and four threads; threads that cannot be started.
 * Linked with --wrap=pthread_create. */
#include <pthread.h>

#include "pool.h"
#include "stack.h"

enum { SAMPLES = 40, SIDE = 8, CLASSES = 4, BATCH = 17, EPOCHS = 4 };

/* ---- threads that fail ----------------------------------------------------------------------------- */

static int starts_left = 1000; /* before the next one fails */

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument) {
  return starts_left-- > 0 ? __real_pthread_create(thread, attributes, run, argument) : 11; /* EAGAIN */
}

/* ---- a network with every kind of step -------------------------------------------------------------- */

static fr_model *network(void) {
  fr_layer regular = conv(5, 3, 3, 1, 1, FR_SAME, FR_LINEAR);
  regular.regularizers[0].l2 = 0.01f;
  fr_layer noise = augmentation(FR_RANDOM_ERASING, 0.1f, 0.3f, 0.5f, 0.9f);
  noise.fill_value = NAN;
  fr_model *m = stack(
      image(SIDE, SIDE, 1),
      LAYERS(augmentation(FR_RANDOM_FLIP, 1, 1, 0, 0), augmentation(FR_RANDOM_TRANSLATION, -0.2f, 0.2f, -0.2f, 0.2f),
             augmentation(FR_RANDOM_ROTATION, -0.1f, 0.1f, 0, 0), augmentation(FR_RANDOM_ZOOM, -0.2f, 0.2f, 1, -1),
             augmentation(FR_RANDOM_CONTRAST, 0.3f, 0.3f, 0, 0), noise,
             /* 6 */ regular, normalization(1, 1), activation(FR_RELU),
             /* 9 */ zero_padding(0, 1, 1, 0), depthwise(1, 2, 2, 1, 1, FR_VALID, FR_SWISH), normalization(1, 1),
             /* 12 */ add(11, 8), activation(FR_RELU6), average_pool(2, 2, 2, 2, FR_SAME),
             /* 15 */ conv(6, 2, 2, 1, 1, FR_SAME, FR_GELU), from(14, conv(6, 1, 1, 1, 1, FR_SAME, FR_LINEAR)),
             add(15, 16), pool(2, 2, 2, 2, FR_VALID), flatten(), dense(30, FR_RELU), dropout(0.4f),
             dense(CLASSES, FR_SOFTMAX)),
      11);
  const fr_optimizer adamw = {.kind = FR_ADAM, .learning_rate = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7,
                              .weight_decay = 0.01, .global_clip_norm = 1.0, .use_ema = 1, .ema_momentum = 0.9,
                              .ema_overwrite = 5};
  must(fr_model_compile(m, &adamw, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  return m;
}

typedef struct {
  float *weights;
  int count;
  fr_scores scores[EPOCHS * (SAMPLES / BATCH + 1)];
  float predictions[SAMPLES * CLASSES];
} run;

static run trained(void) {
  run r = {0};
  check_seed(78);
  float *x = check_floats(SAMPLES * SIDE * SIDE);
  int32_t labels[SAMPLES];
  for (int i = 0; i < SAMPLES; i++) labels[i] = check_between(0, CLASSES - 1);
  fr_model *m = network();
  fr_batch b = {x, FR_FLOAT32, labels, SAMPLES, NULL};
  for (int epoch = 0; epoch < EPOCHS; epoch++)
    must(fr_train(m, &b, BATCH, NULL, r.scores + epoch * (SAMPLES / BATCH + 1)));
  must(fr_predict(m, &b, BATCH, r.predictions));
  r.weights = weights_of(m, &r.count);
  fr_model_destroy(m);
  free(x);
  return r;
}

/* One more run on the threads that there are by now. */
static void compare(const run *one) {
  run r = trained();
  CHECK(r.count == one->count && memcmp(r.weights, one->weights, sizeof(float) * (size_t)r.count) == 0,
        "%d threads show in the weights", fr_pool_threads());
  CHECK(memcmp(r.scores, one->scores, sizeof r.scores) == 0, "%d threads show in the scores", fr_pool_threads());
  CHECK(memcmp(r.predictions, one->predictions, sizeof r.predictions) == 0, "%d threads show in the predictions",
        fr_pool_threads());
  free(r.weights);
}

int main(void) {
  run one = trained();
  int finite = 0, moved = 0;
  for (int i = 0; i < one.count; i++) finite += isfinite(one.weights[i]);
  CHECK(finite == one.count, "%d of %d weights are numbers", finite, one.count);
  fr_model *fresh = network();
  float *before = weights_of(fresh, &one.count);
  for (int i = 0; i < one.count; i++) moved += one.weights[i] != before[i];
  CHECK(moved > one.count * 9 / 10, "%d of %d weights moved", moved, one.count);
  free(before);
  fr_model_destroy(fresh);

  check_refused(fr_pool_start(0), FR_INVALID_ARGUMENT, "threads must be 1..16, got 0");
  check_refused(fr_pool_start(17), FR_INVALID_ARGUMENT, "threads must be 1..16, got 17");
  starts_left = 0;
  check_refused(fr_pool_start(2), FR_OUT_OF_MEMORY, "thread 2 of 2 could not be started");
  CHECK(fr_pool_threads() == 1, "%d threads", fr_pool_threads());
  compare(&one);
  starts_left = 1;
  must(fr_pool_start(2));
  CHECK(fr_pool_threads() == 2, "%d threads", fr_pool_threads());
  compare(&one);
  starts_left = 1; /* the third starts, the fourth does not: what there is goes on */
  check_refused(fr_pool_start(4), FR_OUT_OF_MEMORY, "thread 4 of 4 could not be started");
  CHECK(fr_pool_threads() == 3, "%d threads", fr_pool_threads());
  compare(&one);
  starts_left = 1;
  must(fr_pool_start(4));
  must(fr_pool_start(2)); /* no fewer than there are */
  CHECK(fr_pool_threads() == 4, "%d threads", fr_pool_threads());
  compare(&one);
  free(one.weights);
  return check_report("threads", 20);
}
