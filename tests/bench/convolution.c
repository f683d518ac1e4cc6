/* Times the passes of a convolution of any shape, by each algorithm that can run it, with 'same'
 * padding and ReLU, on a batch. Packing and unpacking kernels counts, as in a training step. Half
 * of the output's gradients are not zero, as ReLU leaves them; with a fused pool, half of those of
 * its winners. */
#include <emscripten.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/algorithm.h"
#include "kernels/conv2d.h"
#include "kernels/depthwise.h"
#include "kernels/pointwise.h"
#include "kernels/simd.h"
#include "kernels/winograd.h"
#include "base/random.h"

enum { BATCH = 32 };

/* As runs/kernels.js numbers them. */
typedef enum { FORWARD, INPUT, KERNEL, PASSES } pass; /* the last two: gradients */
enum { DEPTHWISE = FR_POINTWISE + 1, ALGORITHMS }; /* after those of fr_algorithm */

typedef struct {
  fr_window window, mirror;
  int pooled, input, output; /* floats of an image and of its output, after the pool */
  int slab; /* images whose tiles Winograd's gradient of the kernel sums together */
  float *images, *kernel, *y, *dy, *dx, *dkernel, *dbias;
  float *padded, *packed, *rows, *planes, *sums;
  uint8_t *winner;
  void *lists;
} convolution;

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

/* n zeros, with slack after them. */
static float *zeros(int64_t n) { return calloc((size_t)(n + FR_CONV_SLACK), sizeof(float)); }

/* n floats in [-1, 1). */
static float *floats(int n, uint64_t index) {
  float *values = zeros(n);
  fr_random_uniform(1, FR_STREAM_WEIGHTS, index, 1.0f, values, n);
  return values;
}

static fr_window window_of(int side, int in, int out, int kernel, int stride) {
  int end = (side + stride - 1) / stride, padding = (end - 1) * stride + kernel - side;
  if (padding < 0) padding = 0;
  return (fr_window){.in_h = side,
                     .in_w = side,
                     .in_c = in,
                     .out_h = end,
                     .out_w = end,
                     .out_c = out,
                     .kernel_h = kernel,
                     .kernel_w = kernel,
                     .stride_h = stride,
                     .stride_w = stride,
                     .pad_top = padding / 2,
                     .pad_left = padding / 2,
                     .padded_h = side + padding,
                     .padded_w = side + padding};
}

/* ---- direct ---------------------------------------------------------------------------------- */

static const float *padded_image(const convolution *c, int i) {
  return fr_conv2d_pad(&c->window, c->images + i * c->input, c->padded);
}

static fr_conv2d_delta delta_of(const convolution *c, int i) {
  return (fr_conv2d_delta){.dy = c->dy + i * c->output,
                           .winner = c->pooled ? c->winner + i * c->output : NULL};
}

static void direct_forward(const convolution *c) {
  fr_conv2d_pack(&c->window, c->kernel, NULL, c->packed);
  for (int i = 0; i < BATCH; i++) {
    const float *x = padded_image(c, i);
    float *y = c->y + i * c->output;
    if (c->pooled)
      fr_conv2d_pool_forward(&c->window, x, c->packed, 1, c->lists, y, c->winner + i * c->output);
    else fr_conv2d_forward(&c->window, x, c->packed, 1, y);
  }
}

static void direct_input(const convolution *c) {
  fr_conv2d_pack_rows(&c->window, c->kernel, c->rows);
  for (int i = 0; i < BATCH; i++) {
    fr_conv2d_delta delta = delta_of(c, i);
    fr_conv2d_backward_input(&c->window, c->rows, &delta, c->lists, c->padded,
                             c->dx + i * c->input);
  }
}

static void add_bias(const convolution *c) {
  for (int i = 0; i < BATCH; i++) {
    fr_conv2d_delta delta = delta_of(c, i);
    fr_conv2d_backward_bias(&c->window, &delta, c->dbias);
  }
}

static void direct_kernel(const convolution *c) {
  const fr_window *w = &c->window;
  int group = fr_conv2d_group(w, c->pooled);
  memset(c->rows, 0, sizeof(float) * (size_t)fr_conv2d_measure(w, c->pooled).rows);
  for (int first = 0; first < BATCH; first += group) {
    fr_conv2d_sample samples[FR_CONV_GROUP];
    int n = fr_at_most(group, BATCH - first);
    for (int i = 0; i < n; i++)
      samples[i] = (fr_conv2d_sample){fr_conv2d_pad(w, c->images + (first + i) * c->input,
                                                    c->padded + (ptrdiff_t)i * fr_conv2d_image(w)),
                                      delta_of(c, first + i)};
    fr_conv2d_backward_kernel(w, samples, n, c->lists, c->rows);
  }
  fr_conv2d_unpack_rows(w, c->rows, c->dkernel);
  add_bias(c);
}

/* ---- Winograd -------------------------------------------------------------------------------- */

/* Images whose tiles are multiplied together: at this size, at least one. */
static int images_together(const fr_window *w) {
  return fr_winograd_rows(w) / fr_winograd_tiles(w);
}

/* The tiles of images first … first + n - 1, side by side. */
static void transform_images(const convolution *c, const fr_window *w, const float *x, int first,
                             int n, int rows, float *planes) {
  const fr_window wide = fr_winograd_widen(w);
  int tiles = fr_winograd_tiles(w), size = w->in_h * w->in_w * w->in_c;
  for (int i = 0; i < n; i++)
    fr_winograd_input(&wide, fr_conv2d_pad(&wide, x + (first + i) * size, c->padded), 0, tiles,
                      i * tiles, rows, planes);
}

static void multiply_images(const convolution *c, const fr_window *w, const float *x, int first,
                            int n, float *products) {
  int rows = fr_winograd_rows(w);
  transform_images(c, w, x, first, n, rows, c->planes);
  fr_winograd_multiply(w, c->planes, c->packed, n * fr_winograd_tiles(w), rows, products);
}

static void winograd_forward(const convolution *c) {
  const fr_window *w = &c->window;
  int together = images_together(w), tiles = fr_winograd_tiles(w), rows = fr_winograd_rows(w);
  float *products = c->planes + fr_winograd_planes(rows, w->in_c);
  fr_winograd_pack(w, c->kernel, 0, w->in_c, c->packed);
  for (int first = 0; first < BATCH; first += together) {
    int n = fr_at_most(together, BATCH - first);
    multiply_images(c, w, c->images, first, n, products);
    for (int i = 0; i < n; i++) {
      int at = (first + i) * c->output;
      if (c->pooled)
        fr_winograd_pool_output(w, products, 0, tiles, i * tiles, rows, NULL, 1, c->y + at,
                                c->winner + at);
      else fr_winograd_output(w, products, 0, tiles, i * tiles, rows, NULL, 1, c->y + at);
    }
  }
}

static void winograd_input(const convolution *c) {
  const fr_window *w = &c->mirror;
  int together = images_together(w), tiles = fr_winograd_tiles(w), rows = fr_winograd_rows(w);
  float *products = c->planes + fr_winograd_planes(rows, w->in_c);
  fr_winograd_pack_mirrored(&c->window, c->kernel, 0, w->in_c, c->packed);
  for (int first = 0; first < BATCH; first += together) {
    int n = fr_at_most(together, BATCH - first);
    multiply_images(c, w, c->dy, first, n, products);
    for (int i = 0; i < n; i++)
      fr_winograd_output(w, products, 0, tiles, i * tiles, rows, NULL, 0,
                         c->dx + (first + i) * c->input);
  }
}

static void winograd_kernel(const convolution *c) {
  const fr_window *w = &c->window;
  int tiles = fr_winograd_tiles(w), rows = c->slab * tiles;
  float *gradients = c->planes + fr_winograd_planes(rows, w->in_c);
  for (int first = 0; first < BATCH; first += c->slab) {
    int n = fr_at_most(c->slab, BATCH - first);
    transform_images(c, w, c->images, first, n, rows, c->planes);
    for (int i = 0; i < n; i++)
      fr_winograd_gradient(w, c->dy + (first + i) * c->output, 0, tiles, i * tiles, rows,
                           gradients);
    for (int p = 0; p < FR_WINOGRAD_POSITIONS; p++)
      fr_winograd_accumulate(w, p, c->planes, gradients, n * tiles, rows, first == 0, c->sums);
  }
  fr_winograd_finish(w, c->sums, 0, w->in_c, c->dkernel);
  add_bias(c);
}

/* ---- pointwise ------------------------------------------------------------------------------- */

static void pointwise_input(const convolution *c) {
  fr_pointwise_pack(&c->window, c->kernel, c->packed);
  for (int i = 0; i < BATCH; i++)
    fr_pointwise_backward_input(&c->window, c->packed, c->dy + i * c->output, c->dx + i * c->input);
}

static void pointwise_kernel(const convolution *c) {
  for (int i = 0; i < BATCH; i++)
    fr_pointwise_backward_kernel(&c->window, c->images + i * c->input, c->dy + i * c->output,
                                 c->dkernel);
  add_bias(c);
}

/* ---- depthwise ------------------------------------------------------------------------------- */

static void depthwise_forward(const convolution *c) {
  for (int i = 0; i < BATCH; i++)
    fr_depthwise_forward(&c->window, padded_image(c, i), c->kernel, NULL, c->y + i * c->output);
}

static void depthwise_input(const convolution *c) {
  for (int i = 0; i < BATCH; i++)
    fr_depthwise_backward_input(&c->window, c->kernel, c->dy + i * c->output, c->padded,
                                c->dx + i * c->input);
}

static void depthwise_kernel(const convolution *c) {
  for (int i = 0; i < BATCH; i++)
    fr_depthwise_backward_kernel(&c->window, padded_image(c, i), c->dy + i * c->output, c->dkernel,
                                 c->dbias);
}

/* ---- any of them ----------------------------------------------------------------------------- */

static void make_room(convolution *c) {
  const fr_window *w = &c->window, *mirror = &c->mirror;
  const fr_window wide = fr_winograd_widen(w), wide_mirror = fr_winograd_widen(mirror);
  fr_conv2d_sizes sizes = fr_conv2d_measure(w, c->pooled);
  int64_t widened = larger(fr_conv2d_image(&wide), fr_conv2d_image(&wide_mirror));
  int64_t packed =
      larger(larger(fr_winograd_packed(w), fr_winograd_packed(mirror)), fr_pointwise_packed(w));
  int64_t planes = larger(fr_winograd_room(w, fr_winograd_rows(w)),
                          fr_winograd_room(mirror, fr_winograd_rows(mirror)));
  c->padded = zeros(larger(larger(sizes.image, widened), 2 * (int64_t)fr_conv2d_image(w)));
  c->packed = zeros(larger(sizes.packed, packed));
  c->rows = zeros(sizes.rows);
  c->planes = zeros(larger(planes, fr_winograd_room(w, c->slab * fr_winograd_tiles(w))));
  c->sums = zeros(fr_winograd_sums(w));
  c->lists = malloc((size_t)sizes.lists * 4 + 16);
}

/* A convolution and its data, which stay. */
EMSCRIPTEN_KEEPALIVE convolution *convolution_open(int side, int in, int out, int kernel,
                                                   int stride, int pooled) {
  convolution *c = calloc(1, sizeof *c);
  const fr_window w = window_of(side, in, out, kernel, stride);
  int step = pooled ? 2 : 1, weights = kernel * kernel * in * out;
  c->window = w;
  c->mirror = fr_window_mirror(&w);
  c->pooled = pooled;
  c->input = side * side * in;
  c->output = w.out_h / step * (w.out_w / step) * out;
  c->slab = fr_at_most(fr_winograd_slab(&w, BATCH) / fr_winograd_tiles(&w), BATCH);
  c->kernel = floats(weights, 11);
  c->images = floats(BATCH * c->input, 12);
  c->dy = floats(BATCH * c->output, 14);
  for (int i = 0; i < BATCH * c->output; i++) c->dy[i] = c->dy[i] < 0.0f ? 0.0f : c->dy[i];
  c->y = zeros(BATCH * c->output);
  c->dx = zeros(BATCH * c->input);
  c->dkernel = zeros(weights);
  c->dbias = zeros(out);
  c->winner = calloc((size_t)(BATCH * c->output), 1);
  make_room(c);
  direct_forward(c); /* the winners */
  return c;
}

typedef void (*runner)(const convolution *);

static const runner runners[ALGORITHMS][PASSES] = {
    [FR_DIRECT] = {[FORWARD] = direct_forward, [INPUT] = direct_input, [KERNEL] = direct_kernel},
    [FR_WINOGRAD] = {[FORWARD] = winograd_forward,
                     [INPUT] = winograd_input,
                     [KERNEL] = winograd_kernel},
    [FR_POINTWISE] = {[INPUT] = pointwise_input, [KERNEL] = pointwise_kernel},
    [DEPTHWISE] = {[FORWARD] = depthwise_forward,
                   [INPUT] = depthwise_input,
                   [KERNEL] = depthwise_kernel},
};

EMSCRIPTEN_KEEPALIVE void convolution_run(const convolution *c, pass pass, int algorithm) {
  runners[algorithm][pass](c);
}

/* The algorithm that the core chooses for the pass, behind ReLU. */
EMSCRIPTEN_KEEPALIVE int convolution_choice(const convolution *c, pass pass) {
  const fr_algorithms a = fr_choose_algorithms(&c->window, c->pooled, 1);
  return pass == FORWARD ? a.forward : pass == INPUT ? a.input : a.kernel;
}

/* ---- for the part `kernels`: 32 → 64 channels, 3×3, on 14×14 --------------------------------- */

static const convolution *second;

EMSCRIPTEN_KEEPALIVE void convolution_prepare(void) {
  second = convolution_open(14, 32, 64, 3, 1, 0);
}
EMSCRIPTEN_KEEPALIVE void convolution_forward(void) { direct_forward(second); }
EMSCRIPTEN_KEEPALIVE void convolution_backward_kernel(void) { direct_kernel(second); }
EMSCRIPTEN_KEEPALIVE void convolution_backward_input(void) { direct_input(second); }
