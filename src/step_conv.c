/* Steps that convolve. */
#include "kernels/conv2d.h"
#include "kernels/depthwise.h"
#include "update.h"
#include "work.h"

/* ---- convolution step: x (n, h, w, in) → y (n, h', w', out) ---------------------------------- */

static void conv2d_forward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  fr_range range = fr_chunk_range(work->n, chunk);
  int relu = s->activation == FR_RELU;
  for (int i = range.first; i < range.end; i++) {
    const float *x = fr_conv2d_pad(w, fr_x_of(s, i), s->scratch[chunk].image);
    float *y = fr_y_of(s, i);
    if (s->pool)
      fr_conv2d_pool_forward(w, x, work->packed, relu, s->scratch[chunk].lists, y,
                             work->model->training ? fr_winner_of(s, i) : NULL);
    else fr_conv2d_forward(w, x, work->packed, relu, y);
    if (!relu) fr_activate(s, i, 1);
  }
}

void fr_conv2d_step_pack(const fr_model *m, const fr_step *s, float *packed) {
  const fr_window *w = &s->layer->window;
  if (s->winograd.forward) fr_winograd_step_pack(m, s, packed);
  else fr_conv2d_pack(w, fr_values_of(m, s->kernel), fr_values_of(m, s->bias), packed);
}

void fr_conv2d_step_forward(fr_work *work) {
  const fr_model *m = work->model;
  fr_step *s = work->step;
  work->packed = m->training ? s->packed : m->inference + s->inference;
  if (m->training) fr_conv2d_step_pack(m, s, s->packed);
  if (s->winograd.forward) fr_winograd_step_forward(work);
  else fr_pool_run(FR_CHUNKS, conv2d_forward_chunk, work);
}

static int conv2d_rows(const fr_step *s) {
  return s->winograd.kernel ? 0 : fr_conv2d_measure(&s->layer->window, s->pool).rows;
}

static int conv2d_gradient_floats(const fr_step *s) {
  return conv2d_rows(s) + fr_round_up(s->layer->units, FR_LANES);
}

static fr_conv2d_delta conv2d_delta(const fr_step *s, int i) {
  return (fr_conv2d_delta){.dy = fr_dy_of(s, i), .winner = s->pool ? fr_winner_of(s, i) : NULL};
}

static void conv2d_backward_kernel(const fr_step *s, fr_range group, const fr_scratch *scratch) {
  const fr_window *w = &s->layer->window;
  fr_conv2d_sample samples[FR_CONV_GROUP];
  float *image = scratch->image;
  for (int i = group.first; i < group.end; i++, image += fr_conv2d_image(w))
    samples[i - group.first] =
        (fr_conv2d_sample){fr_conv2d_pad(w, fr_x_of(s, i), image), conv2d_delta(s, i)};
  fr_conv2d_backward_kernel(w, samples, group.end - group.first, scratch->lists, scratch->gradient);
}

/* The activation, the bias, and what Winograd does not do. */
static void conv2d_backward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  const fr_scratch *scratch = &s->scratch[chunk];
  fr_range range = fr_chunk_range(work->n, chunk);
  float *dbias = scratch->gradient + conv2d_rows(s);
  int group = fr_conv2d_group(w, s->pool);
  memset(scratch->gradient, 0, sizeof(float) * (size_t)conv2d_gradient_floats(s));
  for (int first = range.first; first < range.end; first += group) {
    int end = first + group < range.end ? first + group : range.end;
    for (int i = first; i < end; i++) {
      fr_conv2d_delta delta = conv2d_delta(s, i);
      fr_activate_backward(work, i, 1);
      fr_conv2d_backward_bias(w, &delta, dbias);
    }
    if (!s->winograd.kernel) conv2d_backward_kernel(s, (fr_range){first, end}, scratch);
    for (int i = first; s->dx && !s->winograd.input && i < end; i++) {
      fr_conv2d_delta delta = conv2d_delta(s, i);
      fr_conv2d_backward_input(w, work->packed, &delta, scratch->lists, scratch->image,
                               fr_dx_of(s, i));
    }
  }
}

void fr_conv2d_step_backward(fr_work *work) {
  fr_model *m = work->model;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  const fr_parameter *kernel = &m->parameters[s->kernel];
  work->packed = s->packed;
  if (s->dx && !s->winograd.input) fr_conv2d_pack_rows(w, fr_values_of(m, s->kernel), s->packed);
  fr_pool_run(FR_CHUNKS, conv2d_backward_chunk, work);
  fr_sum_chunks(s, conv2d_gradient_floats(s));
  float *drows = s->scratch[0].gradient, *dbias = drows + conv2d_rows(s);
  if (s->dx && s->winograd.input) fr_winograd_step_input(work);
  memset(s->gradient + kernel->elements, 0,
         sizeof(float) * (size_t)(kernel->stored - kernel->elements));
  if (s->winograd.kernel) fr_winograd_step_kernel(work);
  else fr_conv2d_unpack_rows(w, drows, s->gradient);
  fr_update_emit(m, s->kernel, 0, s->gradient, kernel->stored);
  if (s->bias >= 0) fr_update_emit(m, s->bias, 0, dbias, m->parameters[s->bias].stored);
}

/* ---- depthwise step: x (n, h, w, in) → y (n, h', w', in · multiplier)
 * ---------------------------- */

static void depthwise_forward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++) {
    const float *x = fr_conv2d_pad(w, fr_x_of(s, i), s->scratch[chunk].image);
    fr_depthwise_forward(w, x, fr_values_of(work->model, s->kernel),
                         fr_values_of(work->model, s->bias), fr_y_of(s, i));
    fr_activate(s, i, 1);
  }
}

void fr_depthwise_step_forward(fr_work *work) {
  fr_pool_run(FR_CHUNKS, depthwise_forward_chunk, work);
}

static void depthwise_backward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  fr_range range = fr_chunk_range(work->n, chunk);
  float *dkernel = s->scratch[chunk].gradient, *image = s->scratch[chunk].image;
  float *dpadded = s->dx ? image + fr_conv2d_image(w) : NULL;
  memset(dkernel, 0, sizeof *dkernel * (size_t)fr_depthwise_floats(w));
  for (int i = range.first; i < range.end; i++) {
    fr_activate_backward(work, i, 1);
    fr_depthwise_backward(w, fr_conv2d_pad(w, fr_x_of(s, i), image),
                          fr_values_of(work->model, s->kernel), fr_dy_of(s, i), dkernel,
                          dkernel + fr_depthwise_bias(w), dpadded);
    if (s->dx) fr_conv2d_crop(w, dpadded, fr_dx_of(s, i));
  }
}

void fr_depthwise_step_backward(fr_work *work) {
  fr_model *m = work->model;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  fr_pool_run(FR_CHUNKS, depthwise_backward_chunk, work);
  fr_sum_chunks(s, fr_depthwise_floats(w));
  float *dkernel = s->scratch[0].gradient;
  fr_update_emit(m, s->kernel, 0, dkernel, m->parameters[s->kernel].stored);
  if (s->bias >= 0)
    fr_update_emit(m, s->bias, 0, dkernel + fr_depthwise_bias(w), m->parameters[s->bias].stored);
}
