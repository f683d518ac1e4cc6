#include "pool.h"

#if defined(__EMSCRIPTEN_PTHREADS__) || defined(FR_THREADS)
#define HAS_THREADS 1
#endif

#ifdef HAS_THREADS
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#ifdef __EMSCRIPTEN__
#include <emscripten/threading.h>
static void sleep_while(_Atomic uint32_t *word, uint32_t value) {
  emscripten_futex_wait(word, value, 1000.0);
}
static void wake_all(_Atomic uint32_t *word) { emscripten_futex_wake(word, FR_MAX_THREADS); }
#else
#include <sched.h>
static void sleep_while(_Atomic uint32_t *word, uint32_t value) {
  (void)word, (void)value;
  sched_yield();
}
static void wake_all(_Atomic uint32_t *word) { (void)word; }
#endif

/* A run under way. Each thread has a share of its chunks, the same ones run after run, so that what
 * they work on stays in its core's cache; when its own are done it takes from the others'. A ticket
 * is the run's number and how many of the share's chunks are not yet taken, so that a helper that
 * comes late cannot take a chunk of another run. A helper that sleeps through a run holds nothing
 * up.
 *
 * By C11's memory model:
 * - chunks, task and context are plain. A helper reads them only while it holds a chunk, between
 * the
 *   exchange that took its ticket and the addition to `done`. The caller writes them before it
 * stores
 *   the tickets, which the exchange acquires, and again only once it has read every addition in
 *   `done`. Exchanges and additions continue the release sequences of the stores they follow.
 * - threads is atomic, as helpers read it while they hold nothing: one that is late from a run
 * before,
 *   or has just been created, while fr_pool_start counts up. No ordering is needed. Having read a
 *   run's number from `run`, a helper sees at least that run's threads; shares beyond them hold no
 *   chunk of that run, so seeing more is harmless. While a chunk is held, threads does not change.
 * - A helper begins at run 0, whatever the current one is: it finds the tickets of a run that is
 * done,
 *   all taken, or helps with one under way. It may run before it is counted; its own share is empty
 *   until then. Where one cannot be created, those before it are counted and work on.
 * - run and sleepers are sequentially consistent. A helper adds itself to sleepers, then looks at
 * run;
 *   the caller stores run, then looks at sleepers: one of the two sees the other, so that no helper
 *   falls asleep unseen. */
typedef struct {
  _Alignas(64) _Atomic uint64_t ticket; /* run << 32 | chunks left */
} fr_share;

static struct {
  _Atomic int threads;
  int chunks;
  void (*task)(void *context, int chunk);
  void *context;
  _Atomic uint32_t run; /* what helpers watch */
  _Atomic uint32_t done;
  _Atomic uint32_t sleepers;
  fr_share shares[FR_MAX_THREADS];
} pool = {.threads = 1};

/* Some hundred microseconds: longer than the gaps between the runs of a training step. */
enum { SPINS = 20000 };

static int count_threads(void) { return atomic_load_explicit(&pool.threads, memory_order_relaxed); }

/* Where thread `thread`'s share of the chunks begins. */
static int share_begin(int thread) { return pool.chunks * thread / count_threads(); }

static int take_chunk(int thread, uint32_t run, int *chunk) {
  _Atomic uint64_t *shared = &pool.shares[thread].ticket;
  uint64_t ticket = atomic_load(shared);
  while ((uint32_t)(ticket >> 32) == run) {
    if ((uint32_t)ticket == 0) return 0;
    if (!atomic_compare_exchange_weak(shared, &ticket, ticket - 1)) continue;
    *chunk = share_begin(thread + 1) - (int)(uint32_t)ticket;
    return 1;
  }
  return 0;
}

static void work_on(uint32_t run, int self) {
  int chunk, threads = count_threads();
  for (int i = 0; i < threads; i++)
    while (take_chunk((self + i) % threads, run, &chunk)) {
      pool.task(pool.context, chunk);
      atomic_fetch_add(&pool.done, 1);
    }
}

static uint32_t await_run(uint32_t last) {
  for (;;) {
    for (int spin = 0; spin < SPINS; spin++) {
      uint32_t run = atomic_load(&pool.run);
      if (run != last) return run;
    }
    atomic_fetch_add(&pool.sleepers, 1);
    sleep_while(&pool.run, last);
    atomic_fetch_sub(&pool.sleepers, 1);
  }
}

static void *help(void *self) {
  for (uint32_t run = 0;;) {
    run = await_run(run);
    work_on(run, (int)(intptr_t)self);
  }
  return NULL;
}

fr_status fr_pool_start(int threads) {
  if (threads < 1 || threads > FR_MAX_THREADS)
    return fr_fail(FR_INVALID_ARGUMENT, "threads must be 1..%d, got %d", FR_MAX_THREADS, threads);
  for (int started = count_threads(); started < threads; started++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, help, (void *)(intptr_t)started))
      return fr_fail(FR_OUT_OF_MEMORY, "thread %d of %d could not be started", started + 1,
                     threads);
    pthread_detach(thread);
    atomic_store_explicit(&pool.threads, started + 1, memory_order_relaxed);
  }
  return FR_OK;
}

static void run_shared(int chunks, void (*task)(void *context, int chunk), void *context) {
  uint32_t run = atomic_load(&pool.run) + 1;
  pool.task = task;
  pool.context = context;
  pool.chunks = chunks;
  atomic_store(&pool.done, 0);
  for (int i = 0, threads = count_threads(); i < threads; i++) {
    uint32_t share = (uint32_t)(share_begin(i + 1) - share_begin(i));
    atomic_store(&pool.shares[i].ticket, (uint64_t)run << 32 | share);
  }
  atomic_store(&pool.run, run);
  if (atomic_load(&pool.sleepers)) wake_all(&pool.run);
  work_on(run, 0);
  while (atomic_load(&pool.done) != (uint32_t)chunks) {
  }
}

int fr_pool_threads(void) { return count_threads(); }

void fr_pool_run(int chunks, void (*task)(void *context, int chunk), void *context) {
  if (count_threads() > 1 && chunks > 1) {
    run_shared(chunks, task, context);
    return;
  }
  for (int chunk = 0; chunk < chunks; chunk++) task(context, chunk);
}

#else

int fr_pool_threads(void) { return 1; }

fr_status fr_pool_start(int threads) {
  if (threads == 1) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "this build runs on one thread, got %d", threads);
}

void fr_pool_run(int chunks, void (*task)(void *context, int chunk), void *context) {
  for (int chunk = 0; chunk < chunks; chunk++) task(context, chunk);
}

#endif

fr_range fr_chunk_range(int n, int chunk) {
  int size = (n + FR_CHUNKS - 1) / FR_CHUNKS;
  int first = chunk * size < n ? chunk * size : n;
  return (fr_range){first, first + size < n ? first + size : n};
}
