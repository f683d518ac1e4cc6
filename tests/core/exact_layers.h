/* The layers in doubles: plain loops over one sample, from Keras's definitions. Only the layers'
 * configuration comes from the core, so a mistake in the core cannot repeat itself here. */
#ifndef FR_EXACT_LAYERS_H
#define FR_EXACT_LAYERS_H

#include "stack.h"

/* Padding before the first row or column, for padding 'same'. */
static inline int exact_pad(fr_padding padding, int in, int window, int stride) {
  int out = (in + stride - 1) / stride, missing = (out - 1) * stride + window - in;
  return padding == FR_SAME && missing > 0 ? missing / 2 : 0;
}

/* ---- windows: x (h, w, in) → y (h', w', out) ------------------------------------------------- */

/* Calls `visit` for each pixel under a window of `l` that is inside the image. */
typedef struct {
  const fr_layer *layer;
  const double *x, *kernel, *bias;
  double *y;  /* of the current window: its channels */
  int pixels; /* of the window, so far */
} exact_view;

static inline void exact_conv2d_pixel(exact_view *v, int tap, const double *pixel) {
  int in = v->layer->input.dims[2], out = v->layer->units;
  for (int o = 0; o < out; o++)
    for (int i = 0; i < in; i++) v->y[o] += pixel[i] * v->kernel[(tap * in + i) * out + o];
}

static inline void exact_depthwise_pixel(exact_view *v, int tap, const double *pixel) {
  int in = v->layer->input.dims[2], multiplier = v->layer->units;
  for (int i = 0; i < in; i++)
    for (int j = 0; j < multiplier; j++)
      v->y[i * multiplier + j] += pixel[i] * v->kernel[(tap * in + i) * multiplier + j];
}

static inline void exact_max_pixel(exact_view *v, int tap, const double *pixel) {
  (void)tap;
  for (int i = 0; i < v->layer->input.dims[2]; i++)
    v->y[i] = v->pixels == 1 || pixel[i] > v->y[i] ? pixel[i] : v->y[i];
}

/* Moves the running mean towards the next pixel. */
static inline void exact_mean_pixel(exact_view *v, int tap, const double *pixel) {
  (void)tap;
  for (int i = 0; i < v->layer->input.dims[2]; i++) v->y[i] += (pixel[i] - v->y[i]) / v->pixels;
}

static inline void exact_window(exact_view *v, void (*visit)(exact_view *, int, const double *)) {
  const fr_layer *l = v->layer;
  int global = l->kind == FR_GLOBAL_MAX_POOLING2D || l->kind == FR_GLOBAL_AVERAGE_POOLING2D;
  int h = l->input.dims[0], w = l->input.dims[1], in = l->input.dims[2];
  int kh = global ? h : l->kernel_h, kw = global ? w : l->kernel_w;
  int out_h = global ? 1 : l->output.dims[0], out_w = global ? 1 : l->output.dims[1];
  int out = l->output.dims[l->output.rank - 1];
  int top = global ? 0 : exact_pad(l->padding, h, kh, l->stride_h);
  int left = global ? 0 : exact_pad(l->padding, w, kw, l->stride_w);
  for (int oy = 0; oy < out_h; oy++)
    for (int ox = 0; ox < out_w; ox++, v->y += out) {
      for (int o = 0; o < out; o++) v->y[o] = v->bias ? v->bias[o] : 0.0;
      v->pixels = 0;
      for (int ky = 0; ky < kh; ky++)
        for (int kx = 0; kx < kw; kx++) {
          int iy = oy * l->stride_h + ky - top, ix = ox * l->stride_w + kx - left;
          if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
          v->pixels++;
          visit(v, ky * kw + kx, v->x + (iy * w + ix) * in);
        }
    }
}

static inline void exact_zero_padding(const fr_layer *l, const double *x, double *y) {
  int h = l->output.dims[0], w = l->output.dims[1], channels = l->output.dims[2];
  for (int oy = 0; oy < h; oy++)
    for (int ox = 0; ox < w; ox++)
      for (int c = 0; c < channels; c++, y++) {
        int iy = oy - l->pads[0], ix = ox - l->pads[2];
        int inside = iy >= 0 && iy < l->input.dims[0] && ix >= 0 && ix < l->input.dims[1];
        *y = inside ? x[(iy * l->input.dims[1] + ix) * channels + c] : 0.0;
      }
}

/* ---- dense: x (inputs) → y (units) ----------------------------------------------------------- */

static inline void exact_dense(const fr_layer *l, const double *kernel, const double *bias,
                               const double *x, double *y) {
  for (int u = 0; u < l->units; u++) {
    y[u] = bias ? bias[u] : 0.0;
    for (int k = 0; k < l->input.dims[0]; k++) y[u] += x[k] * kernel[k * l->units + u];
  }
}

/* ---- activations ----------------------------------------------------------------------------- */

static inline void exact_softmax(double *y, int n) {
  double largest = y[0], sum = 0.0;
  for (int i = 1; i < n; i++) largest = y[i] > largest ? y[i] : largest;
  for (int i = 0; i < n; i++) sum += y[i] = exp(y[i] - largest);
  for (int i = 0; i < n; i++) y[i] /= sum;
}

#define SELU_SCALE 1.05070098735548
#define SELU_ALPHA 1.67326324235438

/* keras.activations, all but softmax. */
static inline double exact_activate(fr_activation f, double slope, double x) {
  double logistic = 1.0 / (1.0 + exp(-x)), positive = fmax(x, 0.0);
  double softplus = positive + log1p(exp(-fabs(x)));
  switch (f) {
    case FR_RELU: return x > 0.0 ? x : 0.0;
    case FR_SIGMOID: return logistic;
    case FR_RELU6: return x > 6.0 ? 6.0 : x > 0.0 ? x : 0.0;
    case FR_LEAKY_RELU: return x > 0.0 ? x : slope * x;
    case FR_GELU: return 0.5 * x * (1.0 + erf(x / sqrt(2.0)));
    case FR_TANH: return tanh(x);
    case FR_SWISH: return x * logistic;
    case FR_ELU: return x > 0.0 ? x : expm1(x);
    case FR_SELU: return SELU_SCALE * (x > 0.0 ? x : SELU_ALPHA * expm1(x));
    case FR_SOFTPLUS: return softplus;
    case FR_MISH: return x * tanh(softplus);
    case FR_HARD_SWISH: return x * fmin(fmax(x + 3.0, 0.0), 6.0) / 6.0;
    default: return x;
  }
}

static inline void exact_activation(const fr_layer *l, double *y) {
  int n = fr_shape_elements(&l->output), last = l->output.dims[l->output.rank - 1];
  for (int i = 0; i < n; i++) {
    if (l->activation != FR_SOFTMAX && l->activation != FR_LOG_SOFTMAX)
      y[i] = exact_activate(l->activation, (double)l->slope, y[i]);
    else if (i % last == 0) exact_softmax(y + i, last);
    if (l->activation == FR_LOG_SOFTMAX) y[i] = log(y[i]);
  }
}

/* ---- batch normalization: over n samples, in place ------------------------------------------- */

/* mean and variance (channels): with `training` the batch's, which are written; otherwise as
 * given. */
static inline void exact_normalize(const fr_layer *l, int training, double *mean, double *variance,
                                   const double *gamma, const double *beta, int n, double *y) {
  int channels = l->output.dims[l->output.rank - 1];
  int rows = n * fr_shape_elements(&l->output) / channels;
  for (int c = 0; c < channels; c++) {
    double m = 0.0, v = 0.0;
    for (int r = 0; r < rows; r++) m += y[r * channels + c] / rows;
    for (int r = 0; r < rows; r++) v += pow(y[r * channels + c] - m, 2.0) / rows;
    if (training) {
      mean[c] = m;
      variance[c] = v;
    }
    for (int r = 0; r < rows; r++) {
      double *at = &y[r * channels + c];
      *at = (gamma ? gamma[c] : 1.0) * (*at - mean[c]) / sqrt(variance[c] + (double)l->epsilon) +
            (beta ? beta[c] : 0.0);
    }
  }
}

#endif
