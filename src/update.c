#include "update.h"

#include <math.h>
#include <stdlib.h>

#include "base/pool.h"
#include "kernels/orthogonal.h"

/* ---- Muon ------------------------------------------------------------------------------------ */

/* Kernels of convolutions, as matrices (height · width · in, out). The other weights are Adam's: for
 * a dense layer, making its gradient orthogonal can cost more than the rest of the step. */
static int is_matrix(const fr_model *m, const fr_parameter *p) {
  return m->optimizer.kind == FR_MUON && p->trainable && p->which == 0 &&
         m->layers[p->layer].kind == FR_CONV2D;
}

static int rows_of(const fr_parameter *p) { return p->dims[0] * p->dims[1] * p->dims[2]; }

/* Floats of m->matrices for the parameters before one. */
static size_t matrices_before(const fr_model *m, int parameter) {
  size_t floats = 0;
  for (const fr_parameter *p = m->parameters; p < m->parameters + parameter; p++)
    if (is_matrix(m, p)) floats += fr_orthogonal_floats(rows_of(p), p->dims[3]);
  return floats;
}

/* ---- gradients ------------------------------------------------------------------------------- */

/* Memory for so many floats, if it is needed and not there yet. */
static fr_status reserve(float **floats, int needed, size_t count) {
  if (!needed) {
    free(*floats);
    *floats = NULL;
  } else if (!*floats && !(*floats = calloc(count + 1, sizeof **floats)))
    return fr_fail(FR_OUT_OF_MEMORY, "gradients: out of memory");
  return FR_OK;
}

fr_status fr_update_begin(fr_model *m, double rate) {
  const fr_optimizer *o = &m->optimizer;
  m->inference_fresh = 0;
  m->keep_gradients = fr_optimizer_gathers(o);
  fr_status status;
  if ((status = reserve(&m->gradients, m->keep_gradients, (size_t)m->parameter_floats)) ||
      (status = reserve(&m->matrices, o->kind == FR_MUON, matrices_before(m, m->parameter_count))))
    return status;
  fr_optimizer_begin_step(&m->optimizer, rate);
  return FR_OK;
}

fr_status fr_update_keep(fr_model *m) {
  m->keep_gradients = 1;
  return reserve(&m->gradients, 1, (size_t)m->parameter_floats);
}

static int is_regularized(const fr_parameter *p) {
  return p->regularizer.l1 != 0.0f || p->regularizer.l2 != 0.0f;
}

int fr_update_is_plain_adam(const fr_model *m, int parameter) {
  return m->optimizer.kind == FR_ADAM && !m->optimizer.flush && !m->keep_gradients &&
         !is_regularized(&m->parameters[parameter]);
}

static void apply(fr_model *m, int offset, const float *gradient, int n) {
  fr_optimizer_update(&m->optimizer, m->values + offset, m->states + offset, m->parameter_floats,
                      gradient, n);
}

/* The gradient of l1 |w| + l2 w². */
static void regularize(const fr_regularizer *r, const float *w, float *gradient, int n) {
  for (int i = 0; i < n; i++)
    gradient[i] += r->l1 * (float)((w[i] > 0.0f) - (w[i] < 0.0f)) + 2.0f * r->l2 * w[i];
}

void fr_update_emit(fr_model *m, int parameter, int at, float *gradient, int n) {
  const fr_parameter *p = &m->parameters[parameter];
  int offset = p->offset + at;
  if (!p->trainable) return;
  if (is_regularized(p)) regularize(&p->regularizer, m->values + offset, gradient, n);
  if (m->keep_gradients) memcpy(m->gradients + offset, gradient, sizeof *gradient * (size_t)n);
  else apply(m, offset, gradient, n);
}

/* ---- clipping -------------------------------------------------------------------------------- */

static double sum_of_squares(const float *values, int n) {
  double sum = 0.0;
  for (int i = 0; i < n; i++) sum += (double)values[i] * values[i];
  return sum;
}

static void scale(float *values, int n, float by) {
  for (int i = 0; i < n; i++) values[i] *= by;
}

static void clip_values(float *values, int n, float limit) {
  for (int i = 0; i < n; i++) {
    if (values[i] > limit) values[i] = limit;
    if (values[i] < -limit) values[i] = -limit;
  }
}

/* How a gradient of norm √squares is scaled so that its norm is at most `limit`. */
static float shrink(double squares, double limit) {
  double norm = sqrt(squares);
  return norm > limit ? (float)(limit / norm) : 1.0f;
}

#define EACH_TRAINABLE(m, p)                                                                     \
  for (const fr_parameter *p = (m)->parameters; p < (m)->parameters + (m)->parameter_count; p++) \
    if (p->trainable)

static void clip(fr_model *m) {
  const fr_optimizer *o = &m->optimizer;
  double all = 0.0;
  if (o->global_clip_norm > 0.0)
    EACH_TRAINABLE(m, p) all += sum_of_squares(m->gradients + p->offset, p->stored);
  EACH_TRAINABLE(m, p) {
    float *gradient = m->gradients + p->offset;
    if (o->clip_value > 0.0) clip_values(gradient, p->stored, (float)o->clip_value);
    else if (o->clip_norm > 0.0)
      scale(gradient, p->stored, shrink(sum_of_squares(gradient, p->stored), o->clip_norm));
    else scale(gradient, p->stored, shrink(all, o->global_clip_norm));
  }
}

/* ---- the weights' moving average ------------------------------------------------------------- */

static void average_chunk(void *context, int chunk) {
  fr_model *m = context;
  const fr_optimizer *o = &m->optimizer;
  fr_range range = fr_chunk_range(m->parameter_floats / FR_LANES, chunk);
  /* the first step's weights are the first average, as in Keras */
  f32x4 gain = f4_splat(o->steps == 1 ? 1.0f : (float)(1.0 - o->ema_momentum));
  for (int i = range.first * FR_LANES; i < range.end * FR_LANES; i += FR_LANES) {
    f32x4 past = f4_load(m->average + i);
    f4_store(m->average + i, f4_madd(past, gain, f4_sub(f4_load(m->values + i), past)));
  }
}

static void overwrite(fr_model *m, int swap) {
  m->inference_fresh = 0;
  EACH_TRAINABLE(m, p)
  for (int i = p->offset; i < p->offset + p->stored; i++) {
    float value = m->values[i];
    m->values[i] = m->average[i];
    if (swap) m->average[i] = value;
  }
}

/* Applies what was kept of one parameter. */
static void apply_kept(void *context, int parameter) {
  fr_model *m = context;
  const fr_parameter *p = &m->parameters[parameter];
  float *gradient = m->gradients + p->offset;
  if (is_matrix(m, p))
    fr_optimizer_update_matrix(&m->optimizer, rows_of(p), p->dims[3], m->values + p->offset,
                               m->states + p->offset, gradient,
                               m->matrices + matrices_before(m, parameter));
  else if (p->trainable) apply(m, p->offset, gradient, p->stored);
}

void fr_update_end(fr_model *m) {
  const fr_optimizer *o = &m->optimizer;
  if (m->keep_gradients) {
    if (fr_optimizer_clips(o)) clip(m);
    fr_pool_run(m->parameter_count, apply_kept, m);
  }
  if (!o->use_ema) return;
  fr_pool_run(FR_CHUNKS, average_chunk, m);
  if (o->ema_overwrite && o->steps % (uint64_t)o->ema_overwrite == 0) overwrite(m, 0);
}

fr_status fr_update_average(fr_model *m, int swap) {
  if (!m->compiled || !m->optimizer.use_ema)
    return fr_fail(FR_WRONG_STATE, "average: compile with useEma first");
  if (m->optimizer.steps > 0) overwrite(m, swap);
  return FR_OK;
}

/* ---- regularizers ---------------------------------------------------------------------------- */

double fr_update_penalty(const fr_model *m) {
  double sum = 0.0;
  EACH_TRAINABLE(m, p) {
    if (!is_regularized(p)) continue;
    double l1 = 0.0;
    for (int i = 0; i < p->stored; i++) l1 += fabs((double)m->values[p->offset + i]);
    sum += p->regularizer.l1 * l1 +
           p->regularizer.l2 * sum_of_squares(m->values + p->offset, p->stored);
  }
  return sum;
}
