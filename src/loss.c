#include "loss.h"

#include <stddef.h>

#include "base/numeric.h"

static const float EPSILON = 1e-7f; /* keras.backend.epsilon() */

typedef struct {
  const float *values; /* a target for each output, or NULL: `label` as one-hot */
  int32_t label;
  float share, floor;  /* label smoothing: share · target + floor */
} target_row;

static float hard_target(const target_row *t, int i) {
  return t->values ? t->values[i] : (float)(i == t->label);
}

static float target_at(const target_row *t, int i) {
  return t->share * hard_target(t, i) + t->floor;
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

/* ---- one sample: loss, and dp = its gradient times `weight` ---------------------------------- */

/* -Σ t log p; predictions that need not sum to one are scaled so that they do, as Keras does. */
static double crossentropy(const float *p, const target_row *t, int n, float weight, float *dp) {
  float sum = 0.0f;
  for (int i = 0; i < n; i++) sum += p[i];
  double loss = 0.0;
  float shared = 0.0f; /* Σ_j (dL/dq_j) q_j, with q = p / sum */
  for (int i = 0; i < n; i++) {
    float q = p[i] / sum, ti = target_at(t, i);
    if (ti != 0.0f) loss -= ti * fr_log(clip(q));
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
    if (ti != 0.0f) loss -= ti * fr_log(clip(p[i]));
    total += ti;
  }
  for (int i = 0; dp && i < n; i++) dp[i] = weight * (p[i] * total - target_at(t, i));
  return loss;
}

/* The same of the sums z themselves, where no probability has to be clipped. */
static double logits_crossentropy(const float *z, const target_row *t, int n, float weight,
                                  float *dp) {
  float largest = z[argmax(z, n)];
  double sum = 0.0, loss = 0.0, total = 0.0;
  for (int i = 0; i < n; i++) sum += expf(z[i] - largest);
  double log_sum = largest + fr_log(sum);
  for (int i = 0; i < n; i++) {
    float ti = target_at(t, i);
    if (ti != 0.0f) loss += ti * (log_sum - z[i]);
    total += ti;
  }
  for (int i = 0; dp && i < n; i++)
    dp[i] = weight * (float)(expf((float)(z[i] - log_sum)) * total - target_at(t, i));
  return loss;
}

/* The mean over outputs of -(t log p + (1 - t) log(1 - p)). */
static double binary_crossentropy(const float *p, const target_row *t, int n, int fused,
                                  float weight, float *dp) {
  double loss = 0.0;
  for (int i = 0; i < n; i++) {
    float q = clip(p[i]), ti = target_at(t, i);
    loss -= ti * fr_log(q) + (1.0f - ti) * log1p(-(double)q);
    if (!dp) continue;
    float slope = fused ? p[i] - ti : is_clipped(p[i]) ? 0.0f : (q - ti) / (q * (1.0f - q));
    dp[i] = weight / (float)n * slope;
  }
  return loss / n;
}

/* The same of the sums z before a sigmoid: max(z, 0) - z t + log(1 + e^-|z|). */
static double binary_logits(const float *z, const target_row *t, int n, float weight, float *dp) {
  double loss = 0.0;
  for (int i = 0; i < n; i++) {
    double zi = z[i], ti = target_at(t, i), small = expf(-fabsf(z[i]));
    loss += (zi > 0.0 ? zi : 0.0) - zi * ti + log1p(small);
    double p = (zi < 0.0 ? small : 1.0) / (1.0 + small);
    if (dp) dp[i] = weight / (float)n * (float)(p - ti);
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

static double absolute_error(const float *p, const target_row *t, int n, float weight, float *dp) {
  double sum = 0.0;
  for (int i = 0; i < n; i++) {
    float difference = p[i] - target_at(t, i);
    sum += fabs((double)difference);
    if (dp) dp[i] = weight / (float)n * (float)((difference > 0.0f) - (difference < 0.0f));
  }
  return sum / n;
}

static double loss_row(const fr_loss *loss, fr_activation fused, const float *p,
                       const target_row *t, int n, float weight, float *dp) {
  switch (loss->kind) {
    case FR_BINARY_CROSSENTROPY:
      return loss->from_logits ? binary_logits(p, t, n, weight, dp)
                               : binary_crossentropy(p, t, n, fused == FR_SIGMOID, weight, dp);
    case FR_MEAN_SQUARED_ERROR: return squared_error(p, t, n, weight, dp);
    case FR_MEAN_ABSOLUTE_ERROR: return absolute_error(p, t, n, weight, dp);
    default:
      if (loss->from_logits) return logits_crossentropy(p, t, n, weight, dp);
      return fused == FR_SOFTMAX ? softmax_crossentropy(p, t, n, weight, dp)
                                 : crossentropy(p, t, n, weight, dp);
  }
}

/* ---- metrics --------------------------------------------------------------------------------- */

static void add_metrics(int top_k, const float *p, const target_row *t, int n, fr_scores *s) {
  int label = t->values ? argmax(t->values, n) : t->label;
  int right = 0, larger = 0;
  double squares = 0.0, distances = 0.0;
  for (int i = 0; i < n; i++) {
    float ti = hard_target(t, i), difference = p[i] - ti;
    int yes = p[i] > 0.5f, is = ti != 0.0f;
    squares += (double)difference * difference;
    distances += fabs((double)difference);
    right += yes == (ti > 0.5f);
    larger += p[i] > p[label];
    s->true_positives += yes & is;
    s->false_positives += yes & !is;
    s->false_negatives += is & !yes;
  }
  double right_share = (double)right / n;
  s->right_outputs += right_share;
  s->correct += n > 1 ? argmax(p, n) == label : right_share;
  s->squared_error += squares / n;
  s->absolute_error += distances / n;
  s->top_k += larger < top_k && p[label] == p[label];
}

/* ---- batches --------------------------------------------------------------------------------- */

static const char *const loss_names[FR_LOSSES] = {FR_LOSS_LIST(FR_NAME)};

static int is_categorical(const fr_loss *loss) {
  return loss->kind == FR_SPARSE_CATEGORICAL_CROSSENTROPY ||
         loss->kind == FR_CATEGORICAL_CROSSENTROPY;
}

fr_status fr_loss_check(const fr_loss *loss, const fr_shape *output) {
  if ((unsigned)loss->kind >= FR_LOSSES)
    return fr_fail(FR_INVALID_ARGUMENT, "compile: unknown loss %d", (int)loss->kind);
  char text[48];
  if (is_categorical(loss) && (output->rank != 1 || output->dims[0] < 2))
    return fr_fail(FR_INVALID_ARGUMENT,
                   "compile: %s needs a flat output of two or more classes, got shape %s",
                   loss_names[loss->kind], fr_shape_text(output, text));
  if (!(loss->label_smoothing >= 0.0f && loss->label_smoothing <= 1.0f))
    return fr_fail(FR_INVALID_ARGUMENT, "compile: label smoothing must be 0..1, got %g",
                   (double)loss->label_smoothing);
  if (loss->top_k < 1)
    return fr_fail(FR_INVALID_ARGUMENT, "compile: k must be at least 1, got %d", loss->top_k);
  return FR_OK;
}

fr_activation fr_loss_fused_activation(const fr_loss *loss, fr_activation last) {
  if (loss->from_logits) return FR_LINEAR;
  if (is_categorical(loss) && last == FR_SOFTMAX) return FR_SOFTMAX;
  if (loss->kind == FR_BINARY_CROSSENTROPY && last == FR_SIGMOID) return FR_SIGMOID;
  return FR_LINEAR;
}

static target_row target_of(const fr_loss *loss, const void *targets, int sample, int classes) {
  float smoothing = loss->label_smoothing;
  int spread = loss->kind == FR_BINARY_CROSSENTROPY ? 2 : classes;
  target_row t = {.share = 1.0f - smoothing, .floor = smoothing / (float)spread};
  if (loss->kind == FR_SPARSE_CATEGORICAL_CROSSENTROPY)
    t.label = ((const int32_t *)targets)[sample];
  else t.values = (const float *)targets + (int64_t)sample * classes;
  return t;
}

void fr_loss_batch(const fr_loss *loss, fr_activation fused, const float *p, const void *targets,
                   const float *weights, int n, int classes, int stride, float *dp,
                   fr_scores *scores) {
  float share = 1.0f / (float)n;
  for (int i = 0; i < n; i++, p += stride) {
    target_row t = target_of(loss, targets, i, classes);
    float weight = weights ? weights[i] : 1.0f;
    scores->loss += weight * loss_row(loss, fused, p, &t, classes, weight * share, dp);
    add_metrics(loss->top_k, p, &t, classes, scores);
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
