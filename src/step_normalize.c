/* The step of batch normalization: x (n, …, channels) → y, the same shape. */
#include "kernels/normalize.h"
#include "update.h"
#include "work.h"

static int positions_of(const fr_step *s) { return s->y_size / s->channels; }
static double count_of(const fr_work *work) { return (double)work->n * positions_of(work->step); }

/* ---- forward --------------------------------------------------------------------------------- */

/* Sums over the chunk's samples, from zero. */
static float *clear_sums(fr_step *s, int chunk) {
  float *sums = s->scratch[chunk].gradient;
  memset(sums, 0, sizeof *sums * 2 * (size_t)fr_round_up(s->channels, FR_LANES));
  return sums;
}

typedef void (*fr_norm_sum)(const fr_norm *m, const float *x, int positions, float *sums);

static void add_chunk(const fr_work *work, int chunk, fr_norm_sum add) {
  fr_step *s = work->step;
  fr_range range = fr_chunk_range(work->n, chunk);
  float *sums = clear_sums(s, chunk);
  for (int i = range.first; i < range.end; i++) add(&s->norm, fr_x_of(s, i), positions_of(s), sums);
}

static void sum_chunk(void *context, int chunk) { add_chunk(context, chunk, fr_norm_add); }
static void square_chunk(void *context, int chunk) {
  add_chunk(context, chunk, fr_norm_add_squares);
}

/* out = the sums of all chunks from float `from` on, divided by what they were taken over. */
static void average_chunks(const fr_work *work, int from, float *out) {
  const fr_step *s = work->step;
  const float *parts[FR_CHUNKS];
  for (int i = 0; i < FR_CHUNKS; i++) parts[i] = s->scratch[i].gradient + from;
  fr_norm_average(&s->norm, parts, FR_CHUNKS, count_of(work), out);
}

static void normalize_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++) {
    fr_norm_forward(&s->norm, fr_x_of(s, i), positions_of(s), fr_y_of(s, i));
    fr_activate(s, i, 1);
  }
}

/* Mean (0) or variance (1) of the past batches. */
static float *moving(const fr_model *m, const fr_step *s, int which) {
  return m->values + m->parameters[m->parameters_of[fr_layer_of(m, s)][2 + which]].offset;
}

static void prepare(const fr_model *m, fr_step *s) {
  fr_norm_prepare(&s->norm, fr_values_of(m, s->kernel), fr_values_of(m, s->bias),
                  s->layer->epsilon);
}

const fr_norm *fr_normalize_step_moving(const fr_model *m, fr_step *s) {
  memcpy(s->norm.mean, moving(m, s, 0), sizeof(float) * (size_t)s->channels);
  memcpy(s->norm.variance, moving(m, s, 1), sizeof(float) * (size_t)s->channels);
  prepare(m, s);
  return &s->norm;
}

void fr_normalize_step_forward(fr_work *work) {
  const fr_model *m = work->model;
  fr_step *s = work->step;
  if (m->training && !s->layer->frozen) {
    fr_pool_run(FR_CHUNKS, sum_chunk, work);
    average_chunks(work, 0, s->norm.mean);
    fr_pool_run(FR_CHUNKS, square_chunk, work);
    average_chunks(work, 0, s->norm.variance);
    prepare(m, s);
  } else {
    fr_normalize_step_moving(m, s);
  }
  fr_pool_run(FR_CHUNKS, normalize_chunk, work);
}

void fr_normalize_step_end(fr_model *m, fr_step *s) {
  if (s->layer->frozen) return;
  float *mean = moving(m, s, 0), *variance = moving(m, s, 1), momentum = s->layer->momentum;
  for (int c = 0; c < s->channels; c++) {
    mean[c] = mean[c] * momentum + s->norm.mean[c] * (1.0f - momentum);
    variance[c] = variance[c] * momentum + s->norm.variance[c] * (1.0f - momentum);
  }
}

/* ---- backward -------------------------------------------------------------------------------- */

static void gradient_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  fr_range range = fr_chunk_range(work->n, chunk);
  float *sums = clear_sums(s, chunk);
  for (int i = range.first; i < range.end; i++) {
    fr_activate_backward(work, i, 1);
    fr_norm_add_gradients(&s->norm, fr_x_of(s, i), fr_dy_of(s, i), positions_of(s), sums);
  }
}

static void input_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_step *s = work->step;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++)
    fr_norm_backward(&s->norm, fr_x_of(s, i), fr_dy_of(s, i), positions_of(s),
                     s->scratch[0].gradient, fr_dx_of(s, i));
}

static void slope_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++) fr_activate_backward(work, i, 1);
}

/* Moving statistics do not depend on x: what the gradient of x owes to the batch's is nothing. */
static void frozen_backward(fr_work *work) {
  fr_step *s = work->step;
  fr_pool_run(FR_CHUNKS, slope_chunk, work);
  clear_sums(s, 0);
  if (s->dx) fr_pool_run(FR_CHUNKS, input_chunk, work);
}

/* The gradients of gamma and beta are the sums that the gradient of x needs, scaled; they are
 * handed out last, as an update changes neither gain nor shift of the pass under way. */
void fr_normalize_step_backward(fr_work *work) {
  fr_model *m = work->model;
  fr_step *s = work->step;
  if (s->layer->frozen) {
    frozen_backward(work);
    return;
  }
  int padded = fr_round_up(s->channels, FR_LANES);
  float *products = s->scratch[0].gradient, *plain = products + padded;
  fr_pool_run(FR_CHUNKS, gradient_chunk, work);
  average_chunks(work, 0, products);
  average_chunks(work, padded, plain);
  float *dgamma = s->scratch[1].gradient, *dbeta = dgamma + padded;
  float count = (float)count_of(work);
  for (int c = 0; c < s->channels; c++) {
    float variance = s->norm.variance[c] + s->layer->epsilon;
    dgamma[c] = products[c] * count / sqrtf(variance);
    dbeta[c] = plain[c] * count;
    products[c] /= variance;
  }
  if (s->dx) fr_pool_run(FR_CHUNKS, input_chunk, work);
  if (s->kernel >= 0) fr_update_emit(m, s->kernel, 0, dgamma, padded);
  if (s->bias >= 0) fr_update_emit(m, s->bias, 0, dbeta, padded);
}
