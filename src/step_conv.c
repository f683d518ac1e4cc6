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
      fr_conv2d_pool_forward(w, x, s->packed, relu, s->scratch[chunk].lists, y,
                             work->model->training ? s->winner + (ptrdiff_t)i * s->y_size : NULL);
    else fr_conv2d_forward(w, x, s->packed, relu, y);
    if (!relu) fr_activate(s, i, 1);
  }
}

void fr_conv2d_step_forward(fr_work *work) {
  const fr_model *m = work->model;
  fr_step *s = work->step;
  fr_conv2d_pack(&s->layer->window, fr_values_of(m, s->kernel), fr_values_of(m, s->bias),
                 s->packed);
  fr_pool_run(FR_CHUNKS, conv2d_forward_chunk, work);
}

static fr_conv2d_delta conv2d_delta(const fr_step *s, int i) {
  return (fr_conv2d_delta){.dy = fr_dy_of(s, i),
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
    fr_activate_backward(work, i, 1);
    const float *x = fr_conv2d_pad(w, fr_x_of(s, i), scratch->image);
    fr_conv2d_backward_kernel(w, x, &delta, scratch->lists, drows, dbias);
    if (s->dx)
      fr_conv2d_backward_input(w, s->rows, &delta, scratch->lists, scratch->image, fr_dx_of(s, i));
  }
}

void fr_conv2d_step_backward(fr_work *work) {
  fr_model *m = work->model;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  const fr_parameter *kernel = &m->parameters[s->kernel];
  if (s->dx) fr_conv2d_pack_rows(w, fr_values_of(m, s->kernel), s->rows);
  fr_pool_run(FR_CHUNKS, conv2d_backward_chunk, work);
  fr_sum_chunks(s, conv2d_gradient_floats(s));
  float *drows = s->scratch[0].gradient, *dbias = drows + conv2d_rows(s);
  memset(s->gradient + kernel->elements, 0,
         sizeof(float) * (size_t)(kernel->stored - kernel->elements));
  fr_conv2d_unpack_rows(w, drows, s->gradient);
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
