/* Losses and metrics of a batch. Predictions arrive after the last activation; where that is the
 * loss's own (softmax with cross-entropy, sigmoid with binary cross-entropy), the gradient with
 * respect to the sum before it is the short p - t, and so is exact where p is 0 or 1. */
#ifndef FR_LOSS_H
#define FR_LOSS_H

#include "layer.h"

typedef enum {
  FR_SPARSE_CATEGORICAL_CROSSENTROPY, /* targets: one class index a sample (int32) */
  FR_CATEGORICAL_CROSSENTROPY,        /* targets: a float for each output, as in the rest */
  FR_BINARY_CROSSENTROPY,
  FR_MEAN_SQUARED_ERROR,
  FR_LOSSES
} fr_loss_kind;

/* Sums over samples; divide by `samples`. Doubles, so that 60,000 terms lose nothing visible. */
typedef struct {
  double samples;
  double loss;
  double correct;       /* accuracy: argmax equals the target's; for binary cross-entropy the share
                           of outputs on the right side of 0.5 */
  double squared_error; /* mean over outputs of (p - t)²; a class index counts as one-hot */
} fr_scores;

/* The activation whose backward pass the loss's gradient already holds, or FR_LINEAR. */
fr_activation fr_loss_fused_activation(fr_loss_kind loss, fr_activation last);

/* Adds the batch to `scores`. p (n, classes), rows `stride` floats apart; `targets` as the loss
 * says. `dp` (same layout) or NULL: the gradient of the batch's mean loss, with respect to the sum
 * before `fused`, or to p where fused is FR_LINEAR. Probabilities are clipped to [1e-7, 1 - 1e-7]
 * as in Keras. */
void fr_loss_batch(fr_loss_kind loss, fr_activation fused, const float *p, const void *targets,
                   int n, int classes, int stride, float *dp, fr_scores *scores);

/* classes[i] = the index of the largest of p's row i, the first if several; one output: p > 0.5. */
void fr_argmax(const float *p, int n, int classes, int stride, int32_t *out);

/* Every class index within 0..classes-1, or a message that names the sample. */
fr_status fr_check_labels(const int32_t *labels, int n, int classes);

#endif
