#include "train.h"

#include <stdlib.h>

#include "activation.h"
#include "conv2d.h"
#include "dropout.h"
#include "pooling.h"

/* What becomes of a gradient as soon as it is complete: the optimizer applies it while it is in
 * the cache, or it is kept for inspection. */
static void emit_gradient(fr_model *m, int offset, const float *gradient, int n) {
  if (m->gradients) {
    memcpy(m->gradients + offset, gradient, sizeof *gradient * (size_t)n);
    return;
  }
  int states = fr_optimizer_states(&m->optimizer);
  float *s0 = states > 0 ? m->states + offset : NULL;
  float *s1 = states > 1 ? m->states + m->parameter_floats + offset : NULL;
  fr_optimizer_update(&m->optimizer, m->values + offset, s0, s1, gradient, n);
}

static const float *parameter(const fr_model *m, int index) {
  return index < 0 ? NULL : m->values + m->parameters[index].offset;
}

/* What a chunk of a step's work needs to know. */
typedef struct {
  fr_model *model;
  fr_step *step;
  int n; /* samples */
} fr_work;

static float *sample(float *values, int stride, int i) { return values + (ptrdiff_t)i * stride; }
static const float *input_of(const fr_step *s, int i) { return s->x + (ptrdiff_t)i * s->x_stride; }

/* ---- convolution step: x (n, h, w, in) → y (n, h', w', out) ------------------------------------ */

static void conv2d_forward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  fr_range range = fr_chunk_range(work->n, chunk);
  int relu = s->activation == FR_RELU;
  for (int i = range.first; i < range.end; i++) {
    const float *x = fr_conv2d_pad(w, input_of(s, i), s->scratch[chunk].image);
    float *y = sample(s->y, s->y_stride, i);
    if (s->pool)
      fr_conv2d_pool_forward(w, x, s->packed, relu, y, s->winner + (ptrdiff_t)i * s->y_size);
    else
      fr_conv2d_forward(w, x, s->packed, relu, y);
  }
}

static void conv2d_step_forward(fr_model *m, fr_step *s, int n) {
  fr_conv2d_pack(&s->layer->window, parameter(m, s->kernel), parameter(m, s->bias), s->packed);
  fr_work work = {m, s, n};
  fr_pool_run(FR_CHUNKS, conv2d_forward_chunk, &work);
}

static fr_conv2d_delta conv2d_delta(const fr_step *s, int i) {
  return (fr_conv2d_delta){.y = sample(s->y, s->y_stride, i),
                           .dy = sample(s->dy, s->y_stride, i),
                           .winner = s->pool ? s->winner + (ptrdiff_t)i * s->y_size : NULL,
                           .relu = s->activation == FR_RELU};
}

static int conv2d_rows(const fr_step *s) { return fr_conv2d_measure(&s->layer->window).rows; }

static int conv2d_gradient_floats(const fr_step *s) {
  return conv2d_rows(s) + fr_round_up(s->layer->units, FR_LANES);
}

static void conv2d_backward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  const fr_scratch *scratch = &s->scratch[chunk];
  fr_range range = fr_chunk_range(work->n, chunk);
  float *drows = scratch->gradient, *dbias = drows + conv2d_rows(s);
  memset(drows, 0, sizeof *drows * (size_t)conv2d_gradient_floats(s));
  for (int i = range.first; i < range.end; i++) {
    fr_conv2d_delta delta = conv2d_delta(s, i);
    const float *x = fr_conv2d_pad(w, input_of(s, i), scratch->image);
    fr_conv2d_backward_kernel(w, x, &delta, scratch->lists, drows, dbias);
    if (s->dx)
      fr_conv2d_backward_input(w, s->rows, &delta, scratch->lists, scratch->image,
                               sample(s->dx, s->x_stride, i));
  }
}

/* Adds the chunks' gradients up in the first one, in order. */
static void sum_chunks(fr_step *s) {
  float *sum = s->scratch[0].gradient;
  int floats = conv2d_gradient_floats(s);
  for (int chunk = 1; chunk < FR_CHUNKS; chunk++)
    for (int i = 0; i < floats; i += FR_LANES)
      f4_store(sum + i, f4_add(f4_load(sum + i), f4_load(s->scratch[chunk].gradient + i)));
}

static void conv2d_step_backward(fr_model *m, fr_step *s, int n) {
  const fr_window *w = &s->layer->window;
  const fr_parameter *kernel = &m->parameters[s->kernel];
  if (s->dx) fr_conv2d_pack_rows(w, parameter(m, s->kernel), s->rows);
  fr_work work = {m, s, n};
  fr_pool_run(FR_CHUNKS, conv2d_backward_chunk, &work);
  sum_chunks(s);
  const float *drows = s->scratch[0].gradient, *dbias = drows + conv2d_rows(s);
  memset(s->gradient + kernel->elements, 0,
         sizeof(float) * (size_t)(kernel->stored - kernel->elements));
  fr_conv2d_unpack_rows(w, drows, s->gradient);
  emit_gradient(m, kernel->offset, s->gradient, kernel->stored);
  if (s->bias >= 0)
    emit_gradient(m, m->parameters[s->bias].offset, dbias, m->parameters[s->bias].stored);
}

/* ---- max-pool step: x (n, h, w, c) → y (n, h', w', c) ------------------------------------------- */

static void pool_forward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++)
    fr_max_pool_forward(&s->layer->window, input_of(s, i), sample(s->y, s->y_stride, i));
}

static void pool_backward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++)
    fr_max_pool_backward(&s->layer->window, input_of(s, i), sample(s->y, s->y_stride, i),
                         sample(s->dy, s->y_stride, i), sample(s->dx, s->x_stride, i));
}

/* ---- dense step: x (n, inputs) → y (n, units) --------------------------------------------------- */

enum { UNITS_A_CHUNK = 16 };

static void dense_forward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  int first = chunk * UNITS_A_CHUNK, left = s->y_size - first;
  int end = first + (left < UNITS_A_CHUNK ? left : UNITS_A_CHUNK);
  fr_dense_forward(&s->dense, s->x, work->n, parameter(work->model, s->kernel),
                   parameter(work->model, s->bias), s->dropping ? &s->live : NULL, first, end,
                   s->partial, s->y);
}

static void dense_step_forward(fr_model *m, fr_step *s, int n) {
  if (s->dropping) fr_live_list_kept(&s->live, s->keep, n, s->y_size);
  fr_work work = {m, s, n};
  fr_pool_run((s->y_size + UNITS_A_CHUNK - 1) / UNITS_A_CHUNK, dense_forward_chunk, &work);
}

/* One panel. Its input's gradient needs the weights that its update is about to change. */
static void backward_panel(const fr_work *work, int index, float *row) {
  fr_model *m = work->model;
  fr_step *s = work->step;
  fr_panel panel = fr_dense_panel(&s->dense, index);
  int kernel = m->parameters[s->kernel].offset, offset = kernel + (int)panel.offset;
  if (s->dx) fr_dense_backward_input(&s->dense, panel, m->values + kernel, &s->live, s->dx);
  for (int u = 0; u < s->y_size; u++) {
    fr_dense_backward_kernel(&s->dense, panel, s->x, &s->live, u, row);
    emit_gradient(m, offset + u * panel.width, row, panel.width);
  }
}

static void dense_backward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_range range = fr_chunk_range(fr_dense_panels(&work->step->dense), chunk);
  for (int i = range.first; i < range.end; i++)
    backward_panel(work, i, work->step->scratch[chunk].gradient);
}

static void dense_step_backward(fr_model *m, fr_step *s, int n) {
  fr_live_list(&s->live, s->dy, n, s->y_size, s->y_stride);
  fr_work work = {m, s, n};
  fr_pool_run(FR_CHUNKS, dense_backward_chunk, &work);
  if (s->bias < 0) return;
  memset(s->gradient, 0, sizeof *s->gradient * (size_t)s->y_stride);
  fr_dense_backward_bias(&s->live, s->gradient);
  emit_gradient(m, m->parameters[s->bias].offset, s->gradient, s->y_stride);
}

/* ---- all steps --------------------------------------------------------------------------------- */

static int is_fused_relu(const fr_step *s) {
  return s->kind == FR_STEP_CONV2D && s->activation == FR_RELU;
}

static void step_forward(fr_model *m, fr_step *s, int n, int training) {
  fr_work work = {m, s, n};
  s->dropping = training && s->rate > 0.0f;
  if (s->dropping)
    fr_dropout_mask(m->seed, m->optimizer.steps, s->dropout_layer, s->rate, n, s->y_size, s->keep);
  switch (s->kind) {
    case FR_STEP_CONV2D: conv2d_step_forward(m, s, n); break;
    case FR_STEP_MAX_POOLING2D: fr_pool_run(FR_CHUNKS, pool_forward_chunk, &work); break;
    case FR_STEP_DENSE: dense_step_forward(m, s, n); break;
    default: memcpy(s->y, s->x, sizeof *s->y * (size_t)n * (size_t)s->y_stride);
  }
  if (!is_fused_relu(s))
    fr_activation_forward(s->activation, s->y, n, s->y_size, s->y_stride, s->channels);
  if (s->dropping)
    fr_dropout_apply(s->keep, 1.0f / (1.0f - s->rate), s->y, n, s->y_size, s->y_stride);
}

static void step_backward(fr_model *m, fr_step *s, int n, int in_loss) {
  fr_work work = {m, s, n};
  if (s->dropping)
    fr_dropout_apply(s->keep, 1.0f / (1.0f - s->rate), s->dy, n, s->y_size, s->y_stride);
  if (!in_loss && !is_fused_relu(s))
    fr_activation_backward(s->activation, s->y, s->dy, n, s->y_size, s->y_stride, s->channels);
  switch (s->kind) {
    case FR_STEP_CONV2D: conv2d_step_backward(m, s, n); break;
    case FR_STEP_MAX_POOLING2D:
      if (s->dx) fr_pool_run(FR_CHUNKS, pool_backward_chunk, &work);
      break;
    case FR_STEP_DENSE: dense_step_backward(m, s, n); break;
    default:
      if (s->dx) memcpy(s->dx, s->dy, sizeof *s->dx * (size_t)n * (size_t)s->y_stride);
  }
}

static void load_samples(fr_model *m, const void *samples, fr_dtype dtype, int n) {
  int size = fr_shape_elements(&m->input), stride = fr_round_up(size, FR_LANES);
  const char *bytes = samples;
  for (int i = 0; i < n; i++, bytes += (size_t)size * (size_t)fr_dtype_bytes(dtype))
    fr_load_samples(bytes, dtype, size, sample(m->input_values, stride, i));
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
  int larger = batch_size <= FR_MAX_BATCH && batch_size > b->n; /* than there are samples */
  fr_status status = fr_model_reserve(m, larger ? b->n : batch_size);
  if (status == FR_OK && needs_targets && m->loss == FR_SPARSE_CATEGORICAL_CROSSENTROPY)
    status = fr_check_labels(b->targets, b->n, last_step(m)->y_size);
  return status;
}

/* Samples first .. first + batch_size - 1 of the data, or as many as are left. */
static fr_batch slice(const fr_model *m, const fr_batch *data, int first, int batch_size) {
  size_t sample = (size_t)fr_shape_elements(&m->input) * (size_t)fr_dtype_bytes(data->dtype);
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
  if (status) return status;
  const fr_step *last = last_step(m);
  for (int first = 0; first < data->n; first += batch_size) {
    fr_batch b = slice(m, data, first, batch_size);
    forward(m, &b, 0);
    for (int i = 0; i < b.n; i++, predictions += last->y_size)
      memcpy(predictions, last->y + (size_t)i * (size_t)last->y_stride,
             sizeof *predictions * (size_t)last->y_size);
  }
  return FR_OK;
}
