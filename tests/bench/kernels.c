/* Times each kernel of the tutorial's training step separately, on data as sparse as in training:
 * 45 % of the pooled activations, half of the dense units, 15 % of their gradients. */
#include <emscripten.h>
#include <stdlib.h>

#include "kernels/conv2d.h"
#include "kernels/dense.h"
#include "kernels/dropout.h"
#include "optimizer.h"
#include "base/random.h"

enum { BATCH = 32, SIDE = 28, FILTERS = 32, POOLED = 13 * 13 * FILTERS, UNITS = 128 };

static const fr_window window = {.in_h = SIDE,
                                 .in_w = SIDE,
                                 .in_c = 1,
                                 .out_h = 26,
                                 .out_w = 26,
                                 .out_c = FILTERS,
                                 .kernel_h = 3,
                                 .kernel_w = 3,
                                 .stride_h = 1,
                                 .stride_w = 1,
                                 .padded_h = SIDE,
                                 .padded_w = SIDE};
static const fr_dense dense = {POOLED, UNITS, POOLED, UNITS};

typedef struct {
  float *image, *kernel, *packed, *drows, *pooled, *dpooled, *weights, *m, *v, *y, *dy;
  uint8_t *winner, *keep;
  void *lists;
  f32x4 *partial;
  fr_live kept, live;
  fr_optimizer adam;
} bench_state;

static bench_state b;

/* n floats in [-1, 1), of which the fraction `share` is not zero. */
static float *sparse_floats(int n, double share, uint64_t index) {
  float *values = malloc(sizeof *values * (size_t)(n + FR_CONV_SLACK));
  float *chosen = malloc(sizeof *chosen * (size_t)n);
  fr_random_uniform(1, FR_STREAM_WEIGHTS, index, 1.0f, values, n);
  fr_random_uniform(2, FR_STREAM_WEIGHTS, index, 1.0f, chosen, n);
  for (int i = 0; i < n; i++)
    if (chosen[i] * 0.5f + 0.5f >= share) values[i] = 0.0f;
  free(chosen);
  return values;
}

EMSCRIPTEN_KEEPALIVE void kernels_prepare(void) {
  fr_conv2d_sizes sizes = fr_conv2d_measure(&window, 1);
  int weights = fr_dense_packed(&dense);
  b.image = sparse_floats(BATCH * SIDE * SIDE, 0.5, 1);
  b.kernel = sparse_floats(9 * FILTERS, 1.0, 2);
  b.packed = calloc((size_t)sizes.packed, sizeof(float));
  b.drows = calloc((size_t)sizes.rows + FILTERS, sizeof(float));
  b.lists = malloc((size_t)sizes.lists * 4 + 16);
  b.pooled = sparse_floats(BATCH * POOLED, 0.45, 3);
  for (int i = 0; i < BATCH * POOLED; i++) b.pooled[i] = fabsf(b.pooled[i]);
  b.dpooled = sparse_floats(BATCH * POOLED, 1.0, 4);
  b.weights = sparse_floats(weights, 1.0, 5);
  b.m = calloc((size_t)weights, sizeof(float));
  b.v = calloc((size_t)weights, sizeof(float));
  b.y = calloc(BATCH * UNITS, sizeof(float));
  b.dy = sparse_floats(BATCH * UNITS, 0.15, 6);
  b.winner = calloc(BATCH * POOLED, 1);
  b.keep = calloc(BATCH * UNITS, 1);
  b.partial = aligned_alloc(16, sizeof(f32x4) * BATCH * UNITS);
  b.kept = fr_live_place(malloc((size_t)fr_live_bytes(BATCH, UNITS)), BATCH, UNITS);
  b.live = fr_live_place(malloc((size_t)fr_live_bytes(BATCH, UNITS)), BATCH, UNITS);
  b.adam = (fr_optimizer){
      .kind = FR_ADAM, .learning_rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7};
  fr_optimizer_begin_step(&b.adam, b.adam.learning_rate);
  fr_dropout_mask(1, 0, 1, 0.5f, 0, BATCH, UNITS, b.keep);
  fr_conv2d_pack(&window, b.kernel, NULL, b.packed);
}

EMSCRIPTEN_KEEPALIVE void kernels_conv2d_pool_forward(void) {
  for (int i = 0; i < BATCH; i++)
    fr_conv2d_pool_forward(&window, b.image + i * SIDE * SIDE, b.packed, 1, b.lists,
                           b.dpooled + i * POOLED, b.winner + i * POOLED);
}

EMSCRIPTEN_KEEPALIVE void kernels_conv2d_backward(void) {
  for (int i = 0; i < BATCH; i++) {
    fr_conv2d_delta delta = {b.pooled + i * POOLED, b.winner + i * POOLED};
    fr_conv2d_backward_kernel(&window, &(fr_conv2d_sample){b.image + i * SIDE * SIDE, delta}, 1,
                              b.lists, b.drows);
    fr_conv2d_backward_bias(&window, &delta, b.drows + fr_conv2d_measure(&window, 1).rows);
  }
}

EMSCRIPTEN_KEEPALIVE void kernels_dense_forward_kept(void) {
  fr_live_list_kept(&b.kept, b.keep, 0, UNITS);
  fr_dense_finish finish = {NULL, 1, &b.kept, 2.0f};
  fr_dense_forward(&dense, b.pooled, BATCH, b.weights, &finish, 0, UNITS, b.partial, b.y);
}

EMSCRIPTEN_KEEPALIVE void kernels_dense_forward(void) {
  fr_dense_finish finish = {NULL, 1, NULL, 1.0f};
  fr_dense_forward(&dense, b.pooled, BATCH, b.weights, &finish, 0, UNITS, b.partial, b.y);
}

static void list_live(void) {
  fr_live_list_samples(&b.live, b.dy, UNITS, 0, BATCH);
  fr_live_list_units(&b.live, b.dy, UNITS, 0, UNITS);
}

EMSCRIPTEN_KEEPALIVE void kernels_dense_backward_input(void) {
  list_live();
  for (int i = 0; i < fr_dense_panels(&dense); i++) {
    fr_panel panel = fr_dense_panel(&dense, i);
    fr_dense_backward_input(&dense, panel, b.weights, &b.live, b.dpooled);
  }
}

EMSCRIPTEN_KEEPALIVE void kernels_dense_backward_kernel_adam(void) {
  const fr_adam adam = fr_adam_of(&b.adam);
  list_live();
  for (int i = 0; i < fr_dense_panels(&dense); i++) {
    fr_panel panel = fr_dense_panel(&dense, i);
    for (int u = 0; u < UNITS; u++) {
      ptrdiff_t at = panel.offset + u * panel.width;
      fr_dense_backward_kernel_adam(&dense, panel, b.pooled, &b.live, u, &adam, b.weights + at,
                                    b.m + at, b.v + at);
    }
  }
}
