/* The layers of newer networks, one kind after another: outputs, losses, gradients and whole
 * training steps compared with the same networks in doubles. */
#include "networks.h"

static void depthwise_models(void) {
  for (int multiplier = 1; multiplier <= 3; multiplier++)
    check_model("depthwise", image(4, 5, 3),
                LAYERS(depthwise(multiplier, 3, 2, 1, 1, FR_VALID, FR_RELU), flatten(),
                       dense(2, FR_SOFTMAX)),
                SPARSE, 3);
  check_model("depthwise of four channels and one", image(4, 4, 5),
              LAYERS(depthwise(1, 3, 3, 1, 1, FR_SAME, FR_LINEAR), flatten(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model("strided depthwise", image(7, 6, 2),
              LAYERS(conv(4, 2, 2, 1, 1, FR_SAME, FR_LINEAR),
                     depthwise(2, 3, 2, 2, 3, FR_SAME, FR_TANH), flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("depthwise with strides over its kernel", image(7, 8, 1),
              LAYERS(conv(3, 1, 1, 1, 1, FR_SAME, FR_LINEAR),
                     depthwise(1, 1, 2, 3, 3, FR_VALID, FR_RELU), flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model(
      "separable convolutions", image(5, 5, 2),
      LAYERS(depthwise(2, 3, 3, 1, 1, FR_SAME, FR_RELU6), conv(3, 1, 1, 1, 1, FR_VALID, FR_RELU),
             without_bias(depthwise(1, 2, 2, 2, 2, FR_VALID, FR_SWISH)),
             conv(5, 1, 1, 1, 1, FR_VALID, FR_LINEAR), global_average(), dense(3, FR_SOFTMAX)),
      SPARSE, 4);
}

/* Convolutions that run by Winograd's algorithm: each pass, alone and fused. */
static void winograd_models(void) {
  check_model("winograd", image(4, 4, 2),
              LAYERS(conv(8, 1, 1, 1, 1, FR_SAME, FR_LINEAR),
                     without_bias(conv(8, 3, 3, 1, 1, FR_SAME, FR_TANH)), global_average(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("winograd, pooled", image(4, 8, 1),
              LAYERS(conv(8, 1, 1, 1, 1, FR_SAME, FR_RELU), conv(12, 3, 3, 1, 1, FR_SAME, FR_RELU),
                     pool(2, 2, 2, 2, FR_VALID), normalization(1, 1), global_max(),
                     dense(2, FR_LINEAR)),
              SQUARED, 3);
}

/* Kernels and strides that Winograd's algorithm is not for, with as many channels. */
static void direct_models(void) {
  check_model("strided", image(7, 7, 1),
              LAYERS(conv(8, 1, 1, 1, 1, FR_SAME, FR_LINEAR),
                     conv(12, 3, 3, 2, 2, FR_SAME, FR_TANH), global_average(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model("one by one", image(4, 4, 1),
              LAYERS(conv(12, 1, 1, 1, 1, FR_SAME, FR_LINEAR),
                     conv(16, 1, 1, 1, 1, FR_SAME, FR_TANH), global_average(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model("two by three", image(4, 5, 1),
              LAYERS(conv(8, 1, 1, 1, 1, FR_SAME, FR_LINEAR), conv(8, 2, 3, 1, 1, FR_SAME, FR_TANH),
                     global_average(), dense(2, FR_LINEAR)),
              SQUARED, 3);
}

static void pooling_models(void) {
  check_model("average pool", image(6, 6, 1),
              LAYERS(conv(3, 3, 3, 1, 1, FR_VALID, FR_RELU), average_pool(2, 2, 2, 2, FR_VALID),
                     flatten(), dense(3, FR_SOFTMAX)),
              SPARSE, 4);
  check_model("average pool over an edge", image(5, 6, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_SAME, FR_LINEAR), average_pool(3, 2, 2, 3, FR_SAME),
                     flatten(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model("average pool, overlapping", image(5, 5, 2),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_SIGMOID), average_pool(3, 3, 1, 1, FR_SAME),
                     conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("average pool first and last", image(6, 7, 2),
              LAYERS(average_pool(2, 3, 2, 2, FR_SAME), conv(3, 2, 2, 1, 1, FR_SAME, FR_LINEAR),
                     average_pool(2, 2, 2, 2, FR_SAME)),
              SQUARED, 3);
  check_model(
      "global average", image(4, 5, 1),
      LAYERS(conv(5, 2, 2, 1, 1, FR_VALID, FR_RELU), global_average(), dense(3, FR_SOFTMAX)),
      SPARSE, 5);
  check_model("global maximum", image(4, 5, 1),
              LAYERS(conv(5, 2, 2, 1, 1, FR_VALID, FR_TANH), global_max(), dense(3, FR_SOFTMAX)),
              SPARSE, 5);
  check_model(
      "global average last", image(3, 3, 2),
      LAYERS(conv(4, 2, 2, 1, 1, FR_SAME, FR_LINEAR), global_average(), activation(FR_SOFTMAX)),
      SPARSE, 5);
  check_model("global maximum first", image(3, 4, 6), LAYERS(global_max(), dense(3, FR_LINEAR)),
              SQUARED, 4);
}

static void shape_models(void) {
  check_model("reshape to an image", flat(12),
              LAYERS(dense(18, FR_TANH), reshape(image(3, 3, 2)),
                     conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("reshape back and forth", image(2, 3, 2),
              LAYERS(reshape((fr_shape){2, {4, 3}}), reshape(flat(12)), dense(6, FR_RELU),
                     reshape((fr_shape){2, {2, 3}})),
              SQUARED, 3);
  check_model("softmax over the reshaped axis", flat(4),
              LAYERS(dense(6, FR_LINEAR), reshape((fr_shape){2, {3, 2}}), activation(FR_SOFTMAX),
                     flatten(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model("zero padding", image(3, 4, 2),
              LAYERS(conv(3, 2, 2, 1, 1, FR_SAME, FR_LINEAR), zero_padding(1, 2, 0, 3),
                     conv(2, 3, 3, 2, 2, FR_VALID, FR_RELU), flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("zero padding first and last", image(2, 3, 1),
              LAYERS(zero_padding(0, 1, 2, 0), conv(2, 2, 2, 1, 1, FR_VALID, FR_LINEAR),
                     zero_padding(1, 0, 0, 1)),
              SQUARED, 3);
  check_model("no zero padding at all", image(3, 3, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_SAME, FR_LINEAR), zero_padding(0, 0, 0, 0),
                     global_max(), dense(2, FR_LINEAR)),
              SQUARED, 3);
}

static const fr_activation all_activations[] = {FR_LINEAR,  FR_RELU,  FR_SIGMOID,
                                                FR_SOFTMAX, FR_RELU6, FR_LEAKY_RELU,
                                                FR_GELU,    FR_TANH,  FR_SWISH};
enum { ALL_ACTIVATIONS = sizeof all_activations / sizeof *all_activations };

/* Inputs that reach beyond six in both directions. */
static void activation_models(void) {
  reach = 9.0f;
  for (int i = 0; i < ALL_ACTIVATIONS; i++) {
    fr_activation f = all_activations[i];
    check_model("dense with an activation", flat(5),
                LAYERS(with_slope(dense(7, f), 0.3f), dense(3, FR_LINEAR)), SQUARED, 4);
    check_model("dense, then an activation", flat(5),
                LAYERS(dense(7, FR_LINEAR), with_slope(activation(f), 0.1f), dense(3, FR_LINEAR)),
                SQUARED, 4);
    check_model("conv with an activation", image(4, 4, 2),
                LAYERS(with_slope(conv(3, 2, 2, 1, 1, FR_VALID, f), 0.3f), global_average(),
                       dense(2, FR_SOFTMAX)),
                SPARSE, 3);
    check_model("depthwise with an activation", image(4, 4, 2),
                LAYERS(with_slope(depthwise(2, 2, 2, 1, 1, FR_VALID, f), 0.2f), global_average(),
                       dense(2, FR_SOFTMAX)),
                SPARSE, 3);
    check_model("activation first and last", flat(6),
                LAYERS(with_slope(activation(f), 0.5f), dense(4, FR_LINEAR),
                       with_slope(activation(f), 0.4f)),
                SQUARED, 4);
  }
  reach = 1.0f;
}

static void normalization_models(void) {
  for (int center = 0; center < 2; center++)
    for (int scale = 0; scale < 2; scale++) {
      check_model("normalized dense", flat(4),
                  LAYERS(dense(5, FR_LINEAR), normalization(center, scale), dense(3, FR_SOFTMAX)),
                  SPARSE, 5);
      check_model("normalized conv", image(4, 3, 2),
                  LAYERS(conv(5, 2, 2, 1, 1, FR_SAME, FR_LINEAR), normalization(center, scale),
                         activation(FR_RELU), conv(2, 2, 2, 1, 1, FR_VALID, FR_LINEAR), flatten(),
                         dense(2, FR_LINEAR)),
                  SQUARED, 5);
    }
  check_model("normalized input", flat(9), LAYERS(normalization(1, 1), dense(3, FR_SOFTMAX)),
              SPARSE, 5);
  check_model("nothing learns before it", image(3, 3, 17),
              LAYERS(normalization(0, 0), global_average(), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("nothing learns at all", flat(3), LAYERS(normalization(0, 0)), SQUARED, 5);
  check_model("normalization last", flat(4), LAYERS(dense(3, FR_TANH), normalization(1, 1)),
              SQUARED, 5);
  check_model("normalization, then the loss's softmax", flat(4),
              LAYERS(dense(3, FR_LINEAR), normalization(1, 1), activation(FR_SOFTMAX)), SPARSE, 5);
  check_model("normalization of one sample", image(3, 3, 1),
              LAYERS(conv(4, 2, 2, 1, 1, FR_VALID, FR_LINEAR), normalization(1, 1), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 1);
  check_model("normalization over rank 2", flat(6),
              LAYERS(dense(12, FR_LINEAR), reshape((fr_shape){2, {4, 3}}), normalization(1, 1),
                     flatten(), dense(2, FR_LINEAR)),
              SQUARED, 4);
  fr_layer keras = normalization(1, 1);
  keras.momentum = 0.99f;
  keras.epsilon = 0.001f;
  check_model("Keras's momentum and epsilon", image(3, 3, 2),
              LAYERS(conv(3, 2, 2, 1, 1, FR_SAME, FR_LINEAR), keras, activation(FR_SWISH),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 5);
}

static fr_layer regularized(fr_layer layer, float l1, float l2, float bias_l1, float bias_l2) {
  layer.regularizers[0] = (fr_regularizer){l1, l2};
  layer.regularizers[1] = (fr_regularizer){bias_l1, bias_l2};
  return layer;
}

static void regularized_models(void) {
  for (int i = 0; i < OPTIMIZERS; i++) /* the optimizers in turn */
    check_model(
        "regularized", image(4, 4, 1),
        LAYERS(regularized(conv(3, 2, 2, 1, 1, FR_VALID, FR_RELU), 0.0f, 0.02f, 0.03f, 0.0f),
               regularized(depthwise(1, 2, 2, 1, 1, FR_VALID, FR_LINEAR), 0.01f, 0.0f, 0.0f, 0.5f),
               regularized(normalization(1, 1), 0.01f, 0.02f, 0.02f, 0.01f), flatten(),
               regularized(dense(3, FR_SOFTMAX), 0.01f, 0.02f, 0.04f, 0.03f)),
        SPARSE, 5);
  check_model("regularized kernel only", flat(FR_PANEL + 3),
              LAYERS(regularized(dense(3, FR_LINEAR), 0.02f, 0.1f, 0.0f, 0.0f)), SQUARED, 4);
}

static fr_loss loss_of(fr_loss_kind kind, int from_logits, float smoothing) {
  return (fr_loss){
      .kind = kind, .from_logits = from_logits, .label_smoothing = smoothing, .top_k = 2};
}

static void losses(void) {
  static const fr_loss_kind kinds[] = {SPARSE, CATEGORICAL, BINARY};
  for (int k = 0; k < 3; k++)
    for (int smooth = 0; smooth < 2; smooth++) {
      fr_activation last = kinds[k] == BINARY ? FR_SIGMOID : FR_SOFTMAX;
      fr_loss plain = loss_of(kinds[k], 0, 0.3f * (float)smooth), logits = plain;
      logits.from_logits = 1;
      check_loss_model("probabilities", flat(4), LAYERS(dense(3, last)), &plain, 5);
      check_loss_model("probabilities of a sigmoid or softmax", flat(4),
                       LAYERS(dense(3, last == FR_SOFTMAX ? FR_SIGMOID : FR_SOFTMAX)), &plain, 5);
      check_loss_model("logits", flat(4), LAYERS(dense(3, FR_LINEAR)), &logits, 5);
      check_loss_model("logits of relu6", flat(4), LAYERS(dense(3, FR_RELU6)), &logits, 5);
    }
  check_model("absolute error", flat(4), LAYERS(dense(5, FR_RELU), dense(3, FR_LINEAR)), ABSOLUTE,
              5);
  check_model("absolute error of a sigmoid", flat(4), LAYERS(dense(3, FR_SIGMOID)), ABSOLUTE, 5);
  check_model("absolute error of an image", image(3, 3, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_LINEAR)), ABSOLUTE, 3);
}

/* Layers whose random numbers are the same in the core and in the reference. The test is that each
 * sample, step and layer has its own, and only in training. */
static void augmented_models(void) {
  fr_layer flip = augmentation(FR_RANDOM_FLIP, 1, 1, 0, 0), seeded = flip;
  seeded.has_seed = 1;
  seeded.seed = 77;
  fr_layer noise = dropout(0.4f);
  noise.has_seed = 1;
  noise.seed = 12345678901u;
  check_model("augmented", image(5, 4, 2),
              LAYERS(flip, augmentation(FR_RANDOM_TRANSLATION, -0.3f, 0.3f, -0.2f, 0.2f),
                     augmentation(FR_RANDOM_ROTATION, -0.1f, 0.1f, 0, 0),
                     conv(3, 2, 2, 1, 1, FR_VALID, FR_RELU), flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 5);
  check_model("augmented otherwise", image(4, 5, 1),
              LAYERS(augmentation(FR_RANDOM_ZOOM, -0.2f, 0.3f, -0.3f, 0.1f), seeded,
                     augmentation(FR_RANDOM_CONTRAST, 0.5f, 0.5f, 0, 0),
                     augmentation(FR_RANDOM_ERASING, 0.1f, 0.4f, 0.7f, 0.8f), flatten(),
                     dense(4, FR_RELU), noise, dense(2, FR_SOFTMAX)),
              SPARSE, 5);
  check_model("augmented between pools", image(6, 6, 1),
              LAYERS(pool(2, 2, 1, 1, FR_VALID), flip, average_pool(2, 2, 1, 1, FR_SAME), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 4);
}

int main(void) {
  check_seed(6);
  depthwise_models();
  winograd_models();
  direct_models();
  pooling_models();
  shape_models();
  activation_models();
  normalization_models();
  regularized_models();
  losses();
  augmented_models();
  printf("layers: %d models\n", cases);
  return check_report("layers", cases * 14L);
}
