/* The same network in doubles: plain loops, unfused, layer by layer; gradients by finite
 * differences, optimizers by Keras's formulas. It takes from the core only the configuration of
 * layers and the random parts, dropout masks and augmentation, which have tests of their own. */
#ifndef FR_EXACT_H
#define FR_EXACT_H

#include "kernels/augment.h"
#include "kernels/dropout.h"
#include "exact_layers.h"

typedef struct {
  int trainable, tensor;
  double l1, l2;
} exact_weight;

typedef struct {
  const fr_model *model;
  int count;        /* of all weights */
  double *weights;  /* as weights_of */
  exact_weight *of; /* what each of them is */
  int training; /* as in step `step`: with its random numbers and the batch's own statistics */
  uint64_t step;
} exact_net;

/* Sizes of a layer's tensors, 0 for one it does not have: kernel, bias; gamma, beta, moving mean,
 * variance. */
static inline void exact_tensors(const fr_layer *l, int sizes[4]) {
  int last = l->output.dims[l->output.rank - 1];
  memset(sizes, 0, 4 * sizeof *sizes);
  if (l->kind == FR_DENSE) sizes[0] = l->input.dims[0] * l->units;
  if (l->kind == FR_CONV2D || l->kind == FR_DEPTHWISE_CONV2D)
    sizes[0] = l->kernel_h * l->kernel_w * l->input.dims[2] * l->units;
  if (sizes[0]) sizes[1] = l->use_bias ? last : 0;
  if (l->kind != FR_BATCH_NORMALIZATION) return;
  sizes[0] = l->scale ? last : 0;
  sizes[1] = l->center ? last : 0;
  sizes[2] = sizes[3] = last;
}

static inline exact_net exact_copy(const fr_model *m) {
  exact_net net = {.model = m};
  float *weights = weights_of(m, &net.count);
  net.weights = check_alloc(sizeof(double) * (size_t)net.count);
  net.of = check_alloc(sizeof *net.of * (size_t)net.count);
  for (int i = 0; i < net.count; i++) net.weights[i] = weights[i];
  free(weights);
  int at = 0, tensor = 0;
  for (int layer = 0; layer < m->layer_count; layer++) {
    int sizes[4];
    exact_tensors(&m->layers[layer], sizes);
    for (int k = 0; k < 4; tensor += sizes[k++] > 0)
      for (int i = 0; i < sizes[k]; i++) {
        const fr_regularizer *r = &m->layers[layer].regularizers[k & 1];
        int learns = k < 2 && !m->layers[layer].frozen;
        if (at == net.count) check_abort("the core has fewer weights");
        net.of[at++] = (exact_weight){learns, tensor, learns ? (double)r->l1 : 0.0,
                                      learns ? (double)r->l2 : 0.0};
      }
  }
  if (at != net.count) check_abort("the core has more weights");
  return net;
}

static inline void exact_free(exact_net *net) {
  free(net->weights);
  free(net->of);
}

/* ---- forward --------------------------------------------------------------------------------- */

static inline void exact_dropout(const exact_net *net, int layer, int samples, double *y) {
  const fr_layer *l = &net->model->layers[layer];
  int width = fr_shape_elements(&l->output);
  uint8_t *keep = check_alloc((size_t)(samples * width));
  fr_dropout_mask(l->has_seed ? l->seed : net->model->seed, net->step, layer, l->rate, 0, samples,
                  width, keep);
  for (int i = 0; i < samples * width; i++) y[i] = keep[i] ? y[i] / (1.0 - (double)l->rate) : 0.0;
  free(keep);
}

static inline void exact_augment(const exact_net *net, int layer, int sample, double *y) {
  const fr_layer *l = &net->model->layers[layer];
  int n = fr_shape_elements(&l->output);
  float *from = check_alloc(sizeof *from * (size_t)n), *to = check_garbage((size_t)n);
  for (int i = 0; i < n; i++) from[i] = (float)y[i];
  fr_layer_augment(l, layer, net->step, sample, from, to);
  for (int i = 0; i < n; i++) y[i] = to[i];
  free(from);
  free(to);
}

/* One sample, for layers that need no other sample: x → y. */
static inline void exact_layer(const fr_layer *l, const double *w[4], const double *x, double *y) {
  exact_view v = {.layer = l, .x = x, .kernel = w[0], .bias = w[1], .y = y};
  switch (l->kind) {
    case FR_CONV2D: exact_window(&v, exact_conv2d_pixel); break;
    case FR_DEPTHWISE_CONV2D: exact_window(&v, exact_depthwise_pixel); break;
    case FR_MAX_POOLING2D:
    case FR_GLOBAL_MAX_POOLING2D: exact_window(&v, exact_max_pixel); break;
    case FR_AVERAGE_POOLING2D:
    case FR_GLOBAL_AVERAGE_POOLING2D: exact_window(&v, exact_mean_pixel); break;
    case FR_DENSE: exact_dense(l, w[0], w[1], x, y); break;
    case FR_ZERO_PADDING2D: exact_zero_padding(l, x, y); break;
    default: memcpy(y, x, sizeof *y * (size_t)fr_shape_elements(&l->output));
  }
}

/* Of one sample: the sources' sum. */
static inline void exact_add(const fr_layer *l, double *const outputs[], int sample, double *y) {
  int n = fr_shape_elements(&l->output);
  for (int i = 0; i < n; i++) {
    y[i] = 0.0;
    for (int k = 0; k < l->source_count; k++) y[i] += outputs[l->sources[k]][sample * n + i];
  }
}

/* Of one sample: for each place, the last axes of the sources, one after another. */
static inline void exact_concatenate(const fr_model *m, const fr_layer *l, double *const outputs[],
                                     int sample, double *y) {
  int last = l->output.dims[l->output.rank - 1], places = fr_shape_elements(&l->output) / last;
  for (int place = 0; place < places; place++)
    for (int k = 0; k < l->source_count; k++) {
      int source = l->sources[k];
      const fr_shape *shape = source < 0 ? &m->input : &m->layers[source].output;
      int width = shape->dims[shape->rank - 1];
      for (int c = 0; c < width; c++) *y++ = outputs[source][(sample * places + place) * width + c];
    }
}

/* The whole batch through layer `layer`: y (n, elements) from its sources' outputs. `statistics`,
 * laid out like the weights, receives batch normalization's mean and variance; may be NULL. */
static inline double *exact_batch(const exact_net *net, int layer, double *const outputs[],
                                  const double *weights, int n, double *statistics) {
  const fr_layer *l = &net->model->layers[layer];
  int in = fr_shape_elements(&l->input), out = fr_shape_elements(&l->output), sizes[4];
  double *y = check_alloc(sizeof *y * (size_t)(n * out));
  const double *w[4], *at = weights;
  exact_tensors(l, sizes);
  for (int k = 0; k < 4; at += sizes[k++]) w[k] = sizes[k] ? at : NULL;
  for (int s = 0; s < n; s++) {
    if (l->kind == FR_ADD) exact_add(l, outputs, s, y + s * out);
    else if (l->kind == FR_CONCATENATE) exact_concatenate(net->model, l, outputs, s, y + s * out);
    else exact_layer(l, w, outputs[l->sources[0]] + s * in, y + s * out);
    if (fr_layer_augments(l) && net->training) exact_augment(net, layer, s, y + s * out);
  }
  if (l->kind == FR_BATCH_NORMALIZATION) {
    int channels = sizes[2];
    double *mean = check_alloc(sizeof *mean * 2 * (size_t)channels), *variance = mean + channels;
    memcpy(mean, w[2], sizeof *mean * 2 * (size_t)channels);
    exact_normalize(l, net->training, mean, variance, w[0], w[1], n, y);
    if (statistics)
      memcpy(statistics + (w[2] - net->weights), mean, sizeof *mean * 2 * (size_t)channels);
    free(mean);
  }
  if (l->kind == FR_DROPOUT && net->training) exact_dropout(net, layer, n, y);
  for (int s = 0; s < n; s++) exact_activation(l, y + s * out);
  return y;
}

static inline double *exact_run(const exact_net *net, int last, const float *samples, int n,
                                double *statistics) {
  const fr_model *m = net->model;
  double *all[FR_MAX_LAYERS + 1], **outputs = all + 1, *weights = net->weights;
  int size = fr_shape_elements(&m->input);
  outputs[-1] = check_alloc(sizeof **outputs * (size_t)(n * size));
  for (int i = 0; i < n * size; i++) outputs[-1][i] = samples[i];
  for (int layer = 0; layer <= last; layer++) {
    int sizes[4];
    outputs[layer] = exact_batch(net, layer, outputs, weights, n, statistics);
    exact_tensors(&m->layers[layer], sizes);
    for (int k = 0; k < 4; k++) weights += sizes[k];
  }
  for (int layer = -1; layer < last; layer++) free(outputs[layer]);
  return outputs[last];
}

/* The output of layer `last` (samples, its elements); freed by the caller. */
static inline double *exact_forward(const exact_net *net, int last, const float *samples, int n) {
  return exact_run(net, last, samples, n, NULL);
}

/* The moving averages after a training step over the batch. */
static inline void exact_move_statistics(exact_net *net, const float *samples, int n) {
  const fr_model *m = net->model;
  double *batch = check_alloc(sizeof *batch * (size_t)net->count);
  free(exact_run(net, m->layer_count - 1, samples, n, batch));
  int at = 0;
  for (int layer = 0; layer < m->layer_count; layer++) {
    int sizes[4];
    double momentum = m->layers[layer].momentum;
    exact_tensors(&m->layers[layer], sizes);
    for (int i = at + sizes[0] + sizes[1]; i < at + sizes[0] + sizes[1] + sizes[2] + sizes[3]; i++)
      net->weights[i] = momentum * net->weights[i] + (1.0 - momentum) * batch[i];
    at += sizes[0] + sizes[1] + sizes[2] + sizes[3];
  }
  free(batch);
}

/* ---- losses of one sample, keras.losses ------------------------------------------------------ */

static inline double exact_clip(double p) { return fmin(fmax(p, 1e-7), 1.0 - 1e-7); }

static inline double exact_target(const fr_loss *loss, const void *targets, int sample, int i,
                                  int n) {
  double t = loss->kind == FR_SPARSE_CATEGORICAL_CROSSENTROPY
                 ? ((const int32_t *)targets)[sample] == i
                 : ((const float *)targets)[sample * n + i];
  double smoothing = loss->label_smoothing;
  return t * (1.0 - smoothing) + smoothing / (loss->kind == FR_BINARY_CROSSENTROPY ? 2 : n);
}

static inline double exact_loss_of(const fr_loss *loss, const double *outputs, const void *targets,
                                   int sample, int n) {
  double sum = 0.0, total = 0.0, *p = check_alloc(sizeof *p * (size_t)n);
  int binary = loss->kind == FR_BINARY_CROSSENTROPY;
  memcpy(p, outputs, sizeof *p * (size_t)n);
  if (loss->from_logits && !binary) exact_softmax(p, n);
  for (int i = 0; i < n; i++) {
    if (loss->from_logits && binary) p[i] = exact_activate(FR_SIGMOID, 0.0, p[i]);
    total += p[i];
  }
  for (int i = 0; i < n; i++) {
    double t = exact_target(loss, targets, sample, i, n);
    if (loss->kind == FR_MEAN_SQUARED_ERROR) sum += (p[i] - t) * (p[i] - t) / n;
    else if (loss->kind == FR_MEAN_ABSOLUTE_ERROR) sum += fabs(p[i] - t) / n;
    else if (binary) sum -= (t * log(exact_clip(p[i])) + (1.0 - t) * log1p(-exact_clip(p[i]))) / n;
    else sum -= t * log(exact_clip(p[i] / total));
  }
  free(p);
  return sum;
}

/* The mean weighted loss of a batch of floats, plus the regularizers' terms. */
static inline double exact_loss(const exact_net *net, const fr_loss *loss, const fr_batch *b) {
  int width = output_size(net->model);
  double *p = exact_forward(net, net->model->layer_count - 1, b->samples, b->n), sum = 0.0;
  for (int s = 0; s < b->n; s++)
    sum += (b->weights ? (double)b->weights[s] : 1.0) *
           exact_loss_of(loss, p + s * width, b->targets, s, width) / b->n;
  free(p);
  for (int i = 0; i < net->count; i++)
    sum +=
        net->of[i].l1 * fabs(net->weights[i]) + net->of[i].l2 * net->weights[i] * net->weights[i];
  return sum;
}

/* dL/dw of every weight by central differences, 0 for weights that are not trained; freed by the
 * caller. */
static inline double *exact_gradient(exact_net *net, const fr_loss *loss, const fr_batch *b) {
  const double h = 1e-5;
  double *gradient = check_alloc(sizeof *gradient * (size_t)net->count);
  for (int i = 0; i < net->count; i++) {
    double w = net->weights[i];
    gradient[i] = 0.0;
    if (!net->of[i].trainable) continue;
    net->weights[i] = w + h;
    double above = exact_loss(net, loss, b);
    net->weights[i] = w - h;
    gradient[i] = (above - exact_loss(net, loss, b)) / (2.0 * h);
    net->weights[i] = w;
  }
  return gradient;
}

/* ---- optimizers, keras.optimizers ------------------------------------------------------------ */

typedef struct {
  double *a, *b, *c; /* the optimizer's states */
  double *average; /* of the weights */
} exact_states;

static inline exact_states exact_begin(const exact_net *net, const fr_optimizer *o) {
  exact_states s;
  size_t n = (size_t)net->count;
  s.a = calloc(4 * n, sizeof(double));
  s.b = s.a + n;
  s.c = s.b + n;
  s.average = s.c + n;
  for (size_t i = 0; o->kind == FR_ADAGRAD && i < n; i++) s.a[i] = o->initial_accumulator;
  return s;
}

/* The change of one weight with gradient g in update number t, from 1. */
static inline double exact_change(const fr_optimizer *o, int t, double g, double *a, double *b,
                                  double *c) {
  double rate = o->learning_rate;
  switch (o->kind) {
    case FR_ADAM:
      *a = o->beta1 * *a + (1.0 - o->beta1) * g;
      *b = o->beta2 * *b + (1.0 - o->beta2) * g * g;
      return -rate * sqrt(1.0 - pow(o->beta2, t)) / (1.0 - pow(o->beta1, t)) * *a /
             (sqrt(*b) + o->epsilon);
    case FR_SGD:
      *a = o->momentum * *a - rate * g;
      return o->nesterov ? o->momentum * *a - rate * g : *a;
    case FR_ADADELTA: {
      *a = o->rho * *a + (1.0 - o->rho) * g * g;
      double change = sqrt(*b + o->epsilon) / sqrt(*a + o->epsilon) * g;
      *b = o->rho * *b + (1.0 - o->rho) * change * change;
      return -rate * change;
    }
    case FR_RMSPROP: {
      *a = o->rho * *a + (1.0 - o->rho) * g * g;
      *b = o->rho * *b + (1.0 - o->rho) * g;
      double change = rate * g / sqrt(*a - (o->centered ? *b * *b : 0.0) + o->epsilon);
      *c = o->momentum * *c + change;
      return -*c;
    }
    default: *a += g * g; return -rate * g / sqrt(*a + o->epsilon);
  }
}

static inline double exact_norm(const exact_net *net, const double *g, int tensor) {
  double squares = 0.0;
  for (int i = 0; i < net->count; i++)
    if (tensor < 0 || net->of[i].tensor == tensor) squares += g[i] * g[i];
  return sqrt(squares);
}

static inline void exact_clip_gradients(const exact_net *net, const fr_optimizer *o, double *g) {
  double all = exact_norm(net, g, -1), *clipped = check_alloc(sizeof *clipped * (size_t)net->count);
  for (int i = 0; i < net->count; i++) {
    clipped[i] = g[i];
    if (o->clip_value > 0.0) clipped[i] = fmin(fmax(g[i], -o->clip_value), o->clip_value);
    double norm = o->clip_norm > 0.0 ? exact_norm(net, g, net->of[i].tensor) : 0.0;
    if (norm > o->clip_norm) clipped[i] = g[i] * o->clip_norm / norm;
    if (o->global_clip_norm > 0.0 && all > o->global_clip_norm)
      clipped[i] = g[i] * o->global_clip_norm / all;
  }
  memcpy(g, clipped, sizeof *g * (size_t)net->count);
  free(clipped);
}

/* Update number t with gradients g, which are clipped in place. */
static inline void exact_update(exact_net *net, const fr_optimizer *o, int t, exact_states *s,
                                double *g) {
  exact_clip_gradients(net, o, g);
  for (int i = 0; i < net->count; i++) {
    if (!net->of[i].trainable) continue;
    double *w = &net->weights[i];
    *w -= o->learning_rate * o->weight_decay * *w;
    *w += exact_change(o, t, g[i], &s->a[i], &s->b[i], &s->c[i]);
    s->average[i] = t == 1 ? *w : o->ema_momentum * s->average[i] + (1.0 - o->ema_momentum) * *w;
    if (o->use_ema && o->ema_overwrite && t % o->ema_overwrite == 0) *w = s->average[i];
  }
}

#endif
