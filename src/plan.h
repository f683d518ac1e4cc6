/* From layers to steps: which neighbours run fused, and where each step's buffers lie. */
#ifndef FR_PLAN_H
#define FR_PLAN_H

#include "model.h"

/* Fills model->steps from model->layers; parameters must be in place. */
void fr_plan_steps(fr_model *model);

/* Lays all buffers for batches of `batch` out behind `base`; returns the bytes they take.
 * base NULL: only measures. */
uint64_t fr_plan_buffers(fr_model *model, int batch, char *base);

#endif
