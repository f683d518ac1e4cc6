/* Building models: shapes, parameter counts, initial weights, weights in Keras's layout, and every
 * configuration that is refused, with its message. */
#include "stack.h"

int fr_heap_in_use(double *out);

static fr_shape flat(int n) { return (fr_shape){1, {n}}; }
static fr_shape image(int h, int w, int c) { return (fr_shape){3, {h, w, c}}; }

/* ---- refusals -------------------------------------------------------------------------------- */

/* Adding `layer` to an empty model of that input is refused, and leaves the model as it was. */
static void refuses(fr_shape input, fr_layer layer, const char *message) {
  fr_model *m = fr_model_create(&input, 1);
  check_refused(fr_model_add(m, &layer), FR_INVALID_ARGUMENT, message);
  CHECK(m->layer_count == 0, "%d layers after: %s", m->layer_count, message);
  fr_model_destroy(m);
}

static void refuses_input(fr_shape input, const char *message) {
  fr_model *m = fr_model_create(&input, 1);
  CHECK(m == NULL, "made, want \"%s\"", message);
  CHECK(strcmp(fr_last_error(), message) == 0, "\"%s\", want \"%s\"", fr_last_error(), message);
  fr_model_destroy(m);
}

static void refused_inputs(void) {
  refuses_input((fr_shape){0, {0}}, "input shape: rank must be 1..3 without the batch, got 0");
  refuses_input((fr_shape){4, {2, 2, 2}},
                "input shape: rank must be 1..3 without the batch, got 4");
  refuses_input(flat(0), "input shape: dimension 0 must be at least 1, got 0");
  refuses_input(image(28, -1, 1), "input shape: dimension 1 must be at least 1, got -1");
  refuses_input(image(8192, 8192, 2), "input shape: must have at most 67108864 elements a sample");
  refuses_input(image(2147483647, 2147483647, 2147483647),
                "input shape: must have at most 67108864 elements a sample");
}

static void refused_layers(void) {
  fr_layer l = dense(0, FR_LINEAR);
  refuses(flat(4), l, "dense: units must be 1..65536, got 0");
  refuses(flat(4), dense(65537, FR_LINEAR), "dense: units must be 1..65536, got 65537");
  refuses(flat(4), dense(3, (fr_activation)9), "dense: unknown activation 9");
  refuses(flat(4), dense(3, (fr_activation)-1), "dense: unknown activation -1");
  refuses(image(4, 5, 6), dense(3, FR_LINEAR),
          "dense: input must be flat, got shape (4, 5, 6); put a flatten layer before it");
  refuses((fr_shape){2, {4, 5}}, dense(3, FR_LINEAR),
          "dense: input must be flat, got shape (4, 5); put a flatten layer before it");
  refuses(flat(65536), dense(2048, FR_LINEAR),
          "dense: a kernel must have at most 67108864 weights, got 134217728");

  refuses(flat(4), conv(2, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: input must be an image (height, width, channels), got shape (4)");
  refuses((fr_shape){2, {4, 5}}, conv(2, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: input must be an image (height, width, channels), got shape (4, 5)");
  refuses(image(8, 8, 1), conv(0, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: filters must be 1..65536, got 0");
  refuses(image(8, 8, 1), conv(1, 0, 3, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: window height must be 1..255, got 0");
  refuses(image(8, 8, 1), conv(1, 3, 256, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: window width must be 1..255, got 256");
  refuses(image(8, 8, 1), conv(1, 3, 3, 0, 1, FR_VALID, FR_LINEAR),
          "conv2d: vertical stride must be 1..255, got 0");
  refuses(image(8, 8, 1), conv(1, 3, 3, 1, -1, FR_VALID, FR_LINEAR),
          "conv2d: horizontal stride must be 1..255, got -1");
  refuses(image(8, 8, 1), conv(1, 3, 3, 1, 1, (fr_padding)2, FR_LINEAR),
          "conv2d: padding must be 0..1, got 2");
  refuses(image(8, 8, 1), conv(1, 3, 3, 1, 1, FR_VALID, (fr_activation)9),
          "conv2d: unknown activation 9");
  refuses(image(2, 8, 1), conv(1, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: a window 3 high does not fit into an input 2 high with padding 'valid'");
  refuses(image(8, 2, 1), conv(1, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: a window 3 wide does not fit into an input 2 wide with padding 'valid'");
  refuses(image(8, 8, 1024), conv(65536, 2, 2, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: a kernel must have at most 67108864 weights, got 268435456");
  refuses(image(4096, 4096, 1), conv(8, 1, 1, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: must have at most 67108864 elements a sample");

  refuses(flat(4), pool(2, 2, 2, 2, FR_VALID),
          "max_pooling2d: input must be an image (height, width, channels), got shape (4)");
  refuses(image(1, 4, 1), pool(2, 2, 2, 2, FR_VALID),
          "max_pooling2d: a window 2 high does not fit into an input 1 high with padding 'valid'");
  refuses(image(4, 4, 1), pool(2, 2, 2, 0, FR_VALID),
          "max_pooling2d: horizontal stride must be 1..255, got 0");

  refuses(flat(4), dropout(1.0f), "dropout: rate must be at least 0 and below 1, got 1");
  refuses(flat(4), dropout(-0.25f), "dropout: rate must be at least 0 and below 1, got -0.25");
  refuses(flat(4), activation((fr_activation)12), "activation: unknown activation 12");
  l.kind = FR_LAYER_KINDS;
  refuses(flat(4), l, "unknown layer kind 20");
  l.kind = (fr_layer_kind)-1;
  refuses(flat(4), l, "unknown layer kind -1");
  l = dropout(NAN);
  fr_shape input = flat(4);
  fr_model *m = fr_model_create(&input, 1);
  CHECK(fr_model_add(m, &l) == FR_INVALID_ARGUMENT, "a dropout rate of NaN passed");
  fr_model_destroy(m);
}

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
  check_refused(fr_activations_of(m, 0, &(fr_batch){values, FR_FLOAT32, NULL, 1, NULL}, 0, values), FR_WRONG_STATE,
                "activations: build the model first");
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
  check_refused(fr_activations_of(m, 1, &(fr_batch){values, FR_FLOAT32, NULL, 1, NULL}, 0, values), FR_INVALID_ARGUMENT,
                "activations: layer must be 0..0, got 1");
  fr_model_destroy(m);
}

static void refused_sizes(void) {
  fr_shape input = flat(3);
  fr_layer l = dropout(0.5f), f = flatten();
  fr_model *m = fr_model_create(&input, 1);
  for (int i = 0; i < FR_MAX_LAYERS; i++) must(fr_model_add(m, &l));
  check_refused(fr_model_add(m, &l), FR_INVALID_ARGUMENT, "model: at most 128 layers");
  must(fr_model_build(m));
  fr_model_destroy(m);

  m = fr_model_create(&input, 1); /* refused, mended and built: nothing leaks */
  must(fr_model_add(m, &f));
  check_refused(fr_model_build(m), FR_INVALID_ARGUMENT, "model: needs a layer besides flatten and reshape");
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
}

static void refused_losses(void) {
  fr_model *m = stack(image(3, 3, 1), LAYERS(conv(3, 2, 2, 1, 1, FR_VALID, FR_SOFTMAX)), 1);
  check_refused(fr_model_compile(m, &plain_sgd, LOSS(FR_LOSSES)), FR_INVALID_ARGUMENT,
                "compile: unknown loss 5");
  check_refused(fr_model_compile(m, &plain_sgd, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)),
                FR_INVALID_ARGUMENT,
                "compile: sparseCategoricalCrossentropy needs a flat output of two or more "
                "classes, got shape (2, 2, 3)");
  /* over an image of one-hot pixels the sum of targets is not the softmax's */
  check_refused(fr_model_compile(m, &plain_sgd, LOSS(FR_CATEGORICAL_CROSSENTROPY)), FR_INVALID_ARGUMENT,
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

/* Batches: wrong sizes, types and labels, and too much for the memory; the model stays usable. */
static void refused_batches(void) {
  fr_model *m = stack(flat(3), LAYERS(dense(4, FR_SOFTMAX)), 1);
  must(fr_model_compile(m, &plain_sgd, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  float samples[9] = {0}, out[12];
  int32_t labels[3] = {0, 4, 1};
  fr_scores scores[3];
  fr_batch b = {samples, FR_FLOAT32, labels, 3, NULL};
  int count;
  float *before = weights_of(m, &count);
  check_refused(fr_train(m, &b, 1, NULL, scores), FR_BAD_DATA, "labels: label 1 must be 0..3, got 4");
  check_refused(fr_evaluate(m, &b, 1, scores), FR_BAD_DATA, "labels: label 1 must be 0..3, got 4");
  check_refused(fr_train_gradients(m, &b, scores), FR_BAD_DATA,
                "labels: label 1 must be 0..3, got 4");
  labels[1] = -1;
  check_refused(fr_train(m, &b, 1, NULL, scores), FR_BAD_DATA, "labels: label 1 must be 0..3, got -1");
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
  must(fr_predict(m, &b, 2, y)); /* and a smaller one it is */
  /* one sample needs room for one, whatever the batch size */
  CHECK(fr_predict(m, &b, 65536, y) == FR_OK, "\"%s\"", fr_last_error());
  fr_model_destroy(m);
  free(pictures);
  free(y);
}

/* ---- shapes and counts ----------------------------------------------------------------------- */

static void check_shape(const fr_layer *l, fr_shape want) {
  char got_text[48], want_text[48];
  int same = l->output.rank == want.rank;
  for (int i = 0; i < want.rank && same; i++) same = l->output.dims[i] == want.dims[i];
  CHECK(same, "%s: %s, want %s", fr_layer_name(l->kind), fr_shape_text(&l->output, got_text),
        fr_shape_text(&want, want_text));
}

/* The tutorial's model: the shapes and the 693,962 weights that Keras's summary shows. */
static void tutorial_shapes(void) {
  fr_model *m = stack(image(28, 28, 1),
                      LAYERS(conv(32, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                             flatten(), dense(128, FR_RELU), dropout(0.5f), dense(10, FR_SOFTMAX)),
                      42);
  static const fr_shape shapes[] = {{3, {26, 26, 32}}, {3, {13, 13, 32}}, {1, {5408}},
                                    {1, {128}},        {1, {128}},        {1, {10}}};
  for (int i = 0; i < 6; i++) check_shape(&m->layers[i], shapes[i]);
  static const int elements[] = {288, 32, 692224, 128, 1280, 10};
  CHECK(m->parameter_count == 6, "%d tensors", m->parameter_count);
  for (int i = 0; i < 6; i++)
    CHECK(m->parameters[i].elements == elements[i] && m->parameters[i].which == i % 2,
          "tensor %d: %d weights", i, m->parameters[i].elements);
  CHECK(m->step_count == 3, "%d steps", m->step_count);
  fr_model_destroy(m);
}

/* valid: ⌈(in - window + 1) / stride⌉, same: ⌈in / stride⌉ (keras.layers.Conv2D). */
static void window_shapes(void) {
  for (int in = 1; in <= 12; in++)
    for (int window = 1; window <= 5; window++)
      for (int stride = 1; stride <= 4; stride++) {
        fr_shape input = image(in, 5, 2);
        fr_layer same = conv(3, window, 1, stride, 2, FR_SAME, FR_LINEAR);
        must(fr_layer_infer(&same, (const fr_shape *const[]){&input}));
        check_shape(&same, image((in + stride - 1) / stride, 3, 3));
        if (window > in) continue;
        fr_layer valid = pool(window, 2, stride, 3, FR_VALID);
        must(fr_layer_infer(&valid, (const fr_shape *const[]){&input}));
        check_shape(&valid, image((in - window + stride) / stride, 2, 2));
      }
}

/* ---- initial weights ------------------------------------------------------------------------- */

/* Within ±√(6 / (fan in + fan out)), filling it, with its mean and variance; zero biases. */
static void check_glorot(const fr_model *m, int index, double fans) {
  int n = m->parameters[index].elements;
  float *w = check_alloc(sizeof *w * (size_t)n), low = 1e9f, high = -1e9f;
  must(fr_model_get_parameter(m, index, w, n));
  double limit = sqrt(6.0 / fans), sum = 0.0, squares = 0.0;
  for (int i = 0; i < n; i++) {
    sum += w[i];
    squares += (double)w[i] * w[i];
    low = w[i] < low ? w[i] : low;
    high = w[i] > high ? w[i] : high;
  }
  CHECK(low >= -limit * (1 + 1e-6) && high <= limit * (1 + 1e-6), "%g .. %g outside ±%g",
        (double)low, (double)high, limit);
  CHECK(low < -limit * (1 - 20.0 / n) && high > limit * (1 - 20.0 / n), "%g .. %g within ±%g",
        (double)low, (double)high, limit);
  CHECK_NEAR(sum / n, 0.0, 5 * limit / sqrt(3.0 * n), "mean of the initial weights");
  CHECK_NEAR(squares / n, limit * limit / 3, 5 * limit * limit * sqrt(4.0 / (45.0 * n)),
             "variance of the initial weights");
  free(w);
}

static void initial_weights(void) {
  for (uint64_t seed = 0; seed < 5; seed++) {
    fr_model *m = stack(image(7, 7, 3),
                        LAYERS(conv(16, 3, 2, 1, 1, FR_VALID, FR_RELU), flatten(),
                               dense(33, FR_RELU), dense(10, FR_SOFTMAX)),
                        seed);
    check_glorot(m, 0, 3 * 2 * 3 + 3 * 2 * 16);
    check_glorot(m, 2, 5 * 6 * 16 + 33);
    check_glorot(m, 4, 33 + 10);
    for (int i = 1; i < 6; i += 2) {
      float bias[33];
      must(fr_model_get_parameter(m, i, bias, m->parameters[i].elements));
      for (int u = 0; u < m->parameters[i].elements; u++)
        CHECK(bias[u] == 0.0f, "bias %d begins at %g", u, (double)bias[u]);
    }
    fr_model_destroy(m);
  }
}

static fr_model *seeded(uint64_t seed) {
  return stack(flat(20), LAYERS(dense(20, FR_RELU), dense(20, FR_RELU)), seed);
}

/* The same seed gives the same bits; any other seed, and another layer, other ones. */
static void seeds(void) {
  const uint64_t others[] = {8, 7 + ((uint64_t)1 << 32), 7 + ((uint64_t)1 << 52), 0};
  int count;
  fr_model *m = seeded(7), *same = seeded(7);
  float *a = weights_of(m, &count), *b = weights_of(same, &count);
  CHECK(memcmp(a, b, sizeof *a * (size_t)count) == 0, "the same seed gave other weights");
  int shared = 0;
  for (int i = 0; i < 400; i++) shared += a[i] == a[420 + i];
  CHECK(shared == 0, "two layers share %d of 400 weights", shared);
  for (int s = 0; s < 4; s++) {
    fr_model *other = seeded(others[s]);
    float *c = weights_of(other, &count);
    shared = 0;
    for (int i = 0; i < 400; i++) shared += a[i] == c[i];
    CHECK(shared == 0, "seeds share %d of 400 weights", shared);
    free(c);
    fr_model_destroy(other);
  }
  free(a);
  free(b);
  fr_model_destroy(m);
  fr_model_destroy(same);
}

/* ---- weights in and out ---------------------------------------------------------------------- */

static void round_trips(void) {
  for (int round = 0; round < 60; round++) {
    fr_model *m = stack(image(check_between(3, 9), check_between(3, 9), check_between(1, 5)),
                        LAYERS(conv(check_between(1, 19), 3, 2, 1, 1, FR_VALID, FR_RELU), flatten(),
                               dense(check_between(1, 19), FR_RELU),
                               without_bias(dense(3, FR_LINEAR))),
                        1);
    CHECK(m->parameter_count == 5, "%d tensors", m->parameter_count);
    float *set[5];
    for (int i = 0; i < 5; i++) {
      set[i] = check_floats((size_t)m->parameters[i].elements);
      must(fr_model_set_parameter(m, i, set[i], m->parameters[i].elements));
    }
    for (int i = 0; i < 5; i++) {
      int n = m->parameters[i].elements;
      float *got = check_garbage((size_t)n);
      must(fr_model_get_parameter(m, i, got, n));
      CHECK(memcmp(got, set[i], sizeof *got * (size_t)n) == 0, "tensor %d changed", i);
      free(got);
      free(set[i]);
    }
    fr_model_destroy(m);
  }
}

/* Keras's layouts, seen from outside: one weight moves the one output that it should. */
static void layouts(void) {
  fr_model *m = stack(flat(5), LAYERS(dense(3, FR_LINEAR)), 1);
  float kernel[15] = {0}, x[5] = {0}, y[3];
  kernel[4 * 3 + 1] = 2.0f; /* from input 4 to unit 1 */
  must(fr_model_set_parameter(m, 0, kernel, 15));
  x[4] = 3.0f;
  fr_batch b = {x, FR_FLOAT32, NULL, 1, NULL};
  must(fr_predict(m, &b, 1, y));
  CHECK(y[0] == 0.0f && y[1] == 6.0f && y[2] == 0.0f, "dense: %g %g %g", (double)y[0],
        (double)y[1], (double)y[2]);
  fr_model_destroy(m);

  m = stack(image(2, 3, 2), LAYERS(conv(3, 2, 3, 1, 1, FR_VALID, FR_LINEAR)), 1);
  float filters[36] = {0}, picture[12] = {0};
  filters[((1 * 3 + 2) * 2 + 1) * 3 + 0] = 2.0f; /* row 1, column 2, channel 1, filter 0 */
  must(fr_model_set_parameter(m, 0, filters, 36));
  picture[(1 * 3 + 2) * 2 + 1] = 5.0f;
  b = (fr_batch){picture, FR_FLOAT32, NULL, 1, NULL};
  must(fr_predict(m, &b, 1, y));
  CHECK(y[0] == 10.0f && y[1] == 0.0f && y[2] == 0.0f, "conv: %g %g %g", (double)y[0],
        (double)y[1], (double)y[2]);
  fr_model_destroy(m);
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* As WebAssembly mallinfo counts; natively the sanitizer's leak check does the work. */
static double heap_in_use(void) {
  double bytes;
  fr_heap_in_use(&bytes);
  return bytes;
}

static void memory(void) {
  float samples[2 * 49] = {0}, out[49];
  int32_t labels[2] = {0, 1};
  fr_scores scores[2];
  double before = heap_in_use();
  for (int round = 0; round < 20; round++) {
    fr_model *m = stack(image(7, 7, 1),
                        LAYERS(conv(3, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                               flatten(), dense(6, FR_RELU), dropout(0.5f), dense(4, FR_SOFTMAX)),
                        1);
    fr_batch b = {samples, FR_FLOAT32, labels, 2, NULL};
    must(fr_model_compile(m, &default_adam, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
    must(fr_model_compile(m, &plain_sgd, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
    must(fr_train(m, &b, 1, NULL, scores));
    double used = heap_in_use();
    for (int i = 0; i < 5; i++) must(fr_train(m, &b, 1, NULL, scores));
    CHECK(heap_in_use() == used, "training took %g bytes more", heap_in_use() - used);
    must(fr_train(m, &b, 2, NULL, scores));
    must(fr_train_gradients(m, &b, scores));
    must(fr_activations_of(m, 3, &(fr_batch){samples, FR_FLOAT32, NULL, 2, NULL}, 0, out));
    fr_model_destroy(m);
  }
  CHECK(heap_in_use() == before, "%g bytes left over", heap_in_use() - before);
  fr_model_destroy(NULL);
}

int main(void) {
  refused_inputs();
  refused_layers();
  refused_order();
  refused_sizes();
  refused_losses();
  refused_batches();
  tutorial_shapes();
  window_shapes();
  initial_weights();
  seeds();
  round_trips();
  layouts();
  memory();
  return check_report("model", 1300);
}
