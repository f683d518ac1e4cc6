#include "depthwise.h"

#include <stddef.h>

#include "conv2d.h"
#include "simd.h"

int fr_depthwise_bias(const fr_window *w) {
  return fr_round_up(w->kernel_h * w->kernel_w * w->out_c, FR_LANES);
}

int fr_depthwise_floats(const fr_window *w) {
  return fr_depthwise_bias(w) + fr_round_up(w->out_c, FR_LANES);
}

/* Where the window of output (oy, ox) begins in the padded image. */
static ptrdiff_t window_at(const fr_window *w, int oy, int ox) {
  return ((ptrdiff_t)oy * w->stride_h * w->padded_w + ox * w->stride_w) * w->in_c;
}

static int multiplier_of(const fr_window *w) { return w->out_c / w->in_c; }

/* ---- forward --------------------------------------------------------------------------------- */

enum { TILE = 4 /* neighbouring outputs computed together, to load each weight once */ };

/* y (pixels, one vector of channels) = bias + Σ_taps x · k; `tap` floats from one tap of the kernel
 * to the next. width, stride: the window's, constants where they are usual. */
FR_INLINE void vector_of_tile(const fr_window *w, int width, int stride, const float *x,
                              const float *k, ptrdiff_t tap, f32x4 bias, int pixels, float *y) {
  ptrdiff_t line = (ptrdiff_t)w->padded_w * w->in_c, right = (ptrdiff_t)stride * w->in_c;
  f32x4 sum[TILE];
  for (int p = 0; p < pixels; p++) sum[p] = bias;
  FR_ROLLED
  for (int ky = 0; ky < w->kernel_h; ky++, x += line)
    for (int kx = 0; kx < width; kx++, k += tap) {
      const float *at = x + (ptrdiff_t)kx * w->in_c;
      f32x4 weight = f4_load(k);
      for (int p = 0; p < pixels; p++) sum[p] = f4_madd(sum[p], f4_load(at + p * right), weight);
    }
  for (int p = 0; p < pixels; p++) f4_store(y + (ptrdiff_t)p * w->out_c, sum[p]);
}

/* One channel of one output, with any number of kernels per channel. */
static float output_at(const fr_window *w, const float *x, const float *k, ptrdiff_t tap,
                       float sum) {
  for (int ky = 0; ky < w->kernel_h; ky++, x += (ptrdiff_t)w->padded_w * w->in_c)
    for (int kx = 0; kx < w->kernel_w; kx++, k += tap) sum += x[kx * w->in_c] * *k;
  return sum;
}

static void tile(const fr_window *w, const float *x, const float *kernel, ptrdiff_t tap,
                 const float *bias, int pixels, float *y) {
  int c = 0, multiplier = multiplier_of(w);
  if (multiplier == 1)
    for (; c + FR_LANES <= w->out_c; c += FR_LANES) {
      f32x4 b = bias ? f4_load(bias + c) : f4_zero();
      if (pixels < TILE)
        for (int p = 0; p < pixels; p++)
          vector_of_tile(w, w->kernel_w, 1, x + (ptrdiff_t)p * w->stride_w * w->in_c + c,
                         kernel + c, tap, b, 1, y + (ptrdiff_t)p * w->out_c + c);
      else if (w->kernel_w == 3 && w->stride_w == 1)
        vector_of_tile(w, 3, 1, x + c, kernel + c, tap, b, TILE, y + c);
      else vector_of_tile(w, w->kernel_w, w->stride_w, x + c, kernel + c, tap, b, TILE, y + c);
    }
  for (; c < w->out_c; c++)
    for (int p = 0; p < pixels; p++)
      y[(ptrdiff_t)p * w->out_c + c] =
          output_at(w, x + (ptrdiff_t)p * w->stride_w * w->in_c + c / multiplier, kernel + c, tap,
                    bias ? bias[c] : 0.0f);
}

/* kernel: its first tap. */
static void convolve(const fr_window *w, const float *padded, const float *kernel, ptrdiff_t tap,
                     const float *bias, float *y) {
  for (int oy = 0; oy < w->out_h; oy++)
    for (int next = 0; next < w->out_w; next += TILE) {
      int pixels = w->out_w < TILE ? w->out_w : TILE;
      int ox = next + pixels > w->out_w ? w->out_w - pixels : next; /* some of them again */
      tile(w, padded + window_at(w, oy, ox), kernel, tap, bias, pixels,
           y + ((ptrdiff_t)oy * w->out_w + ox) * w->out_c);
    }
}

void fr_depthwise_forward(const fr_window *w, const float *padded, const float *kernel,
                          const float *bias, float *y) {
  convolve(w, padded, kernel, w->out_c, bias, y);
}

/* ---- backward: kernel ------------------------------------------------------------------------ */

/* dk (taps, one vector of channels) += Σ_pixels x · dy */
FR_INLINE void add_tile(const fr_window *w, int width, int stride, const float *x, const float *dy,
                        int pixels, float *dk) {
  ptrdiff_t line = (ptrdiff_t)w->padded_w * w->in_c, right = (ptrdiff_t)stride * w->in_c;
  f32x4 d[TILE];
  for (int p = 0; p < pixels; p++) d[p] = f4_load(dy + (ptrdiff_t)p * w->out_c);
  FR_ROLLED
  for (int ky = 0; ky < w->kernel_h; ky++, x += line)
    for (int kx = 0; kx < width; kx++, dk += w->out_c) {
      const float *at = x + (ptrdiff_t)kx * w->in_c;
      f32x4 sum = f4_load(dk);
      for (int p = 0; p < pixels; p++) sum = f4_madd(sum, f4_load(at + p * right), d[p]);
      f4_store(dk, sum);
    }
}

static void add_channel(const fr_window *w, const float *x, float d, float *dk) {
  for (int ky = 0; ky < w->kernel_h; ky++, x += (ptrdiff_t)w->padded_w * w->in_c)
    for (int kx = 0; kx < w->kernel_w; kx++, dk += w->out_c) *dk += x[kx * w->in_c] * d;
}

static void add_pixels(const fr_window *w, const float *x, const float *dy, int pixels, float *dk,
                       float *dbias) {
  int c = 0, multiplier = multiplier_of(w);
  if (multiplier == 1)
    for (; c + FR_LANES <= w->out_c; c += FR_LANES) {
      if (pixels < TILE)
        for (int p = 0; p < pixels; p++)
          add_tile(w, w->kernel_w, 1, x + (ptrdiff_t)p * w->stride_w * w->in_c + c,
                   dy + (ptrdiff_t)p * w->out_c + c, 1, dk + c);
      else if (w->kernel_w == 3 && w->stride_w == 1) add_tile(w, 3, 1, x + c, dy + c, TILE, dk + c);
      else add_tile(w, w->kernel_w, w->stride_w, x + c, dy + c, TILE, dk + c);
    }
  for (; c < w->out_c; c++)
    for (int p = 0; p < pixels; p++)
      add_channel(w, x + (ptrdiff_t)p * w->stride_w * w->in_c + c / multiplier,
                  dy[(ptrdiff_t)p * w->out_c + c], dk + c);
  for (int p = 0; p < pixels; p++)
    for (int k = 0; k < w->out_c; k++) dbias[k] += dy[(ptrdiff_t)p * w->out_c + k];
}

void fr_depthwise_backward_kernel(const fr_window *w, const float *padded, const float *dy,
                                  float *dkernel, float *dbias) {
  for (int oy = 0; oy < w->out_h; oy++)
    for (int ox = 0; ox < w->out_w; ox += TILE) {
      int pixels = w->out_w - ox < TILE ? w->out_w - ox : TILE;
      add_pixels(w, padded + window_at(w, oy, ox), dy, pixels, dkernel, dbias);
      dy += (ptrdiff_t)pixels * w->out_c;
    }
}

/* ---- backward: input ------------------------------------------------------------------------- */

/* dx is a convolution of dy: with stride 1, and one kernel per channel. */
static int is_mirrored(const fr_window *w) {
  return w->stride_h == 1 && w->stride_w == 1 && multiplier_of(w) == 1;
}

int fr_depthwise_scratch(const fr_window *w) {
  fr_window mirror = fr_window_mirror(w);
  return fr_conv2d_image(is_mirrored(w) ? &mirror : w);
}

/* dx += k · dy of one output. */
FR_INLINE void distribute_pixel(const fr_window *w, const float *k, const float *dy, float *dx) {
  int multiplier = multiplier_of(w), c = 0;
  if (multiplier == 1)
    for (; c + FR_LANES <= w->out_c; c += FR_LANES)
      f4_store(dx + c, f4_madd(f4_load(dx + c), f4_load(k + c), f4_load(dy + c)));
  for (; c < w->out_c; c++) dx[c / multiplier] += k[c] * dy[c];
}

static void distribute(const fr_window *w, const float *kernel, const float *dy, float *dpadded) {
  ptrdiff_t line = (ptrdiff_t)w->padded_w * w->in_c;
  memset(dpadded, 0, sizeof *dpadded * (size_t)(w->padded_h * line));
  for (int oy = 0; oy < w->out_h; oy++)
    for (int ox = 0; ox < w->out_w; ox++, dy += w->out_c) {
      const float *k = kernel;
      for (int ky = 0; ky < w->kernel_h; ky++)
        for (int kx = 0; kx < w->kernel_w; kx++, k += w->out_c)
          distribute_pixel(w, k, dy, dpadded + window_at(w, oy, ox) + ky * line + kx * w->in_c);
    }
}

void fr_depthwise_backward_input(const fr_window *w, const float *kernel, const float *dy,
                                 float *scratch, float *dx) {
  if (is_mirrored(w)) {
    fr_window mirror = fr_window_mirror(w);
    const float *last = kernel + (ptrdiff_t)(w->kernel_h * w->kernel_w - 1) * w->out_c;
    convolve(&mirror, fr_conv2d_pad(&mirror, dy, scratch), last, -w->out_c, NULL, dx);
  } else {
    distribute(w, kernel, dy, scratch);
    fr_conv2d_crop(w, scratch, dx);
  }
}
