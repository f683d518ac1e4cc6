/* A network once more in doubles: plain loops over one sample after another, unfused, from Keras's
 * definitions. Nothing here comes from the core but the layers' configuration and the dropout mask
 * (tested on its own), so that a mistake of the core cannot repeat itself here. */
#ifndef FR_EXACT_H
#define FR_EXACT_H

#include "dropout.h"
#include "stack.h"

typedef struct {
  const fr_model *model;
  int count;        /* of all weights */
  double *weights;  /* as weights_of */
  int training;     /* drop out, with the mask of optimizer step `step` */
  uint64_t step;
} exact_net;

static inline exact_net exact_copy(const fr_model *m) {
  exact_net net = {.model = m};
  float *weights = weights_of(m, &net.count);
  net.weights = check_alloc(sizeof(double) * (size_t)net.count);
  for (int i = 0; i < net.count; i++) net.weights[i] = weights[i];
  free(weights);
  return net;
}

/* Padding before the first row or column, with padding 'same'. */
static inline int exact_pad(fr_padding padding, int in, int window, int stride) {
  int out = (in + stride - 1) / stride, missing = (out - 1) * stride + window - in;
  return padding == FR_SAME && missing > 0 ? missing / 2 : 0;
}

/* ---- one layer, one sample: x → y ------------------------------------------------------------ */

/* The window layers: sums of products with `kernel`, or the largest where it is NULL. */
static inline void exact_window(const fr_layer *l, const double *kernel, const double *bias,
                                const double *x, double *y) {
  int h = l->input.dims[0], w = l->input.dims[1], in = l->input.dims[2], out = l->output.dims[2];
  int top = exact_pad(l->padding, h, l->kernel_h, l->stride_h);
  int left = exact_pad(l->padding, w, l->kernel_w, l->stride_w);
  for (int oy = 0; oy < l->output.dims[0]; oy++)
    for (int ox = 0; ox < l->output.dims[1]; ox++)
      for (int o = 0; o < out; o++, y++) {
        *y = kernel ? bias ? bias[o] : 0.0 : -INFINITY;
        for (int ky = 0; ky < l->kernel_h; ky++)
          for (int kx = 0; kx < l->kernel_w; kx++) {
            int iy = oy * l->stride_h + ky - top, ix = ox * l->stride_w + kx - left;
            if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
            const double *pixel = x + (iy * w + ix) * in;
            if (!kernel) *y = pixel[o] > *y ? pixel[o] : *y;
            for (int i = 0; kernel && i < in; i++)
              *y += pixel[i] * kernel[((ky * l->kernel_w + kx) * in + i) * out + o];
          }
      }
}

static inline void exact_dense(const fr_layer *l, const double *kernel, const double *bias,
                               const double *x, double *y) {
  for (int u = 0; u < l->units; u++) {
    y[u] = bias ? bias[u] : 0.0;
    for (int k = 0; k < l->input.dims[0]; k++) y[u] += x[k] * kernel[k * l->units + u];
  }
}

static inline void exact_softmax(double *y, int n) {
  double largest = y[0], sum = 0.0;
  for (int i = 1; i < n; i++) largest = y[i] > largest ? y[i] : largest;
  for (int i = 0; i < n; i++) sum += y[i] = exp(y[i] - largest);
  for (int i = 0; i < n; i++) y[i] /= sum;
}

static inline void exact_activation(fr_activation f, const fr_shape *shape, double *y) {
  int n = fr_shape_elements(shape), last = shape->dims[shape->rank - 1];
  for (int i = 0; i < n; i++) {
    if (f == FR_RELU) y[i] = y[i] > 0.0 ? y[i] : 0.0;
    if (f == FR_SIGMOID) y[i] = 1.0 / (1.0 + exp(-y[i]));
    if (f == FR_SOFTMAX && i % last == 0) exact_softmax(y + i, last);
  }
}

/* ---- the network ----------------------------------------------------------------------------- */

static inline void exact_dropout(const exact_net *net, int layer, int samples, double *y) {
  const fr_layer *l = &net->model->layers[layer];
  int width = fr_shape_elements(&l->output);
  uint8_t *keep = check_alloc((size_t)(samples * width));
  fr_dropout_mask(net->model->seed, net->step, layer, l->rate, 0, samples, width, keep);
  for (int i = 0; i < samples * width; i++) y[i] = keep[i] ? y[i] / (1.0 - (double)l->rate) : 0.0;
  free(keep);
}

/* The output of layer `last` (samples, its elements); freed by the caller. */
static inline double *exact_forward(const exact_net *net, int last, const float *samples, int n) {
  const fr_model *m = net->model;
  int size = fr_shape_elements(&m->input);
  double *x = check_alloc(sizeof *x * (size_t)(n * size));
  const double *weights = net->weights;
  for (int i = 0; i < n * size; i++) x[i] = samples[i];
  for (int layer = 0; layer <= last; layer++) {
    const fr_layer *l = &m->layers[layer];
    int in = fr_shape_elements(&l->input), out = fr_shape_elements(&l->output);
    int has_kernel = l->kind == FR_CONV2D || l->kind == FR_DENSE;
    int slides = l->kind == FR_CONV2D || l->kind == FR_MAX_POOLING2D;
    int area = l->kind == FR_CONV2D ? l->kernel_h * l->kernel_w * l->input.dims[2] : in;
    const double *kernel = has_kernel ? weights : NULL;
    if (has_kernel) weights += area * l->units;
    const double *bias = has_kernel && l->use_bias ? weights : NULL;
    if (bias) weights += l->units;

    double *y = check_alloc(sizeof *y * (size_t)(n * out));
    for (int s = 0; s < n; s++) {
      const double *xs = x + s * in;
      double *ys = y + s * out;
      if (slides) exact_window(l, kernel, bias, xs, ys);
      else if (l->kind == FR_DENSE) exact_dense(l, kernel, bias, xs, ys);
      else memcpy(ys, xs, sizeof *ys * (size_t)out);
      if (has_kernel || l->kind == FR_ACTIVATION) exact_activation(l->activation, &l->output, ys);
    }
    if (l->kind == FR_DROPOUT && net->training) exact_dropout(net, layer, n, y);
    free(x);
    x = y;
  }
  return x;
}

/* ---- losses of one sample, keras.losses with from_logits = False ----------------------------- */

static inline double exact_clip(double p) { return fmin(fmax(p, 1e-7), 1.0 - 1e-7); }

static inline double exact_loss_of(fr_loss_kind loss, const double *p, const void *targets,
                                   int sample, int n) {
  double sum = 0.0, total = 0.0;
  for (int i = 0; i < n; i++) total += p[i];
  for (int i = 0; i < n; i++) {
    double t = loss == FR_SPARSE_CATEGORICAL_CROSSENTROPY
                   ? ((const int32_t *)targets)[sample] == i
                   : ((const float *)targets)[sample * n + i];
    if (loss == FR_MEAN_SQUARED_ERROR) sum += (p[i] - t) * (p[i] - t) / n;
    else if (loss == FR_BINARY_CROSSENTROPY)
      sum -= (t * log(exact_clip(p[i])) + (1.0 - t) * log1p(-exact_clip(p[i]))) / n;
    else sum -= t * log(exact_clip(p[i] / total));
  }
  return sum;
}

/* The mean loss of n samples. */
static inline double exact_loss(const exact_net *net, fr_loss_kind loss, const float *samples,
                                const void *targets, int n) {
  int width = output_size(net->model);
  double *p = exact_forward(net, net->model->layer_count - 1, samples, n), sum = 0.0;
  for (int s = 0; s < n; s++) sum += exact_loss_of(loss, p + s * width, targets, s, width);
  free(p);
  return sum / n;
}

/* dL/dw of every weight by central differences; freed by the caller. */
static inline double *exact_gradient(exact_net *net, fr_loss_kind loss, const float *samples,
                                     const void *targets, int n) {
  const double h = 1e-5;
  double *gradient = check_alloc(sizeof *gradient * (size_t)net->count);
  for (int i = 0; i < net->count; i++) {
    double w = net->weights[i];
    net->weights[i] = w + h;
    double above = exact_loss(net, loss, samples, targets, n);
    net->weights[i] = w - h;
    gradient[i] = (above - exact_loss(net, loss, samples, targets, n)) / (2.0 * h);
    net->weights[i] = w;
  }
  return gradient;
}

/* ---- optimizers, keras.optimizers ------------------------------------------------------------ */

/* Update number t (from 1) of n weights; a and b: the optimizer's two states. */
static inline void exact_update(const fr_optimizer *o, int t, double *w, double *a, double *b,
                                const double *g, int n) {
  for (int i = 0; i < n; i++) {
    if (o->kind == FR_ADAM) {
      a[i] = o->beta1 * a[i] + (1.0 - o->beta1) * g[i];
      b[i] = o->beta2 * b[i] + (1.0 - o->beta2) * g[i] * g[i];
      double rate = o->learning_rate * sqrt(1.0 - pow(o->beta2, t)) / (1.0 - pow(o->beta1, t));
      w[i] -= rate * a[i] / (sqrt(b[i]) + o->epsilon);
    } else if (o->kind == FR_SGD) {
      a[i] = o->momentum * a[i] - o->learning_rate * g[i];
      w[i] += o->nesterov ? o->momentum * a[i] - o->learning_rate * g[i] : a[i];
    } else {
      a[i] = o->rho * a[i] + (1.0 - o->rho) * g[i] * g[i];
      double change = sqrt(b[i] + o->epsilon) / sqrt(a[i] + o->epsilon) * g[i];
      b[i] = o->rho * b[i] + (1.0 - o->rho) * change * change;
      w[i] -= o->learning_rate * change;
    }
  }
}

#endif
