#include "step.h"

#include "activation.h"
#include "adam.h"
#include "conv2d.h"
#include "dropout.h"
#include "pooling.h"
#include "update.h"

static const float *parameter(const fr_model *m, int index) {
  return index < 0 ? NULL : m->values + m->parameters[index].offset;
}

/* What a chunk of a step's work needs to know. */
typedef struct {
  fr_model *model;
  fr_step *step;
  int n;       /* samples */
  int in_loss; /* backward: dy is already the gradient before the activation */
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
      fr_conv2d_pool_forward(w, x, s->packed, relu, s->scratch[chunk].lists, y,
                             work->model->training ? s->winner + (ptrdiff_t)i * s->y_size : NULL);
    else
      fr_conv2d_forward(w, x, s->packed, relu, y);
    if (!relu) fr_activation_forward(s->activation, y, 1, s->y_size, s->y_stride, s->channels);
  }
}

static void conv2d_step_forward(fr_model *m, fr_step *s, int n) {
  fr_conv2d_pack(&s->layer->window, parameter(m, s->kernel), parameter(m, s->bias), s->packed);
  fr_pool_run(FR_CHUNKS, conv2d_forward_chunk, &(fr_work){.model = m, .step = s, .n = n});
}

static fr_conv2d_delta conv2d_delta(const fr_step *s, int i) {
  return (fr_conv2d_delta){.dy = sample(s->dy, s->y_stride, i),
                           .winner = s->pool ? s->winner + (ptrdiff_t)i * s->y_size : NULL};
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
    if (!work->in_loss)
      fr_activation_backward(s->activation, sample(s->y, s->y_stride, i), sample(s->dy, s->y_stride, i),
                             1, s->y_size, s->y_stride, s->channels);
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

static void conv2d_step_backward(fr_model *m, fr_step *s, int n, int in_loss) {
  const fr_window *w = &s->layer->window;
  const fr_parameter *kernel = &m->parameters[s->kernel];
  if (s->dx) fr_conv2d_pack_rows(w, parameter(m, s->kernel), s->rows);
  fr_work work = {.model = m, .step = s, .n = n, .in_loss = in_loss};
  fr_pool_run(FR_CHUNKS, conv2d_backward_chunk, &work);
  sum_chunks(s);
  float *drows = s->scratch[0].gradient, *dbias = drows + conv2d_rows(s);
  memset(s->gradient + kernel->elements, 0,
         sizeof(float) * (size_t)(kernel->stored - kernel->elements));
  fr_conv2d_unpack_rows(w, drows, s->gradient);
  fr_update_emit(m, s->kernel, 0, s->gradient, kernel->stored);
  if (s->bias >= 0) fr_update_emit(m, s->bias, 0, dbias, m->parameters[s->bias].stored);
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

enum { UNITS_A_CHUNK = 4 };

static fr_range units_of(const fr_step *s, int chunk) {
  int first = chunk * UNITS_A_CHUNK, left = s->y_size - first;
  return (fr_range){first, first + (left < UNITS_A_CHUNK ? left : UNITS_A_CHUNK)};
}

static int unit_chunks(const fr_step *s) { return (s->y_size + UNITS_A_CHUNK - 1) / UNITS_A_CHUNK; }

static float scale_of(const fr_step *s) { return 1.0f / (1.0f - s->rate); }

static void dense_forward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  fr_range units = units_of(s, chunk);
  if (s->dropping) fr_live_list_kept(&s->live, s->keep, units.first, units.end);
  fr_dense_finish finish = {.bias = parameter(work->model, s->bias),
                            .relu = s->activation == FR_RELU,
                            .kept = s->dropping ? &s->live : NULL,
                            .scale = s->dropping ? scale_of(s) : 1.0f};
  fr_dense_forward(&s->dense, s->x, work->n, parameter(work->model, s->kernel), &finish, units.first,
                   units.end, s->partial, s->y);
}

static void dense_infer_chunk(void *context, int chunk) {
  const fr_work *work = context;
  const fr_model *m = work->model;
  fr_step *s = work->step;
  fr_infer_part part = fr_infer_part_of(&s->dense, work->n, fr_pool_threads(), chunk);
  fr_infer_forward(&s->dense, &part, s->x, m->inference + s->inference, parameter(m, s->bias),
                   s->activation == FR_RELU,
                   s->nonzero + (ptrdiff_t)chunk * FR_INFER_SAMPLES * FR_INFER_PANEL,
                   (float *)s->partial, s->y);
}

static void dense_step_forward(fr_model *m, fr_step *s, int n) {
  fr_work work = {.model = m, .step = s, .n = n};
  s->live.samples = n;
  if (m->training) fr_pool_run(unit_chunks(s), dense_forward_chunk, &work);
  else fr_pool_run(fr_infer_parts(&s->dense, n, fr_pool_threads()), dense_infer_chunk, &work);
  if (s->activation != FR_RELU)
    fr_activation_forward(s->activation, s->y, n, s->y_size, s->y_stride, s->channels);
}

/* Each unit's weights in the panel, with the optimizer that is fused with the gradient. */
static void update_panel_adam(const fr_model *m, const fr_step *s, fr_panel panel, int offset) {
  const fr_adam adam = fr_adam_of(&m->optimizer);
  float *w = m->values + offset, *m1 = m->states + offset, *m2 = m1 + m->parameter_floats;
  for (int u = 0, at = 0; u < s->y_size; u++, at += panel.width)
    fr_dense_backward_kernel_adam(&s->dense, panel, s->x, &s->live, u, &adam, w + at, m1 + at,
                                  m2 + at);
}

/* One panel. Its input's gradient needs the weights that its update is about to change. */
static void dense_backward_chunk(void *context, int index) {
  const fr_work *work = context;
  fr_model *m = work->model;
  fr_step *s = work->step;
  fr_panel panel = fr_dense_panel(&s->dense, index);
  int kernel = m->parameters[s->kernel].offset, at = (int)panel.offset;
  if (s->dx) fr_dense_backward_input(&s->dense, panel, m->values + kernel, &s->live, s->dx);
  if (fr_update_is_plain_adam(m, s->kernel)) {
    update_panel_adam(m, s, panel, kernel + at);
    return;
  }
  float row[FR_PANEL];
  for (int u = 0; u < s->y_size; u++) {
    fr_dense_backward_kernel(&s->dense, panel, s->x, &s->live, u, row);
    fr_update_emit(m, s->kernel, at + u * panel.width, row, panel.width);
  }
}

static void dense_list_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  fr_range samples = fr_chunk_range(work->n, chunk), units = fr_chunk_range(s->y_size, chunk);
  fr_live_list_samples(&s->live, s->dy, s->y_stride, samples.first, samples.end);
  fr_live_list_units(&s->live, s->dy, s->y_stride, units.first, units.end);
}

static void dense_step_backward(fr_model *m, fr_step *s, int n, int in_loss) {
  if (s->dropping) fr_dropout_apply(s->keep, scale_of(s), s->dy, n, s->y_size, s->y_stride);
  if (!in_loss)
    fr_activation_backward(s->activation, s->y, s->dy, n, s->y_size, s->y_stride, s->channels);
  fr_work work = {.model = m, .step = s, .n = n};
  s->live.samples = n;
  fr_pool_run(FR_CHUNKS, dense_list_chunk, &work);
  fr_pool_run(fr_dense_panels(&s->dense), dense_backward_chunk, &work);
  if (s->bias < 0) return;
  memset(s->gradient, 0, sizeof *s->gradient * (size_t)s->y_stride);
  fr_dense_backward_bias(&s->live, s->gradient);
  fr_update_emit(m, s->bias, 0, s->gradient, s->y_stride);
}

/* ---- activation or dropout by itself: x (n, …) → y, the same shape ------------------------------ */

static void pointwise_forward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  fr_range range = fr_chunk_range(work->n, chunk);
  int n = range.end - range.first;
  float *y = sample(s->y, s->y_stride, range.first);
  memcpy(y, input_of(s, range.first), sizeof *y * (size_t)n * (size_t)s->y_stride);
  fr_activation_forward(s->activation, y, n, s->y_size, s->y_stride, s->channels);
  if (s->dropping)
    fr_dropout_apply(s->keep + (ptrdiff_t)range.first * s->y_size, scale_of(s), y, n, s->y_size,
                     s->y_stride);
}

static void pointwise_backward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  fr_range range = fr_chunk_range(work->n, chunk);
  int n = range.end - range.first;
  float *dy = sample(s->dy, s->y_stride, range.first);
  if (s->dropping)
    fr_dropout_apply(s->keep + (ptrdiff_t)range.first * s->y_size, scale_of(s), dy, n, s->y_size,
                     s->y_stride);
  if (!work->in_loss)
    fr_activation_backward(s->activation, sample(s->y, s->y_stride, range.first), dy, n, s->y_size,
                           s->y_stride, s->channels);
  if (s->dx)
    memcpy(sample(s->dx, s->x_stride, range.first), dy,
           sizeof *dy * (size_t)n * (size_t)s->y_stride);
}

/* ---- all steps --------------------------------------------------------------------------------- */

void fr_step_forward(fr_model *m, fr_step *s, int n) {
  fr_work work = {.model = m, .step = s, .n = n};
  switch (s->kind) {
    case FR_STEP_CONV2D: conv2d_step_forward(m, s, n); break;
    case FR_STEP_MAX_POOLING2D: fr_pool_run(FR_CHUNKS, pool_forward_chunk, &work); break;
    case FR_STEP_DENSE: dense_step_forward(m, s, n); break;
    default: fr_pool_run(FR_CHUNKS, pointwise_forward_chunk, &work);
  }
}

void fr_step_backward(fr_model *m, fr_step *s, int n, int in_loss) {
  fr_work work = {.model = m, .step = s, .n = n, .in_loss = in_loss};
  switch (s->kind) {
    case FR_STEP_CONV2D: conv2d_step_backward(m, s, n, in_loss); break;
    case FR_STEP_MAX_POOLING2D:
      if (s->dx) fr_pool_run(FR_CHUNKS, pool_backward_chunk, &work);
      break;
    case FR_STEP_DENSE: dense_step_backward(m, s, n, in_loss); break;
    default: fr_pool_run(FR_CHUNKS, pointwise_backward_chunk, &work);
  }
}

/* ---- before the first step ---------------------------------------------------------------------- */

typedef struct {
  fr_model *model;
  const char *samples;
  fr_dtype dtype;
  int n;
} fr_intake;

static void prepare_chunk(void *context, int chunk) {
  const fr_intake *intake = context;
  fr_model *m = intake->model;
  fr_range range = fr_chunk_range(intake->n, chunk);
  int size = fr_shape_elements(&m->input), stride = fr_round_up(size, FR_LANES);
  size_t bytes = (size_t)size * (size_t)fr_dtype_bytes(intake->dtype);
  for (int i = range.first; i < range.end; i++)
    fr_load_samples(intake->samples + (size_t)i * bytes, intake->dtype, size,
                    sample(m->input_values, stride, i));
  for (int i = 0; i < m->step_count; i++) {
    const fr_step *s = &m->steps[i];
    if (s->dropping)
      fr_dropout_mask(m->seed, m->optimizer.steps, s->dropout_layer, s->rate, range.first, range.end,
                      s->y_size, s->keep);
  }
}

void fr_steps_prepare(fr_model *m, const void *samples, fr_dtype dtype, int n, int training) {
  m->training = training;
  for (int i = 0; i < m->step_count; i++)
    m->steps[i].dropping = training && m->steps[i].rate > 0.0f;
  fr_pool_run(FR_CHUNKS, prepare_chunk, &(fr_intake){m, samples, dtype, n});
}
