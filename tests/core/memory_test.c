/* Out of memory, at each allocation in turn: there is a message, nothing leaks, and the repeated
 * call gives the same bits. Linked with --wrap=malloc, calloc and aligned_alloc. */
#include "stack.h"
#include "update.h"

/* ---- allocations that fail ------------------------------------------------------------------- */

static long allocations, fail_from = -1,
                         fail_count; /* starting with number fail_from, this many fail */

static int fails(void) {
  long number = allocations++;
  return fail_from >= 0 && number >= fail_from && number - fail_from < fail_count;
}

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_aligned_alloc(size_t alignment, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);

void *__wrap_malloc(size_t bytes) { return fails() ? NULL : __real_malloc(bytes); }
void *__wrap_calloc(size_t count, size_t bytes) {
  return fails() ? NULL : __real_calloc(count, bytes);
}
void *__wrap_aligned_alloc(size_t alignment, size_t bytes) {
  return fails() ? NULL : __real_aligned_alloc(alignment, bytes);
}

/* ---- what may be said ------------------------------------------------------------------------ */

int fr_new(int rank, int d0, int d1, int d2, uint32_t seed_low, uint32_t seed_high, fr_model **out);

enum { BATCH = 5, SIDE = 6, FEATURES = 3 };

/* The exact message, or the parts around a number that depends on the plan's size. */
static struct {
  const char *begins, *ends;
  int said;
} messages[] = {
    {"model: out of memory", "", 0},
    {"model: no memory for 296 weights", "",
     0}, /* all of them, each tensor padded to whole vectors */
    {"model: no memory for 12 weights", "", 0}, /* and separately: the convolution's kernel, */
    {"model: no memory for 27 weights", "", 0}, /* the depthwise one's, */
    {"model: no memory for 225 weights", "", 0}, /* the dense one, */
    {"model: no memory for 3 weights", "", 0}, /* biases, gamma … */
    {"compile: no memory for the optimizer's states", "", 0},
    {"batch size 5 needs ", " MB for activations, more than there is; choose a smaller one", 0},
    {"model: no memory to run ", " weights", 0},
    {"gradients: out of memory", "", 0},
};
enum { MESSAGES = sizeof messages / sizeof *messages };

static void expect_message(void) {
  const char *got = fr_last_error();
  for (int i = 0; i < MESSAGES; i++) {
    size_t begin = strlen(messages[i].begins), end = strlen(messages[i].ends), all = strlen(got);
    int fits =
        end ? all >= begin + end && strcmp(got + all - end, messages[i].ends) == 0 : all == begin;
    if (!fits || strncmp(got, messages[i].begins, begin) != 0) continue;
    messages[i].said++;
    return;
  }
  CHECK(0, "\"%s\"", got);
}

/* ---- a model's life -------------------------------------------------------------------------- */

static float samples[BATCH * SIDE * SIDE];
static int32_t labels[BATCH];

typedef struct {
  fr_model *model;
  fr_scores scores[2], evaluated;
  float activations[BATCH * SIDE * SIDE * 2], predictions[BATCH * FEATURES];
} life;

static fr_batch batch(void) { return (fr_batch){samples, FR_FLOAT32, labels, BATCH, NULL}; }

static fr_status create(life *l) { return (fr_status)fr_new(3, SIDE, SIDE, 1, 9, 0, &l->model); }

static fr_status add_layers(life *l) {
  const fr_layer layers[] = {conv(3, 2, 2, 1, 1, FR_VALID, FR_LINEAR),
                             normalization(1, 1),
                             activation(FR_RELU),
                             from(2, depthwise(1, 3, 3, 1, 1, FR_SAME, FR_GELU)),
                             add(2, 3),
                             flatten(),
                             dense(FEATURES, FR_SOFTMAX)};
  fr_status status = FR_OK;
  int first = l->model->layer_count; /* continues where it was interrupted */
  for (int i = first; status == FR_OK && i < (int)(sizeof layers / sizeof *layers); i++)
    status = fr_model_add(l->model, &layers[i]);
  return status;
}

static fr_status build(life *l) { return fr_model_build(l->model); }

static fr_status compile_with(life *l, double clip_norm, int use_ema) {
  const fr_optimizer o = {.kind = FR_RMSPROP,
                          .learning_rate = 0.01,
                          .rho = 0.9,
                          .epsilon = 1e-7,
                          .centered = 1,
                          .momentum = 0.5,
                          .clip_norm = clip_norm,
                          .use_ema = use_ema,
                          .ema_momentum = 0.9};
  return fr_model_compile(l->model, &o, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY));
}

static fr_status compile(life *l) { return compile_with(l, 0.01, 1); }
static fr_status compile_plainly(life *l) { return compile_with(l, 0.0, 0); }

static fr_status compile_with_matrices(life *l) {
  const fr_optimizer o = {.kind = FR_MUON, .learning_rate = 0.01, .epsilon = 1e-7};
  return fr_model_compile(l->model, &o, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY));
}

static fr_status train(life *l) {
  fr_batch b = batch();
  return fr_train(l->model, &b, BATCH, NULL, l->scores);
}

static fr_status look(life *l) {
  fr_batch b = batch();
  return fr_activations_of(l->model, 3, &b, 1, l->activations);
}

static fr_status evaluate(life *l) {
  fr_batch b = batch();
  l->evaluated = (fr_scores){0};
  return fr_evaluate(l->model, &b, BATCH, &l->evaluated);
}

static fr_status predict(life *l) {
  fr_batch b = batch();
  return fr_predict(l->model, &b, BATCH, l->predictions);
}

static fr_status gradients(life *l) {
  fr_batch b = batch();
  return fr_train_gradients(l->model, &b, &l->scores[1]);
}

static fr_status swap(life *l) { return fr_update_average(l->model, 1); }

static fr_status (*const calls[])(life *) = {create,
                                             add_layers,
                                             build,
                                             predict,
                                             look,
                                             compile,
                                             train,
                                             evaluate,
                                             look,
                                             train,
                                             swap,
                                             predict,
                                             gradients,
                                             compile_plainly,
                                             train,
                                             gradients,
                                             train,
                                             look,
                                             compile_with_matrices,
                                             train,
                                             predict};
enum { CALLS = sizeof calls / sizeof *calls };

/* The whole life of a model, each call repeated until there is memory for it; returns how often
 * there was none. */
static int live(life *l) {
  int refused = 0;
  *l = (life){0};
  for (int i = 0; i < CALLS; i++)
    for (;;) {
      fr_fail(FR_OK, "%s", "");
      fr_status status = calls[i](l);
      if (status == FR_OK) break;
      CHECK(status == FR_OUT_OF_MEMORY, "call %d: status %d, \"%s\"", i, (int)status,
            fr_last_error());
      expect_message();
      if (refused++ > 20) check_abort("it goes on for ever");
    }
  return refused;
}

static int is_same(const life *a, const life *b) {
  int count;
  float *wa = weights_of(a->model, &count), *wb = weights_of(b->model, &count);
  int same = memcmp(wa, wb, sizeof *wa * (size_t)count) == 0 &&
             memcmp(a->scores, b->scores, sizeof a->scores) == 0 &&
             memcmp(&a->evaluated, &b->evaluated, sizeof a->evaluated) == 0 &&
             memcmp(a->activations, b->activations, sizeof a->activations) == 0 &&
             memcmp(a->predictions, b->predictions, sizeof a->predictions) == 0;
  free(wa);
  free(wb);
  return same;
}

/* Allocation number `from` and those after it, `count` in all, fail; returns whether any did. */
static int interrupted_at(long from, long count, const life *want) {
  static life l;
  allocations = 0;
  fail_from = from;
  fail_count = count;
  int refused = live(&l);
  fail_from = -1;
  CHECK(is_same(&l, want), "allocation %ld failed, and the results changed", from);
  fr_model_destroy(l.model);
  return refused > 0;
}

/* With no memory from there on, what exists can still be disposed of. */
static void given_up_at(long from) {
  life l = {0};
  fr_status status = FR_OK;
  allocations = 0;
  fail_from = from;
  fail_count = 1000000;
  for (int i = 0; status == FR_OK && i < CALLS; i++) status = calls[i](&l);
  fail_from = -1;
  CHECK(status == FR_OUT_OF_MEMORY, "status %d", (int)status);
  fr_model_destroy(l.model);
}

int main(void) {
  static life want;
  for (int i = 0; i < BATCH * SIDE * SIDE; i++) samples[i] = check_float();
  for (int i = 0; i < BATCH; i++) labels[i] = i % FEATURES;
  allocations = 0;
  CHECK(live(&want) == 0, "refused with all the memory there is");
  long all = allocations;
  CHECK(all > 20, "%ld allocations: are they counted?", all);
  for (long from = 0; from < all; from++)
    for (long count = 1; count <= 3; count++)
      CHECK(interrupted_at(from, count, &want), "allocation %ld did not fail", from);
  for (long from = 0; from < all; from++) given_up_at(from);
  CHECK(!interrupted_at(all, 1, &want), "there are more than %ld allocations", all);
  for (int i = 0; i < MESSAGES; i++)
    CHECK(messages[i].said > 0, "\"%s … %s\" was never said", messages[i].begins, messages[i].ends);
  fr_model_destroy(want.model);
  return check_report("memory", all * 7);
}
