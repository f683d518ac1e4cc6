#include "optimizer.h"

#include "base/numeric.h"
#include "kernels/orthogonal.h"

static fr_status check(const char *name, double value, double low, double below) {
  if (value >= low && value < below) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "optimizer: %s must be at least %g and below %g, got %g",
                 name, low, below, value);
}

static fr_status check_clipping(const fr_optimizer *o) {
  if (!(o->clip_value >= 0.0 && o->clip_norm >= 0.0 && o->global_clip_norm >= 0.0))
    return fr_fail(FR_INVALID_ARGUMENT, "optimizer: a clipping must be above 0, or 0 for none");
  if ((o->clip_value > 0.0) + (o->clip_norm > 0.0) + (o->global_clip_norm > 0.0) > 1)
    return fr_fail(FR_INVALID_ARGUMENT,
                   "optimizer: only one of clip value, clip norm and global clip norm can be set");
  return FR_OK;
}

fr_status fr_optimizer_check(const fr_optimizer *o) {
  if ((unsigned)o->kind >= FR_OPTIMIZERS)
    return fr_fail(FR_INVALID_ARGUMENT, "optimizer: unknown kind %d", (int)o->kind);
  if (!(o->learning_rate >= 0.0 && o->learning_rate <= 1e6))
    return fr_fail(FR_INVALID_ARGUMENT, "optimizer: learning rate must be 0..1e6, got %g",
                   o->learning_rate);
  if (o->kind != FR_SGD && !(o->epsilon >= 1e-12 && o->epsilon <= 1.0))
    return fr_fail(FR_INVALID_ARGUMENT, "optimizer: epsilon must be 1e-12..1, got %g", o->epsilon);
  fr_status status;
  if ((status = check("momentum", o->momentum, 0.0, 1.0)) ||
      (status = check("beta1", o->beta1, 0.0, 1.0)) ||
      (status = check("beta2", o->beta2, 0.0, 1.0)) || (status = check("rho", o->rho, 0.0, 1.0)) ||
      (status = check("weight decay", o->weight_decay, 0.0, 1e6)) ||
      (status = check("initial accumulator", o->initial_accumulator, 0.0, 1e6)) ||
      (status = check("EMA momentum", o->ema_momentum, 0.0, 1.0)) ||
      (status = check("EMA overwrite frequency", o->ema_overwrite, 0.0, 1e9)))
    return status;
  if (o->nesterov && o->momentum == 0.0)
    return fr_fail(FR_INVALID_ARGUMENT, "optimizer: nesterov needs a momentum above 0");
  return check_clipping(o);
}

int fr_optimizer_states(const fr_optimizer *o) {
  switch (o->kind) {
    case FR_SGD: return o->momentum != 0.0;
    case FR_RMSPROP: return 1 + (o->centered != 0) + (o->momentum != 0.0);
    case FR_ADAGRAD: return 1;
    default: return 2;
  }
}

float fr_optimizer_initial_state(const fr_optimizer *o) {
  return o->kind == FR_ADAGRAD ? (float)o->initial_accumulator : 0.0f;
}

int fr_optimizer_clips(const fr_optimizer *o) {
  return o->clip_value > 0.0 || o->clip_norm > 0.0 || o->global_clip_norm > 0.0;
}

int fr_optimizer_gathers(const fr_optimizer *o) {
  return o->kind == FR_MUON || fr_optimizer_clips(o);
}

void fr_optimizer_begin_step(fr_optimizer *o, double rate) {
  o->steps++;
  o->rate = o->step_size = (float)rate;
  o->keep = (float)(1.0 - rate * o->weight_decay);
  o->flush = o->kind != FR_ADAM || o->steps % 16 == 0 || o->beta1 < 0.5;
  if (o->kind != FR_ADAM && o->kind != FR_MUON) return;
  uint64_t t = o->steps;
  o->step_size = (float)(rate * sqrt(1.0 - fr_power(o->beta2, t)) / (1.0 - fr_power(o->beta1, t)));
}

static void adam(const fr_optimizer *o, float *w, float *m, float *v, const float *g, int n) {
  const fr_adam a = fr_adam_of(o);
  if (o->flush)
    for (int i = 0; i < n; i += FR_LANES) fr_adam_step(&a, 1, f4_load(g + i), w + i, m + i, v + i);
  else
    for (int i = 0; i < n; i += FR_LANES) fr_adam_step(&a, 0, f4_load(g + i), w + i, m + i, v + i);
}

static void sgd(const fr_optimizer *o, float *w, float *velocity, const float *g, int n) {
  const f32x4 rate = f4_splat(o->step_size), momentum = f4_splat((float)o->momentum);
  for (int i = 0; i < n; i += FR_LANES) {
    f32x4 change = f4_sub(f4_zero(), f4_mul(rate, f4_load(g + i)));
    if (velocity) {
      f32x4 vi = f4_flush(f4_madd(change, momentum, f4_load(velocity + i)));
      f4_store(velocity + i, vi);
      change = o->nesterov ? f4_madd(change, momentum, vi) : vi;
    }
    f4_store(w + i, f4_add(f4_load(w + i), change));
  }
}

static void adadelta(const fr_optimizer *o, float *w, float *g2, float *d2, const float *g, int n) {
  const f32x4 rate = f4_splat(o->step_size), epsilon = f4_splat((float)o->epsilon);
  const f32x4 rho = f4_splat((float)o->rho), gain = f4_splat((float)(1.0 - o->rho));
  for (int i = 0; i < n; i += FR_LANES) {
    f32x4 gi = f4_load(g + i), di = f4_load(d2 + i);
    f32x4 si = f4_flush(f4_madd(f4_mul(rho, f4_load(g2 + i)), gain, f4_mul(gi, gi)));
    f4_store(g2 + i, si);
    f32x4 change = f4_div(f4_mul(f4_sqrt(f4_add(di, epsilon)), gi), f4_sqrt(f4_add(si, epsilon)));
    f4_store(d2 + i, f4_flush(f4_madd(f4_mul(rho, di), gain, f4_mul(change, change))));
    f4_store(w + i, f4_sub(f4_load(w + i), f4_mul(rate, change)));
  }
}

static void rmsprop(const fr_optimizer *o, float *w, float *states, ptrdiff_t stride,
                    const float *g, int n) {
  const f32x4 rate = f4_splat(o->step_size), epsilon = f4_splat((float)o->epsilon);
  const f32x4 rho = f4_splat((float)o->rho), gain = f4_splat((float)(1.0 - o->rho));
  const f32x4 momentum = f4_splat((float)o->momentum);
  float *mean = o->centered ? states + stride : NULL;
  float *velocity = o->momentum != 0.0 ? states + (o->centered ? 2 * stride : stride) : NULL;
  for (int i = 0; i < n; i += FR_LANES) {
    f32x4 gi = f4_load(g + i);
    f32x4 size = f4_flush(f4_madd(f4_mul(rho, f4_load(states + i)), gain, f4_mul(gi, gi)));
    f4_store(states + i, size);
    if (mean) {
      f32x4 mi = f4_flush(f4_madd(f4_mul(rho, f4_load(mean + i)), gain, gi));
      f4_store(mean + i, mi);
      size = f4_max(f4_sub(size, f4_mul(mi, mi)),
                    f4_zero()); /* rounding may leave less than nothing */
    }
    f32x4 change = f4_div(f4_mul(rate, gi), f4_sqrt(f4_add(size, epsilon)));
    if (velocity) {
      change = f4_flush(f4_madd(change, momentum, f4_load(velocity + i)));
      f4_store(velocity + i, change);
    }
    f4_store(w + i, f4_sub(f4_load(w + i), change));
  }
}

static void adagrad(const fr_optimizer *o, float *w, float *sum, const float *g, int n) {
  const f32x4 rate = f4_splat(o->step_size), epsilon = f4_splat((float)o->epsilon);
  for (int i = 0; i < n; i += FR_LANES) {
    f32x4 gi = f4_load(g + i), si = f4_madd(f4_load(sum + i), gi, gi);
    f4_store(sum + i, si);
    f32x4 change = f4_div(f4_mul(rate, gi), f4_sqrt(f4_add(si, epsilon)));
    f4_store(w + i, f4_sub(f4_load(w + i), change));
  }
}

void fr_optimizer_decay(const fr_optimizer *o, float *w, int n) {
  if (o->keep == 1.0f) return;
  const f32x4 keep = f4_splat(o->keep);
  for (int i = 0; i < n; i += FR_LANES) f4_store(w + i, f4_mul(f4_load(w + i), keep));
}

void fr_optimizer_update(const fr_optimizer *o, float *w, float *states, ptrdiff_t stride,
                         const float *g, int n) {
  fr_optimizer_decay(o, w, n);
  switch (o->kind) {
    case FR_ADAM:
    case FR_MUON: adam(o, w, states, states + stride, g, n); break;
    case FR_SGD: sgd(o, w, o->momentum != 0.0 ? states : NULL, g, n); break;
    case FR_ADADELTA: adadelta(o, w, states, states + stride, g, n); break;
    case FR_RMSPROP: rmsprop(o, w, states, stride, g, n); break;
    default: adagrad(o, w, states, g, n);
  }
}

void fr_optimizer_update_matrix(const fr_optimizer *o, int rows, int columns, float *w, float *s,
                                float *g, float *memory) {
  const int n = rows * columns;
  const f32x4 momentum = f4_splat((float)o->momentum);
  for (int i = 0; i < n; i += FR_LANES) {
    f32x4 gi = f4_load(g + i), si = f4_flush(f4_madd(gi, momentum, f4_load(s + i)));
    f4_store(s + i, si);
    f4_store(g + i, o->nesterov ? f4_madd(gi, momentum, si) : si);
  }
  fr_orthogonalize(rows, columns, g, memory);
  const f32x4 change = f4_splat(0.2f * o->rate * sqrtf((float)(rows > columns ? rows : columns)));
  fr_optimizer_decay(o, w, n);
  for (int i = 0; i < n; i += FR_LANES)
    f4_store(w + i, f4_sub(f4_load(w + i), f4_mul(change, f4_load(g + i))));
}
