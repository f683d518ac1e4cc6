/* Philox compared with its authors' vectors; uniform and normal numbers, shuffles and dropout masks
 * by their statistics. */
#include "check.h"
#include "dataset.h"
#include "kernels/dropout.h"
#include "base/random.h"

/* Random123, tests/kat_vectors, lines "philox4x32 10". */
static void known_answers(void) {
  static const struct {
    uint32_t counter[4], key[2], want[4];
  } vectors[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (size_t v = 0; v < sizeof vectors / sizeof *vectors; v++) {
    uint32_t got[4];
    fr_philox4x32(vectors[v].counter, vectors[v].key, got);
    for (int i = 0; i < 4; i++)
      CHECK(got[i] == vectors[v].want[i], "vector %zu word %d: %08x, want %08x", v, i, got[i],
            vectors[v].want[i]);
  }
}

/* The block, the index, the purpose and each half of the seed change all four words of a stream. */
static void streams_differ(void) {
  const uint64_t high = (uint64_t)1 << 32;
  static const fr_stream purposes[] = {FR_STREAM_WEIGHTS,   FR_STREAM_SHUFFLE, FR_STREAM_DROPOUT,
                                       FR_STREAM_SYNTHETIC, FR_STREAM_AUGMENT, FR_STREAM_NOISE};
  enum { PURPOSES = sizeof purposes / sizeof *purposes, ALL = PURPOSES + 5 };
  uint32_t blocks[ALL][4];
  for (int p = 0; p < PURPOSES; p++) fr_random_block(7, purposes[p], 3, 5, blocks[p]);
  fr_random_block(8, FR_STREAM_WEIGHTS, 3, 5, blocks[PURPOSES]);
  fr_random_block(7 + high, FR_STREAM_WEIGHTS, 3, 5, blocks[PURPOSES + 1]);
  fr_random_block(7, FR_STREAM_WEIGHTS, 4, 5, blocks[PURPOSES + 2]);
  fr_random_block(7, FR_STREAM_WEIGHTS, 3 + high, 5, blocks[PURPOSES + 3]);
  fr_random_block(7, FR_STREAM_WEIGHTS, 3, 6, blocks[PURPOSES + 4]);
  for (int a = 0; a < ALL; a++)
    for (int b = 0; b < a; b++)
      for (int i = 0; i < 4; i++)
        CHECK(blocks[a][i] != blocks[b][i], "streams %d and %d share word %d", a, b, i);
}

/* The mean of n uniform numbers has standard deviation limit / √(3n), the mean of their squares
 * limit² · √(4 / 45n). */
static void uniform_numbers(void) {
  enum { N = 40000 };
  static float values[N + 1];
  for (int round = 0; round < 3; round++) {
    const float limit = (float)(0.25 * (round + 1));
    values[N] = 99.0f;
    fr_random_uniform(11, FR_STREAM_WEIGHTS, (uint64_t)round, limit, values, N);
    CHECK(values[N] == 99.0f, "wrote past the end: %g", (double)values[N]);
    double sum = 0.0, squares = 0.0;
    float low = limit, high = -limit;
    for (int i = 0; i < N; i++) {
      sum += values[i];
      squares += (double)values[i] * values[i];
      low = values[i] < low ? values[i] : low;
      high = values[i] > high ? values[i] : high;
    }
    CHECK(low >= -limit && high < limit, "%g .. %g outside ±%g", (double)low, (double)high,
          (double)limit);
    CHECK(low < -0.999f * limit && high > 0.999f * limit, "%g .. %g does not fill ±%g", (double)low,
          (double)high, (double)limit);
    CHECK_NEAR(sum / N, 0.0, 5.0 * limit / sqrt(3.0 * N), "mean");
    CHECK_NEAR(squares / N, limit * limit / 3.0, 5.0 * limit * limit * sqrt(4.0 / (45.0 * N)),
               "mean square");
  }
}

/* A prefix of a stream does not depend on how many numbers are drawn. */
static void prefixes(void (*draw)(uint64_t seed, fr_stream purpose, uint64_t index, float scale,
                                  float *values, int count)) {
  float all[23];
  draw(5, FR_STREAM_WEIGHTS, 1, 1.0f, all, 23);
  for (int n = 0; n <= 23; n++) {
    float some[23];
    draw(5, FR_STREAM_WEIGHTS, 1, 1.0f, some, n);
    CHECK(memcmp(some, all, sizeof *some * (size_t)n) == 0, "the first %d numbers differ", n);
  }
}

/* ---- truncated normal numbers ---------------------------------------------------------------- */

/* The part of a normal distribution between ± 2 has a variance of 1 - 4 φ(2) / (2 Φ(2) - 1) and a
 * fourth moment of 3 · variance - 16 φ(2) / (2 Φ(2) - 1): 0.773741 and 1.416189. */
static const double KEPT_VARIANCE = 0.7737412768, KEPT_FOURTH = 1.4161890479;

/* The mean of n numbers has standard deviation deviation / √n, the mean square deviation² ·
 * √((fourth moment / variance² - 1) / n). */
static void truncated_normals(void) {
  enum { N = 40000 };
  static float values[N + 1];
  for (int round = 0; round < 3; round++) {
    const double deviation = 0.5 * (round + 1), most = 2.0 * deviation / sqrt(KEPT_VARIANCE);
    values[N] = 99.0f;
    fr_random_truncated_normal(11, FR_STREAM_WEIGHTS, (uint64_t)round, (float)deviation, values, N);
    CHECK(values[N] == 99.0f, "wrote past the end: %g", (double)values[N]);
    double sum = 0.0, squares = 0.0, low = 0.0, high = 0.0;
    for (int i = 0; i < N; i++) {
      double v = values[i];
      sum += v;
      squares += v * v;
      low = fmin(low, v);
      high = fmax(high, v);
    }
    CHECK(low >= -most * (1 + 1e-6) && high <= most * (1 + 1e-6), "%g … %g outside ±%g", low, high,
          most);
    CHECK(low < -0.998 * most && high > 0.998 * most, "%g … %g does not fill ±%g", low, high, most);
    CHECK_NEAR(sum / N, 0.0, 5.0 * deviation / sqrt(N), "mean");
    double spread = sqrt((KEPT_FOURTH / (KEPT_VARIANCE * KEPT_VARIANCE) - 1.0) / N);
    CHECK_NEAR(squares / N, deviation * deviation, 5.0 * deviation * deviation * spread,
               "mean square");
  }
}

/* The normal probability below number i of a stream, according to its bits. */
static double share_of(int i) {
  uint32_t bits[4];
  fr_random_block(11, FR_STREAM_WEIGHTS, 0, (uint32_t)(i / 4), bits);
  return 0.5 + (((double)bits[i % 4] + 0.5) / 2147483648.0 - 1.0) * (0.5 * erf(sqrt(2.0)));
}

/* Each number is the quantile of its probability: the distribution function returns the
 * probability, and the numbers nearest to some known probabilities are the tabulated ones. */
static void quantiles(void) {
  enum { N = 100000 };
  static float values[N];
  static const struct {
    double share, quantile;
  } known[] = {{0.025, -1.959964}, {0.05, -1.644854}, {0.1, -1.281552}, {0.25, -0.674490},
               {0.5, 0.0},         {0.6, 0.253347},   {0.75, 0.674490}, {0.9, 1.281552},
               {0.95, 1.644854},   {0.975, 1.959964}};
  fr_random_truncated_normal(11, FR_STREAM_WEIGHTS, 0, (float)sqrt(KEPT_VARIANCE), values, N);
  double worst = 0.0, nearest[10];
  int at[10] = {0};
  for (int k = 0; k < 10; k++) nearest[k] = 1.0;
  for (int i = 0; i < N; i++) {
    double share = share_of(i);
    worst = fmax(worst, fabs(0.5 * erfc(-(double)values[i] / sqrt(2.0)) - share));
    for (int k = 0; k < 10; k++)
      if (fabs(share - known[k].share) < nearest[k]) {
        nearest[k] = fabs(share - known[k].share);
        at[k] = i;
      }
  }
  CHECK(worst < 2e-7, "a share is off by %g", worst);
  for (int k = 0; k < 10; k++) {
    double q = known[k].quantile, density = exp(-0.5 * q * q) / sqrt(2.0 * acos(-1.0));
    CHECK(nearest[k] < 1e-4, "the nearest share is off by %g", nearest[k]);
    CHECK_NEAR(values[at[k]], q + (share_of(at[k]) - known[k].share) / density, 1e-6, "quantile");
  }
}

/* Bits in equal steps, including the first and the last: each gives the quantile of its
 * probability. */
static void normals(void) {
  enum { STEPS = 5000 };
  double last = -99.0;
  for (int i = 0; i <= STEPS; i++) {
    uint32_t bits = (uint32_t)(4294967295.0 / STEPS * i);
    double share = ((double)bits + 0.5) / 4294967296.0, z = fr_random_normal(bits);
    CHECK_NEAR(0.5 * erfc(-z / sqrt(2.0)), share, 5e-6 * fmin(share, 1.0 - share) + 1e-15,
               "share below");
    CHECK(z > last, "%g after %g", z, last);
    last = z;
  }
}

static void is_permutation(const uint32_t *order, int count) {
  uint8_t *seen = check_alloc((size_t)count);
  memset(seen, 0, (size_t)count);
  int wrong = 0;
  for (int i = 0; i < count; i++)
    if (order[i] >= (uint32_t)count || seen[order[i]]++) wrong++;
  CHECK(wrong == 0, "%d of %d entries repeat or lie outside", wrong, count);
  free(seen);
}

static int in_place(const uint32_t *a, const uint32_t *b, int count) {
  int same = 0;
  for (int i = 0; i < count; i++) same += a[i] == (b ? b[i] : (uint32_t)i);
  return same;
}

static void shuffles_permute(void) {
  static const int counts[] = {1, 2, 3, 4, 5, 7, 31, 32, 33, 1000, 60000};
  for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
    uint32_t *order = check_alloc(sizeof *order * (size_t)counts[c]);
    for (uint64_t epoch = 0; epoch < 3; epoch++) {
      fr_shuffle(42, epoch * 1875, counts[c], order);
      is_permutation(order, counts[c]);
    }
    free(order);
  }
}

/* A random permutation has one fixed point on average, and two of them agree in one place. */
static void shuffles_differ(void) {
  enum { N = 5000 };
  static uint32_t first[N], again[N], epoch[N], seed[N], high_seed[N];
  fr_shuffle(1, 0, N, first);
  fr_shuffle(1, 0, N, again);
  fr_shuffle(1, 157, N, epoch);
  fr_shuffle(2, 0, N, seed);
  fr_shuffle(1 + ((uint64_t)1 << 32), 0, N, high_seed);
  CHECK(memcmp(first, again, sizeof first) == 0, "the same seed and epoch gave another order");
  const uint32_t *others[] = {NULL, epoch, seed, high_seed};
  for (int i = 0; i < 4; i++)
    CHECK(in_place(first, others[i], N) <= 10, "order %d agrees in %d of %d places", i,
          in_place(first, others[i], N), N);
}

/* Each of the 24 orders of four is equally frequent: χ² with 23 degrees of freedom is below 55
 * except once in five thousand times, and the numbers are always the same. */
static void shuffles_are_fair(void) {
  enum { ROUNDS = 24000 };
  int seen[256] = {0}, orders = 0;
  for (uint64_t round = 0; round < ROUNDS; round++) {
    uint32_t o[4];
    fr_shuffle(9, round, 4, o);
    seen[o[0] | o[1] << 2 | o[2] << 4 | o[3] << 6]++;
  }
  double chi_squared = 0.0;
  for (int i = 0; i < 256; i++) {
    if (!seen[i]) continue;
    orders++;
    chi_squared += (seen[i] - 1000.0) * (seen[i] - 1000.0) / 1000.0;
  }
  CHECK(orders == 24, "%d orders of four came up", orders);
  CHECK(chi_squared < 55.0, "chi squared is %g", chi_squared);
}

/* The fraction kept of n values has standard deviation √(rate (1 - rate) / n). */
static void dropout_share(void) {
  enum { ROWS = 500, WIDTH = 127 };
  static uint8_t keep[ROWS * WIDTH];
  static const float rates[] = {0.0f, 0.1f, 0.25f, 0.5f, 0.9f, 0.99f};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; r++)
    for (uint64_t step = 0; step < 3; step++) {
      memset(keep, 7, sizeof keep);
      fr_dropout_mask(3, step, 4, rates[r], 0, ROWS, WIDTH, keep);
      int kept = 0, odd = 0;
      for (int i = 0; i < ROWS * WIDTH; i++) {
        kept += keep[i] == 1;
        odd += keep[i] > 1;
      }
      CHECK(odd == 0, "%d mask values are neither 0 nor 1", odd);
      double n = ROWS * WIDTH, rate = rates[r];
      CHECK_NEAR(kept / n, 1.0 - rate, 5.0 * sqrt(rate * (1.0 - rate) / n), "kept share");
    }
}

/* A row's mask does not depend on how many rows follow it. */
static void dropout_rows(void) {
  for (int width = 1; width <= 9; width++) {
    uint8_t all[33 * 9], few[33 * 9];
    fr_dropout_mask(3, 8, 1, 0.5f, 0, 33, width, all);
    for (int rows = 1; rows < 33; rows += 5) {
      memset(few, 9, sizeof few);
      fr_dropout_mask(3, 8, 1, 0.5f, 0, rows / 2, width, few);
      fr_dropout_mask(3, 8, 1, 0.5f, rows / 2, rows, width, few);
      CHECK(memcmp(all, few, (size_t)(rows * width)) == 0, "%d rows of %d differ", rows, width);
      CHECK(few[rows * width] == 9, "wrote past row %d of width %d", rows, width);
    }
  }
}

/* Masks of other seeds, steps and layers agree in half of their places. */
static void dropout_differs(void) {
  enum { N = 10000 };
  static uint8_t masks[5][N];
  fr_dropout_mask(3, 8, 1, 0.5f, 0, 1, N, masks[0]);
  fr_dropout_mask(4, 8, 1, 0.5f, 0, 1, N, masks[1]);
  fr_dropout_mask(3, 9, 1, 0.5f, 0, 1, N, masks[2]);
  fr_dropout_mask(3, 8, 2, 0.5f, 0, 1, N, masks[3]);
  fr_dropout_mask(3, 8, 1, 0.5f, 0, 2, N / 2, masks[4]);
  for (int a = 0; a < 4; a++)
    for (int b = 0; b < a; b++) {
      int same = 0;
      for (int i = 0; i < N; i++) same += masks[a][i] == masks[b][i];
      CHECK_NEAR((double)same / N, 0.5, 5.0 * 0.5 / sqrt(N), "agreement of two masks");
    }
  int same_rows = memcmp(masks[4], masks[4] + N / 2, N / 2) == 0;
  CHECK(!same_rows, "two rows share one mask");
}

static void dropout_apply(void) {
  for (int width = 1; width <= 9; width++) {
    enum { ROWS = 3, STRIDE = 12 };
    uint8_t keep[ROWS * 9];
    float y[ROWS * STRIDE], before[ROWS * STRIDE];
    for (int i = 0; i < ROWS * width; i++) keep[i] = (uint8_t)check_between(0, 1);
    for (int i = 0; i < ROWS * STRIDE; i++) before[i] = y[i] = check_float();
    fr_dropout_apply(keep, 1.25f, y, ROWS, width, STRIDE);
    for (int r = 0; r < ROWS; r++)
      for (int i = 0; i < STRIDE; i++) {
        float was = before[r * STRIDE + i];
        float want = i >= width ? was : keep[r * width + i] ? was * 1.25f : 0.0f;
        CHECK(y[r * STRIDE + i] == want, "row %d value %d: %g, want %g", r, i,
              (double)y[r * STRIDE + i], (double)want);
      }
  }
}

int main(void) {
  known_answers();
  streams_differ();
  uniform_numbers();
  prefixes(fr_random_uniform);
  truncated_normals();
  quantiles();
  normals();
  prefixes(fr_random_truncated_normal);
  shuffles_permute();
  shuffles_differ();
  shuffles_are_fair();
  dropout_share();
  dropout_rows();
  dropout_differs();
  dropout_apply();
  return check_report("random", 10000);
}
