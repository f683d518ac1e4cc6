#include "optimizer.h"

#include <math.h>

#include "adam.h"

static fr_status check(const char *name, double value, double low, double below) {
  if (value >= low && value < below) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "optimizer: %s must be at least %g and below %g, got %g",
                 name, low, below, value);
}

fr_status fr_optimizer_check(const fr_optimizer *o) {
  if ((unsigned)o->kind >= FR_OPTIMIZERS)
    return fr_fail(FR_INVALID_ARGUMENT, "optimizer: unknown kind %d", (int)o->kind);
  if (!(o->learning_rate >= 0.0 && o->learning_rate <= 1e6))
    return fr_fail(FR_INVALID_ARGUMENT, "optimizer: learning rate must be 0..1e6, got %g",
                   o->learning_rate);
  if (o->kind != FR_SGD && !(o->epsilon >= 1e-12 && o->epsilon <= 1.0))
    return fr_fail(FR_INVALID_ARGUMENT, "optimizer: epsilon must be 1e-12..1, got %g",
                   o->epsilon);
  fr_status status;
  if ((status = check("momentum", o->momentum, 0.0, 1.0)) ||
      (status = check("beta1", o->beta1, 0.0, 1.0)) ||
      (status = check("beta2", o->beta2, 0.0, 1.0)) || (status = check("rho", o->rho, 0.0, 1.0)))
    return status;
  if (o->nesterov && o->momentum == 0.0)
    return fr_fail(FR_INVALID_ARGUMENT, "optimizer: nesterov needs a momentum above 0");
  return FR_OK;
}

int fr_optimizer_states(const fr_optimizer *o) {
  if (o->kind == FR_SGD) return o->momentum != 0.0;
  return 2;
}

void fr_optimizer_begin_step(fr_optimizer *o) {
  o->steps++;
  o->step_size = (float)o->learning_rate;
  o->flush = o->kind != FR_ADAM || o->steps % 16 == 0 || o->beta1 < 0.5;
  if (o->kind != FR_ADAM) return;
  double t = (double)o->steps;
  o->step_size =
      (float)(o->learning_rate * sqrt(1.0 - pow(o->beta2, t)) / (1.0 - pow(o->beta1, t)));
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

void fr_optimizer_update(const fr_optimizer *o, float *w, float *s0, float *s1, const float *g,
                         int n) {
  if (o->kind == FR_ADAM) adam(o, w, s0, s1, g, n);
  if (o->kind == FR_SGD) sgd(o, w, s0, g, n);
  if (o->kind == FR_ADADELTA) adadelta(o, w, s0, s1, g, n);
}
