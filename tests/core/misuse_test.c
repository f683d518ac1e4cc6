/* Models that are built, compiled and run incorrectly: in the wrong order, too large, with a loss
 * that does not fit, on invalid data. Each call is refused with its message, and the model stays
 * usable. */
#include "stack.h"

static void refused_order(void) {
  fr_shape input = flat(4);
  float values[12] = {0};
  fr_layer l = dense(3, FR_SOFTMAX);
  fr_scores scores;
  int32_t label = 0;
  fr_batch batch = {values, FR_FLOAT32, &label, 1, NULL};
  fr_model *m = fr_model_create(&input, 1);
  check_refused(fr_model_build(m), FR_WRONG_STATE, "model: add at least one layer");
  check_refused(fr_model_compile(m, &plain_sgd, LOSS(FR_MEAN_SQUARED_ERROR)), FR_WRONG_STATE,
                "compile: build the model first");
  must(fr_model_add(m, &l));
  check_refused(fr_model_get_parameter(m, 0, values, 12), FR_WRONG_STATE,
                "model: build it before its weights are asked for");
  check_refused(fr_activations_of(m, 0, &(fr_batch){values, FR_FLOAT32, NULL, 1, NULL}, 0, values),
                FR_WRONG_STATE, "activations: build the model first");
  check_refused(fr_predict(m, &batch, 1, values), FR_WRONG_STATE,
                "model: build it before it is used");
  must(fr_model_build(m));
  check_refused(fr_model_add(m, &l), FR_WRONG_STATE,
                "model: layers cannot be added once it is built");
  must(fr_model_build(m));
  check_refused(fr_train(m, &batch, 1, NULL, &scores), FR_WRONG_STATE,
                "model: compile it before it is trained or evaluated");
  check_refused(fr_evaluate(m, &batch, 1, &scores), FR_WRONG_STATE,
                "model: compile it before it is trained or evaluated");
  check_refused(fr_train_gradients(m, &batch, &scores), FR_WRONG_STATE,
                "model: compile it before it is trained or evaluated");
  must(fr_predict(m, &batch, 1, values)); /* needs no compile */
  must(fr_model_compile(m, &plain_sgd, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  check_refused(fr_model_get_gradient(m, 0, values, 12), FR_WRONG_STATE,
                "gradients: none have been computed yet");
  check_refused(fr_model_get_parameter(m, 2, values, 12), FR_INVALID_ARGUMENT,
                "weights: index must be 0..1, got 2");
  check_refused(fr_model_set_parameter(m, -1, values, 12), FR_INVALID_ARGUMENT,
                "weights: index must be 0..1, got -1");
  check_refused(fr_model_set_parameter(m, 0, values, 11), FR_INVALID_ARGUMENT,
                "weights: tensor 0 has 12 elements, got 11");
  check_refused(fr_activations_of(m, 1, &(fr_batch){values, FR_FLOAT32, NULL, 1, NULL}, 0, values),
                FR_INVALID_ARGUMENT, "activations: layer must be 0..0, got 1");
  fr_model_destroy(m);
}

static void refused_sizes(void) {
  fr_shape input = flat(3);
  fr_layer l = dropout(0.5f), f = flatten();
  fr_model *m = fr_model_create(&input, 1);
  for (int i = 0; i < FR_MAX_LAYERS; i++) must(fr_model_add(m, &l));
  check_refused(fr_model_add(m, &l), FR_INVALID_ARGUMENT, "model: at most 256 layers");
  must(fr_model_build(m));
  fr_model_destroy(m);

  m = fr_model_create(&input, 1); /* refused, corrected and built: nothing leaks */
  must(fr_model_add(m, &f));
  check_refused(fr_model_build(m), FR_INVALID_ARGUMENT,
                "model: needs a layer besides flatten and reshape");
  must(fr_model_add(m, &l));
  must(fr_model_build(m));
  fr_model_destroy(m);

  input = flat(65536);
  l = dense(1000, FR_LINEAR);
  m = fr_model_create(&input, 1);
  must(fr_model_add(m, &l));
  l = dense(2000, FR_LINEAR);
  check_refused(fr_model_add(m, &l), FR_INVALID_ARGUMENT, "model: at most 67108864 weights in all");
  fr_model_destroy(m);

  enum {
    INPUTS = (1 << 23) + 1
  }; /* with one unit: inference pads it to 32, which takes more than a GB */
  float y;
  uint8_t *pixels = check_alloc(INPUTS);
  m = stack(flat(INPUTS), LAYERS(without_bias(dense(1, FR_LINEAR))), 1);
  check_refused(fr_predict(m, &(fr_batch){pixels, FR_UINT8, NULL, 1, NULL}, 1, &y),
                FR_OUT_OF_MEMORY, "model: no memory to run 268435488 weights");
  free(pixels);
  fr_model_destroy(m);
}

static void refused_losses(void) {
  fr_model *m = stack(image(3, 3, 1), LAYERS(conv(3, 2, 2, 1, 1, FR_VALID, FR_SOFTMAX)), 1);
  check_refused(fr_model_compile(m, &plain_sgd, LOSS(FR_LOSSES)), FR_INVALID_ARGUMENT,
                "compile: unknown loss 5");
  check_refused(fr_model_compile(m, &plain_sgd, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)),
                FR_INVALID_ARGUMENT,
                "compile: sparseCategoricalCrossentropy needs a flat output of two or more "
                "classes, got shape (2, 2, 3)");
  /* over an image of one-hot pixels, the sum of the targets is not the softmax's */
  check_refused(fr_model_compile(m, &plain_sgd, LOSS(FR_CATEGORICAL_CROSSENTROPY)),
                FR_INVALID_ARGUMENT,
                "compile: categoricalCrossentropy needs a flat output of two or more "
                "classes, got shape (2, 2, 3)");
  must(fr_model_compile(m, &plain_sgd, LOSS(FR_MEAN_SQUARED_ERROR)));
  must(fr_model_compile(m, &plain_sgd, LOSS(FR_BINARY_CROSSENTROPY)));
  fr_optimizer wrong = {.kind = FR_SGD, .learning_rate = -1.0};
  check_refused(fr_model_compile(m, &wrong, LOSS(FR_MEAN_SQUARED_ERROR)), FR_INVALID_ARGUMENT,
                "optimizer: learning rate must be 0..1e6, got -1");
  fr_model_destroy(m);
  m = stack(flat(3), LAYERS(dense(1, FR_SIGMOID)), 1);
  check_refused(fr_model_compile(m, &plain_sgd, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)),
                FR_INVALID_ARGUMENT,
                "compile: sparseCategoricalCrossentropy needs a flat output of two or more "
                "classes, got shape (1)");
  fr_model_destroy(m);
}

/* Batches with wrong sizes, types and labels, or too large for the memory; the model stays
 * usable. */
static void refused_batches(void) {
  fr_model *m = stack(flat(3), LAYERS(dense(4, FR_SOFTMAX)), 1);
  must(fr_model_compile(m, &plain_sgd, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  float samples[9] = {0}, out[12];
  int32_t labels[3] = {0, 4, 1};
  fr_scores scores[3];
  fr_batch b = {samples, FR_FLOAT32, labels, 3, NULL};
  int count;
  float *before = weights_of(m, &count);
  check_refused(fr_train(m, &b, 1, NULL, scores), FR_BAD_DATA,
                "labels: label 1 must be 0..3, got 4");
  check_refused(fr_evaluate(m, &b, 1, scores), FR_BAD_DATA, "labels: label 1 must be 0..3, got 4");
  check_refused(fr_train_gradients(m, &b, scores), FR_BAD_DATA,
                "labels: label 1 must be 0..3, got 4");
  labels[1] = -1;
  check_refused(fr_train(m, &b, 1, NULL, scores), FR_BAD_DATA,
                "labels: label 1 must be 0..3, got -1");
  float *after = weights_of(m, &count);
  CHECK(memcmp(before, after, sizeof *after * (size_t)count) == 0 && m->optimizer.steps == 0,
        "refused labels moved weights");
  free(before);
  free(after);
  labels[1] = 3;
  check_refused(fr_train(m, &b, 0, NULL, scores), FR_INVALID_ARGUMENT,
                "batch size must be 1..65536, got 0");
  check_refused(fr_train(m, &b, 65537, NULL, scores), FR_INVALID_ARGUMENT,
                "batch size must be 1..65536, got 65537");
  b.n = 0;
  check_refused(fr_train(m, &b, 1, NULL, scores), FR_INVALID_ARGUMENT,
                "samples: at least one is needed, got 0");
  b.n = -2;
  check_refused(fr_predict(m, &b, 1, out), FR_INVALID_ARGUMENT,
                "samples: at least one is needed, got -2");
  b.n = 3;
  b.dtype = (fr_dtype)2;
  check_refused(fr_predict(m, &b, 1, out), FR_INVALID_ARGUMENT,
                "samples: type must be bytes (0) or floats (1), got 2");
  b.dtype = FR_FLOAT32;
  must(fr_train(m, &b, 65536, NULL, scores));
  fr_model_destroy(m);

  m = stack(image(64, 64, 8), LAYERS(conv(32, 3, 3, 1, 1, FR_SAME, FR_RELU)), 1);
  float *pictures = check_floats(64 * 64 * 8), *y = check_alloc(4 * 64 * 64 * 32);
  b = (fr_batch){pictures, FR_FLOAT32, NULL, 1, NULL};
  CHECK(fr_model_reserve(m, 65536) == FR_OUT_OF_MEMORY, "65536 pictures had room");
  CHECK(strncmp(fr_last_error(), "batch size 65536 needs ", 23) == 0 &&
            strstr(fr_last_error(), "choose a smaller one"),
        "\"%s\"", fr_last_error());
  must(fr_predict(m, &b, 2, y)); /* and a smaller one fits */
  /* a single sample needs room for one, whatever the batch size */
  CHECK(fr_predict(m, &b, 65536, y) == FR_OK, "\"%s\"", fr_last_error());
  fr_model_destroy(m);
  free(pictures);
  free(y);
}

int main(void) {
  refused_order();
  refused_sizes();
  refused_losses();
  refused_batches();
  return check_report("misuse", 60);
}
