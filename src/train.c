#include "train.h"

#include <stdlib.h>

#include "activation.h"
#include "conv2d.h"
#include "dataset.h"
#include "dropout.h"
#include "pooling.h"

/* What becomes of a gradient as soon as it is complete: the optimizer applies it while it is in
 * the cache, or it is kept for inspection. */
static void emit_gradient(fr_model *m, int offset, const float *gradient, int n) {
  if (m->gradients) {
    memcpy(m->gradients + offset, gradient, sizeof *gradient * (size_t)n);
    return;
  }
  float *states = m->states + offset;
  fr_optimizer_update(&m->optimizer, m->values + offset, states, states + m->parameter_floats,
                      gradient, n);
}

static const float *parameter(const fr_model *m, int index) {
  return index < 0 ? NULL : m->values + m->parameters[index].offset;
}

/* ---- convolution step: x (n, h, w, in) → y (n, h', w', out) ------------------------------------ */

static void conv2d_step_forward(fr_model *m, fr_step *s, int n) {
  const fr_window *w = &s->layer->window;
  int relu = s->activation == FR_RELU;
  fr_conv2d_pack(w, parameter(m, s->kernel), parameter(m, s->bias), s->packed);
  for (int i = 0; i < n; i++) {
    const float *x = fr_conv2d_pad(w, s->x + (size_t)i * (size_t)s->x_stride, s->image);
    float *y = s->y + (size_t)i * (size_t)s->y_stride;
    if (s->pool)
      fr_conv2d_pool_forward(w, x, s->packed, relu, y, s->winner + (size_t)i * (size_t)s->y_size);
    else
      fr_conv2d_forward(w, x, s->packed, relu, y);
  }
}

static fr_conv2d_delta conv2d_delta(const fr_step *s, int i) {
  size_t at = (size_t)i * (size_t)s->y_stride;
  return (fr_conv2d_delta){.y = s->y + at, .dy = s->dy + at, .relu = s->activation == FR_RELU,
                           .winner = s->pool ? s->winner + (size_t)i * (size_t)s->y_size : NULL};
}

static void conv2d_step_backward(fr_model *m, fr_step *s, int n) {
  const fr_window *w = &s->layer->window;
  int channels = fr_round_up(w->out_c, FR_LANES), stored = m->parameters[s->kernel].stored;
  float *dkernel = s->gradient, *dbias = s->gradient + stored;
  memset(s->drows, 0, sizeof *s->drows * (size_t)fr_conv2d_measure(w).rows);
  memset(s->gradient, 0, sizeof *s->gradient * (size_t)(stored + channels));
  if (s->dx) fr_conv2d_pack_rows(w, parameter(m, s->kernel), s->rows);
  for (int i = 0; i < n; i++) {
    fr_conv2d_delta delta = conv2d_delta(s, i);
    size_t at = (size_t)i * (size_t)s->x_stride;
    const float *x = fr_conv2d_pad(w, s->x + at, s->image);
    fr_conv2d_backward_kernel(w, x, &delta, s->lists, s->drows, dbias);
    if (s->dx) fr_conv2d_backward_input(w, s->rows, &delta, s->lists, s->image, s->dx + at);
  }
  fr_conv2d_unpack_rows(w, s->drows, dkernel);
  emit_gradient(m, m->parameters[s->kernel].offset, dkernel, stored);
  if (s->bias >= 0) emit_gradient(m, m->parameters[s->bias].offset, dbias, channels);
}

/* ---- max-pool step: x (n, h, w, c) → y (n, h', w', c) ------------------------------------------- */

static void pool_step_forward(fr_step *s, int n) {
  for (int i = 0; i < n; i++)
    fr_max_pool_forward(&s->layer->window, s->x + (size_t)i * (size_t)s->x_stride,
                        s->y + (size_t)i * (size_t)s->y_stride);
}

static void pool_step_backward(fr_step *s, int n) {
  if (!s->dx) return;
  for (int i = 0; i < n; i++) {
    size_t x = (size_t)i * (size_t)s->x_stride, y = (size_t)i * (size_t)s->y_stride;
    fr_max_pool_backward(&s->layer->window, s->x + x, s->y + y, s->dy + y, s->dx + x);
  }
}

/* ---- dense step: x (n, inputs) → y (n, units) --------------------------------------------------- */

static void dense_step_forward(fr_model *m, fr_step *s, int n, int dropping) {
  if (dropping) fr_live_list_kept(&s->live, s->keep, n, s->y_size);
  fr_dense_forward(&s->dense, s->x, n, parameter(m, s->kernel), parameter(m, s->bias),
                   dropping ? &s->live : NULL, s->partial, s->y);
}

/* The input's gradient of a panel needs the weights that its update is about to change. */
static void dense_step_backward(fr_model *m, fr_step *s, int n) {
  int offset = m->parameters[s->kernel].offset;
  fr_live_list(&s->live, s->dy, n, s->y_size, s->y_stride);
  for (int i = 0; i < fr_dense_panels(&s->dense); i++) {
    fr_panel panel = fr_dense_panel(&s->dense, i);
    if (s->dx) fr_dense_backward_input(&s->dense, panel, m->values + offset, &s->live, s->dx);
    for (int u = 0; u < s->y_size; u++) {
      fr_dense_backward_kernel(&s->dense, panel, s->x, &s->live, u, s->gradient);
      emit_gradient(m, offset + (int)panel.offset + u * panel.width, s->gradient, panel.width);
    }
  }
  if (s->bias < 0) return;
  memset(s->gradient, 0, sizeof *s->gradient * (size_t)s->y_stride);
  fr_dense_backward_bias(&s->live, s->gradient);
  emit_gradient(m, m->parameters[s->bias].offset, s->gradient, s->y_stride);
}

/* ---- all steps --------------------------------------------------------------------------------- */

static void step_forward(fr_model *m, fr_step *s, int n, int training) {
  int dropping = training && s->rate > 0.0f;
  if (dropping)
    fr_dropout_mask(m->seed, m->optimizer.steps, s->dropout_layer, s->rate, n, s->y_size, s->keep);
  switch (s->kind) {
    case FR_STEP_CONV2D: conv2d_step_forward(m, s, n); break;
    case FR_STEP_MAX_POOLING2D: pool_step_forward(s, n); break;
    case FR_STEP_DENSE: dense_step_forward(m, s, n, dropping); break;
    default: memcpy(s->y, s->x, sizeof *s->y * (size_t)n * (size_t)s->y_stride);
  }
  int fused_relu = s->kind == FR_STEP_CONV2D && s->activation == FR_RELU;
  if (!fused_relu)
    fr_activation_forward(s->activation, s->y, n, s->y_size, s->y_stride, s->channels);
  if (dropping)
    fr_dropout_apply(s->keep, 1.0f / (1.0f - s->rate), s->y, n, s->y_size, s->y_stride);
}

static void step_backward(fr_model *m, fr_step *s, int n, int in_loss) {
  if (s->rate > 0.0f)
    fr_dropout_apply(s->keep, 1.0f / (1.0f - s->rate), s->dy, n, s->y_size, s->y_stride);
  int fused_relu = s->kind == FR_STEP_CONV2D && s->activation == FR_RELU;
  if (!in_loss && !fused_relu)
    fr_activation_backward(s->activation, s->y, s->dy, n, s->y_size, s->y_stride, s->channels);
  switch (s->kind) {
    case FR_STEP_CONV2D: conv2d_step_backward(m, s, n); break;
    case FR_STEP_MAX_POOLING2D: pool_step_backward(s, n); break;
    case FR_STEP_DENSE: dense_step_backward(m, s, n); break;
    default:
      if (s->dx) memcpy(s->dx, s->dy, sizeof *s->dx * (size_t)n * (size_t)s->y_stride);
  }
}

static void load_samples(fr_model *m, const void *samples, fr_dtype dtype, int n) {
  int size = fr_shape_elements(&m->input), stride = fr_round_up(size, FR_LANES);
  for (int i = 0; i < n; i++) {
    float *x = m->input_values + (size_t)i * (size_t)stride;
    size_t at = (size_t)i * (size_t)size;
    if (dtype == FR_UINT8) fr_scale_pixels((const uint8_t *)samples + at, size, x);
    else memcpy(x, (const float *)samples + at, sizeof *x * (size_t)size);
  }
}

static const fr_step *last_step(const fr_model *m) { return &m->steps[m->step_count - 1]; }

static void forward(fr_model *m, const fr_batch *b, int training) {
  load_samples(m, b->samples, b->dtype, b->n);
  for (int i = 0; i < m->step_count; i++) step_forward(m, &m->steps[i], b->n, training);
}

static void score(fr_model *m, const fr_batch *b, float *dp, fr_scores *scores) {
  const fr_step *last = last_step(m);
  fr_loss_batch(m->loss, m->fused_activation, last->y, b->targets, b->n, last->y_size,
                last->y_stride, dp, scores);
}

static void backward(fr_model *m, int n) {
  for (int i = m->step_count - 1; i >= 0; i--) {
    int in_loss = i == m->step_count - 1 && m->fused_activation != FR_LINEAR;
    step_backward(m, &m->steps[i], n, in_loss);
  }
}

/* ---- batches ----------------------------------------------------------------------------------- */

static fr_status check_batch(fr_model *m, const fr_batch *b, int batch_size, int needs_targets) {
  if (needs_targets && !m->compiled)
    return fr_fail(FR_WRONG_STATE, "model: compile it before it is trained or evaluated");
  if (b->n < 1) return fr_fail(FR_INVALID_ARGUMENT, "samples: at least one is needed, got %d", b->n);
  if (b->dtype != FR_UINT8 && b->dtype != FR_FLOAT32)
    return fr_fail(FR_INVALID_ARGUMENT, "samples: type must be bytes (0) or floats (1), got %d",
                   (int)b->dtype);
  fr_status status = fr_model_reserve(m, batch_size);
  if (status == FR_OK && needs_targets && m->loss == FR_SPARSE_CATEGORICAL_CROSSENTROPY)
    status = fr_check_labels(b->targets, b->n, last_step(m)->y_size);
  return status;
}

/* Samples first .. first + batch_size - 1 of the data, or as many as are left. */
static fr_batch slice(const fr_model *m, const fr_batch *data, int first, int batch_size) {
  size_t sample = (size_t)fr_shape_elements(&m->input);
  if (data->dtype == FR_FLOAT32) sample *= sizeof(float);
  size_t target = sizeof(int32_t);
  if (m->loss != FR_SPARSE_CATEGORICAL_CROSSENTROPY) target *= (size_t)last_step(m)->y_size;
  fr_batch b = *data;
  b.samples = (const char *)data->samples + (size_t)first * sample;
  if (data->targets) b.targets = (const char *)data->targets + (size_t)first * target;
  b.n = data->n - first < batch_size ? data->n - first : batch_size;
  return b;
}

fr_status fr_train(fr_model *m, const fr_batch *data, int batch_size, fr_scores *scores) {
  fr_status status = check_batch(m, data, batch_size, 1);
  if (status) return status;
  free(m->gradients);
  m->gradients = NULL;
  for (int first = 0; first < data->n; first += batch_size, scores++) {
    fr_batch b = slice(m, data, first, batch_size);
    *scores = (fr_scores){0};
    forward(m, &b, 1);
    score(m, &b, last_step(m)->dy, scores);
    fr_optimizer_begin_step(&m->optimizer);
    backward(m, b.n);
  }
  return FR_OK;
}

fr_status fr_train_gradients(fr_model *m, const fr_batch *batch, fr_scores *scores) {
  fr_status status = check_batch(m, batch, batch->n, 1);
  if (status) return status;
  if (!m->gradients) m->gradients = calloc((size_t)m->parameter_floats + 1, sizeof(float));
  if (!m->gradients) return fr_fail(FR_OUT_OF_MEMORY, "gradients: out of memory");
  *scores = (fr_scores){0};
  forward(m, batch, 1);
  score(m, batch, last_step(m)->dy, scores);
  backward(m, batch->n);
  return FR_OK;
}

fr_status fr_evaluate(fr_model *m, const fr_batch *data, int batch_size, fr_scores *scores) {
  fr_status status = check_batch(m, data, batch_size, 1);
  for (int first = 0; status == FR_OK && first < data->n; first += batch_size) {
    fr_batch b = slice(m, data, first, batch_size);
    forward(m, &b, 0);
    score(m, &b, NULL, scores);
  }
  return status;
}

fr_status fr_predict(fr_model *m, const fr_batch *data, int batch_size, float *predictions) {
  fr_status status = check_batch(m, data, batch_size, 0);
  const fr_step *last = last_step(m);
  for (int first = 0; status == FR_OK && first < data->n; first += batch_size) {
    fr_batch b = slice(m, data, first, batch_size);
    forward(m, &b, 0);
    for (int i = 0; i < b.n; i++, predictions += last->y_size)
      memcpy(predictions, last->y + (size_t)i * (size_t)last->y_stride,
             sizeof *predictions * (size_t)last->y_size);
  }
  return status;
}
