#include "step.h"

#include "kernels/dropout.h"
#include "kernels/pooling.h"
#include "work.h"

void fr_sum_chunks(fr_step *s, int floats) {
  float *sum = s->scratch[0].gradient;
  for (int chunk = 1; chunk < FR_CHUNKS; chunk++)
    for (int i = 0; i < floats; i += FR_LANES)
      f4_store(sum + i, f4_add(f4_load(sum + i), f4_load(s->scratch[chunk].gradient + i)));
}

/* ---- pool steps: x (n, h, w, c) → y (n, h', w', c) ------------------------------------------- */

static void max_pool_forward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  fr_max_pool_forward(&s->layer->window, fr_x_of(s, i), fr_y_of(s, i));
}

static void max_pool_backward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  if (s->dx)
    fr_max_pool_backward(&s->layer->window, fr_x_of(s, i), fr_y_of(s, i), fr_dy_of(s, i),
                         fr_dx_of(s, i));
}

static void whole_max_pool_backward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  if (s->dx)
    fr_global_max_pool_backward(&s->layer->window, fr_x_of(s, i), fr_y_of(s, i), fr_dy_of(s, i),
                                fr_dx_of(s, i));
}

static void mean_pool_forward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  fr_average_pool_forward(&s->layer->window, fr_x_of(s, i), fr_y_of(s, i));
}

static void mean_pool_backward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  if (s->dx) fr_average_pool_backward(&s->layer->window, fr_dy_of(s, i), fr_dx_of(s, i));
}

/* ---- pad step: x (n, h, w, c) → y (n, h + top + bottom, w + left + right, c) ----------------- */

/* Where line `line` of x lies in the padded image, and its length. */
static float *padded_line(const fr_step *s, float *padded, int line, size_t *bytes) {
  const fr_layer *l = s->layer;
  int channels = l->input.dims[2];
  *bytes = sizeof *padded * (size_t)(l->input.dims[1] * channels);
  return padded + ((line + l->pads[0]) * l->output.dims[1] + l->pads[2]) * channels;
}

static void pad_forward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  int row = s->x_size / s->layer->input.dims[0];
  memset(fr_y_of(s, i), 0, sizeof(float) * (size_t)s->y_size);
  for (int line = 0; line < s->layer->input.dims[0]; line++) {
    size_t bytes;
    float *to = padded_line(s, fr_y_of(s, i), line, &bytes);
    memcpy(to, fr_x_of(s, i) + line * row, bytes);
  }
}

static void pad_backward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  int row = s->x_size / s->layer->input.dims[0];
  for (int line = 0; s->dx && line < s->layer->input.dims[0]; line++) {
    size_t bytes;
    const float *from = padded_line(s, fr_dy_of(s, i), line, &bytes);
    memcpy(fr_dx_of(s, i) + line * row, from, bytes);
  }
}

/* ---- several sources, which a step reads and passes gradients to by itself ------------------- */

/* Floats per sample of source number k. */
static int source_size(const fr_work *work, int k) {
  int source = work->step->sources[k];
  return source < 0 ? fr_shape_elements(&work->model->input) : work->model->steps[source].y_size;
}

static const float *source_of(const fr_work *work, int k, int i) {
  const fr_model *m = work->model;
  int source = work->step->sources[k];
  if (source >= 0) return fr_y_of(&m->steps[source], i);
  return fr_sample(m->input_values, fr_round_up(source_size(work, k), FR_LANES), i);
}

/* Where the gradient of source number k goes; NULL if it is not needed. */
static float *gradient_of(const fr_work *work, int k, int i) {
  int source = work->step->sources[k];
  const fr_step *s = source < 0 ? NULL : &work->model->steps[source];
  return s && s->learns ? fr_dy_of(s, i) : NULL;
}

/* ---- add step: x_0 (n, …), x_1 … → y, the same shape ----------------------------------------- */

/* Samples are padded to whole vectors. */
static void add_floats(float *sum, const float *values, int n) {
  for (int i = 0; i < n; i += FR_LANES)
    f4_store(sum + i, f4_add(f4_load(sum + i), f4_load(values + i)));
}

static void add_forward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  float *y = fr_y_of(s, i);
  memcpy(y, fr_x_of(s, i), sizeof *y * (size_t)s->y_size);
  for (int k = 1; k < s->source_count; k++) add_floats(y, source_of(work, k, i), s->y_size);
  fr_activate(s, i, 1);
}

static void add_backward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  fr_activate_backward(work, i, 1);
  for (int k = 0; k < s->source_count; k++) {
    float *dx = gradient_of(work, k, i);
    if (dx && s->joins[k]) add_floats(dx, fr_dy_of(s, i), s->y_size);
    else if (dx) memcpy(dx, fr_dy_of(s, i), sizeof *dx * (size_t)s->y_size);
  }
}

/* ---- concatenate step: x_0 (n, …, c_0), x_1 (n, …, c_1) … → y (n, …, c_0 + c_1 + …) ---------- */

/* Part of each of y's rows: the values of one source. */
typedef struct {
  int rows, width; /* of the source */
  int stride; /* of y: all sources' widths */
} columns;

static columns columns_of(const fr_work *work, int k) {
  const fr_step *s = work->step;
  int rows = s->y_size / s->channels;
  return (columns){.rows = rows, .width = source_size(work, k) / rows, .stride = s->channels};
}

/* No vector reaches beyond a row: other sources' values stand next to it. */
static void move_columns(columns c, float *to, int to_stride, const float *from, int from_stride,
                         int adds) {
  for (int row = 0; row < c.rows; row++, to += to_stride, from += from_stride) {
    int at = 0;
    for (; at + FR_LANES <= c.width; at += FR_LANES) {
      f32x4 values = f4_load(from + at);
      f4_store(to + at, adds ? f4_add(f4_load(to + at), values) : values);
    }
    for (; at < c.width; at++) to[at] = adds ? to[at] + from[at] : from[at];
  }
}

static void concatenate_forward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  float *y = fr_y_of(s, i);
  for (int k = 0; k < s->source_count; k++) {
    columns c = columns_of(work, k);
    move_columns(c, y, c.stride, source_of(work, k, i), c.width, 0);
    y += c.width;
  }
  fr_activate(s, i, 1);
}

static void concatenate_backward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  const float *dy = fr_dy_of(s, i);
  fr_activate_backward(work, i, 1);
  for (int k = 0; k < s->source_count; k++) {
    columns c = columns_of(work, k);
    float *dx = gradient_of(work, k, i);
    if (dx) move_columns(c, dx, c.width, dy, c.stride, s->joins[k]);
    dy += c.width;
  }
}

/* ---- activation or dropout by itself: x (n, …) → y, the same shape --------------------------- */

static void drop(const fr_step *s, float *values, int i) {
  if (s->dropping)
    fr_dropout_apply(s->keep + (ptrdiff_t)i * s->y_size, 1.0f / (1.0f - s->rate), values, 1,
                     s->y_size, s->y_stride);
}

static void pointwise_forward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  memcpy(fr_y_of(s, i), fr_x_of(s, i), sizeof(float) * (size_t)s->y_size);
  fr_activate(s, i, 1);
  drop(s, fr_y_of(s, i), i);
}

static void pointwise_backward(const fr_work *work, int i) {
  const fr_step *s = work->step;
  drop(s, fr_dy_of(s, i), i);
  fr_activate_backward(work, i, 1);
  if (s->dx) memcpy(fr_dx_of(s, i), fr_dy_of(s, i), sizeof(float) * (size_t)s->y_size);
}

/* ---- augment step: x (n, h, w, c) → y, the same shape ---------------------------------------- */

static void augment_forward(const fr_work *work, int i) {
  const fr_model *m = work->model;
  const fr_step *s = work->step;
  if (m->training)
    fr_layer_augment(s->layer, fr_layer_of(m, s), m->optimizer.steps, i, fr_x_of(s, i),
                     fr_y_of(s, i));
  else memcpy(fr_y_of(s, i), fr_x_of(s, i), sizeof(float) * (size_t)s->y_size);
}

/* ---- all steps ------------------------------------------------------------------------------- */

/* A kind either runs over the whole batch or sample by sample. */
static const struct {
  void (*forward)(fr_work *work);
  void (*backward)(fr_work *work);
  void (*forward_one)(const fr_work *work, int i);
  void (*backward_one)(const fr_work *work, int i);
} step_table[FR_STEP_KINDS] = {
    [FR_STEP_CONV2D] = {fr_conv2d_step_forward, fr_conv2d_step_backward, NULL, NULL},
    [FR_STEP_DEPTHWISE] = {fr_depthwise_step_forward, fr_depthwise_step_backward, NULL, NULL},
    [FR_STEP_DENSE] = {fr_dense_step_forward, fr_dense_step_backward, NULL, NULL},
    [FR_STEP_NORMALIZE] = {fr_normalize_step_forward, fr_normalize_step_backward, NULL, NULL},
    [FR_STEP_MAX_POOL] = {NULL, NULL, max_pool_forward, max_pool_backward},
    [FR_STEP_MEAN_POOL] = {NULL, NULL, mean_pool_forward, mean_pool_backward},
    [FR_STEP_WHOLE_MAX_POOL] = {NULL, NULL, max_pool_forward, whole_max_pool_backward},
    [FR_STEP_PAD] = {NULL, NULL, pad_forward, pad_backward},
    [FR_STEP_ADD] = {NULL, NULL, add_forward, add_backward},
    [FR_STEP_CONCATENATE] = {NULL, NULL, concatenate_forward, concatenate_backward},
    [FR_STEP_POINTWISE] = {NULL, NULL, pointwise_forward, pointwise_backward},
    [FR_STEP_AUGMENT] = {NULL, NULL, augment_forward, NULL}, /* nothing before it learns */
};

static void forward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++) step_table[work->step->kind].forward_one(work, i);
}

static void backward_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++) step_table[work->step->kind].backward_one(work, i);
}

/* Where other steps read the same input, this one's gradient joins theirs. */
static void share_chunk(void *context, int chunk) {
  const fr_work *work = context;
  const fr_step *s = work->step;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++)
    add_floats(fr_sample(s->shared_dx, s->x_stride, i), fr_dx_of(s, i), s->x_size);
}

/* The step as inference runs it: with the batch normalization that it includes. */
static fr_step folded(const fr_model *m, const fr_step *s) {
  fr_step both = *s;
  const fr_step *norm = &m->steps[s->folds];
  both.y = norm->y;
  both.activation = norm->activation;
  both.slope = norm->slope;
  return both;
}

void fr_step_forward(fr_model *m, fr_step *s, int n) {
  if (!m->training && s->folded) return;
  fr_step both = !m->training && s->folds >= 0 ? folded(m, s) : *s;
  fr_work work = {.model = m, .step = m->training ? s : &both, .n = n};
  if (step_table[s->kind].forward) step_table[s->kind].forward(&work);
  else fr_pool_run(FR_CHUNKS, forward_chunk, &work);
}

void fr_step_backward(fr_model *m, fr_step *s, int n, int in_loss) {
  fr_work work = {.model = m, .step = s, .n = n, .in_loss = in_loss};
  if (!s->learns) return;
  if (step_table[s->kind].backward) step_table[s->kind].backward(&work);
  else fr_pool_run(FR_CHUNKS, backward_chunk, &work);
  if (s->shared_dx) fr_pool_run(FR_CHUNKS, share_chunk, &work);
}

int64_t fr_step_packed(const fr_step *s) {
  if (s->kind == FR_STEP_DENSE) return fr_infer_packed(&s->dense);
  if (s->kind == FR_STEP_CONV2D) return fr_conv2d_step_packed(s);
  return s->kind == FR_STEP_DEPTHWISE ? fr_depthwise_step_packed(s) : 0;
}

void fr_step_pack(fr_model *m, const fr_step *s, float *packed) {
  if (s->kind == FR_STEP_DENSE) fr_infer_pack(&s->dense, fr_values_of(m, s->kernel), packed);
  else if (s->kind == FR_STEP_CONV2D) fr_conv2d_step_pack(m, s, packed);
  else if (s->kind == FR_STEP_DEPTHWISE) fr_depthwise_step_pack(m, s, packed);
}

void fr_steps_end(fr_model *m) {
  for (int i = 0; i < m->step_count; i++)
    if (m->steps[i].kind == FR_STEP_NORMALIZE) fr_normalize_step_end(m, &m->steps[i]);
}

/* ---- before the first step ------------------------------------------------------------------- */

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
                    fr_sample(m->input_values, stride, i));
  for (int i = 0; i < m->step_count; i++) {
    const fr_step *s = &m->steps[i];
    if (s->dropping)
      fr_dropout_mask(m->layers[s->dropout_layer].seed, m->optimizer.steps, s->dropout_layer,
                      s->rate, range.first, range.end, s->y_size, s->keep);
  }
}

void fr_steps_prepare(fr_model *m, const void *samples, fr_dtype dtype, int n, int training) {
  m->training = training;
  for (int i = 0; i < m->step_count; i++)
    m->steps[i].dropping = training && m->steps[i].rate > 0.0f;
  fr_pool_run(FR_CHUNKS, prepare_chunk, &(fr_intake){m, samples, dtype, n});
}
