/* From layers to steps: which neighbours run fused, and where each step's buffers lie. */
#ifndef FR_PLAN_H
#define FR_PLAN_H

#include "model.h"

enum { FR_NO_STEP = -2 };

/* Fills model->steps and model->step_of from model->layers. Without `fuse` each layer has its own
 * step, and so its own output. */
void fr_plan_steps(fr_model *model, int fuse);

/* The same for a model that may have run: what the plan before laid out is given up. */
void fr_plan_again(fr_model *model, int fuse);

typedef struct {
  uint64_t bytes; /* of all buffers */
  uint64_t zeros; /* of the first ones, which must be zero before the first batch. Nothing touches
                     the rest before it is used: what only training needs takes up no memory in
                     inference, only addresses */
} fr_arena;

/* Lays out all buffers for batches of `batch` from `base` on; NULL only measures. */
fr_arena fr_plan_buffers(fr_model *model, int batch, char *base);

#endif
