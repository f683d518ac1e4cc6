/* Building models: shapes, parameter counts, initial weights, weights in Keras's layout, memory. */
#include "plan.h"
#include "stack.h"

int fr_heap_in_use(double *out);

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

/* Within ±√(6 / (fan in + fan out)), across the whole range, with its mean and variance; zero
 * biases. */
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

/* The same seed gives the same bits; another seed or another layer gives different ones. */
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
    fr_model *m =
        stack(image(check_between(3, 9), check_between(3, 9), check_between(1, 5)),
              LAYERS(conv(check_between(1, 19), 3, 2, 1, 1, FR_VALID, FR_RELU), flatten(),
                     dense(check_between(1, 19), FR_RELU), without_bias(dense(3, FR_LINEAR))),
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

/* Keras's layouts, seen from outside: changing one weight changes exactly the output that it
 * should. */
static void layouts(void) {
  fr_model *m = stack(flat(5), LAYERS(dense(3, FR_LINEAR)), 1);
  float kernel[15] = {0}, x[5] = {0}, y[3];
  kernel[4 * 3 + 1] = 2.0f; /* from input 4 to unit 1 */
  must(fr_model_set_parameter(m, 0, kernel, 15));
  x[4] = 3.0f;
  fr_batch b = {x, FR_FLOAT32, NULL, 1, NULL};
  must(fr_predict(m, &b, 1, y));
  CHECK(y[0] == 0.0f && y[1] == 6.0f && y[2] == 0.0f, "dense: %g %g %g", (double)y[0], (double)y[1],
        (double)y[2]);
  fr_model_destroy(m);

  m = stack(image(2, 3, 2), LAYERS(conv(3, 2, 3, 1, 1, FR_VALID, FR_LINEAR)), 1);
  float filters[36] = {0}, picture[12] = {0};
  filters[((1 * 3 + 2) * 2 + 1) * 3 + 0] = 2.0f; /* row 1, column 2, channel 1, filter 0 */
  must(fr_model_set_parameter(m, 0, filters, 36));
  picture[(1 * 3 + 2) * 2 + 1] = 5.0f;
  b = (fr_batch){picture, FR_FLOAT32, NULL, 1, NULL};
  must(fr_predict(m, &b, 1, y));
  CHECK(y[0] == 10.0f && y[1] == 0.0f && y[2] == 0.0f, "conv: %g %g %g", (double)y[0], (double)y[1],
        (double)y[2]);
  fr_model_destroy(m);
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* As WebAssembly's mallinfo counts it; natively, the sanitizer's leak check does this. */
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

/* A built model of `convolutions` identical convolutions. */
static fr_arena arena_of(int convolutions) {
  fr_layer layers[4];
  for (int i = 0; i < convolutions; i++) layers[i] = conv(32, 3, 3, 1, 1, FR_SAME, FR_RELU);
  fr_model *m = stack(image(4, 4, 32), layers, convolutions, 1);
  fr_arena arena = fr_plan_buffers(m, 1, NULL);
  fr_model_destroy(m);
  return arena;
}

/* The buffers that all steps share, above all each chunk's gradients, exist once and are not
 * touched before they are used. */
static void shared_room(void) {
  const uint64_t kernels = (uint64_t)FR_CHUNKS * 32 * 3 * 3 * 32 * sizeof(float);
  fr_arena one = arena_of(1), four = arena_of(4);
  CHECK(one.bytes - one.zeros > kernels, "%llu bytes for gradients",
        (unsigned long long)(one.bytes - one.zeros));
  CHECK(four.bytes - four.zeros == one.bytes - one.zeros, "%llu and %llu bytes shared",
        (unsigned long long)(four.bytes - four.zeros), (unsigned long long)(one.bytes - one.zeros));
  CHECK(four.bytes - one.bytes < kernels, "%llu more bytes for three more layers",
        (unsigned long long)(four.bytes - one.bytes));
}

int main(void) {
  tutorial_shapes();
  window_shapes();
  initial_weights();
  seeds();
  round_trips();
  layouts();
  memory();
  shared_room();
  return check_report("model", 1150);
}
