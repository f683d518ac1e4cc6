/* Graphs, and which of their layers run fused: residual blocks, branches and shared inputs, each
 * compared with the same network in doubles. */
#include "networks.h"

/* The model is correct, and its plan has that many steps. */
static void planned(int steps, const char *name, fr_shape input, const fr_layer *layers, int count,
                    fr_loss_kind loss, int n) {
  int got = check_model(name, input, layers, count, loss, n);
  CHECK(got == steps, "%s: %d steps, want %d", name, got, steps);
}

/* ---- neighbours that run as one step, and those that cannot ---------------------------------- */

static fr_layer plain_conv(int filters) { return conv(filters, 2, 2, 1, 1, FR_SAME, FR_LINEAR); }

static void fused(void) {
  static const fr_activation steady[] = {FR_RELU,  FR_SIGMOID,    FR_SOFTMAX,
                                         FR_RELU6, FR_LEAKY_RELU, FR_TANH};
  reach = 5.0f;
  for (int i = 0; i < 6; i++) {
    fr_layer f = with_slope(activation(steady[i]), 0.25f);
    planned(2, "conv, activation", image(3, 3, 2),
            LAYERS(plain_conv(3), f, flatten(), dense(2, FR_LINEAR)), SQUARED, 3);
    planned(2, "depthwise, activation", image(3, 3, 2),
            LAYERS(depthwise(2, 2, 2, 1, 1, FR_SAME, FR_LINEAR), f, flatten(), dense(2, FR_LINEAR)),
            SQUARED, 3);
    planned(3, "conv, normalization, activation", image(3, 3, 2),
            LAYERS(plain_conv(3), normalization(1, 1), f, flatten(), dense(2, FR_LINEAR)), SQUARED,
            4);
    planned(4, "add, activation", flat(4),
            LAYERS(dense(3, FR_LINEAR), from(-1, dense(3, FR_LINEAR)), add(0, 1), f,
                   dense(2, FR_LINEAR)),
            SQUARED, 4);
    planned(4, "concatenate, activation", image(3, 2, 2),
            LAYERS(plain_conv(3), from(-1, plain_conv(2)), concatenate(1, 0), f, flatten(),
                   dense(2, FR_LINEAR)),
            SQUARED, 3);
  }
  planned(2, "conv relu6 pool", image(5, 5, 1),
          LAYERS(conv(3, 2, 2, 1, 1, FR_VALID, FR_RELU6), pool(2, 2, 2, 2, FR_VALID), flatten(),
                 dense(2, FR_SOFTMAX)),
          SPARSE, 4);
  planned(2, "conv, relu6, pool", image(5, 5, 1),
          LAYERS(conv(3, 2, 2, 1, 1, FR_VALID, FR_LINEAR), activation(FR_RELU6),
                 pool(2, 2, 2, 2, FR_VALID), flatten(), dense(2, FR_SOFTMAX)),
          SPARSE, 4);
  planned(2, "conv, leaky, pool", image(5, 5, 1),
          LAYERS(conv(3, 2, 2, 1, 1, FR_VALID, FR_LINEAR), leaky(0.5f), pool(2, 2, 2, 2, FR_VALID),
                 flatten(), dense(2, FR_SOFTMAX)),
          SPARSE, 4);
  planned(2, "dense, relu, dropout", flat(5),
          LAYERS(dense(8, FR_LINEAR), activation(FR_RELU), dropout(0.4f), dense(2, FR_SOFTMAX)),
          SPARSE, 5);
  reach = 1.0f;
}

static void apart(void) {
  static const fr_activation split[] = {FR_GELU, FR_SWISH};
  reach = 4.0f;
  for (int i = 0; i < 2; i++) {
    planned(3, "conv with gelu or swish", image(3, 3, 2),
            LAYERS(conv(3, 2, 2, 1, 1, FR_SAME, split[i]), flatten(), dense(2, FR_LINEAR)), SQUARED,
            3);
    planned(3, "conv, gelu or swish", image(3, 3, 2),
            LAYERS(plain_conv(3), activation(split[i]), flatten(), dense(2, FR_LINEAR)), SQUARED,
            3);
    planned(4, "dense with gelu or swish, dropout of nothing", flat(4),
            LAYERS(dense(6, split[i]), dropout(0.0f), dense(2, FR_LINEAR)), SQUARED, 4);
    planned(4, "normalization, gelu or swish", image(3, 3, 1),
            LAYERS(plain_conv(2), normalization(1, 1), activation(split[i]), flatten(),
                   dense(2, FR_LINEAR)),
            SQUARED, 4);
    planned(
        5, "add, gelu or swish", flat(4),
        LAYERS(dense(3, FR_LINEAR), from(-1, dense(3, split[i])), add(0, 1), dense(2, FR_LINEAR)),
        SQUARED, 4);
    planned(5, "concatenate, then gelu or swish", flat(4),
            LAYERS(dense(3, FR_LINEAR), from(-1, dense(2, FR_LINEAR)), concatenate(0, 1),
                   activation(split[i]), dense(2, FR_LINEAR)),
            SQUARED, 4);
    planned(3, "dense with gelu or swish, last", flat(4),
            LAYERS(dense(6, FR_TANH), dense(3, split[i])), SQUARED, 4);
  }
  reach = 1.0f;
  planned(3, "conv, tanh, pool", image(5, 5, 1),
          LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_TANH), pool(2, 2, 2, 2, FR_VALID), flatten(),
                 dense(2, FR_SOFTMAX)),
          SPARSE, 3);
  planned(3, "depthwise, pool", image(5, 5, 2),
          LAYERS(depthwise(1, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID), flatten(),
                 dense(2, FR_SOFTMAX)),
          SPARSE, 3);
  planned(3, "conv, average pool", image(5, 5, 1),
          LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), average_pool(2, 2, 2, 2, FR_VALID),
                 flatten(), dense(2, FR_SOFTMAX)),
          SPARSE, 3);
  planned(3, "conv pool, activation", image(5, 5, 1),
          LAYERS(conv(2, 2, 2, 1, 1, FR_VALID, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                 activation(FR_TANH), flatten(), dense(2, FR_SOFTMAX)),
          SPARSE, 3);
  planned(3, "normalization, dropout", flat(5),
          LAYERS(dense(6, FR_RELU), normalization(1, 1), dropout(0.5f)), SQUARED, 5);
  planned(3, "dense, dropout, activation", flat(5),
          LAYERS(dense(6, FR_LINEAR), dropout(0.5f), activation(FR_SIGMOID), dense(2, FR_LINEAR)),
          SQUARED, 5);
}

/* ---- several readers ------------------------------------------------------------------------- */

/* Every kind of step as the earlier of two readers: its gradient is added to the later one's. */
static void shared_outputs(void) {
  const fr_layer readers[] = {
      conv(4, 3, 3, 1, 1, FR_SAME, FR_RELU),
      depthwise(1, 3, 3, 1, 1, FR_SAME, FR_LINEAR),
      normalization(1, 1),
      activation(FR_TANH),
      activation(FR_SWISH),
      dropout(0.3f),
      pool(2, 2, 1, 1, FR_SAME),
      average_pool(3, 3, 1, 1, FR_SAME),
      zero_padding(0, 0, 0, 0),
  };
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
    check_model("two readers", image(4, 3, 2),
                LAYERS(plain_conv(4), from(0, readers[i]),
                       from(0, conv(4, 2, 2, 1, 1, FR_SAME, FR_TANH)), add(1, 2), global_average(),
                       dense(2, FR_SOFTMAX)),
                SPARSE, 4);
    check_model("a reader beside the add", image(4, 3, 2),
                LAYERS(plain_conv(4), from(0, readers[i]), add(0, 1), global_average(),
                       dense(2, FR_SOFTMAX)),
                SPARSE, 4);
    check_model("a reader beside the concatenate", image(4, 3, 2),
                LAYERS(plain_conv(4), from(0, readers[i]), concatenate(0, 1), global_average(),
                       dense(2, FR_SOFTMAX)),
                SPARSE, 4);
    check_model("a reader before the concatenate, and one after it", image(3, 3, 2),
                LAYERS(plain_conv(4), from(0, readers[i]), concatenate(1, 0), plain_conv(4),
                       from(0, readers[i]), add(3, 4), global_average(), dense(2, FR_SOFTMAX)),
                SPARSE, 4);
    check_model("three readers of a fused output", image(3, 3, 1),
                LAYERS(plain_conv(4), activation(FR_RELU), from(1, readers[i]), from(1, readers[i]),
                       add3(3, 1, 2), flatten(), dense(2, FR_LINEAR)),
                SQUARED, 3);
  }
  check_model("dense readers", flat(5),
              LAYERS(dense(6, FR_TANH), from(0, dense(6, FR_RELU)), from(0, dense(6, FR_SIGMOID)),
                     add3(0, 1, 2), dense(3, FR_SOFTMAX)),
              SPARSE, 5);
  check_model("a flattened and a plain reader", image(3, 2, 2),
              LAYERS(plain_conv(2), flatten(), dense(12, FR_TANH), add(1, 2), dense(2, FR_SOFTMAX)),
              SPARSE, 4);
  check_model("readers of a flatten", image(3, 2, 2),
              LAYERS(plain_conv(2), flatten(), from(1, dense(4, FR_RELU)),
                     from(1, dense(4, FR_TANH)), add(2, 3)),
              SQUARED, 4);
}

/* An activation is not fused if another layer reads its input; that layer then gets the input
 * itself. */
static void no_fusion_of_shared(void) {
  planned(4, "conv, relu, and the conv by itself", image(3, 3, 1),
          LAYERS(plain_conv(3), activation(FR_RELU), add(0, 1), flatten(), dense(2, FR_LINEAR)),
          SQUARED, 3);
  planned(5, "conv, pool, and the conv by itself", image(4, 4, 1),
          LAYERS(plain_conv(3), pool(2, 2, 2, 2, FR_VALID),
                 from(0, average_pool(2, 2, 2, 2, FR_VALID)), add(1, 2), flatten(),
                 dense(2, FR_LINEAR)),
          SQUARED, 3);
  planned(5, "conv, another layer, then relu", image(3, 3, 1),
          LAYERS(plain_conv(3), from(0, pool(2, 2, 1, 1, FR_SAME)), from(0, activation(FR_RELU)),
                 add(1, 2), flatten(), dense(2, FR_LINEAR)),
          SQUARED, 3);
  planned(4, "dense, dropout, and the dense by itself", flat(4),
          LAYERS(dense(5, FR_RELU), dropout(0.5f), add(0, 1), dense(2, FR_LINEAR)), SQUARED, 4);
}

/* ---- add ------------------------------------------------------------------------------------- */

static void adds(void) {
  check_model("add of one output twice", flat(4),
              LAYERS(dense(3, FR_TANH), add(0, 0), dense(2, FR_LINEAR)), SQUARED, 4);
  check_model("add of one output three times, relu", flat(4),
              LAYERS(dense(3, FR_LINEAR), add3(0, 0, 0), activation(FR_RELU), dense(2, FR_LINEAR)),
              SQUARED, 4);
  check_model("add of the input", flat(4),
              LAYERS(dense(4, FR_TANH), add(-1, 0), dense(2, FR_LINEAR)), SQUARED, 4);
  check_model("add of the input, second", flat(4),
              LAYERS(dense(4, FR_TANH), add(0, -1), dense(2, FR_LINEAR)), SQUARED, 4);
  check_model("add of the input twice", flat(4), LAYERS(add(-1, -1), dense(2, FR_LINEAR)), SQUARED,
              4);
  check_model("add of the input alone", flat(4), LAYERS(add3(-1, -1, -1)), SQUARED, 4);
  check_model("add last", flat(4),
              LAYERS(dense(3, FR_TANH), from(-1, dense(3, FR_RELU)), add(0, 1)), SQUARED, 4);
  check_model(
      "add, then the loss's softmax", flat(4),
      LAYERS(dense(3, FR_LINEAR), from(-1, dense(3, FR_TANH)), add(0, 1), activation(FR_SOFTMAX)),
      SPARSE, 5);
  check_model("add of adds", flat(4),
              LAYERS(dense(4, FR_TANH), add(-1, 0), dense(4, FR_TANH), add(1, 2), dense(4, FR_TANH),
                     add3(1, 3, 4), dense(2, FR_SOFTMAX)),
              SPARSE, 5);
  check_model("add of what learns and what does not", image(3, 3, 2),
              LAYERS(from(-1, average_pool(2, 2, 1, 1, FR_SAME)), from(-1, plain_conv(2)),
                     add3(0, 1, -1), global_max(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  fr_layer most = {
      .kind = FR_ADD, .source_count = FR_MAX_SOURCES, .sources = {0, 1, 0, -1, 1, 1, 0, -1}};
  check_model("add of as many as there may be", flat(4),
              LAYERS(dense(4, FR_TANH), from(-1, dense(4, FR_SIGMOID)), most, dense(2, FR_LINEAR)),
              SQUARED, 3);
}

/* ---- concatenate ----------------------------------------------------------------------------- */

static void concatenates(void) {
  check_model("concatenate of one output twice", flat(4),
              LAYERS(dense(3, FR_TANH), concatenate(0, 0), dense(2, FR_LINEAR)), SQUARED, 4);
  check_model(
      "concatenate of one output three times, relu", flat(4),
      LAYERS(dense(3, FR_LINEAR), concatenate3(0, 0, 0), activation(FR_RELU), dense(2, FR_LINEAR)),
      SQUARED, 4);
  check_model("concatenate of the input", flat(5),
              LAYERS(dense(3, FR_TANH), concatenate(-1, 0), dense(2, FR_LINEAR)), SQUARED, 4);
  check_model("concatenate of the input, second", flat(5),
              LAYERS(dense(3, FR_TANH), concatenate(0, -1), dense(2, FR_LINEAR)), SQUARED, 4);
  check_model("concatenate of the input twice", image(2, 3, 3),
              LAYERS(concatenate(-1, -1), plain_conv(2), flatten(), dense(2, FR_LINEAR)), SQUARED,
              4);
  check_model("concatenate of the input alone", image(2, 3, 1), LAYERS(concatenate3(-1, -1, -1)),
              SQUARED, 4);
  check_model("concatenate last", flat(4),
              LAYERS(dense(3, FR_TANH), from(-1, dense(2, FR_RELU)), concatenate(0, 1)), SQUARED,
              4);
  check_model("concatenate, then the loss's softmax", flat(4),
              LAYERS(dense(3, FR_LINEAR), from(-1, dense(2, FR_TANH)), concatenate(0, 1),
                     activation(FR_SOFTMAX)),
              SPARSE, 5);
  check_model("concatenate of concatenates", flat(3),
              LAYERS(dense(4, FR_TANH), concatenate(-1, 0), dense(2, FR_TANH), concatenate(1, 2),
                     dense(3, FR_TANH), concatenate4(1, 3, 4, 1), dense(2, FR_SOFTMAX)),
              SPARSE, 5);
  check_model("concatenate of rank 2", flat(6),
              LAYERS(dense(12, FR_TANH), reshape((fr_shape){2, {4, 3}}),
                     from(-1, dense(8, FR_TANH)), reshape((fr_shape){2, {4, 2}}), concatenate(1, 3),
                     activation(FR_SOFTMAX), flatten(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model("concatenate of what learns and what does not", image(3, 3, 2),
              LAYERS(from(-1, average_pool(2, 2, 1, 1, FR_SAME)), from(-1, plain_conv(3)),
                     concatenate3(0, 1, -1), global_max(), dense(2, FR_LINEAR)),
              SQUARED, 3);
  check_model(
      "concatenate of a flatten and its reader", image(3, 2, 2),
      LAYERS(plain_conv(2), flatten(), dense(5, FR_TANH), concatenate(1, 2), dense(2, FR_SOFTMAX)),
      SPARSE, 4);
  fr_layer most = concatenate(0, 0);
  most.source_count = FR_MAX_SOURCES;
  const int sources[FR_MAX_SOURCES] = {0, 1, 0, -1, 1, 1, 0, -1};
  memcpy(most.sources, sources, sizeof sources);
  check_model("concatenate of as many as there may be", flat(4),
              LAYERS(dense(3, FR_TANH), from(-1, dense(2, FR_SIGMOID)), most, dense(2, FR_LINEAR)),
              SQUARED, 3);
}

/* Fewer channels than a vector has lanes, more, and whole vectors; each side next to each. */
static void concatenated_channels(void) {
  static const int widths[] = {1, 2, 3, 4, 5, 8, 9};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
    for (int three = 0; three < 2; three++)
      check_model("concatenate of channels", image(3, 2, 1),
                  LAYERS(conv(widths[i], 1, 1, 1, 1, FR_SAME, FR_TANH),
                         conv(three ? 3 : 4, 1, 1, 1, 1, FR_SAME, FR_TANH), concatenate3(0, 1, 0),
                         from(0, conv(2, 1, 1, 1, 1, FR_SAME, FR_LINEAR)), concatenate(3, 2),
                         global_average(), dense(2, FR_LINEAR)),
                  SQUARED, 3);
}

/* Outputs of fused steps: of a pool, and of normalizations that inference folds into the
 * convolutions before them. */
static void concatenates_of_fused(void) {
  planned(5, "conv pool, average pool, concatenate", image(4, 4, 1),
          LAYERS(conv(3, 2, 2, 1, 1, FR_SAME, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                 from(-1, average_pool(2, 2, 2, 2, FR_VALID)), concatenate(1, 2), plain_conv(2),
                 flatten(), dense(2, FR_SOFTMAX)),
          SPARSE, 3);
  planned(6, "normalizations, concatenate, relu", image(3, 3, 2),
          LAYERS(plain_conv(3), normalization(1, 1), from(-1, plain_conv(2)), normalization(1, 1),
                 concatenate(1, 3), activation(FR_RELU), flatten(), dense(2, FR_SOFTMAX)),
          SPARSE, 4);
}

/* A frozen layer keeps its weights, and its place in the sum of gradients. */
static void concatenate_of_frozen(void) {
  for (int first = 0; first < 2; first++) {
    fr_layer kept = dense(3, FR_TANH), learns = from(-1, dense(2, FR_TANH));
    kept.frozen = 1;
    check_model("concatenate of a frozen layer", flat(4),
                LAYERS(kept, learns, first ? concatenate(0, 1) : concatenate3(1, 0, 1),
                       dense(2, FR_LINEAR)),
                SQUARED, 4);
  }
}

/* ---- whole networks -------------------------------------------------------------------------- */

static void residual_networks(void) {
  /* He et al., arXiv:1512.03385: a block with the identity, then one with strides and a
   * projection */
  planned(11, "residual blocks", image(5, 5, 1),
          LAYERS(/* 0 */ without_bias(conv(3, 3, 3, 1, 1, FR_SAME, FR_LINEAR)), normalization(1, 1),
                 activation(FR_RELU),
                 /* 3 */ without_bias(conv(3, 3, 3, 1, 1, FR_SAME, FR_LINEAR)), normalization(1, 1),
                 add(4, 2), activation(FR_RELU),
                 /* 7 */ without_bias(conv(4, 3, 3, 2, 2, FR_SAME, FR_LINEAR)), normalization(1, 1),
                 from(6, conv(4, 1, 1, 2, 2, FR_SAME, FR_LINEAR)), add(8, 9), activation(FR_RELU),
                 global_average(), dense(3, FR_SOFTMAX)),
          SPARSE, 5);
  /* Sandler et al., arXiv:1801.04381: expand, depthwise, project, add */
  planned(9, "an inverted residual block", image(4, 4, 2),
          LAYERS(augmentation(FR_RANDOM_FLIP, 1, 0, 0, 0),
                 without_bias(conv(6, 1, 1, 1, 1, FR_SAME, FR_LINEAR)), normalization(1, 1),
                 activation(FR_RELU6), without_bias(depthwise(1, 3, 3, 1, 1, FR_SAME, FR_LINEAR)),
                 normalization(1, 1), activation(FR_RELU6), conv(2, 1, 1, 1, 1, FR_SAME, FR_LINEAR),
                 add(7, 0), global_average(), dense(3, FR_SOFTMAX)),
          SPARSE, 5);
  planned(
      8, "branches of one stem", image(5, 5, 1),
      LAYERS(conv(4, 2, 2, 1, 1, FR_VALID, FR_RELU), from(0, conv(3, 1, 1, 1, 1, FR_SAME, FR_GELU)),
             from(0, conv(3, 3, 3, 1, 1, FR_SAME, FR_LEAKY_RELU)),
             from(0, pool(3, 3, 1, 1, FR_SAME)), from(3, conv(3, 1, 1, 1, 1, FR_SAME, FR_LINEAR)),
             add3(1, 2, 4), flatten(), dense(3, FR_SOFTMAX)),
      SPARSE, 4);
}

static void joined_networks(void) {
  /* Huang et al., arXiv:1608.06993: each layer reads all before it; then a transition */
  planned(12, "a dense block and a transition", image(4, 4, 1),
          LAYERS(/* 0 */ conv(4, 3, 3, 1, 1, FR_SAME, FR_LINEAR), normalization(1, 1),
                 activation(FR_RELU), /* 3 */ conv(3, 3, 3, 1, 1, FR_SAME, FR_LINEAR),
                 concatenate(0, 3), /* 5 */ normalization(1, 1), activation(FR_RELU),
                 conv(3, 3, 3, 1, 1, FR_SAME, FR_LINEAR), concatenate3(0, 3, 7),
                 /* 9 */ normalization(1, 1), activation(FR_RELU),
                 conv(5, 1, 1, 1, 1, FR_SAME, FR_LINEAR), average_pool(2, 2, 2, 2, FR_VALID),
                 global_average(), dense(3, FR_SOFTMAX)),
          SPARSE, 5);
  /* Szegedy et al., arXiv:1409.4842: windows of several sizes, side by side */
  planned(11, "an inception module", image(5, 4, 2),
          LAYERS(/* 0 */ conv(4, 2, 2, 1, 1, FR_SAME, FR_RELU),
                 from(0, conv(3, 1, 1, 1, 1, FR_SAME, FR_RELU)),
                 /* 2 */ from(0, conv(2, 1, 1, 1, 1, FR_SAME, FR_RELU)),
                 conv(4, 3, 3, 1, 1, FR_SAME, FR_RELU),
                 /* 4 */ from(0, conv(1, 1, 1, 1, 1, FR_SAME, FR_RELU)),
                 conv(2, 5, 5, 1, 1, FR_SAME, FR_RELU),
                 /* 6 */ from(0, pool(3, 3, 1, 1, FR_SAME)), conv(3, 1, 1, 1, 1, FR_SAME, FR_RELU),
                 concatenate4(1, 3, 5, 7), global_average(), dense(3, FR_SOFTMAX)),
          SPARSE, 4);
}

/* The last axes are added up, and the others stay. */
static void concatenated_shapes(void) {
  fr_model *m = stack(image(2, 3, 4),
                      LAYERS(conv(5, 1, 1, 1, 1, FR_SAME, FR_LINEAR), concatenate3(0, -1, 0),
                             flatten(), from(0, global_max()), concatenate(3, 2)),
                      1);
  const fr_shape *joined = &m->layers[1].output, *row = &m->layers[4].output,
                 want = image(2, 3, 14);
  CHECK(fr_shape_equals(joined, &want), "%d axes, the last of %d", joined->rank, joined->dims[2]);
  CHECK(row->rank == 1 && row->dims[0] == 5 + 2 * 3 * 14, "%d numbers", row->dims[0]);
  fr_model_destroy(m);
}

int main(void) {
  check_seed(7);
  fused();
  apart();
  shared_outputs();
  no_fusion_of_shared();
  adds();
  concatenates();
  concatenated_channels();
  concatenates_of_fused();
  concatenate_of_frozen();
  residual_networks();
  joined_networks();
  concatenated_shapes();
  printf("graphs: %d models\n", cases);
  return check_report("graphs", cases * 14L);
}
