/* Matrices made orthogonal, compared with the iteration as it is published, in doubles; and Muon's
 * step of a whole model, from its gradients. */
#include "kernels/orthogonal.h"
#include "optimizer.h"
#include "stack.h"

/* Jordan's iteration on x (rows, columns): with A = X Xᵀ, X = a X + (b A + c A²) X, five times. */
static void as_published(int rows, int columns, double *x) {
  size_t all = (size_t)rows * (size_t)columns, square = (size_t)rows * (size_t)rows;
  double squares = 0.0, *a = check_alloc(square * sizeof *a), *b = check_alloc(square * sizeof *b);
  double *y = check_alloc(all * sizeof *y);
  for (size_t i = 0; i < all; i++) squares += x[i] * x[i];
  for (size_t i = 0; i < all; i++) x[i] /= sqrt(squares) + 1e-7;
  for (int step = 0; step < 5; step++) {
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < rows; j++) {
        double sum = 0.0;
        for (int k = 0; k < columns; k++) sum += x[i * columns + k] * x[j * columns + k];
        a[i * rows + j] = sum;
      }
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < rows; j++) {
        double sum = 0.0;
        for (int k = 0; k < rows; k++) sum += a[i * rows + k] * a[k * rows + j];
        b[i * rows + j] = -4.7750 * a[i * rows + j] + 2.0315 * sum;
      }
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < columns; j++) {
        double sum = 3.4445 * x[i * columns + j];
        for (int k = 0; k < rows; k++) sum += b[i * rows + k] * x[k * columns + j];
        y[i * columns + j] = sum;
      }
    memcpy(x, y, all * sizeof *x);
  }
  free(a);
  free(b);
  free(y);
}

/* x made orthogonal by the core, its memory filled with garbage before. */
static void made(int rows, int columns, float *x) {
  size_t floats = fr_orthogonal_floats(rows, columns);
  float *memory = check_garbage(floats);
  fr_orthogonalize(rows, columns, x, memory);
  free(memory);
}

static double *doubles_of(const float *x, int n) {
  double *d = check_alloc((size_t)n * sizeof *d);
  for (int i = 0; i < n; i++) d[i] = x[i];
  return d;
}

/* The larger side has 1.5 times the smaller one or more: random matrices are far from singular. */
static void as_it_is_published(int rows, int columns, float size) {
  int n = rows * columns;
  float *x = check_floats((size_t)n);
  for (int i = 0; i < n; i++) x[i] *= size;
  double *want = doubles_of(x, n);
  as_published(rows, columns, want);
  made(rows, columns, x);
  char what[40];
  snprintf(what, sizeof what, "%d × %d by %g", rows, columns, (double)size);
  for (int i = 0; i < n; i++) CHECK_NEAR(x[i], want[i], 2e-5, what);
  free(x);
  free(want);
}

/* A unit vector becomes about as long, whatever its direction. */
static void lengths(void) {
  enum { ROWS = 54, COLUMNS = 12 };
  float *x = check_floats(ROWS * COLUMNS);
  made(ROWS, COLUMNS, x);
  for (int trial = 0; trial < 200; trial++) {
    double v[COLUMNS], norm = 0.0, length = 0.0;
    for (int j = 0; j < COLUMNS; j++) v[j] = check_float();
    for (int j = 0; j < COLUMNS; j++) norm += v[j] * v[j];
    for (int i = 0; i < ROWS; i++) {
      double sum = 0.0;
      for (int j = 0; j < COLUMNS; j++) sum += x[i * COLUMNS + j] * v[j];
      length += sum * sum;
    }
    length = sqrt(length / norm);
    CHECK(length > 0.6 && length < 1.25, "a unit vector becomes %g long", length);
  }
  free(x);
}

/* Neither a gradient of zero nor one of rank one, nor a tiny one, leads to what is no number. */
static void singular(void) {
  enum { ROWS = 18, COLUMNS = 8 };
  float x[ROWS * COLUMNS] = {0};
  made(ROWS, COLUMNS, x);
  for (int i = 0; i < ROWS * COLUMNS; i++) CHECK(x[i] == 0.0f, "zero became %g", (double)x[i]);
  for (int exponent = 0; exponent >= -30; exponent -= 6) {
    double squares = 0.0, scale = pow(10.0, exponent);
    for (int i = 0; i < ROWS; i++)
      for (int j = 0; j < COLUMNS; j++) x[i * COLUMNS + j] = (float)(scale * (i + 1) * (j - 3));
    made(ROWS, COLUMNS, x);
    for (int i = 0; i < ROWS * COLUMNS; i++) squares += (double)x[i] * x[i];
    CHECK(squares < 1.5, "rank one of size 1e%d became %g long", exponent, sqrt(squares));
    if (exponent > -6) CHECK(squares > 0.4, "rank one became %g long", sqrt(squares));
  }
}

/* ---- a model's step -------------------------------------------------------------------------- */

enum { SIDE = 5, CLASSES = 3, BATCH = 6 };

static fr_model *network(void) {
  return stack(
      image(SIDE, SIDE, 2),
      LAYERS(conv(4, 3, 3, 1, 1, FR_SAME, FR_TANH), depthwise(1, 2, 2, 1, 1, FR_VALID, FR_LINEAR),
             conv(7, 1, 1, 1, 1, FR_VALID, FR_SIGMOID), flatten(), dense(CLASSES, FR_SOFTMAX)),
      21);
}

/* Two steps from the gradients that the core reports: kernels of convolutions by Muon's formula,
 * all else by Adam's. */
static void whole_step(int nesterov) {
  const fr_optimizer o = {.kind = FR_MUON,
                          .learning_rate = 0.02,
                          .momentum = 0.9,
                          .nesterov = nesterov,
                          .beta1 = 0.9,
                          .beta2 = 0.99,
                          .epsilon = 1e-3,
                          .weight_decay = 0.1};
  float *samples = check_floats(BATCH * SIDE * SIDE * 2);
  int32_t labels[BATCH];
  for (int i = 0; i < BATCH; i++) labels[i] = i % CLASSES;
  const fr_batch batch = {samples, FR_FLOAT32, labels, BATCH, NULL};
  fr_model *m = network();
  must(fr_model_compile(m, &o, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  double *s[FR_MAX_PARAMETERS * 8] = {0}, *v[FR_MAX_PARAMETERS * 8] = {0};
  for (int t = 1; t <= 2; t++) {
    fr_scores scores;
    float *gradients[FR_MAX_PARAMETERS * 8], *before[FR_MAX_PARAMETERS * 8];
    must(fr_train_gradients(m, &batch, &scores));
    for (int p = 0; p < m->parameter_count; p++) {
      int n = m->parameters[p].elements;
      gradients[p] = check_garbage((size_t)n);
      before[p] = check_garbage((size_t)n);
      must(fr_model_get_gradient(m, p, gradients[p], n));
      must(fr_model_get_parameter(m, p, before[p], n));
    }
    must(fr_train(m, &batch, BATCH, NULL, &scores));
    for (int p = 0; p < m->parameter_count; p++) {
      const fr_parameter *at = &m->parameters[p];
      int n = at->elements, columns = at->dims[3];
      int is_matrix = at->which == 0 && m->layers[at->layer].kind == FR_CONV2D;
      double *change = doubles_of(gradients[p], n);
      if (!s[p]) {
        s[p] = calloc((size_t)n, sizeof **s);
        v[p] = calloc((size_t)n, sizeof **v);
      }
      for (int i = 0; i < n; i++) {
        double g = change[i];
        if (is_matrix) {
          s[p][i] = 0.9 * s[p][i] + g;
          change[i] = nesterov ? g + 0.9 * s[p][i] : s[p][i];
        } else {
          s[p][i] = 0.9 * s[p][i] + 0.1 * g;
          v[p][i] = 0.99 * v[p][i] + 0.01 * g * g;
          change[i] =
              sqrt(1.0 - pow(0.99, t)) / (1.0 - pow(0.9, t)) * s[p][i] / (sqrt(v[p][i]) + 1e-3);
        }
      }
      if (is_matrix) {
        as_published(n / columns, columns, change);
        for (int i = 0; i < n; i++) change[i] *= 0.2 * sqrt(fmax(n / columns, columns));
      }
      float *after = check_garbage((size_t)n);
      must(fr_model_get_parameter(m, p, after, n));
      for (int i = 0; i < n; i++)
        CHECK_NEAR(after[i], before[p][i] * (1.0 - 0.02 * 0.1) - 0.02 * change[i], 2e-6,
                   is_matrix ? "muon" : "adam");
      free(after);
      free(change);
      free(gradients[p]);
      free(before[p]);
    }
  }
  for (int p = 0; p < m->parameter_count; p++) {
    free(s[p]);
    free(v[p]);
  }
  free(samples);
  fr_model_destroy(m);
}

int main(void) {
  static const int shapes[][2] = {{1, 1},    {9, 1},    {1, 7},  {9, 4},  {4, 9},
                                  {27, 16},  {9, 24},   {8, 40}, {72, 8}, {54, 13},
                                  {216, 24}, {13, 100}, {96, 64}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (float size = 1e-4f; size < 1e5f; size *= 1e4f)
      as_it_is_published(shapes[i][0], shapes[i][1], size);
  lengths();
  singular();
  whole_step(0);
  whole_step(1);
  return check_report("orthogonal", 45000);
}
