#include "orthogonal.h"

#include "simd.h"

enum { DOWN = 4, ACROSS = 2 * FR_LANES, STEPS = 5 };

static const float coefficient[] = {3.4445f, -4.7750f, 2.0315f};

/* x as it is worked on: tall, its columns filled up to whole tiles with zeros, and its rows too. */
typedef struct {
  int rows, columns, turned;
  size_t square;
} tall;

static tall tall_of(int rows, int columns) {
  int turned = rows < columns;
  tall t = {fr_round_up(turned ? columns : rows, DOWN),
            fr_round_up(turned ? rows : columns, ACROSS), turned, 0};
  t.square = (size_t)t.columns * (size_t)t.columns;
  return t;
}

size_t fr_orthogonal_floats(int rows, int columns) {
  tall t = tall_of(rows, columns);
  return (size_t)t.rows * (size_t)t.columns + 4 * t.square;
}

/* out (DOWN, ACROSS) = Σ over k of left[k] · right[k]; `row_step` lies between two rows of `left`'s
 * part, `k_step` between two k, and n between two rows of `right` and of `out`. */
static void tile(int n, int depth, const float *left, int row_step, int k_step, const float *right,
                 float *out) {
  f32x4 sum[DOWN][2];
  for (int i = 0; i < DOWN; i++) sum[i][0] = sum[i][1] = f4_zero();
  FR_ROLLED for (int k = 0; k < depth; k++, left += k_step, right += n)
      f4_madd_4x8(sum, left, left + row_step, left + 2 * row_step, left + 3 * row_step, right);
  for (int i = 0; i < DOWN; i++) {
    f4_store(out + i * n, sum[i][0]);
    f4_store(out + i * n + FR_LANES, sum[i][1]);
  }
}

/* out (n, n) = leftᵀ right, known to be symmetric; left, right (depth, n) */
static void symmetric(int n, int depth, const float *left, const float *right, float *out) {
  for (int i = 0; i < n; i += DOWN)
    for (int j = i / ACROSS * ACROSS; j < n; j += ACROSS)
      tile(n, depth, left + i, 1, n, right + j, out + i * n + j);
  for (int i = 1; i < n; i++)
    for (int j = 0; j < i; j++) out[i * n + j] = out[j * n + i];
}

/* out = a I + b A + c A² */
static void polynomial(int n, const float *gram, float *out) {
  symmetric(n, n, gram, gram, out);
  const f32x4 b = f4_splat(coefficient[1]), c = f4_splat(coefficient[2]);
  for (int i = 0; i < n * n; i += FR_LANES)
    f4_store(out + i, f4_madd(f4_mul(c, f4_load(out + i)), b, f4_load(gram + i)));
  for (int i = 0; i < n; i++) out[i * n + i] += coefficient[0];
}

static void swap(float **a, float **b) {
  float *c = *a;
  *a = *b;
  *b = c;
}

/* Q of all steps, in one of the three squares after `gram`; overwrites gram. */
static const float *steps(const tall *t, float *gram) {
  int n = t->columns;
  float *q = gram + t->square, *p = q + t->square, *spare = p + t->square;
  polynomial(n, gram, q);
  for (int step = 1; step < STEPS; step++) {
    const float *last = step == 1 ? q : p;
    symmetric(n, n, last, gram, spare);
    symmetric(n, n, last, spare, gram);
    polynomial(n, gram, p);
    symmetric(n, n, p, q, spare);
    swap(&q, &spare);
  }
  return q;
}

static void scale_into(const tall *t, int rows, int columns, const float *x, float *to) {
  double squares = 0.0;
  for (int i = 0; i < rows * columns; i++) squares += (double)x[i] * x[i];
  float by = (float)(1.0 / (sqrt(squares) + 1e-7)); /* Keras's epsilon */
  memset(to, 0, sizeof *to * (size_t)t->rows * (size_t)t->columns);
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c++)
      to[t->turned ? c * t->columns + r : r * t->columns + c] = by * x[r * columns + c];
}

void fr_orthogonalize(int rows, int columns, float *x, float *memory) {
  const tall t = tall_of(rows, columns);
  const int n = t.columns;
  float *gram = memory + (size_t)t.rows * (size_t)n;
  scale_into(&t, rows, columns, x, memory);
  symmetric(n, t.rows, memory, memory, gram);
  const float *q = steps(&t, gram);
  float *strip = gram;
  for (int r = 0; r < t.rows; r += DOWN) {
    for (int j = 0; j < n; j += ACROSS) tile(n, n, memory + r * n, n, 1, q + j, strip + j);
    memcpy(memory + r * n, strip, sizeof *strip * (size_t)(DOWN * n));
  }
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c++) x[r * columns + c] = memory[t.turned ? c * n + r : r * n + c];
}
