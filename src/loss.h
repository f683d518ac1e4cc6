/* Losses and metrics of a batch. Predictions arrive after the last activation; where that is the
 * loss's own (softmax with cross-entropy, sigmoid with binary cross-entropy), the gradient with
 * respect to the sum before it is the short p - t, and so is exact where p is 0 or 1. */
#ifndef FR_LOSS_H
#define FR_LOSS_H

#include "base/shape.h"
#include "kernels/activation.h"

/* Targets: one class index per sample (int32) for the first, one float per output for the rest. */
#define FR_LOSS_LIST(X)                                               \
  X(SPARSE_CATEGORICAL_CROSSENTROPY, "sparseCategoricalCrossentropy") \
  X(CATEGORICAL_CROSSENTROPY, "categoricalCrossentropy")              \
  X(BINARY_CROSSENTROPY, "binaryCrossentropy")                        \
  X(MEAN_SQUARED_ERROR, "meanSquaredError")                           \
  X(MEAN_ABSOLUTE_ERROR, "meanAbsoluteError")

typedef enum { FR_LOSS_LIST(FR_ENUMERATOR) FR_LOSSES } fr_loss_kind;

typedef struct {
  fr_loss_kind kind;
  int from_logits;       /* cross-entropies: outputs are sums before softmax or sigmoid */
  float label_smoothing; /* cross-entropies: this share of each target is spread over all classes */
  int top_k; /* how many classes the metric top_k looks at */
} fr_loss;

/* Sums over samples; divide by `samples`. Doubles, so that 60,000 terms lose nothing visible. A
 * class index counts as one-hot.
 *   loss              each sample's, times its weight
 *   correct           the argmax equals the target's; with one output the same as the next
 *   right_outputs     share of the outputs that are on the target's side of 0.5
 *   squared_error     mean over outputs of (p - t)²
 *   absolute_error    mean over outputs of |p - t|
 *   top_k             fewer than k outputs are larger than that of the target's class
 *   true_positives …  counts of outputs: positive is above 0.5, true a target that is not 0 */
#define FR_SCORE_LIST(X)               \
  X(samples, "samples")                \
  X(loss, "loss")                      \
  X(correct, "correct")                \
  X(right_outputs, "rightOutputs")     \
  X(squared_error, "squaredError")     \
  X(absolute_error, "absoluteError")   \
  X(top_k, "topK")                     \
  X(true_positives, "truePositives")   \
  X(false_positives, "falsePositives") \
  X(false_negatives, "falseNegatives")

#define FR_SCORE(field, name) double field;
typedef struct {
  FR_SCORE_LIST(FR_SCORE)
} fr_scores;
#undef FR_SCORE

/* Ranges, or a message. */
fr_status fr_loss_check(const fr_loss *loss, const fr_shape *output);

/* The activation whose backward pass is part of the loss's gradient, or FR_LINEAR. */
fr_activation fr_loss_fused_activation(const fr_loss *loss, fr_activation last);

/* Adds the batch to `scores`. p (n, classes), rows `stride` floats apart; `targets` as the loss
 * says; weights (n) or NULL: how much each sample counts. `dp` (same layout) or NULL: the gradient
 * of the batch's loss, Σ weight · loss / n, with respect to the sum before `fused`, or to p where
 * fused is FR_LINEAR. Probabilities are clipped to [1e-7, 1 - 1e-7] as in Keras. */
void fr_loss_batch(const fr_loss *loss, fr_activation fused, const float *p, const void *targets,
                   const float *weights, int n, int classes, int stride, float *dp,
                   fr_scores *scores);

/* classes[i] = the index of the largest of p's row i, the first if several; one output: p > 0.5. */
void fr_argmax(const float *p, int n, int classes, int stride, int32_t *out);

/* Every class index within 0..classes-1, or a message that names the sample. */
fr_status fr_check_labels(const int32_t *labels, int n, int classes);

#endif
