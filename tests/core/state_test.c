/* The optimizer's state, copied from one model to another, which then continues as the first would
 * have. */
#include "exports.h"
#include "stack.h"
#include "update.h"

enum { SIDE = 6, N = 12, BATCH = 4, CLASSES = 3, BEFORE = 21, AFTER = 17 };

static float samples[N * SIDE * SIDE];
static int32_t labels[N];

static void make_data(void) {
  for (int i = 0; i < N * SIDE * SIDE; i++) samples[i] = (float)check_between(-100, 100) / 100.0f;
  for (int i = 0; i < N; i++) labels[i] = check_between(0, CLASSES - 1);
}

/* A packed dense kernel, convolutions, statistics that no optimizer updates, and random layers. */
static fr_model *network(uint64_t seed) {
  return stack(image(SIDE, SIDE, 1),
               LAYERS(conv(5, 3, 3, 1, 1, FR_SAME, FR_RELU), normalization(1, 1),
                      pool(2, 2, 2, 2, FR_VALID), flatten(), dense(7, FR_RELU), dropout(0.25f),
                      dense(CLASSES, FR_SOFTMAX)),
               seed);
}

static void train(fr_model *m, int steps) {
  fr_scores scores[N / BATCH];
  for (int done = 0; done < steps; done += N / BATCH) {
    int left = steps - done < N / BATCH ? steps - done : N / BATCH;
    must(fr_train(m, &(fr_batch){samples, FR_FLOAT32, labels, left * BATCH, NULL}, BATCH, NULL,
                  scores));
  }
}

/* Weights, states and steps; as many `states` as the optimizer has. */
static void hand_over(const fr_model *from, fr_model *to, int states) {
  int32_t counted;
  must(fr_state_count(from, &counted));
  CHECK(counted == states, "%d states, not %d", counted, states);
  for (int i = 0; i < from->parameter_count; i++) {
    int n = from->parameters[i].elements;
    float *values = check_alloc(sizeof *values * (size_t)n);
    must(fr_model_get_parameter(from, i, values, n));
    must(fr_model_set_parameter(to, i, values, n));
    for (int which = 0; which < states; which++) {
      must(fr_get_state(from, which, i, values, n));
      must(fr_set_state(to, which, i, values, n));
    }
    free(values);
  }
  double steps;
  must(fr_steps(from, &steps));
  must(fr_set_steps(to, steps));
}

static void same_weights(const fr_model *a, const fr_model *b, const char *what) {
  int count, other;
  float *v = weights_of(a, &count), *w = weights_of(b, &other);
  CHECK(count == other && memcmp(v, w, sizeof *v * (size_t)count) == 0, "%s: other weights", what);
  free(v);
  free(w);
}

static void goes_on(const char *what, fr_optimizer optimizer, int states) {
  const fr_loss *loss = LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY);
  fr_model *whole = network(7), *first = network(7), *second = network(7);
  must(fr_model_compile(whole, &optimizer, loss));
  must(fr_model_compile(first, &optimizer, loss));
  must(fr_model_compile(second, &optimizer, loss));
  train(whole, BEFORE);
  train(whole, AFTER);
  train(first, BEFORE);
  train(second, 2); /* leaves states of its own, which must be replaced */
  hand_over(first, second, states);
  same_weights(first, second, what);
  train(second, AFTER);
  same_weights(whole, second, what);
  if (optimizer.use_ema) {
    must(fr_update_average(whole, 0));
    must(fr_update_average(second, 0));
    same_weights(whole, second, "the averages");
  }
  float values[5 * 9];
  CHECK(fr_get_state(first, states, 0, values, 45) == FR_INVALID_ARGUMENT, "%s: one state more",
        what);
  fr_model_destroy(whole);
  fr_model_destroy(first);
  fr_model_destroy(second);
}

static fr_optimizer with_average(fr_optimizer o, int overwrite) {
  o.use_ema = 1;
  o.ema_momentum = 0.75;
  o.ema_overwrite = overwrite;
  return o;
}

static void refusals(void) {
  fr_model *m = network(1);
  CHECK(fr_model_state_count(m) == 0, "states before compile");
  float values[5 * 9];
  double steps;
  CHECK(fr_get_state(m, 0, 0, values, 45) == FR_WRONG_STATE &&
            strcmp(fr_last_error(), "state: compile the model first") == 0,
        "\"%s\"", fr_last_error());
  CHECK(fr_set_steps(m, 1.0) == FR_WRONG_STATE &&
            strcmp(fr_last_error(), "steps: compile the model first") == 0,
        "\"%s\"", fr_last_error());
  must(fr_model_compile(m, &default_adam, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  CHECK(fr_set_state(m, 2, 0, values, 45) == FR_INVALID_ARGUMENT &&
            strcmp(fr_last_error(), "state: there are 2, got index 2") == 0,
        "\"%s\"", fr_last_error());
  CHECK(fr_get_state(m, -1, 0, values, 45) == FR_INVALID_ARGUMENT, "state -1");
  CHECK(fr_get_state(m, 0, 0, values, 44) == FR_INVALID_ARGUMENT &&
            strcmp(fr_last_error(), "weights: tensor 0 has 45 elements, got 44") == 0,
        "\"%s\"", fr_last_error());
  CHECK(fr_set_state(m, 0, 99, values, 45) == FR_INVALID_ARGUMENT, "tensor 99");
  const double wrong[] = {-1.0, -0.5, 9007199254740992.0, (double)INFINITY, (double)NAN, 2.5};
  for (int i = 0; i < 6; i++)
    CHECK(fr_set_steps(m, wrong[i]) == FR_INVALID_ARGUMENT, "steps %g", wrong[i]);
  CHECK(strcmp(fr_last_error(), "steps: must be a whole number 0..2^53-1, got 2.5") == 0, "\"%s\"",
        fr_last_error());
  must(fr_steps(m, &steps));
  CHECK(steps == 0.0, "steps %g after refusals", steps);
  fr_model_destroy(m);
}

int main(void) {
  make_data();
  fr_optimizer momentum = plain_sgd, rmsprop = {.kind = FR_RMSPROP,
                                                .learning_rate = 0.001,
                                                .rho = 0.9,
                                                .momentum = 0.5,
                                                .centered = 1,
                                                .epsilon = 1e-7};
  momentum.momentum = 0.9;
  goes_on("sgd", plain_sgd, 0);
  goes_on("momentum", momentum, 1);
  goes_on("adam", default_adam, 2);
  goes_on("adadelta",
          (fr_optimizer){.kind = FR_ADADELTA, .learning_rate = 1.0, .rho = 0.95, .epsilon = 1e-7},
          2);
  goes_on("rmsprop", rmsprop, 3);
  goes_on(
      "adagrad",
      (fr_optimizer){
          .kind = FR_ADAGRAD, .learning_rate = 0.01, .epsilon = 1e-7, .initial_accumulator = 0.1},
      1);
  goes_on("muon",
          (fr_optimizer){.kind = FR_MUON,
                         .learning_rate = 0.01,
                         .momentum = 0.9,
                         .beta1 = 0.9,
                         .beta2 = 0.999,
                         .epsilon = 1e-7},
          2);
  goes_on("adam, averaged", with_average(default_adam, 0), 3);
  goes_on("sgd, averaged and overwritten", with_average(plain_sgd, 5), 1);
  refusals();
  return check_report("state", 45);
}
