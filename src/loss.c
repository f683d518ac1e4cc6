#include "loss.h"

#include <math.h>
#include <stddef.h>

static const float EPSILON = 1e-7f; /* keras.backend.epsilon() */

typedef struct {
  const float *values; /* a target for each output, or NULL: `label` as one-hot */
  int32_t label;
} target_row;

static float target_at(const target_row *t, int i) {
  return t->values ? t->values[i] : (float)(i == t->label);
}

static float clip(float p) {
  return p < EPSILON ? EPSILON : p > 1.0f - EPSILON ? 1.0f - EPSILON : p;
}

/* Zero slope outside the clip, as automatic differentiation finds it. */
static int is_clipped(float p) { return p < EPSILON || p > 1.0f - EPSILON; }

static int argmax(const float *p, int n) {
  int best = 0;
  for (int i = 1; i < n; i++) best = p[i] > p[best] ? i : best;
  return best;
}

/* ---- one sample: loss, and dp = its gradient times `weight` ----------------------------------- */

/* -Σ t log p; predictions that need not sum to one are scaled so that they do, as Keras does. */
static double crossentropy(const float *p, const target_row *t, int n, float weight, float *dp) {
  float sum = 0.0f;
  for (int i = 0; i < n; i++) sum += p[i];
  double loss = 0.0;
  float shared = 0.0f; /* Σ_j (dL/dq_j) q_j, with q = p / sum */
  for (int i = 0; i < n; i++) {
    float q = p[i] / sum, ti = target_at(t, i);
    if (ti != 0.0f) loss -= ti * log((double)clip(q));
    if (!is_clipped(q)) shared -= ti;
  }
  for (int i = 0; dp && i < n; i++) {
    float q = p[i] / sum;
    float slope = is_clipped(q) ? 0.0f : -target_at(t, i) / q;
    dp[i] = weight * (slope - shared) / sum;
  }
  return loss;
}

/* The loss of p = softmax(z); Σt scales p so that soft targets of any sum keep their gradient. */
static double softmax_crossentropy(const float *p, const target_row *t, int n, float weight,
                                   float *dp) {
  double loss = 0.0;
  float total = 0.0f;
  for (int i = 0; i < n; i++) {
    float ti = target_at(t, i);
    if (ti != 0.0f) loss -= ti * log((double)clip(p[i]));
    total += ti;
  }
  for (int i = 0; dp && i < n; i++) dp[i] = weight * (p[i] * total - target_at(t, i));
  return loss;
}

/* The mean over outputs of -(t log p + (1 - t) log(1 - p)). */
static double binary_crossentropy(const float *p, const target_row *t, int n, int fused,
                                  float weight, float *dp) {
  double loss = 0.0;
  for (int i = 0; i < n; i++) {
    float q = clip(p[i]), ti = target_at(t, i);
    loss -= ti * log((double)q) + (1.0f - ti) * log1p(-(double)q);
    if (!dp) continue;
    float slope = fused ? p[i] - ti : is_clipped(p[i]) ? 0.0f : (q - ti) / (q * (1.0f - q));
    dp[i] = weight / (float)n * slope;
  }
  return loss / n;
}

static double squared_error(const float *p, const target_row *t, int n, float weight, float *dp) {
  double sum = 0.0;
  for (int i = 0; i < n; i++) {
    float difference = p[i] - target_at(t, i);
    sum += (double)difference * difference;
    if (dp) dp[i] = weight * 2.0f / (float)n * difference;
  }
  return sum / n;
}

static double loss_row(fr_loss_kind loss, fr_activation fused, const float *p, const target_row *t,
                       int n, float weight, float *dp) {
  switch (loss) {
    case FR_BINARY_CROSSENTROPY:
      return binary_crossentropy(p, t, n, fused == FR_SIGMOID, weight, dp);
    case FR_MEAN_SQUARED_ERROR:
      return squared_error(p, t, n, weight, dp);
    default:
      return fused == FR_SOFTMAX ? softmax_crossentropy(p, t, n, weight, dp)
                                 : crossentropy(p, t, n, weight, dp);
  }
}

/* ---- metrics --------------------------------------------------------------------------------- */

static double accuracy_row(fr_loss_kind loss, const float *p, const target_row *t, int n) {
  if (loss != FR_BINARY_CROSSENTROPY && n > 1)
    return argmax(p, n) == (t->values ? argmax(t->values, n) : t->label);
  int right = 0;
  for (int i = 0; i < n; i++) right += (p[i] > 0.5f) == (target_at(t, i) > 0.5f);
  return (double)right / n;
}

/* ---- batches --------------------------------------------------------------------------------- */

fr_activation fr_loss_fused_activation(fr_loss_kind loss, fr_activation last) {
  int categorical =
      loss == FR_SPARSE_CATEGORICAL_CROSSENTROPY || loss == FR_CATEGORICAL_CROSSENTROPY;
  if (categorical && last == FR_SOFTMAX) return FR_SOFTMAX;
  if (loss == FR_BINARY_CROSSENTROPY && last == FR_SIGMOID) return FR_SIGMOID;
  return FR_LINEAR;
}

static target_row target_of(fr_loss_kind loss, const void *targets, int sample, int classes) {
  if (loss == FR_SPARSE_CATEGORICAL_CROSSENTROPY)
    return (target_row){NULL, ((const int32_t *)targets)[sample]};
  return (target_row){(const float *)targets + (int64_t)sample * classes, 0};
}

void fr_loss_batch(fr_loss_kind loss, fr_activation fused, const float *p, const void *targets,
                   int n, int classes, int stride, float *dp, fr_scores *scores) {
  float weight = 1.0f / (float)n;
  for (int i = 0; i < n; i++, p += stride) {
    target_row t = target_of(loss, targets, i, classes);
    scores->loss += loss_row(loss, fused, p, &t, classes, weight, dp);
    scores->correct += accuracy_row(loss, p, &t, classes);
    scores->squared_error += squared_error(p, &t, classes, 0.0f, NULL);
    if (dp) dp += stride;
  }
  scores->samples += n;
}

void fr_argmax(const float *p, int n, int classes, int stride, int32_t *out) {
  for (int i = 0; i < n; i++, p += stride) out[i] = classes == 1 ? p[0] > 0.5f : argmax(p, classes);
}

fr_status fr_check_labels(const int32_t *labels, int n, int classes) {
  for (int i = 0; i < n; i++)
    if (labels[i] < 0 || labels[i] >= classes)
      return fr_fail(FR_BAD_DATA, "labels: label %d must be 0..%d, got %d", i, classes - 1,
                     labels[i]);
  return FR_OK;
}
