#include "depthwise.h"

#include <stddef.h>

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

/* y += x · k, channel by channel; with one kernel per channel four at a time. */
FR_INLINE void multiply_pixel(const fr_window *w, const float *x, const float *k, float *y) {
  int multiplier = w->out_c / w->in_c, c = 0;
  if (multiplier == 1)
    for (; c + FR_LANES <= w->out_c; c += FR_LANES)
      f4_store(y + c, f4_madd(f4_load(y + c), f4_load(x + c), f4_load(k + c)));
  for (; c < w->out_c; c++) y[c] += x[c / multiplier] * k[c];
}

void fr_depthwise_forward(const fr_window *w, const float *padded, const float *kernel,
                          const float *bias, float *y) {
  for (int oy = 0; oy < w->out_h; oy++)
    for (int ox = 0; ox < w->out_w; ox++, y += w->out_c) {
      const float *x = padded + window_at(w, oy, ox), *k = kernel;
      for (int c = 0; c < w->out_c; c++) y[c] = bias ? bias[c] : 0.0f;
      for (int ky = 0; ky < w->kernel_h; ky++, x += w->padded_w * w->in_c)
        for (int kx = 0; kx < w->kernel_w; kx++, k += w->out_c)
          multiply_pixel(w, x + kx * w->in_c, k, y);
    }
}

/* dk += x · dy, and dx += k · dy unless it is NULL. */
FR_INLINE void distribute_pixel(const fr_window *w, const float *x, const float *k, const float *dy,
                                float *dk, float *dx) {
  int multiplier = w->out_c / w->in_c, c = 0;
  if (multiplier == 1)
    for (; c + FR_LANES <= w->out_c; c += FR_LANES) {
      f32x4 d = f4_load(dy + c);
      f4_store(dk + c, f4_madd(f4_load(dk + c), f4_load(x + c), d));
      if (dx) f4_store(dx + c, f4_madd(f4_load(dx + c), f4_load(k + c), d));
    }
  for (; c < w->out_c; c++) {
    dk[c] += x[c / multiplier] * dy[c];
    if (dx) dx[c / multiplier] += k[c] * dy[c];
  }
}

void fr_depthwise_backward(const fr_window *w, const float *padded, const float *kernel,
                           const float *dy, float *dkernel, float *dbias, float *dpadded) {
  ptrdiff_t line = (ptrdiff_t)w->padded_w * w->in_c;
  if (dpadded) memset(dpadded, 0, sizeof *dpadded * (size_t)(w->padded_h * line));
  for (int oy = 0; oy < w->out_h; oy++)
    for (int ox = 0; ox < w->out_w; ox++, dy += w->out_c) {
      ptrdiff_t at = window_at(w, oy, ox);
      for (int c = 0; c < w->out_c; c++) dbias[c] += dy[c];
      for (int ky = 0, tap = 0; ky < w->kernel_h; ky++)
        for (int kx = 0; kx < w->kernel_w; kx++, tap += w->out_c) {
          ptrdiff_t from = at + ky * line + kx * w->in_c;
          distribute_pixel(w, padded + from, kernel + tap, dy, dkernel + tap,
                           dpadded ? dpadded + from : NULL);
        }
    }
}
