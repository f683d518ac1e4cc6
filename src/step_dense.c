/* The step of a dense layer. */
#include "kernels/adam.h"
#include "kernels/dropout.h"
#include "update.h"
#include "work.h"

/* ---- dense step: x (n, inputs) → y (n, units) ------------------------------------------------ */

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
  fr_dense_finish finish = {.bias = fr_values_of(work->model, s->bias),
                            .relu = s->activation == FR_RELU,
                            .kept = s->dropping ? &s->live : NULL,
                            .scale = s->dropping ? scale_of(s) : 1.0f};
  fr_dense_forward(&s->dense, s->x, work->n, fr_values_of(work->model, s->kernel), &finish,
                   units.first, units.end, s->partial, s->y);
}

static void dense_infer_chunk(void *context, int chunk) {
  const fr_work *work = context;
  const fr_model *m = work->model;
  fr_step *s = work->step;
  fr_infer_part part = fr_infer_part_of(&s->dense, work->n, fr_pool_threads(), chunk);
  fr_infer_forward(&s->dense, &part, s->x, m->inference + s->inference, fr_values_of(m, s->bias),
                   s->activation == FR_RELU,
                   s->nonzero + (ptrdiff_t)chunk * FR_INFER_SAMPLES * FR_INFER_PANEL,
                   (float *)s->partial, s->y);
}

void fr_dense_step_forward(fr_work *work) {
  const fr_model *m = work->model;
  fr_step *s = work->step;
  int n = work->n;
  s->live.samples = n;
  if (m->training) fr_pool_run(unit_chunks(s), dense_forward_chunk, work);
  else fr_pool_run(fr_infer_parts(&s->dense, n, fr_pool_threads()), dense_infer_chunk, work);
  if (s->activation != FR_RELU) fr_activate(s, 0, n);
}

/* Each unit's weights in the panel, with the optimizer that is fused with the gradient. */
static void update_panel_adam(const fr_model *m, const fr_step *s, fr_panel panel, int offset) {
  const fr_adam adam = fr_adam_of(&m->optimizer);
  float *w = m->values + offset, *m1 = m->states + offset, *m2 = m1 + m->parameter_floats;
  fr_optimizer_decay(&m->optimizer, w, s->y_size * panel.width);
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
  if (s->layer->frozen) return;
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

void fr_dense_step_backward(fr_work *work) {
  fr_model *m = work->model;
  fr_step *s = work->step;
  int n = work->n;
  if (s->dropping) fr_dropout_apply(s->keep, scale_of(s), s->dy, n, s->y_size, s->y_stride);
  fr_activate_backward(work, 0, n);
  s->live.samples = n;
  fr_pool_run(FR_CHUNKS, dense_list_chunk, work);
  fr_pool_run(fr_dense_panels(&s->dense), dense_backward_chunk, work);
  if (s->bias < 0) return;
  memset(s->gradient, 0, sizeof *s->gradient * (size_t)s->y_stride);
  fr_dense_backward_bias(&s->live, s->gradient);
  fr_update_emit(m, s->bias, 0, s->gradient, s->y_stride);
}
