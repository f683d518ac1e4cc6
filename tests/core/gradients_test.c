/* Layers in a row, fused and not: outputs, losses, gradients and whole training steps of small
 * models compared with the same networks in doubles, whose gradients are finite differences. */
#include "networks.h"

static void dense_models(void) {
  check_model("dense linear", flat(5), LAYERS(dense(3, FR_LINEAR)), SQUARED, 4);
  check_model("dense relu", flat(5), LAYERS(dense(7, FR_RELU), dense(3, FR_LINEAR)), SQUARED, 5);
  check_model("dense sigmoid", flat(4), LAYERS(dense(6, FR_SIGMOID), dense(2, FR_LINEAR)), SQUARED,
              3);
  check_model("dense softmax", flat(4), LAYERS(dense(5, FR_SOFTMAX), dense(2, FR_LINEAR)), SQUARED,
              3);
  check_model("dense without bias", flat(6),
              LAYERS(without_bias(dense(5, FR_RELU)), without_bias(dense(3, FR_SOFTMAX))), SPARSE,
              5);
  check_model("dense of one unit", flat(1), LAYERS(dense(1, FR_LINEAR)), SQUARED, 5);
  check_model("dense over two panels", flat(FR_PANEL + 2),
              LAYERS(dense(2, FR_RELU), dense(2, FR_SOFTMAX)), SPARSE, 3);
  check_model("ragged dense layers", flat(13),
              LAYERS(dense(9, FR_RELU), dense(7, FR_RELU), dense(5, FR_RELU), dense(3, FR_SOFTMAX)),
              SPARSE, 5);
}

static void lone_activations(void) {
  check_model("relu alone", flat(5),
              LAYERS(dense(6, FR_LINEAR), activation(FR_RELU), dense(3, FR_LINEAR)), SQUARED, 4);
  check_model("sigmoid alone", flat(5),
              LAYERS(dense(6, FR_LINEAR), activation(FR_SIGMOID), dense(3, FR_LINEAR)), SQUARED, 4);
  check_model("softmax alone", flat(5),
              LAYERS(dense(6, FR_LINEAR), activation(FR_SOFTMAX), dense(3, FR_LINEAR)), SQUARED, 4);
  check_model("linear alone", flat(5),
              LAYERS(dense(6, FR_RELU), activation(FR_LINEAR), dense(3, FR_LINEAR)), SQUARED, 4);
  check_model("activation first", flat(5), LAYERS(activation(FR_RELU), dense(3, FR_LINEAR)),
              SQUARED, 4);
  check_model("softmax last, alone", flat(5), LAYERS(dense(4, FR_LINEAR), activation(FR_SOFTMAX)),
              SPARSE, 5);
  check_model("sigmoid last, alone", flat(5), LAYERS(dense(3, FR_LINEAR), activation(FR_SIGMOID)),
              BINARY, 5);
  check_model("softmax of a softmax", flat(5), LAYERS(dense(4, FR_SOFTMAX), activation(FR_SOFTMAX)),
              SPARSE, 5);
  check_model("softmax over channels", image(3, 2, 2),
              LAYERS(conv(3, 2, 2, 1, 1, FR_SAME, FR_SOFTMAX), flatten(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model("softmax alone over channels", image(2, 3, 5),
              LAYERS(activation(FR_SOFTMAX), conv(2, 2, 2, 1, 1, FR_VALID, FR_LINEAR)), SQUARED, 3);
}

static void loss_models(void) {
  check_model("sparse of softmax", flat(4), LAYERS(dense(5, FR_SOFTMAX)), SPARSE, 5);
  check_model("categorical of softmax", flat(4), LAYERS(dense(5, FR_SOFTMAX)), CATEGORICAL, 5);
  check_model("sparse of sigmoid", flat(4), LAYERS(dense(5, FR_SIGMOID)), SPARSE, 5);
  check_model("categorical of sigmoid", flat(4), LAYERS(dense(5, FR_SIGMOID)), CATEGORICAL, 5);
  check_model("binary of one sigmoid", flat(4), LAYERS(dense(1, FR_SIGMOID)), BINARY, 5);
  check_model("binary of sigmoids", flat(4), LAYERS(dense(3, FR_SIGMOID)), BINARY, 5);
  check_model("binary of softmax", flat(4), LAYERS(dense(3, FR_SOFTMAX)), BINARY, 5);
  check_model("squared error of softmax", flat(4), LAYERS(dense(3, FR_SOFTMAX)), SQUARED, 5);
  check_model("squared error of sigmoid", flat(4), LAYERS(dense(3, FR_SIGMOID)), SQUARED, 5);
  check_model("squared error of relu", flat(4), LAYERS(dense(4, FR_RELU)), SQUARED, 5);
  check_model("squared error of an image", image(3, 3, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_LINEAR)), SQUARED, 3);
  check_model("binary of an image", image(3, 3, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_SAME, FR_SIGMOID)), BINARY, 3);
}

static void convolution_models(void) {
  check_model("conv relu", image(5, 5, 1),
              LAYERS(conv(3, 3, 3, 1, 1, FR_VALID, FR_RELU), flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv linear, two deep", image(5, 4, 2),
              LAYERS(conv(3, 2, 3, 1, 1, FR_VALID, FR_LINEAR),
                     conv(2, 2, 2, 1, 1, FR_SAME, FR_RELU), flatten(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model("conv same, two deep", image(4, 5, 1),
              LAYERS(conv(3, 3, 3, 1, 1, FR_SAME, FR_RELU), conv(2, 3, 4, 1, 2, FR_SAME, FR_RELU),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv sigmoid", image(4, 4, 1),
              LAYERS(conv(2, 3, 3, 1, 1, FR_SAME, FR_SIGMOID), flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv same, strides 2 and 3", image(7, 6, 2),
              LAYERS(conv(3, 3, 2, 2, 3, FR_SAME, FR_RELU), conv(4, 2, 2, 1, 1, FR_SAME, FR_LINEAR),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv with strides over its kernel", image(7, 8, 1),
              LAYERS(conv(2, 1, 2, 3, 3, FR_SAME, FR_RELU), conv(2, 2, 1, 1, 2, FR_SAME, FR_RELU),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model(
      "conv without bias", image(4, 4, 3),
      LAYERS(without_bias(conv(5, 2, 2, 1, 1, FR_VALID, FR_RELU)), flatten(), dense(2, FR_SOFTMAX)),
      SPARSE, 3);
  check_model("conv of one by one", image(3, 3, 4),
              LAYERS(conv(9, 1, 1, 1, 1, FR_VALID, FR_RELU), conv(2, 1, 1, 1, 1, FR_VALID, FR_RELU),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv of a 5×5 kernel", image(6, 6, 1),
              LAYERS(conv(2, 5, 5, 1, 1, FR_SAME, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 2);
}

static void pooling_models(void) {
  check_model("conv relu pool", image(6, 6, 1),
              LAYERS(conv(3, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                     dense(3, FR_SOFTMAX)),
              SPARSE, 5);
  check_model("conv linear pool", image(6, 6, 2),
              LAYERS(conv(2, 3, 3, 1, 1, FR_SAME, FR_LINEAR), pool(2, 2, 2, 2, FR_SAME), flatten(),
                     dense(3, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv pool of odd sides", image(7, 6, 1),
              LAYERS(conv(2, 3, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv pool same of odd sides", image(7, 7, 1),
              LAYERS(conv(2, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_SAME), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv pool, twice", image(10, 10, 1),
              LAYERS(conv(2, 3, 3, 1, 1, FR_SAME, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                     conv(3, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("strided conv pool", image(9, 9, 2),
              LAYERS(conv(3, 3, 3, 2, 2, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv sigmoid, pool apart", image(5, 5, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_SIGMOID), pool(2, 2, 2, 2, FR_VALID),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv softmax, pool apart", image(5, 5, 1),
              LAYERS(conv(3, 2, 2, 1, 1, FR_VALID, FR_SOFTMAX), pool(2, 2, 2, 2, FR_VALID),
                     flatten(), dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("overlapping pool", image(6, 6, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(3, 3, 2, 2, FR_SAME), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("pool 2×2 with stride 1", image(5, 5, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 1, 1, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("pool 2×2 with stride 3", image(6, 6, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 3, 3, FR_VALID), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("pool first", image(6, 6, 2),
              LAYERS(pool(2, 3, 2, 3, FR_VALID), conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), flatten(),
                     dense(2, FR_SOFTMAX)),
              SPARSE, 3);
  check_model("conv pool last", image(5, 5, 1),
              LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID)), SQUARED,
              3);
}

static void dropout_models(void) {
  check_model("dropout after relu", flat(6),
              LAYERS(dense(9, FR_RELU), dropout(0.5f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout after linear", flat(6),
              LAYERS(dense(9, FR_LINEAR), dropout(0.25f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout after sigmoid", flat(6),
              LAYERS(dense(9, FR_SIGMOID), dropout(0.4f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout after dropout", flat(6),
              LAYERS(dense(9, FR_RELU), dropout(0.3f), dropout(0.3f), dense(3, FR_SOFTMAX)), SPARSE,
              5);
  check_model("dropout of rate 0", flat(6),
              LAYERS(dense(5, FR_RELU), dropout(0.0f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout of nearly all", flat(6),
              LAYERS(dense(9, FR_RELU), dropout(0.9f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout first", flat(8), LAYERS(dropout(0.3f), dense(3, FR_SOFTMAX)), SPARSE, 5);
  check_model("dropout after pool", image(6, 6, 1),
              LAYERS(conv(3, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                     dropout(0.5f), flatten(), dense(3, FR_SOFTMAX)),
              SPARSE, 5);
  check_model("dropout last", flat(5), LAYERS(dense(4, FR_RELU), dropout(0.5f)), SQUARED, 5);
  check_model("dropout of a softmax, last", flat(5), LAYERS(dense(4, FR_SOFTMAX), dropout(0.0f)),
              SPARSE, 5);
  check_model("dropout two deep", flat(6),
              LAYERS(dense(9, FR_RELU), dropout(0.5f), dense(8, FR_RELU), dropout(0.25f),
                     dense(3, FR_SOFTMAX)),
              CATEGORICAL, 5);
}

/* The tutorial's stack, made small. */
static void tutorial_model(void) {
  for (int n = 1; n <= MAX_N; n++)
    check_model("the tutorial's layers", image(7, 7, 1),
                LAYERS(conv(3, 3, 3, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                       flatten(), dense(6, FR_RELU), dropout(0.5f), dense(4, FR_SOFTMAX)),
                SPARSE, n);
}

int main(void) {
  check_seed(5);
  dense_models();
  lone_activations();
  loss_models();
  convolution_models();
  pooling_models();
  dropout_models();
  tutorial_model();
  CHECK(fused_pools >= 10 && fused_dropouts >= 8 && fused_losses >= 30,
        "%d fused pools, %d dropouts, %d losses", fused_pools, fused_dropouts, fused_losses);
  printf("gradients: %d models\n", cases);
  return check_report("gradients", cases * 12L);
}
