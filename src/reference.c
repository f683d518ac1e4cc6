#include "reference.h"

#include <stdlib.h>
#include <string.h>

#include "activation.h"
#include "pooling.h"

typedef struct { int out_at, in_at, kernel_at; } tap; /* offsets at channel 0 */

static int tap_at(const fr_window *w, int oy, int ox, int ky, int kx, tap *t) {
  int iy = oy * w->stride_h - w->pad_top + ky, ix = ox * w->stride_w - w->pad_left + kx;
  if (iy < 0 || iy >= w->in_h || ix < 0 || ix >= w->in_w) return 0;
  *t = (tap){(oy * w->out_w + ox) * w->out_c, (iy * w->in_w + ix) * w->in_c,
             (ky * w->kernel_w + kx) * w->in_c * w->out_c};
  return 1;
}

#define EACH_TAP(w, t)                                                \
  for (int oy = 0; oy < (w)->out_h; oy++)                             \
    for (int ox = 0; ox < (w)->out_w; ox++)                           \
      for (int ky = 0; ky < (w)->kernel_h; ky++)                      \
        for (int kx = 0; kx < (w)->kernel_w; kx++)                    \
          if (tap_at(w, oy, ox, ky, kx, t))

static void conv2d_forward(const fr_window *w, const float *x, const float *kernel,
                           const float *bias, float *y) {
  size_t outputs = (size_t)w->out_h * (size_t)w->out_w * (size_t)w->out_c;
  double *sum = malloc(sizeof *sum * outputs);
  if (!sum) return;
  for (size_t i = 0; i < outputs; i++) sum[i] = bias ? bias[i % (size_t)w->out_c] : 0.0;
  tap t;
  EACH_TAP(w, &t)
  for (int i = 0; i < w->in_c; i++)
    for (int o = 0; o < w->out_c; o++)
      sum[t.out_at + o] += (double)x[t.in_at + i] * kernel[t.kernel_at + i * w->out_c + o];
  for (size_t i = 0; i < outputs; i++) y[i] = (float)sum[i];
  free(sum);
}

static void conv2d_backward(const fr_window *w, const float *x, const float *kernel,
                            const float *dy, float *dx, float *dkernel, float *dbias) {
  memset(dx, 0, sizeof *dx * (size_t)(w->in_h * w->in_w * w->in_c));
  for (int i = 0; dbias && i < w->out_h * w->out_w * w->out_c; i++) dbias[i % w->out_c] += dy[i];
  tap t;
  EACH_TAP(w, &t)
  for (int i = 0; i < w->in_c; i++)
    for (int o = 0; o < w->out_c; o++) {
      int k = t.kernel_at + i * w->out_c + o;
      dkernel[k] += x[t.in_at + i] * dy[t.out_at + o];
      dx[t.in_at + i] += kernel[k] * dy[t.out_at + o];
    }
}

static void dense_forward(int inputs, int units, const float *x, const float *kernel,
                          const float *bias, float *y) {
  for (int u = 0; u < units; u++) {
    double sum = bias ? bias[u] : 0.0;
    for (int k = 0; k < inputs; k++) sum += (double)x[k] * kernel[(size_t)k * (size_t)units + u];
    y[u] = (float)sum;
  }
}

static void dense_backward(int inputs, int units, const float *x, const float *kernel,
                           const float *dy, float *dx, float *dkernel, float *dbias) {
  for (int u = 0; dbias && u < units; u++) dbias[u] += dy[u];
  for (int k = 0; k < inputs; k++) {
    double sum = 0.0;
    for (int u = 0; u < units; u++) {
      size_t at = (size_t)k * (size_t)units + (size_t)u;
      sum += (double)kernel[at] * dy[u];
      dkernel[at] += x[k] * dy[u];
    }
    dx[k] = (float)sum;
  }
}

static int has_activation(const fr_layer *l) {
  return l->kind == FR_CONV2D || l->kind == FR_DENSE || l->kind == FR_ACTIVATION;
}

void fr_reference_forward(const fr_layer *l, const float *x, const float *kernel,
                          const float *bias, float *y) {
  int n = fr_shape_elements(&l->output);
  if (l->kind == FR_CONV2D) conv2d_forward(&l->window, x, kernel, bias, y);
  else if (l->kind == FR_DENSE) dense_forward(l->input.dims[0], l->units, x, kernel, bias, y);
  else if (l->kind == FR_MAX_POOLING2D) fr_max_pool_forward(&l->window, x, y);
  else memcpy(y, x, sizeof *y * (size_t)n);
  if (has_activation(l)) fr_activation_forward(l->activation, y, 1, n, n, fr_shape_last_axis(&l->output));
}

void fr_reference_backward(const fr_layer *l, const float *x, const float *kernel, const float *y,
                           const float *dy, float *dx, float *dkernel, float *dbias) {
  int n = fr_shape_elements(&l->output);
  float *dz = malloc(sizeof *dz * (size_t)n);
  if (!dz) return;
  memcpy(dz, dy, sizeof *dz * (size_t)n);
  if (has_activation(l))
    fr_activation_backward(l->activation, y, dz, 1, n, n, fr_shape_last_axis(&l->output));
  if (l->kind == FR_CONV2D) conv2d_backward(&l->window, x, kernel, dz, dx, dkernel, dbias);
  else if (l->kind == FR_DENSE)
    dense_backward(l->input.dims[0], l->units, x, kernel, dz, dx, dkernel, dbias);
  else if (l->kind == FR_MAX_POOLING2D) fr_max_pool_backward(&l->window, x, y, dz, dx);
  else memcpy(dx, dz, sizeof *dx * (size_t)n);
  free(dz);
}
