/* The way of gradients: regularized, clipped, handed to the optimizer; then weights are averaged.
 * Most are applied as soon as they are complete, while they and their weights are still in the
 * cache; those that have to be known as a whole first, or are only to be looked at, are kept. */
#ifndef FR_UPDATE_H
#define FR_UPDATE_H

#include "model.h"

/* Begins a training step of learning rate `rate`; the gradients that follow are applied. */
fr_status fr_update_begin(fr_model *model, double rate);

/* The gradients that follow are kept in model->gradients, and nothing is updated. */
fr_status fr_update_keep(fr_model *model);

/* Whether the step under way would do nothing to the parameter but Adam's update. */
int fr_update_is_plain_adam(const fr_model *model, int parameter);

/* n gradients (a multiple of 4) of a parameter's storage from `at` on; overwrites them. */
void fr_update_emit(fr_model *model, int parameter, int at, float *gradient, int n);

/* Ends the step: applies what was kept, clipped, and moves the average of the weights. */
void fr_update_end(fr_model *model);

/* What the regularizers add to the loss of each sample: Σ l1 |w| + l2 w². */
double fr_update_penalty(const fr_model *model);

/* The trained weights become their moving averages, or with `swap` the two change places. */
fr_status fr_update_average(fr_model *model, int swap);

#endif
