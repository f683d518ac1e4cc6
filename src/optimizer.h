/* Optimizers, with Keras's formulas and defaults. An update touches one run of parameters, so
 * that it can follow the gradient's last touch while both are still in the cache. */
#ifndef FR_OPTIMIZER_H
#define FR_OPTIMIZER_H

#include <stdint.h>

#include "status.h"

typedef enum { FR_ADAM, FR_SGD, FR_ADADELTA, FR_OPTIMIZERS } fr_optimizer_kind;

typedef struct {
  fr_optimizer_kind kind;
  double learning_rate;
  double momentum;     /* sgd: 0 for none */
  int nesterov;        /* sgd */
  double beta1, beta2; /* adam: decay of the first and second moment */
  double rho;          /* adadelta: decay of both averages */
  double epsilon;      /* adam, adadelta */
  uint64_t steps;      /* updates begun */
  float step_size;     /* of the update under way */
  int flush;           /* whether the update under way cuts tiny states to 0 */
} fr_optimizer;

/* Every hyper-parameter within its range, or a message that names it. */
fr_status fr_optimizer_check(const fr_optimizer *optimizer);

/* How many state values the optimizer keeps for each parameter: 0, 1 or 2. */
int fr_optimizer_states(const fr_optimizer *optimizer);

/* Counts a step; Adam's bias corrections go into step_size. Every 16th update, or where beta1 or rho
 * let states decay too fast for that every one, flushes: no state lives long enough below 1e-30 to
 * become subnormal. */
void fr_optimizer_begin_step(fr_optimizer *optimizer);

/* One update of n parameters (a multiple of 4) w with gradient g and states s0, s1 (n each, or
 * NULL where the optimizer keeps fewer):
 *   adam      Kingma & Ba, arXiv:1412.6980, algorithm 1 in the form at the end of section 2
 *   sgd       s0 = momentum · s0 - lr · g; w += s0, or with Nesterov w += momentum · s0 - lr · g
 *   adadelta  Zeiler, arXiv:1212.5701, algorithm 1; s0 = E[g²], s1 = E[Δw²]
 * Where the update flushes, states below 1e-30 become 0; next to an epsilon, which is at least
 * 1e-12, they move no weight. */
void fr_optimizer_update(const fr_optimizer *optimizer, float *w, float *s0, float *s1,
                         const float *g, int n);

#endif
