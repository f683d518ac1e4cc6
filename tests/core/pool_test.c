/* Chunks: each runs once, and all before the call returns, on one or several threads; the same
 * bits. */
#include "base/pool.h"
#include "stack.h"

enum { MOST = 1000 };

typedef struct {
  int seen[MOST];
} tally;

static void count_chunk(void *context, int chunk) { ((tally *)context)->seen[chunk]++; }

static void every_chunk_once(void) {
  for (int chunks = 0; chunks <= MOST; chunks += chunks < 40 ? 1 : 97) {
    tally t = {{0}};
    fr_pool_run(chunks, count_chunk, &t);
    int wrong = 0;
    for (int i = 0; i < MOST; i++) wrong += t.seen[i] != (i < chunks);
    CHECK(wrong == 0, "%d of %d chunks did not run once", wrong, chunks);
  }
}

/* Short runs in a row: no chunk of one run is left for the next. */
static void many_runs(void) {
  int wrong = 0;
  for (int run = 0; run < 2000; run++) {
    tally t = {{0}};
    fr_pool_run(3, count_chunk, &t);
    wrong += t.seen[0] != 1 || t.seen[1] != 1 || t.seen[2] != 1;
  }
  CHECK(wrong == 0, "%d of 2000 runs went wrong", wrong);
}

static void ranges(void) {
  for (int n = 0; n <= 200; n++) {
    int next = 0, ordered = 1;
    for (int chunk = 0; chunk < FR_CHUNKS; chunk++) {
      fr_range r = fr_chunk_range(n, chunk);
      ordered &= r.first == next && r.end >= r.first;
      next = r.end;
    }
    CHECK(ordered && next == n, "%d items: the chunks reach to %d", n, next);
  }
}

static float *trained(int *count) {
  enum { N = 40, SIDE = 9 };
  check_seed(77);
  float *x = check_floats(N * SIDE * SIDE);
  int32_t labels[N];
  for (int i = 0; i < N; i++) labels[i] = check_between(0, 3);
  fr_model *m = stack((fr_shape){3, {SIDE, SIDE, 1}},
                      LAYERS(conv(9, 3, 3, 1, 1, FR_SAME, FR_RELU), pool(2, 2, 2, 2, FR_VALID),
                             flatten(), dense(40, FR_RELU), dropout(0.5f), dense(4, FR_SOFTMAX)),
                      3);
  must(fr_model_compile(m, &default_adam, LOSS(FR_SPARSE_CATEGORICAL_CROSSENTROPY)));
  fr_batch b = {x, FR_FLOAT32, labels, N, NULL};
  fr_scores scores[3];
  for (int epoch = 0; epoch < 5; epoch++) must(fr_train(m, &b, 17, NULL, scores));
  float *weights = weights_of(m, count);
  fr_model_destroy(m);
  free(x);
  return weights;
}

static void threads(void) {
  int count;
  float *one = trained(&count);
  CHECK(fr_pool_start(1) == FR_OK, "%s", fr_last_error());
  CHECK(fr_pool_start(0) == FR_INVALID_ARGUMENT, "no thread at all");
  CHECK(fr_pool_start(FR_MAX_THREADS + 1) == FR_INVALID_ARGUMENT, "too many threads");
  /* more and more threads, while earlier ones may still be late from the last run */
  for (int more = 2; more <= 4; more++) {
    if (fr_pool_start(more) == FR_OK) {
      many_runs();
      every_chunk_once();
    } else {
      char want[64];
      snprintf(want, sizeof want, "this build runs on one thread, got %d", more);
      CHECK(strcmp(fr_last_error(), want) == 0, "\"%s\"", fr_last_error());
    }
  }
  float *some = trained(&count);
  CHECK(memcmp(one, some, sizeof *one * (size_t)count) == 0, "the threads show in the weights");
  free(one);
  free(some);
}

int main(void) {
  every_chunk_once();
  many_runs();
  ranges();
  threads();
  return check_report("pool", 250);
}
