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
  FR_MEAN_ABSOLUTE_ERROR,
  FR_LOSSES
} fr_loss_kind;

typedef struct {
  fr_loss_kind kind;
  int from_logits;       /* cross-entropies: outputs are sums before softmax or sigmoid */
  float label_smoothing; /* cross-entropies: this share of each target is spread over all classes */
  int top_k; /* how many classes the metric top_k looks at */
} fr_loss;

/* Sums over samples; divide by `samples`. Doubles, so that 60,000 terms lose nothing visible. A
 * class
 * index counts as one-hot. */
typedef struct {
  double samples;
  double loss; /* each sample's times its weight */
  double correct; /* the argmax equals the target's; with one output the same as below */
  double right_outputs; /* share of the outputs that are on the target's side of 0.5 */
  double squared_error; /* mean over outputs of (p - t)² */
  double absolute_error; /* mean over outputs of |p - t| */
  double top_k; /* fewer than k outputs are larger than that of the target's class */
  double true_positives, false_positives,
      false_negatives; /* outputs above 0.5, targets not 0: counts */
} fr_scores;

enum { FR_SCORES_DOUBLES = sizeof(fr_scores) / sizeof(double) };

/* Ranges, or a message. */
fr_status fr_loss_check(const fr_loss *loss, const fr_shape *output);

/* The activation whose backward pass the loss's gradient already holds, or FR_LINEAR. */
fr_activation fr_loss_fused_activation(const fr_loss *loss, fr_activation last);

/* Adds the batch to `scores`. p (n, classes), rows `stride` floats apart; `targets` as the loss
 * says; weights (n) or NULL: how much each sample counts. `dp` (same layout) or NULL: the gradient
 * of the
 * batch's loss, Σ weight · loss / n, with respect to the sum before `fused`, or to p where fused is
 * FR_LINEAR. Probabilities are clipped to [1e-7, 1 - 1e-7] as in Keras. */
void fr_loss_batch(const fr_loss *loss, fr_activation fused, const float *p, const void *targets,
                   const float *weights, int n, int classes, int stride, float *dp,
                   fr_scores *scores);

/* classes[i] = the index of the largest of p's row i, the first if several; one output: p > 0.5. */
void fr_argmax(const float *p, int n, int classes, int stride, int32_t *out);

/* Every class index within 0..classes-1, or a message that names the sample. */
fr_status fr_check_labels(const int32_t *labels, int n, int classes);

#endif
