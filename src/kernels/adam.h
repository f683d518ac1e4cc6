/* One vector of Adam's update, inlined where a gradient is at hand (Kingma & Ba, arXiv:1412.6980,
 * algorithm 1 in the form at the end of section 2). */
#ifndef FR_ADAM_H
#define FR_ADAM_H

#include "simd.h"

typedef struct {
  f32x4 gain1, gain2; /* 1 - beta1, 1 - beta2 */
  f32x4 step_size;    /* bias corrections included */
  f32x4 epsilon;
} fr_adam;

/* Updates the weights w with gradient g and moments m, v; `flush` cuts tiny moments to 0. */
FR_INLINE void fr_adam_step(const fr_adam *a, int flush, f32x4 g, float *w, float *m, float *v) {
  f32x4 mi = f4_load(m), vi = f4_load(v);
  mi = f4_madd(mi, f4_sub(g, mi), a->gain1);
  vi = f4_madd(vi, f4_sub(f4_mul(g, g), vi), a->gain2);
  if (flush) {
    mi = f4_flush(mi);
    vi = f4_flush(vi);
  }
  f4_store(m, mi);
  f4_store(v, vi);
  f32x4 change = f4_div(f4_mul(mi, a->step_size), f4_add(f4_sqrt(vi), a->epsilon));
  f4_store(w, f4_sub(f4_load(w), change));
}

#endif
