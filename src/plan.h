/* From layers to steps: which neighbours run fused, and where each step's buffers lie. */
#ifndef FR_PLAN_H
#define FR_PLAN_H

#include "model.h"

enum { FR_NO_STEP = -2 };

/* Fills model->steps and model->step_of from model->layers. Without `fuse` every layer has a step,
 * and so
 * an output, of its own. */
void fr_plan_steps(fr_model *model, int fuse);

typedef struct {
  uint64_t bytes; /* that the buffers take */
  uint64_t
      zeros; /* of them, from the first on, that have to be zero before the first batch; the others are left as they are, so
                   * that what only training uses costs whoever predicts no memory but addresses */
} fr_arena;

/* Lays all buffers for batches of `batch` out behind `base`. base NULL: only measures. */
fr_arena fr_plan_buffers(fr_model *model, int batch, char *base);

#endif
