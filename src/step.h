/* One step of a compiled model, forward and backward, over a batch that the pool's threads
 * share. */
#ifndef FR_STEP_H
#define FR_STEP_H

#include "model.h"

/* The batch's n samples (scaled by 1/255 where they are bytes) into the model's input and, for
 * training, the dropout masks of every step. */
void fr_steps_prepare(fr_model *model, const void *samples, fr_dtype dtype, int n, int training);

/* s->x (n, x_stride) → s->y (n, y_stride) */
void fr_step_forward(fr_model *model, fr_step *step, int n);

/* s->dy → s->dx, where the step has one, and the gradients of its parameters to the optimizer.
 * in_loss: dy is already the gradient before the step's activation. Overwrites dy. */
void fr_step_backward(fr_model *model, fr_step *step, int n, int in_loss);

/* Floats of the step's weights as inference reads them; 0 if it reads the parameters themselves. */
int64_t fr_step_packed(const fr_step *step);

/* Writes them, once there is room for a batch. */
void fr_step_pack(fr_model *model, const fr_step *step, float *packed);

/* After the last step of a training pass, once its updates are made. */
void fr_steps_end(fr_model *model);

#endif
