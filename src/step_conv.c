/* Steps that convolve. In inference they read copies of their weights, into which a batch
 * normalization after them is folded: y = gain · (conv(x) - mean) + shift is one convolution. */
#include "kernels/conv2d.h"
#include "kernels/depthwise.h"
#include "kernels/pointwise.h"
#include "kernels/winograd.h"
#include "update.h"
#include "work.h"

/* ---- weights for inference ------------------------------------------------------------------- */

/* kernel, bias, into which `norm` is folded, unless it is NULL. The last axis is the outputs'. */
static void fold_weights(const fr_model *m, const fr_step *s, const fr_norm *norm, float *kernel,
                         float *bias) {
  const float *from = fr_values_of(m, s->kernel), *shift = fr_values_of(m, s->bias);
  int channels = s->layer->window.out_c, elements = m->parameters[s->kernel].elements;
  for (int i = 0; kernel && i < elements; i++)
    kernel[i] = norm ? from[i] * norm->gain[i % channels] : from[i];
  for (int c = 0; c < channels; c++) {
    bias[c] = shift ? shift[c] : 0.0f;
    if (norm) bias[c] = (bias[c] - norm->mean[c]) * norm->gain[c] + norm->shift[c];
  }
}

static const fr_norm *norm_of(fr_model *m, const fr_step *s) {
  return s->folds < 0 ? NULL : fr_normalize_step_moving(m, &m->steps[s->folds]);
}

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

static int64_t kernel_floats(const fr_step *s) {
  const fr_window *w = &s->layer->window;
  int64_t floats = s->algorithms.forward == FR_WINOGRAD ? fr_winograd_packed(w)
                                                        : fr_conv2d_measure(w, s->pool).packed;
  return (floats + FR_LANES - 1) / FR_LANES * FR_LANES;
}

static void pack_forward(const fr_step *s, const float *kernel, const float *bias, float *packed) {
  if (s->algorithms.forward == FR_WINOGRAD) fr_winograd_step_pack(s, kernel, packed);
  else fr_conv2d_pack(&s->layer->window, kernel, bias, packed);
}

/* The packed kernel, then the bias. */
int64_t fr_conv2d_step_packed(const fr_step *s) {
  return kernel_floats(s) + fr_round_up(s->layer->units, FR_LANES);
}

void fr_conv2d_step_pack(fr_model *m, const fr_step *s, float *packed) {
  float *bias = packed + kernel_floats(s);
  const fr_norm *norm = norm_of(m, s);
  fold_weights(m, s, norm, norm ? s->gradient : NULL, bias);
  pack_forward(s, norm ? s->gradient : fr_values_of(m, s->kernel), bias, packed);
}

void fr_conv2d_step_forward(fr_work *work) {
  const fr_model *m = work->model;
  fr_step *s = work->step;
  work->packed = m->training ? s->packed : m->inference + s->inference;
  work->bias = m->training ? fr_values_of(m, s->bias) : work->packed + kernel_floats(s);
  if (m->training) pack_forward(s, fr_values_of(m, s->kernel), work->bias, s->packed);
  if (s->algorithms.forward == FR_WINOGRAD) fr_winograd_step_forward(work);
  else fr_pool_run(FR_CHUNKS, conv2d_forward_chunk, work);
}

/* Floats of a chunk's kernel gradient. */
static int conv2d_rows(const fr_step *s) {
  const fr_window *w = &s->layer->window;
  switch (s->algorithms.kernel) {
    case FR_WINOGRAD: return 0;
    case FR_POINTWISE: return w->in_c * w->out_c;
    default: return fr_conv2d_measure(w, s->pool).rows;
  }
}

int fr_conv2d_step_sums(const fr_step *s) {
  return conv2d_rows(s) + fr_round_up(s->layer->units, FR_LANES);
}

static fr_conv2d_delta conv2d_delta(const fr_step *s, int i) {
  return (fr_conv2d_delta){.dy = fr_dy_of(s, i), .winner = s->pool ? fr_winner_of(s, i) : NULL};
}

static void direct_kernel(const fr_step *s, fr_range group, const fr_scratch *scratch) {
  const fr_window *w = &s->layer->window;
  fr_conv2d_sample samples[FR_CONV_GROUP];
  float *image = scratch->image;
  for (int i = group.first; i < group.end; i++, image += fr_conv2d_image(w))
    samples[i - group.first] =
        (fr_conv2d_sample){fr_conv2d_pad(w, fr_x_of(s, i), image), conv2d_delta(s, i)};
  fr_conv2d_backward_kernel(w, samples, group.end - group.first, scratch->lists, scratch->gradient);
}

static void kernel_of_group(const fr_step *s, fr_range group, const fr_scratch *scratch) {
  if (s->algorithms.kernel == FR_DIRECT) direct_kernel(s, group, scratch);
  if (s->algorithms.kernel != FR_POINTWISE) return;
  for (int i = group.first; i < group.end; i++)
    fr_pointwise_backward_kernel(&s->layer->window, fr_x_of(s, i), fr_dy_of(s, i),
                                 scratch->gradient);
}

static void input_of_sample(const fr_work *work, int i, const fr_scratch *scratch) {
  const fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  fr_conv2d_delta delta = conv2d_delta(s, i);
  if (s->algorithms.input == FR_DIRECT)
    fr_conv2d_backward_input(w, work->packed, &delta, scratch->lists, scratch->image,
                             fr_dx_of(s, i));
  if (s->algorithms.input == FR_POINTWISE)
    fr_pointwise_backward_input(w, work->packed, delta.dy, fr_dx_of(s, i));
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
  memset(scratch->gradient, 0, sizeof(float) * (size_t)fr_conv2d_step_sums(s));
  for (int first = range.first; first < range.end; first += group) {
    int end = first + group < range.end ? first + group : range.end;
    for (int i = first; i < end; i++) {
      fr_conv2d_delta delta = conv2d_delta(s, i);
      fr_activate_backward(work, i, 1);
      if (!s->layer->frozen) fr_conv2d_backward_bias(w, &delta, dbias);
    }
    if (!s->layer->frozen) kernel_of_group(s, (fr_range){first, end}, scratch);
    for (int i = first; s->dx && i < end; i++) input_of_sample(work, i, scratch);
  }
}

void fr_conv2d_step_backward(fr_work *work) {
  fr_model *m = work->model;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  const fr_parameter *kernel = &m->parameters[s->kernel];
  work->packed = s->packed;
  if (s->dx && s->algorithms.input == FR_POINTWISE)
    fr_pointwise_pack(w, fr_values_of(m, s->kernel), s->packed);
  if (s->dx && s->algorithms.input == FR_DIRECT)
    fr_conv2d_pack_rows(w, fr_values_of(m, s->kernel), s->packed);
  fr_pool_run(FR_CHUNKS, conv2d_backward_chunk, work);
  if (s->dx && s->algorithms.input == FR_WINOGRAD) fr_winograd_step_input(work);
  if (s->layer->frozen) return;
  fr_sum_chunks(s, fr_conv2d_step_sums(s));
  float *drows = s->scratch[0].gradient, *dbias = drows + conv2d_rows(s);
  memset(s->gradient + kernel->elements, 0,
         sizeof(float) * (size_t)(kernel->stored - kernel->elements));
  switch (s->algorithms.kernel) {
    case FR_WINOGRAD: fr_winograd_step_kernel(work); break;
    case FR_POINTWISE: memcpy(s->gradient, drows, sizeof *drows * (size_t)kernel->elements); break;
    default: fr_conv2d_unpack_rows(w, drows, s->gradient);
  }
  fr_update_emit(m, s->kernel, 0, s->gradient, kernel->stored);
  if (s->bias >= 0) fr_update_emit(m, s->bias, 0, dbias, m->parameters[s->bias].stored);
}

/* ---- depthwise step: x (n, h, w, in) → y (n, h', w', in · multiplier) ------------------------ */

static void depthwise_forward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++) {
    const float *x = fr_conv2d_pad(w, fr_x_of(s, i), s->scratch[chunk].image);
    fr_depthwise_forward(w, x, work->packed, work->bias, fr_y_of(s, i));
    fr_activate(s, i, 1);
  }
}

int64_t fr_depthwise_step_packed(const fr_step *s) {
  return s->folds < 0 ? 0 : fr_depthwise_floats(&s->layer->window);
}

void fr_depthwise_step_pack(fr_model *m, const fr_step *s, float *packed) {
  if (s->folds >= 0)
    fold_weights(m, s, norm_of(m, s), packed, packed + fr_depthwise_bias(&s->layer->window));
}

void fr_depthwise_step_forward(fr_work *work) {
  const fr_model *m = work->model;
  const fr_step *s = work->step;
  int folds = !m->training && s->folds >= 0;
  work->packed = folds ? m->inference + s->inference : fr_values_of(m, s->kernel);
  work->bias =
      folds ? work->packed + fr_depthwise_bias(&s->layer->window) : fr_values_of(m, s->bias);
  fr_pool_run(FR_CHUNKS, depthwise_forward_chunk, work);
}

static void depthwise_backward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  fr_range range = fr_chunk_range(work->n, chunk);
  float *dkernel = s->scratch[chunk].gradient, *image = s->scratch[chunk].image;
  memset(dkernel, 0, sizeof *dkernel * (size_t)fr_depthwise_floats(w));
  for (int i = range.first; i < range.end; i++) {
    fr_activate_backward(work, i, 1);
    if (!s->layer->frozen)
      fr_depthwise_backward_kernel(w, fr_conv2d_pad(w, fr_x_of(s, i), image), fr_dy_of(s, i),
                                   dkernel, dkernel + fr_depthwise_bias(w));
    if (s->dx)
      fr_depthwise_backward_input(w, fr_values_of(work->model, s->kernel), fr_dy_of(s, i), image,
                                  fr_dx_of(s, i));
  }
}

void fr_depthwise_step_backward(fr_work *work) {
  fr_model *m = work->model;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  fr_pool_run(FR_CHUNKS, depthwise_backward_chunk, work);
  if (s->layer->frozen) return;
  fr_sum_chunks(s, fr_depthwise_floats(w));
  float *dkernel = s->scratch[0].gradient;
  fr_update_emit(m, s->kernel, 0, dkernel, m->parameters[s->kernel].stored);
  if (s->bias >= 0)
    fr_update_emit(m, s->bias, 0, dkernel + fr_depthwise_bias(w), m->parameters[s->bias].stored);
}
