/* From layers to steps: which neighbours run fused, and where each step's buffers lie. */
#ifndef FR_PLAN_H
#define FR_PLAN_H

#include "model.h"

enum { FR_NO_STEP = -2 };

/* Fills model->steps and model->step_of from model->layers. Without `fuse` every layer has a step, and so
 * an output, of its own. */
void fr_plan_steps(fr_model *model, int fuse);

/* Lays all buffers for batches of `batch` out behind `base`; returns the bytes they take.
 * base NULL: only measures. */
uint64_t fr_plan_buffers(fr_model *model, int batch, char *base);

#endif
