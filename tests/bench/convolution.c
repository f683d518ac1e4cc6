/* Times the general convolution's kernels: 32 → 64 channels, 3×3, 'same', on 14×14, with ReLU and
 * no pooling; half of the outputs are nonzero. */
#include <emscripten.h>
#include <stdlib.h>

#include "kernels/conv2d.h"
#include "base/random.h"

enum { BATCH = 32, SIDE = 14, IN = 32, OUT = 64, PADDED = SIDE + 2 };
enum { IMAGE = SIDE * SIDE * IN, OUTPUT = SIDE * SIDE * OUT, KERNEL = 9 * IN * OUT };

static const fr_window window = {.in_h = SIDE,
                                 .in_w = SIDE,
                                 .in_c = IN,
                                 .out_h = SIDE,
                                 .out_w = SIDE,
                                 .out_c = OUT,
                                 .kernel_h = 3,
                                 .kernel_w = 3,
                                 .stride_h = 1,
                                 .stride_w = 1,
                                 .pad_top = 1,
                                 .pad_left = 1,
                                 .padded_h = PADDED,
                                 .padded_w = PADDED};

static struct {
  float *images, *padded, *packed, *rows, *drows, *dbias, *output, *dy, *dx;
  void *lists;
} c;

/* n floats in [-1, 1), with slack after them. */
static float *floats(int n, uint64_t index) {
  float *values = malloc(sizeof *values * (size_t)(n + FR_CONV_SLACK));
  fr_random_uniform(1, FR_STREAM_WEIGHTS, index, 1.0f, values, n);
  return values;
}

EMSCRIPTEN_KEEPALIVE void convolution_prepare(void) {
  fr_conv2d_sizes sizes = fr_conv2d_measure(&window, 0);
  float *kernel = floats(KERNEL, 11);
  c.images = floats(BATCH * IMAGE, 12);
  c.padded = calloc((size_t)sizes.image + FR_CONV_SLACK, sizeof(float));
  c.packed = calloc((size_t)sizes.packed, sizeof(float));
  c.rows = calloc((size_t)sizes.rows, sizeof(float));
  c.drows = calloc((size_t)sizes.rows, sizeof(float));
  c.dbias = calloc(OUT, sizeof(float));
  c.lists = malloc((size_t)sizes.lists * 4 + 16);
  c.dy = floats(BATCH * OUTPUT, 14);
  for (int i = 0; i < BATCH * OUTPUT; i++) c.dy[i] = c.dy[i] < 0.0f ? 0.0f : c.dy[i];
  c.dx = floats(BATCH * IMAGE, 15);
  c.output = floats(OUTPUT, 16);
  fr_conv2d_pack(&window, kernel, NULL, c.packed);
  fr_conv2d_pack_rows(&window, kernel, c.rows);
  free(kernel);
}

static fr_conv2d_delta delta_of(int image) {
  return (fr_conv2d_delta){.dy = c.dy + image * OUTPUT};
}

EMSCRIPTEN_KEEPALIVE void convolution_forward(void) {
  for (int i = 0; i < BATCH; i++) {
    const float *padded = fr_conv2d_pad(&window, c.images + i * IMAGE, c.padded);
    fr_conv2d_forward(&window, padded, c.packed, 1, c.output);
  }
}

EMSCRIPTEN_KEEPALIVE void convolution_backward_kernel(void) {
  for (int i = 0; i < BATCH; i++) {
    fr_conv2d_delta delta = delta_of(i);
    const float *padded = fr_conv2d_pad(&window, c.images + i * IMAGE, c.padded);
    fr_conv2d_backward_kernel(&window, &(fr_conv2d_sample){padded, delta}, 1, c.lists, c.drows);
    fr_conv2d_backward_bias(&window, &delta, c.dbias);
  }
}

EMSCRIPTEN_KEEPALIVE void convolution_backward_input(void) {
  for (int i = 0; i < BATCH; i++) {
    fr_conv2d_delta delta = delta_of(i);
    fr_conv2d_backward_input(&window, c.rows, &delta, c.lists, c.padded, c.dx + i * IMAGE);
  }
}
