#include "pointwise.h"

#include <stddef.h>

#include "conv2d.h"
#include "simd.h"

enum { ROWS = 4, COLUMNS = 8 /* of a product computed together */ };

int fr_pointwise_fits(const fr_window *w) {
  return w->kernel_h == 1 && w->kernel_w == 1 && w->stride_h == 1 && w->stride_w == 1 &&
         w->in_c % ROWS == 0 && w->out_c % COLUMNS == 0;
}

int fr_pointwise_packed(const fr_window *w) {
  fr_window mirror = fr_window_mirror(w);
  return fr_conv2d_measure(&mirror, 0).packed;
}

void fr_pointwise_pack(const fr_window *w, const float *kernel, float *packed) {
  for (int c0 = 0; c0 < w->in_c; c0 += FR_CONV_BLOCK)
    for (int k = 0; k <= w->out_c; k++) /* the last row is the bias */
      for (int c = c0; c < c0 + FR_CONV_BLOCK; c++)
        *packed++ = k < w->out_c && c < w->in_c ? kernel[(ptrdiff_t)c * w->out_c + k] : 0.0f;
}

void fr_pointwise_backward_input(const fr_window *w, const float *packed, const float *dy,
                                 float *dx) {
  fr_window mirror = fr_window_mirror(w);
  fr_conv2d_forward(&mirror, dy, packed, 0, dx);
}

void fr_pointwise_backward_kernel(const fr_window *w, const float *x, const float *dy,
                                  float *dkernel) {
  int in = w->in_c, out = w->out_c, pixels = w->out_h * w->out_w;
  for (int k = 0; k < in; k += ROWS)
    for (int c = 0; c < out; c += COLUMNS) {
      float *to = dkernel + (ptrdiff_t)k * out + c;
      const float *a = x + k, *b = dy + c;
      f32x4 sum[ROWS][2];
      for (int i = 0; i < ROWS; i++)
        for (int v = 0; v < 2; v++) sum[i][v] = f4_load(to + i * out + v * FR_LANES);
      FR_ROLLED
      for (int p = 0; p < pixels; p++, a += in, b += out)
        f4_madd_4x8(sum, a, a + 1, a + 2, a + 3, b);
      for (int i = 0; i < ROWS; i++)
        for (int v = 0; v < 2; v++) f4_store(to + i * out + v * FR_LANES, sum[i][v]);
    }
}
