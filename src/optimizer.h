/* Optimizers, with Keras's formulas and defaults. An update touches one run of parameters, so that
 * it can follow the gradient's last touch while both are still in the cache. */
#ifndef FR_OPTIMIZER_H
#define FR_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "kernels/adam.h"

#define FR_OPTIMIZER_LIST(X) \
  X(ADAM, "adam")            \
  X(SGD, "sgd")              \
  X(ADADELTA, "adadelta")    \
  X(RMSPROP, "rmsprop")      \
  X(ADAGRAD, "adagrad")      \
  X(MUON, "muon")

typedef enum { FR_OPTIMIZER_LIST(FR_ENUMERATOR) FR_OPTIMIZERS } fr_optimizer_kind;

typedef struct {
  fr_optimizer_kind kind;
  double learning_rate;
  double momentum;     /* sgd, rmsprop, muon: 0 for none */
  int nesterov;        /* sgd, muon */
  double beta1, beta2; /* adam, muon: decay of the first and second moment */
  double rho;          /* adadelta, rmsprop: decay of the averages */
  double epsilon;      /* all but sgd */
  double initial_accumulator; /* adagrad */
  int centered;        /* rmsprop: divides by the gradient's deviation in place of its size */
  double weight_decay; /* of each update: w -= learning rate · weight decay · w, before all else */
  double clip_value; /* of gradients, 0 for none: each within ± this, */
  double clip_norm; /* each tensor's norm at most this, */
  double global_clip_norm; /* or the norm of all together */
  int use_ema; /* keep a moving average of the weights */
  double ema_momentum;
  int ema_overwrite; /* every so many updates the weights become their averages; 0: never */
  uint64_t steps; /* updates begun */
  float rate, step_size; /* of the update under way; the latter with Adam's bias corrections */
  float keep; /* the share of a weight that its decay leaves */
  int flush; /* whether the update under way cuts tiny states to 0 */
} fr_optimizer;

enum { FR_MAX_STATES = 3 };

/* Every hyper-parameter within its range, or a message that names it. */
fr_status fr_optimizer_check(const fr_optimizer *optimizer);

/* How many state values the optimizer keeps for each parameter: 0 to FR_MAX_STATES. */
int fr_optimizer_states(const fr_optimizer *optimizer);

/* What each of them begins with. */
float fr_optimizer_initial_state(const fr_optimizer *optimizer);

int fr_optimizer_clips(const fr_optimizer *optimizer);

/* Whether gradients have to be known as a whole before any is applied. */
int fr_optimizer_gathers(const fr_optimizer *optimizer);

/* Counts a step of learning rate `rate`; Adam's bias corrections go into step_size. Adam flushes in
 * every 16th update, or in every one if beta1 is below 0.5; the others flush in every update. So no
 * state stays below 1e-30 long enough to become subnormal. */
void fr_optimizer_begin_step(fr_optimizer *optimizer, double rate);

/* Only the weight decay, of n parameters (a multiple of 4) w. */
void fr_optimizer_decay(const fr_optimizer *optimizer, float *w, int n);

/* One update of n parameters (a multiple of 4) w with gradient g and states s0 = states,
 * s1 = states + stride …, as many as fr_optimizer_states says:
 *   adam      Kingma & Ba, arXiv:1412.6980, algorithm 1 in the form at the end of section 2
 *   sgd       s0 = momentum · s0 - lr · g; w += s0, or with Nesterov w += momentum · s0 - lr · g
 *   adadelta  Zeiler, arXiv:1212.5701, algorithm 1; s0 = E[g²], s1 = E[Δw²]
 *   rmsprop   Hinton's lecture 6e with Keras's epsilon: Δw = lr · g / √(E[g²] + epsilon), less E[g]²
 *             under the root if centered; with momentum s = momentum · s + Δw; w -= s
 *   adagrad   Duchi et al., JMLR 12 (2011): s0 += g²; w -= lr · g / √(s0 + epsilon)
 *   muon      adam, for all that is no matrix
 * Weight decay, as in AdamW (Loshchilov & Hutter, arXiv:1711.05101), works on all of them. Where
 * the update flushes, states below 1e-30 become 0; next to an epsilon, which is at least 1e-12,
 * they move no weight. */
void fr_optimizer_update(const fr_optimizer *optimizer, float *w, float *states, ptrdiff_t stride,
                         const float *g, int n);

/* Muon's update of a matrix w (rows, columns) with gradient g, which it overwrites, and momentum s
 * (Jordan et al., 2024): s = momentum · s + g; w -= lr · 0.2 √max(rows, columns) · O, where O is s, or
 * with Nesterov g + momentum · s, made orthogonal. The factor gives an update the size of Adam's, so
 * that both can have the same learning rate and weight decay (Liu et al., arXiv:2502.16982, section
 * 2.2). w, s and g are filled up to whole vectors; memory: fr_orthogonal_floats(rows, columns) */
void fr_optimizer_update_matrix(const fr_optimizer *optimizer, int rows, int columns, float *w,
                                float *s, float *g, float *memory);

/* The step under way as Adam's kernels take it. */
FR_INLINE fr_adam fr_adam_of(const fr_optimizer *o) {
  return (fr_adam){f4_splat((float)(1.0 - o->beta1)), f4_splat((float)(1.0 - o->beta2)),
                   f4_splat(o->step_size), f4_splat((float)o->epsilon)};
}

#endif
