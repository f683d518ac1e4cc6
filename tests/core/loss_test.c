/* Losses and metrics compared with values computed by hand. */
#include "check.h"
#include "loss.h"

#define LOSS(loss_kind) (&(const fr_loss){.kind = (loss_kind), .top_k = 5})
#define SPARSE          FR_SPARSE_CATEGORICAL_CROSSENTROPY
#define CATEGORICAL     FR_CATEGORICAL_CROSSENTROPY
#define BINARY          FR_BINARY_CROSSENTROPY
#define SQUARED         FR_MEAN_SQUARED_ERROR

static fr_scores score(fr_loss_kind loss, const float *p, const void *targets, int n, int classes,
                       int stride) {
  fr_scores s = {0};
  fr_loss_batch(LOSS(loss), FR_LINEAR, p, targets, NULL, n, classes, stride, NULL, &s);
  return s;
}

/* ---- values ---------------------------------------------------------------------------------- */

static void by_hand(void) {
  const float p[6] = {0.5f, 0.25f, 0.25f, 0.125f, 0.75f, 0.125f};
  const int32_t labels[2] = {0, 2};
  const float shares[6] = {1.0f, 0.0f, 0.0f, 0.0f, 0.0f, 1.0f};
  fr_scores s = score(SPARSE, p, labels, 2, 3, 3);
  CHECK_NEAR(s.loss, log(2.0) + log(8.0), 1e-12, "sparse: ln 2 + ln 8");
  CHECK(s.samples == 2 && s.correct == 1, "%g samples, %g correct", s.samples, s.correct);
  /* ((1/2)² + 2 (1/4)²) / 3 + ((1/8)² + (3/4)² + (7/8)²) / 3 */
  CHECK_NEAR(s.squared_error, 0.375 / 3 + 1.34375 / 3, 1e-12, "squared error of one-hot targets");

  s = score(CATEGORICAL, p, shares, 2, 3, 3);
  CHECK_NEAR(s.loss, log(2.0) + log(8.0), 1e-12, "categorical: ln 2 + ln 8");
  CHECK(s.correct == 1, "%g correct", s.correct);

  s = score(BINARY, p, shares, 2, 3, 3);
  double first = log(2.0) + 2 * log(4.0 / 3.0), second = log(8.0 / 7.0) + log(4.0) + log(8.0);
  CHECK_NEAR(s.loss, (first + second) / 3, 1e-12, "binary");
  /* right: the two quarters (0.5 is not above 0.5); then only the first eighth */
  CHECK_NEAR(s.correct, 2.0 / 3 + 1.0 / 3, 1e-12, "binary accuracy");

  s = score(SQUARED, p, shares, 2, 3, 3);
  CHECK_NEAR(s.loss, 0.375 / 3 + 1.34375 / 3, 1e-12, "squared error");
  CHECK(s.loss == s.squared_error && s.correct == 1, "%g, %g, %g correct", s.loss, s.squared_error,
        s.correct);
}

/* Scores add up over batches, and rows that are further apart than their width give the same. */
static void adding_up(void) {
  const float p[8] = {0.5f, 0.25f, 0.25f, NAN, 0.125f, 0.75f, 0.125f, NAN};
  const int32_t labels[2] = {0, 2};
  fr_scores s = {0};
  fr_loss_batch(LOSS(SPARSE), FR_SOFTMAX, p, labels, NULL, 1, 3, 4, NULL, &s);
  fr_loss_batch(LOSS(SPARSE), FR_SOFTMAX, p + 4, labels + 1, NULL, 1, 3, 4, NULL, &s);
  fr_scores together = score(SPARSE, p, labels, 2, 3, 4);
  CHECK(s.samples == 2 && s.loss == together.loss && s.correct == together.correct &&
            s.squared_error == together.squared_error,
        "%g %g %g", s.loss, s.correct, s.squared_error);
}

/* Certain and wrong costs -ln 1e-7, certain and right -ln (1 - 1e-7) as rounded to float; never
 * infinity. */
static void clipping(void) {
  const double most = -log(1e-7), least = -log((double)(1.0f - 1e-7f));
  const float p[2] = {1.0f, 0.0f};
  const int32_t right = 0, wrong = 1;
  CHECK_NEAR(score(SPARSE, p, &wrong, 1, 2, 2).loss, most, 1e-6, "sparse, wrong");
  CHECK_NEAR(score(SPARSE, p, &right, 1, 2, 2).loss, least, 1e-12, "sparse, right");
  fr_scores s = {0};
  fr_loss_batch(LOSS(SPARSE), FR_SOFTMAX, p, &wrong, NULL, 1, 2, 2, NULL, &s);
  CHECK_NEAR(s.loss, most, 1e-6, "sparse of softmax, wrong");
  const float hot[2] = {0.0f, 1.0f};
  CHECK_NEAR(score(CATEGORICAL, p, hot, 1, 2, 2).loss, most, 1e-6, "categorical, wrong");
  /* the upper clip is 1 - 2⁻²³ in floats, so a wrong 1 costs -ln 2⁻²³ */
  CHECK_NEAR(score(BINARY, p, hot, 1, 2, 2).loss, (most - log(ldexp(1.0, -23))) / 2, 1e-5,
             "binary, wrong");
}

/* Predictions that do not sum to one are divided by their sum. */
static void scaling(void) {
  const float p[3] = {2.0f, 1.0f, 1.0f};
  const int32_t label = 0;
  CHECK_NEAR(score(SPARSE, p, &label, 1, 3, 3).loss, log(2.0), 1e-12, "half of the sum");
}

/* ---- gradients by hand ----------------------------------------------------------------------- */

static void gradients(void) {
  const float p[4] = {0.75f, 0.25f, 0.5f, 0.5f};
  const int32_t labels[2] = {1, 0};
  float dp[4];
  fr_scores s = {0};
  fr_loss_batch(LOSS(SPARSE), FR_SOFTMAX, p, labels, NULL, 2, 2, 2, dp, &s);
  static const float fused[4] = {0.375f, -0.375f, -0.25f, 0.25f}; /* (p - t) / 2 */
  for (int i = 0; i < 4; i++) CHECK(dp[i] == fused[i], "%d: %g, want %g", i, dp[i], fused[i]);
  /* Σp = 1: d(-ln (p_t / Σp)) / dp_i = 1 - [i = t] / p_t, halved */
  fr_loss_batch(LOSS(SPARSE), FR_LINEAR, p, labels, NULL, 2, 2, 2, dp, &s);
  static const float plain[4] = {0.5f, -1.5f, -0.5f, 0.5f};
  for (int i = 0; i < 4; i++) CHECK_NEAR(dp[i], plain[i], 1e-6, "crossentropy");
  /* 2 (p - t) / outputs / samples */
  const float targets[4] = {0.25f, 0.25f, 1.0f, -0.5f};
  fr_loss_batch(LOSS(SQUARED), FR_LINEAR, p, targets, NULL, 2, 2, 2, dp, &s);
  static const float squared[4] = {0.25f, 0.0f, -0.25f, 0.5f};
  for (int i = 0; i < 4; i++) CHECK(dp[i] == squared[i], "%d: %g, want %g", i, dp[i], squared[i]);
  /* (p - t) / outputs / samples before the sigmoid; over p (1 - p) after it */
  const float yes[4] = {1.0f, 0.0f, 1.0f, 0.0f};
  fr_loss_batch(LOSS(BINARY), FR_SIGMOID, p, yes, NULL, 2, 2, 2, dp, &s);
  static const float binary[4] = {-0.0625f, 0.0625f, -0.125f, 0.125f};
  for (int i = 0; i < 4; i++) CHECK(dp[i] == binary[i], "%d: %g, want %g", i, dp[i], binary[i]);
  fr_loss_batch(LOSS(BINARY), FR_LINEAR, p, yes, NULL, 2, 2, 2, dp, &s);
  for (int i = 0; i < 4; i++)
    CHECK_NEAR(dp[i], binary[i] / (p[i] * (1.0f - p[i])), 1e-6, "binary crossentropy");
}

/* Beyond the clip the slope is zero, but before a fused activation it is exact. */
static void gradients_of_the_sure(void) {
  const float p[2] = {1.0f, 0.0f}, yes[2] = {0.0f, 1.0f};
  const int32_t wrong = 1;
  float dp[2];
  fr_scores s = {0};
  fr_loss_batch(LOSS(SPARSE), FR_SOFTMAX, p, &wrong, NULL, 1, 2, 2, dp, &s);
  CHECK(dp[0] == 1.0f && dp[1] == -1.0f, "%g %g", (double)dp[0], (double)dp[1]);
  fr_loss_batch(LOSS(SPARSE), FR_LINEAR, p, &wrong, NULL, 1, 2, 2, dp, &s);
  CHECK(dp[0] == 0.0f && dp[1] == 0.0f, "%g %g", (double)dp[0], (double)dp[1]);
  fr_loss_batch(LOSS(BINARY), FR_SIGMOID, p, yes, NULL, 1, 2, 2, dp, &s);
  CHECK(dp[0] == 0.5f && dp[1] == -0.5f, "%g %g", (double)dp[0], (double)dp[1]);
  fr_loss_batch(LOSS(BINARY), FR_LINEAR, p, yes, NULL, 1, 2, 2, dp, &s);
  CHECK(dp[0] == 0.0f && dp[1] == 0.0f, "%g %g", (double)dp[0], (double)dp[1]);
}

/* Class indices and one-hot rows give the same bits; gradients stay within their rows. */
static void sparse_equals_one_hot(void) {
  for (int round = 0; round < 200; round++) {
    enum { MOST = 9 * 20 };
    int n = check_between(1, 9), classes = check_between(2, 17), stride = classes + round % 3;
    float p[MOST], hot[MOST] = {0}, a[MOST], b[MOST];
    int32_t labels[9];
    for (int i = 0; i < n; i++) {
      float sum = 0.0f;
      for (int c = 0; c < classes; c++) sum += p[i * stride + c] = check_float() + 1.001f;
      for (int c = 0; c < classes; c++) p[i * stride + c] /= sum;
      labels[i] = check_between(0, classes - 1);
      hot[i * classes + labels[i]] = 1.0f;
    }
    for (int fused = 0; fused < 2; fused++) {
      fr_activation f = fused ? FR_SOFTMAX : FR_LINEAR;
      fr_scores sparse = {0}, shares = {0};
      for (int i = 0; i < MOST; i++) a[i] = b[i] = 7.0f;
      fr_loss_batch(LOSS(SPARSE), f, p, labels, NULL, n, classes, stride, a, &sparse);
      fr_loss_batch(LOSS(CATEGORICAL), f, p, hot, NULL, n, classes, stride, b, &shares);
      CHECK(memcmp(a, b, sizeof a) == 0, "gradients differ");
      CHECK(memcmp(&sparse, &shares, sizeof sparse) == 0, "scores differ: %.17g, %.17g",
            sparse.loss, shares.loss);
      int touched = 0;
      for (int i = 0; i < MOST; i++)
        touched += a[i] != 7.0f && (i >= n * stride || i % stride >= classes);
      CHECK(touched == 0, "%d values outside the rows were written", touched);
    }
  }
}

/* ---- logits ---------------------------------------------------------------------------------- */

static fr_loss logits_of(fr_loss_kind kind) {
  return (fr_loss){.kind = kind, .from_logits = 1, .top_k = 1};
}

/* The loss of one row; its gradient is written to dp. */
static double loss_of_row(const fr_loss *loss, const float *p, const void *targets, int classes,
                          float *dp) {
  fr_scores s = {0};
  fr_loss_batch(loss, FR_LINEAR, p, targets, NULL, 1, classes, classes, dp, &s);
  return s.loss;
}

/* Logits ln 1, ln 2 and ln 5 give the probabilities 1/8, 2/8 and 5/8, whatever is added to all of
 * them. */
static void logits_by_hand(void) {
  fr_loss sparse = logits_of(SPARSE), shares = logits_of(CATEGORICAL), binary = logits_of(BINARY);
  const int32_t label = 1;
  const float soft[3] = {0.5f, 0.25f, 0.0f}; /* with an arbitrary sum */
  for (int shift = -80; shift <= 80; shift += 20) {
    const float z[3] = {(float)shift, (float)(shift + log(2.0)), (float)(shift + log(5.0))};
    float dp[3];
    CHECK_NEAR(loss_of_row(&sparse, z, &label, 3, dp), log(4.0), 1e-5, "sparse logits");
    CHECK_NEAR(dp[0], 0.125, 1e-5, "1/8");
    CHECK_NEAR(dp[1], 0.25 - 1.0, 1e-5, "2/8 - 1");
    CHECK_NEAR(dp[2], 0.625, 1e-5, "5/8");
    CHECK_NEAR(loss_of_row(&shares, z, soft, 3, dp), 0.5 * log(8.0) + 0.25 * log(4.0), 1e-5,
               "logits of shares");
    CHECK_NEAR(dp[0], 0.75 * 0.125 - 0.5, 1e-5, "3/4 of 1/8, less 1/2");
    CHECK_NEAR(dp[2], 0.75 * 0.625, 1e-5, "3/4 of 5/8");
  }
  const float z[2] = {(float)log(3.0), (float)-log(3.0)}, yes[2] = {1.0f, 0.0f}; /* 3/4 and 1/4 */
  float dp[2];
  CHECK_NEAR(loss_of_row(&binary, z, yes, 2, dp), log(4.0 / 3.0), 1e-6, "binary logits, right");
  CHECK_NEAR(dp[0], -0.125, 1e-6, "(3/4 - 1) / 2");
  CHECK_NEAR(dp[1], 0.125, 1e-6, "(1/4 - 0) / 2");
}

/* Logits of ± 1000 and more: the loss is their distance, and no exponential overflows. */
static void logits_of_the_sure(void) {
  fr_loss sparse = logits_of(SPARSE), binary = logits_of(BINARY);
  for (double size = 1e3; size <= 1e9; size *= 1e3) {
    const float z[2] = {(float)size, (float)-size}, no[2] = {0.0f, 1.0f};
    const int32_t right = 0, wrong = 1;
    float dp[2];
    CHECK(loss_of_row(&sparse, z, &right, 2, dp) == 0.0 && dp[0] == 0.0f && dp[1] == 0.0f, "%g %g",
          (double)dp[0], (double)dp[1]);
    CHECK_NEAR(loss_of_row(&sparse, z, &wrong, 2, dp), 2.0 * size, 1e-3, "wrong by twice that");
    CHECK(dp[0] == 1.0f && dp[1] == -1.0f, "%g %g", (double)dp[0], (double)dp[1]);
    CHECK_NEAR(loss_of_row(&binary, z, no, 2, dp), size, 1e-3, "both wrong");
    CHECK(dp[0] == 0.5f && dp[1] == -0.5f, "%g %g", (double)dp[0], (double)dp[1]);
  }
}

/* ---- smoothing and weights ------------------------------------------------------------------- */

/* 0.4 of each target is spread: over four classes to 0.7 and 0.1, for binary targets to 0.8 and
 * 0.2. */
static void smoothing(void) {
  fr_loss sparse = {.kind = SPARSE, .label_smoothing = 0.4f, .top_k = 1}, binary = sparse;
  binary.kind = BINARY;
  const float p[4] = {0.5f, 0.25f, 0.125f, 0.125f}, yes[4] = {1.0f, 0.0f, 1.0f, 0.0f};
  const int32_t label = 2;
  double want = 0.1 * log(2.0) + 0.1 * log(4.0) + 0.7 * log(8.0) + 0.1 * log(8.0);
  float dp[4];
  CHECK_NEAR(loss_of_row(&sparse, p, &label, 4, NULL), want, 1e-6, "smoothed classes");
  fr_scores s = {0};
  fr_loss_batch(&sparse, FR_SOFTMAX, p, &label, NULL, 1, 4, 4, dp, &s);
  static const double fused[4] = {0.4, 0.15, 0.125 - 0.7, 0.025};
  for (int i = 0; i < 4; i++) CHECK_NEAR(dp[i], fused[i], 1e-6, "p - t, smoothed");
  CHECK(s.correct == 0 && s.top_k == 0 && s.true_positives == 0 && s.false_negatives == 1,
        "metrics see the targets as they are");
  want = 0.0;
  for (int i = 0; i < 4; i++) {
    double t = yes[i] != 0.0f ? 0.8 : 0.2;
    want -= (t * log((double)p[i]) + (1.0 - t) * log(1.0 - (double)p[i])) / 4.0;
  }
  CHECK_NEAR(loss_of_row(&binary, p, yes, 4, NULL), want, 1e-6, "smoothed yes and no");
}

/* A sample of weight 3 counts three times in the loss and its gradient, one of weight 0 not at all.
 * The mean is still over all samples, and the metrics ignore the weights. */
static void weights(void) {
  const float p[6] = {0.5f, 0.25f, 0.25f, 0.125f, 0.75f, 0.125f}, share[2] = {3.0f, 0.0f};
  const int32_t labels[2] = {0, 2};
  const float targets[6] = {1.0f, 0.0f, 0.5f, 0.0f, 0.0f, 1.0f};
  for (int kind = 0; kind < FR_LOSSES; kind++)
    for (int logits = 0; logits < 2; logits++) {
      fr_loss loss = {.kind = (fr_loss_kind)kind, .from_logits = logits, .top_k = 2};
      const void *t = kind == SPARSE ? (const void *)labels : (const void *)targets;
      float plain[6], weighted[6];
      fr_scores one = {0}, both = {0}, heavy = {0};
      fr_loss_batch(&loss, FR_LINEAR, p, t, NULL, 1, 3, 3, NULL, &one);
      fr_loss_batch(&loss, FR_LINEAR, p, t, NULL, 2, 3, 3, plain, &both);
      fr_loss_batch(&loss, FR_LINEAR, p, t, share, 2, 3, 3, weighted, &heavy);
      CHECK_NEAR(heavy.loss, 3.0 * one.loss, 1e-12, "weighted loss");
      for (int i = 0; i < 6; i++)
        CHECK_NEAR(weighted[i], i < 3 ? 3.0 * (double)plain[i] : 0.0, 1e-6, "weighted gradient");
      heavy.loss = both.loss;
      CHECK(memcmp(&heavy, &both, sizeof both) == 0, "loss %d: weights show in the metrics", kind);
    }
}

static void absolute_errors(void) {
  const float p[3] = {0.5f, -1.0f, 2.0f}, t[3] = {0.75f, -3.0f, 2.0f};
  float dp[3];
  fr_loss loss = {.kind = FR_MEAN_ABSOLUTE_ERROR, .top_k = 1};
  CHECK_NEAR(loss_of_row(&loss, p, t, 3, dp), 2.25 / 3.0, 1e-12, "(1/4 + 2 + 0) / 3");
  CHECK(dp[0] == -1.0f / 3.0f && dp[1] == 1.0f / 3.0f && dp[2] == 0.0f, "%g %g %g", (double)dp[0],
        (double)dp[1], (double)dp[2]);
}

/* ---- metrics --------------------------------------------------------------------------------- */

static void metrics(void) {
  const float p[8] = {0.9f, 0.6f, 0.2f, 0.5f, 0.1f, 0.7f, 0.4f, 0.55f};
  const float t[8] = {1.0f, 0.0f, 0.0f, 1.0f, 0.0f, 1.0f, 1.0f, 1.0f};
  fr_scores s = score(BINARY, p, t, 2, 4, 4);
  CHECK(s.true_positives == 3 && s.false_positives == 1 && s.false_negatives == 2, "%g %g %g",
        s.true_positives, s.false_positives, s.false_negatives);
  CHECK_NEAR(s.right_outputs, 0.5 + 0.75, 1e-12, "2 of 4 and 3 of 4");
  CHECK_NEAR(s.absolute_error, (0.1 + 0.6 + 0.2 + 0.5) / 4 + (0.1 + 0.3 + 0.6 + 0.45) / 4, 1e-6,
             "absolute error");
  CHECK_NEAR(s.squared_error, (0.01 + 0.36 + 0.04 + 0.25) / 4 + (0.01 + 0.09 + 0.36 + 0.2025) / 4,
             1e-6, "squared error");
  CHECK_NEAR(s.correct, 1 + 1, 1e-12, "largest outputs");
  /* probabilities: on the same side of one half or not; every target but 0 counts as yes */
  const float shares[3] = {0.25f, 0.75f, 0.0f}, close[3] = {0.4f, 0.4f, 0.6f};
  s = score(SQUARED, close, shares, 1, 3, 3);
  CHECK_NEAR(s.right_outputs, 1.0 / 3, 1e-12, "the first");
  CHECK(s.true_positives == 0 && s.false_positives == 1 && s.false_negatives == 2, "%g %g %g",
        s.true_positives, s.false_positives, s.false_negatives);
  /* one class index per sample counts as one-hot */
  const float sure[3] = {0.2f, 0.7f, 0.1f};
  const int32_t label = 1;
  s = score(SPARSE, sure, &label, 1, 3, 3);
  CHECK(s.true_positives == 1 && s.false_positives == 0 && s.false_negatives == 0 &&
            s.right_outputs == 1,
        "%g %g %g %g", s.true_positives, s.false_positives, s.false_negatives, s.right_outputs);
  CHECK_NEAR(s.absolute_error, 0.6 / 3, 1e-6, "absolute error of a class");
}

/* Right if fewer than k outputs are larger than the target's; equal outputs do not count against
 * it. */
static void top_k(void) {
  const float p[5] = {0.1f, 0.3f, 0.3f, 0.25f, 0.05f}, hole[3] = {NAN, 0.5f, 0.5f};
  static const int rank[5] = {4, 1, 1, 3, 5};
  for (int32_t label = 0; label < 5; label++)
    for (int k = 1; k <= 7; k++) {
      fr_loss loss = {.kind = SPARSE, .top_k = k};
      fr_scores s = {0};
      fr_loss_batch(&loss, FR_LINEAR, p, &label, NULL, 1, 5, 5, NULL, &s);
      CHECK(s.top_k == (rank[label] <= k), "class %d among %d: %g", label, k, s.top_k);
    }
  const int32_t first = 0;
  CHECK(score(SPARSE, hole, &first, 1, 3, 3).top_k == 0, "what is no number is among none");
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void refusals(void) {
  const fr_shape classes = {1, {3}};
  fr_loss loss = {.kind = SPARSE, .top_k = 1};
  CHECK(fr_loss_check(&loss, &classes) == FR_OK, "%s", fr_last_error());
  loss.label_smoothing = 1.0f;
  CHECK(fr_loss_check(&loss, &classes) == FR_OK, "%s", fr_last_error());
  loss.label_smoothing = 1.5f;
  check_refused(fr_loss_check(&loss, &classes), FR_INVALID_ARGUMENT,
                "compile: label smoothing must be 0..1, got 1.5");
  loss.label_smoothing = -0.25f;
  check_refused(fr_loss_check(&loss, &classes), FR_INVALID_ARGUMENT,
                "compile: label smoothing must be 0..1, got -0.25");
  loss.label_smoothing = NAN;
  CHECK(fr_loss_check(&loss, &classes) == FR_INVALID_ARGUMENT, "a smoothing of NaN passed");
  loss = (fr_loss){.kind = SPARSE, .top_k = 0};
  check_refused(fr_loss_check(&loss, &classes), FR_INVALID_ARGUMENT,
                "compile: k must be at least 1, got 0");
  loss = (fr_loss){.kind = (fr_loss_kind)-1, .top_k = 1};
  check_refused(fr_loss_check(&loss, &classes), FR_INVALID_ARGUMENT, "compile: unknown loss -1");
}

/* ---- which losses fuse ----------------------------------------------------------------------- */

static void fusing(void) {
  static const fr_activation want[FR_LOSSES][FR_ACTIVATIONS] = {
      [SPARSE] = {[FR_SOFTMAX] = FR_SOFTMAX},
      [CATEGORICAL] = {[FR_SOFTMAX] = FR_SOFTMAX},
      [BINARY] = {[FR_SIGMOID] = FR_SIGMOID},
  };
  for (int loss = 0; loss < FR_LOSSES; loss++)
    for (int f = 0; f < FR_ACTIVATIONS; f++)
      CHECK(fr_loss_fused_activation(LOSS((fr_loss_kind)loss), (fr_activation)f) == want[loss][f],
            "loss %d, activation %d", loss, f);
  for (int loss = 0; loss < FR_LOSSES; loss++)
    for (int f = 0; f < FR_ACTIVATIONS; f++) {
      fr_loss logits = logits_of((fr_loss_kind)loss);
      CHECK(fr_loss_fused_activation(&logits, (fr_activation)f) == FR_LINEAR,
            "logits of loss %d, activation %d", loss, f);
    }
}

/* ---- classes and labels ---------------------------------------------------------------------- */

static void classes(void) {
  const float p[12] = {1.0f, 3.0f, 3.0f, 9.0f, -1.0f, -2.0f, -1.0f, 9.0f, 0.0f, 0.0f, 0.5f, 9.0f};
  int32_t got[4] = {-1, -1, -1, -1};
  fr_argmax(p, 3, 3, 4, got);
  CHECK(got[0] == 1 && got[1] == 0 && got[2] == 2 && got[3] == -1, "%d %d %d %d", got[0], got[1],
        got[2], got[3]);
  const float single[3] = {0.5f, 0.50001f, 0.2f};
  fr_argmax(single, 3, 1, 1, got);
  CHECK(got[0] == 0 && got[1] == 1 && got[2] == 0, "%d %d %d", got[0], got[1], got[2]);
  const float sure[2] = {0.0f, 1.0f};
  fr_argmax(sure, 1, 2, 2, got);
  CHECK(got[0] == 1, "two outputs: %d", got[0]);
}

/* Equal largest outputs: the first counts, in predictions and in targets. */
static void accuracy_of_ties(void) {
  const float p[3] = {0.4f, 0.4f, 0.2f}, soft[3] = {0.5f, 0.5f, 0.0f}, late[3] = {0.0f, 0.5f, 0.5f};
  const int32_t first = 0, second = 1;
  CHECK(score(SPARSE, p, &first, 1, 3, 3).correct == 1, "the first of two equals");
  CHECK(score(SPARSE, p, &second, 1, 3, 3).correct == 0, "the second of two equals");
  CHECK(score(CATEGORICAL, p, soft, 1, 3, 3).correct == 1, "tied targets");
  CHECK(score(CATEGORICAL, p, late, 1, 3, 3).correct == 0, "tied targets, later");
  const float yes = 1.0f, no = 0.0f, half = 0.5f, above = 0.6f;
  CHECK(score(BINARY, &half, &no, 1, 1, 1).correct == 1, "0.5 means no");
  CHECK(score(BINARY, &half, &yes, 1, 1, 1).correct == 0, "0.5 means no");
  CHECK(score(BINARY, &above, &yes, 1, 1, 1).correct == 1, "0.6 means yes");
  CHECK(score(SQUARED, &above, &yes, 1, 1, 1).correct == 1, "one output has two sides");
  CHECK(score(SQUARED, &above, &no, 1, 1, 1).correct == 0, "one output has two sides");
}

static void labels(void) {
  const int32_t fine[3] = {0, 9, 5}, high[3] = {0, 10, 99}, low[3] = {3, 2, -1};
  CHECK(fr_check_labels(fine, 3, 10) == FR_OK, "%s", fr_last_error());
  check_refused(fr_check_labels(high, 3, 10), FR_BAD_DATA, "labels: label 1 must be 0..9, got 10");
  check_refused(fr_check_labels(low, 3, 10), FR_BAD_DATA, "labels: label 2 must be 0..9, got -1");
  CHECK(fr_check_labels(low, 2, 10) == FR_OK, "a label behind the last was read");
}

int main(void) {
  by_hand();
  adding_up();
  clipping();
  scaling();
  gradients();
  gradients_of_the_sure();
  sparse_equals_one_hot();
  logits_by_hand();
  logits_of_the_sure();
  smoothing();
  weights();
  absolute_errors();
  metrics();
  top_k();
  refusals();
  fusing();
  classes();
  accuracy_of_ties();
  labels();
  return check_report("loss", 1500);
}
