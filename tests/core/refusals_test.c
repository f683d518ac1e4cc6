/* Every layer that is refused while a model is stacked: each with its message, and the model is
 * unchanged. */
#include "stack.h"

/* Adding `layer` to an empty model of that input is refused and leaves the model unchanged. Without
 * a message it is accepted. */
static void refuses(fr_shape input, fr_layer layer, const char *message) {
  fr_model *m = fr_model_create(&input, 1);
  check_refused(fr_model_add(m, &layer), message ? FR_INVALID_ARGUMENT : FR_OK,
                message ? message : "");
  CHECK(m->layer_count == !message && (!message || m->parameter_count == 0), "%d layers after: %s",
        m->layer_count, fr_last_error());
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
  refuses(flat(4), dense(3, (fr_activation)99), "dense: unknown activation 99");
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
  refuses(image(8, 8, 1), conv(1, 3, 3, 1, 1, FR_VALID, (fr_activation)99),
          "conv2d: unknown activation 99");
  refuses(image(2, 8, 1), conv(1, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: a window 3 high does not fit into an input 2 high with padding 'valid'");
  refuses(image(8, 2, 1), conv(1, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: a window 3 wide does not fit into an input 2 wide with padding 'valid'");
  refuses(image(8, 8, 1024), conv(65536, 2, 2, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: a kernel must have at most 67108864 weights, got 268435456");
  refuses(image(4096, 4096, 1), conv(8, 1, 1, 1, 1, FR_VALID, FR_LINEAR),
          "conv2d: must have at most 67108864 elements a sample");

  refuses(flat(4), pool(2, 2, 2, 2, FR_VALID),
          "maxPooling2d: input must be an image (height, width, channels), got shape (4)");
  refuses(image(1, 4, 1), pool(2, 2, 2, 2, FR_VALID),
          "maxPooling2d: a window 2 high does not fit into an input 1 high with padding 'valid'");
  refuses(image(4, 4, 1), pool(2, 2, 2, 0, FR_VALID),
          "maxPooling2d: horizontal stride must be 1..255, got 0");

  refuses(flat(4), dropout(1.0f), "dropout: rate must be at least 0 and below 1, got 1");
  refuses(flat(4), dropout(-0.25f), "dropout: rate must be at least 0 and below 1, got -0.25");
  refuses(flat(4), activation((fr_activation)99), "activation: unknown activation 99");
  l.kind = FR_LAYER_KINDS;
  refuses(flat(4), l, "unknown layer kind 21");
  l.kind = (fr_layer_kind)-1;
  refuses(flat(4), l, "unknown layer kind -1");
  l = dropout(NAN);
  fr_shape input = flat(4);
  fr_model *m = fr_model_create(&input, 1);
  CHECK(fr_model_add(m, &l) == FR_INVALID_ARGUMENT, "a dropout rate of NaN passed");
  fr_model_destroy(m);
}

/* ---- the layers of later networks ------------------------------------------------------------ */

static void refused_slopes(void) {
  static const float slopes[] = {1.5f, -0.25f};
  static const char *const got[] = {"1.5", "-0.25"};
  const struct {
    fr_shape input;
    fr_layer layer;
    const char *name;
  } layers[] = {
      {flat(4), dense(3, FR_LEAKY_RELU), "dense"},
      {flat(4), activation(FR_LEAKY_RELU), "activation"},
      {image(4, 4, 2), conv(3, 2, 2, 1, 1, FR_VALID, FR_LEAKY_RELU), "conv2d"},
      {image(4, 4, 2), depthwise(1, 2, 2, 1, 1, FR_VALID, FR_LEAKY_RELU), "depthwiseConv2d"},
  };
  for (int l = 0; l < 4; l++)
    for (int i = 0; i < 2; i++) {
      char message[96];
      snprintf(message, sizeof message, "%s: the slope below zero must be 0..1, got %s",
               layers[l].name, got[i]);
      refuses(layers[l].input, with_slope(layers[l].layer, slopes[i]), message);
    }
  fr_shape input = flat(4);
  fr_model *m = fr_model_create(&input, 1);
  fr_layer nan = leaky(NAN), unused = with_slope(activation(FR_RELU), 7.0f);
  CHECK(fr_model_add(m, &nan) == FR_INVALID_ARGUMENT, "a slope of NaN passed");
  must(fr_model_add(m, &unused)); /* a slope that nothing uses */
  fr_model_destroy(m);
}

static void refused_windows(void) {
  refuses(flat(4), depthwise(1, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
          "depthwiseConv2d: input must be an image (height, width, channels), got shape (4)");
  refuses(image(8, 8, 2), depthwise(0, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
          "depthwiseConv2d: depth multiplier must be 1..32768, got 0");
  refuses(image(8, 8, 2), depthwise(32769, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
          "depthwiseConv2d: depth multiplier must be 1..32768, got 32769");
  refuses(image(2, 2, 70000), depthwise(2, 1, 1, 1, 1, FR_VALID, FR_LINEAR),
          "depthwiseConv2d: depth multiplier must be 1..1, got 2");
  refuses(image(8, 8, 2), depthwise(1, 3, 3, 1, 1, FR_VALID, (fr_activation)99),
          "depthwiseConv2d: unknown activation 99");
  refuses(
      image(8, 2, 2), depthwise(1, 3, 3, 1, 1, FR_VALID, FR_LINEAR),
      "depthwiseConv2d: a window 3 wide does not fit into an input 2 wide with padding 'valid'");
  refuses(image(255, 255, 8), depthwise(200, 255, 255, 1, 1, FR_VALID, FR_LINEAR),
          "depthwiseConv2d: a kernel must have at most 67108864 weights, got 104040000");
  refuses(image(8000, 8000, 1), conv(1, 255, 255, 255, 255, FR_SAME, FR_LINEAR), NULL);
  refuses(image(8100, 8100, 1), conv(1, 255, 255, 1, 1, FR_SAME, FR_LINEAR),
          "conv2d: must have at most 67108864 elements a sample");
  refuses(flat(4), average_pool(2, 2, 2, 2, FR_VALID),
          "averagePooling2d: input must be an image (height, width, channels), got shape (4)");
  refuses(image(4, 4, 1), average_pool(2, 256, 2, 2, FR_VALID),
          "averagePooling2d: window width must be 1..255, got 256");
  refuses(
      (fr_shape){2, {4, 5}}, global_average(),
      "globalAveragePooling2d: input must be an image (height, width, channels), got shape (4, 5)");
  refuses(flat(4), global_max(),
          "globalMaxPooling2d: input must be an image (height, width, channels), got shape (4)");
}

static void refused_shapes(void) {
  refuses(image(2, 3, 1), reshape(flat(4)), "reshape: (2, 3, 1) has 6 elements, (4) has 4");
  refuses(flat(6), reshape((fr_shape){4, {1, 1, 6}}),
          "reshape: rank must be 1..3 without the batch, got 4");
  refuses(flat(6), reshape(image(6, 0, 1)), "reshape: dimension 1 must be at least 1, got 0");
  refuses(flat(6), reshape(image(65536, 65536, 65536)),
          "reshape: must have at most 67108864 elements a sample");
  refuses(flat(4), zero_padding(1, 1, 1, 1),
          "zeroPadding2d: input must be an image (height, width, channels), got shape (4)");
  refuses(image(4, 4, 1), zero_padding(-1, 1, 1, 1), "zeroPadding2d: top must be 0..255, got -1");
  refuses(image(4, 4, 1), zero_padding(1, 256, 1, 1),
          "zeroPadding2d: bottom must be 0..255, got 256");
  refuses(image(4, 4, 1), zero_padding(1, 1, -2, 1), "zeroPadding2d: left must be 0..255, got -2");
  refuses(image(4, 4, 1), zero_padding(1, 1, 1, 300),
          "zeroPadding2d: right must be 0..255, got 300");
  refuses(image(8192, 8192, 1), zero_padding(1, 0, 0, 0),
          "zeroPadding2d: must have at most 67108864 elements a sample");
}

static void refused_normalizations(void) {
  static const struct {
    float momentum, epsilon;
    const char *message;
  } cases[] = {
      {1.5f, 0.001f, "batchNormalization: momentum must be 0..1, got 1.5"},
      {-0.5f, 0.001f, "batchNormalization: momentum must be 0..1, got -0.5"},
      {0.5f, 0.0f, "batchNormalization: epsilon must be 1e-12..1, got 0"},
      {0.5f, 2.0f, "batchNormalization: epsilon must be 1e-12..1, got 2"},
  };
  for (int i = 0; i < 4; i++) {
    fr_layer l = normalization(1, 1);
    l.momentum = cases[i].momentum;
    l.epsilon = cases[i].epsilon;
    refuses(flat(4), l, cases[i].message);
  }
}

/* ---- augmentation ---------------------------------------------------------------------------- */

static void refused_augmentation(void) {
  const fr_shape input = image(6, 6, 1);
  for (int kind = FR_RANDOM_FLIP; kind <= FR_RANDOM_ERASING; kind++) {
    char message[128];
    const char *name = fr_layer_name((fr_layer_kind)kind);
    fr_layer l = augmentation((fr_layer_kind)kind, 0, 0, 0, 0);
    snprintf(message, sizeof message,
             "%s: input must be an image (height, width, channels), got shape (36)", name);
    refuses(flat(36), l, message);
    l.fill = (fr_fill)4;
    snprintf(message, sizeof message, "%s: fill mode must be 0..3, got 4", name);
    refuses(input, l, message);
    l.fill = FR_FILL_WRAP;
    l.interpolation = (fr_interpolation)-1;
    snprintf(message, sizeof message, "%s: interpolation must be 0..1, got -1", name);
    refuses(input, l, message);
  }
  static const struct {
    fr_layer_kind kind;
    float range[4];
    const char *message;
  } cases[] = {
      {FR_RANDOM_TRANSLATION,
       {-1.5f, 0, 0, 0},
       "randomTranslation: height factor must be -1..1, got -1.5"},
      {FR_RANDOM_TRANSLATION,
       {0, 1.5f, 0, 0},
       "randomTranslation: height factor must be -1..1, got 1.5"},
      {FR_RANDOM_TRANSLATION,
       {0, 0, -2, 0},
       "randomTranslation: width factor must be -1..1, got -2"},
      {FR_RANDOM_TRANSLATION,
       {0.5f, 0.25f, 0, 0},
       "randomTranslation: height factor must go from low to high, got 0.5, 0.25"},
      {FR_RANDOM_TRANSLATION,
       {0, 0, 0.5f, -0.5f},
       "randomTranslation: width factor must go from low to high, got 0.5, -0.5"},
      {FR_RANDOM_ROTATION, {-1.25f, 0, 0, 0}, "randomRotation: factor must be -1..1, got -1.25"},
      {FR_RANDOM_ROTATION,
       {0.5f, 0, 0, 0},
       "randomRotation: factor must go from low to high, got 0.5, 0"},
      {FR_RANDOM_ZOOM, {-1.5f, 0, 0, 0}, "randomZoom: height factor must be -1..1, got -1.5"},
      {FR_RANDOM_ZOOM, {0, 0, 0, 2}, "randomZoom: width factor must be -1..1, got 2"},
      {FR_RANDOM_ZOOM, {0, 2, 1, -1}, "randomZoom: height factor must be -1..1, got 2"},
      {FR_RANDOM_ZOOM,
       {0.5f, 0, 1, -1},
       "randomZoom: height factor must go from low to high, got 0.5, 0"},
      {FR_RANDOM_CONTRAST, {-0.5f, 0, 0, 0}, "randomContrast: lower factor must be 0..1, got -0.5"},
      {FR_RANDOM_CONTRAST, {1.5f, 0, 0, 0}, "randomContrast: lower factor must be 0..1, got 1.5"},
      {FR_RANDOM_CONTRAST, {0, 101, 0, 0}, "randomContrast: upper factor must be 0..100, got 101"},
      {FR_RANDOM_ERASING, {-0.5f, 1, 1, 1}, "randomErasing: scale must be 0..1, got -0.5"},
      {FR_RANDOM_ERASING,
       {0.5f, 0.25f, 1, 1},
       "randomErasing: scale must go from low to high, got 0.5, 0.25"},
      {FR_RANDOM_ERASING, {0, 1, 0, 1.5f}, "randomErasing: factor must be 0..1, got 1.5"},
      {FR_RANDOM_ERASING,
       {0, 1, 0.5f, 0.25f},
       "randomErasing: factor must go from low to high, got 0.5, 0.25"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const float *r = cases[i].range;
    refuses(input, augmentation(cases[i].kind, r[0], r[1], r[2], r[3]), cases[i].message);
  }
  for (int erasing = 0; erasing < 2; erasing++) {
    fr_layer l = augmentation(erasing ? FR_RANDOM_ERASING : FR_RANDOM_CONTRAST, 0, 0, 0, 0);
    l.value_range[0] = 3.0f;
    refuses(input, l,
            erasing ? "randomErasing: value range must go from low to high, got 3, 2"
                    : "randomContrast: value range must go from low to high, got 3, 2");
    l.value_range[0] = -2e6f;
    refuses(input, l,
            erasing ? "randomErasing: value range must be -1e+06..1e+06, got -2e+06"
                    : "randomContrast: value range must be -1e+06..1e+06, got -2e+06");
  }
}

/* A NaN is in no range. */
static void refused_nans(void) {
  const fr_shape input = image(6, 6, 1);
  for (int kind = FR_RANDOM_TRANSLATION; kind <= FR_RANDOM_ERASING; kind++) {
    fr_model *m = fr_model_create(&input, 1);
    fr_layer l = augmentation((fr_layer_kind)kind, NAN, 0, 0, 0);
    CHECK(fr_model_add(m, &l) == FR_INVALID_ARGUMENT, "%s: NaN passed",
          fr_layer_name((fr_layer_kind)kind));
    fr_model_destroy(m);
  }
  for (int which = 0; which < 4; which++) {
    fr_model *m = fr_model_create(&input, 1);
    fr_layer l = which < 2 ? normalization(1, 1) : conv(1, 1, 1, 1, 1, FR_SAME, FR_LINEAR);
    *(which == 0   ? &l.momentum
      : which == 1 ? &l.epsilon
      : which == 2 ? &l.regularizers[0].l1
                   : &l.regularizers[1].l2) = NAN;
    CHECK(fr_model_add(m, &l) == FR_INVALID_ARGUMENT, "NaN number %d passed", which);
    fr_model_destroy(m);
  }
}

/* ---- what layers learn ----------------------------------------------------------------------- */

static void refused_parameters(void) {
  fr_layer l = dense(3, FR_LINEAR);
  l.regularizers[0] = (fr_regularizer){-0.5f, 0.25f};
  refuses(flat(4), l, "dense: regularizers must be 0 or more, got l1 -0.5, l2 0.25");
  l = normalization(1, 1);
  l.regularizers[1].l2 = -1.0f;
  refuses(flat(4), l, "batchNormalization: regularizers must be 0 or more, got l1 0, l2 -1");
  static const struct {
    fr_initializer init;
    const char *message;
  } cases[] = {
      {{.distribution = FR_INITS}, "conv2d: unknown initializer 4 (scale 0, fan 0)"},
      {{.distribution = (fr_init)-1}, "conv2d: unknown initializer -1 (scale 0, fan 0)"},
      {{.distribution = FR_INIT_UNIFORM}, "conv2d: unknown initializer 2 (scale 0, fan 0)"},
      {{.distribution = FR_INIT_NORMAL, .value = -2.0f},
       "conv2d: unknown initializer 3 (scale -2, fan 0)"},
      {{.distribution = FR_INIT_NORMAL, .value = 1.0f, .fan = FR_FANS},
       "conv2d: unknown initializer 3 (scale 1, fan 3)"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (int which = 0; which < 2; which++) {
      l = conv(2, 2, 2, 1, 1, FR_VALID, FR_LINEAR);
      l.initializers[which] = cases[i].init;
      refuses(image(4, 4, 1), l, cases[i].message);
    }
  l = normalization(1, 1);
  l.initializers[3].distribution = (fr_init)9;
  refuses(flat(4), l, "batchNormalization: unknown initializer 9 (scale 0, fan 0)");
}

/* ---- graphs ---------------------------------------------------------------------------------- */

/* The input and another layer's output, in either order, are not concatenated. */
static void refused_to_join(fr_shape input, fr_layer other, const char *shapes) {
  fr_model *m = fr_model_create(&input, 1);
  char want[160];
  fr_layer joined = concatenate(-1, 0), turned = concatenate(0, -1);
  must(fr_model_add(m, &other));
  snprintf(want, sizeof want, "concatenate: inputs must agree in all axes but the last, got %s",
           shapes);
  check_refused(fr_model_add(m, &joined), FR_INVALID_ARGUMENT, want);
  CHECK(fr_model_add(m, &turned) == FR_INVALID_ARGUMENT, "turned round, %s are joined", shapes);
  CHECK(m->layer_count == 1, "%d layers", m->layer_count);
  fr_model_destroy(m);
}

static void refused_graphs(void) {
  refuses(flat(4), from(-2, dense(3, FR_LINEAR)),
          "layer 0: an input must be one of the layers before it, got -2");
  refuses(flat(4), from(0, dense(3, FR_LINEAR)),
          "layer 0: an input must be one of the layers before it, got 0");
  fr_layer l = {.kind = FR_ADD, .source_count = 9};
  refuses(flat(4), l, "layer 0: 1..8 inputs are possible, got 9");
  l.source_count = -1;
  refuses(flat(4), l, "layer 0: 1..8 inputs are possible, got -1");
  refuses(flat(4), (fr_layer){.kind = FR_ADD}, "add: 2..8 inputs are needed, got 1");
  refuses(flat(4), (fr_layer){.kind = FR_CONCATENATE},
          "concatenate: 2..8 inputs are needed, got 1");
  refuses(flat(FR_MAX_ELEMENTS / 2), concatenate(-1, -1), NULL);
  refuses(flat(FR_MAX_ELEMENTS / 2 + 1), concatenate(-1, -1),
          "concatenate: must have at most 67108864 elements a sample");
  fr_layer eight = concatenate(-1, -1);
  eight.source_count = 8;
  for (int i = 0; i < 8; i++) eight.sources[i] = -1;
  refuses(flat(FR_MAX_ELEMENTS), eight,
          "concatenate: must have at most 67108864 elements a sample");
  l = dense(3, FR_LINEAR);
  l.source_count = 2;
  l.sources[0] = l.sources[1] = -1;
  refuses(flat(4), l, "dense: takes one input, got 2");

  fr_shape input = flat(4);
  fr_model *m = fr_model_create(&input, 1);
  fr_layer narrow = dense(3, FR_LINEAR), wide = from(-1, dense(5, FR_LINEAR)), sum = add(0, 1);
  must(fr_model_add(m, &narrow));
  must(fr_model_add(m, &wide));
  check_refused(fr_model_add(m, &sum), FR_INVALID_ARGUMENT,
                "add: inputs must have the same shape, got (3) and (5)");
  sum = add(0, 2);
  check_refused(fr_model_add(m, &sum), FR_INVALID_ARGUMENT,
                "layer 2: an input must be one of the layers before it, got 2");
  check_refused(fr_model_build(m), FR_INVALID_ARGUMENT,
                "model: nothing uses the output of layer 0 (dense)");
  CHECK(m->layer_count == 2 && m->parameter_count == 4, "%d layers, %d tensors", m->layer_count,
        m->parameter_count);
  fr_layer same = from(0, dense(5, FR_LINEAR)), whole = add(1, 2); /* corrected */
  must(fr_model_add(m, &same));
  must(fr_model_add(m, &whole));
  must(fr_model_build(m));
  fr_model_destroy(m);

  input = image(4, 4, 1);
  m = fr_model_create(&input, 1);
  fr_layer first = conv(1, 1, 1, 1, 1, FR_SAME, FR_LINEAR),
           late = augmentation(FR_RANDOM_FLIP, 1, 0, 0, 0);
  must(fr_model_add(m, &first));
  check_refused(fr_model_add(m, &late), FR_INVALID_ARGUMENT,
                "randomFlip: must stand before the first layer with weights");
  late = from(-1, late); /* alongside it, there are no weights before */
  must(fr_model_add(m, &late));
  fr_model_destroy(m);

  refused_to_join(image(4, 4, 3), pool(2, 2, 2, 2, FR_VALID), "(4, 4, 3) and (2, 2, 3)");
  refused_to_join(image(4, 4, 3), pool(1, 2, 1, 1, FR_VALID), "(4, 4, 3) and (4, 3, 3)");
  refused_to_join(image(4, 4, 3), global_max(), "(4, 4, 3) and (3)");
  refused_to_join(image(2, 3, 4), reshape((fr_shape){2, {2, 12}}), "(2, 3, 4) and (2, 12)");
  refused_to_join(flat(6), reshape((fr_shape){2, {1, 6}}), "(6) and (1, 6)");

  fr_shape bad = {0, {0}};
  fr_layer direct = dense(3, FR_LINEAR);
  check_refused(fr_layer_infer(&direct, (const fr_shape *const[]){&bad}), FR_INVALID_ARGUMENT,
                "input shape: rank must be 1..3 without the batch, got 0");
  CHECK(strcmp(fr_layer_name(FR_LAYER_KINDS), "unknown layer") == 0, "%s",
        fr_layer_name(FR_LAYER_KINDS));
}

int main(void) {
  refused_inputs();
  refused_layers();
  refused_slopes();
  refused_windows();
  refused_shapes();
  refused_normalizations();
  refused_augmentation();
  refused_nans();
  refused_parameters();
  refused_graphs();
  return check_report("refusals", 420);
}
