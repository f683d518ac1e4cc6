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

/* A run under way. A ticket is the run's number and how many of its chunks are not yet taken, so
 * that a helper that comes late cannot take a chunk of another run; task and context stay as they
 * are until every chunk is done. A helper that sleeps through a run holds nothing up. */
static struct {
  int threads;
  void (*task)(void *context, int chunk);
  void *context;
  _Atomic uint64_t ticket; /* run << 32 | chunks left */
  _Atomic uint32_t run;    /* what helpers watch */
  _Atomic uint32_t done;
  _Atomic uint32_t sleepers;
} pool = {.threads = 1};

/* Some hundred microseconds: longer than the gaps between the runs of a training step. */
enum { SPINS = 20000 };

static int take_chunk(uint32_t run, uint32_t *chunk) {
  uint64_t ticket = atomic_load(&pool.ticket);
  while ((uint32_t)(ticket >> 32) == run) {
    if ((uint32_t)ticket == 0) return 0;
    *chunk = (uint32_t)ticket - 1;
    if (atomic_compare_exchange_weak(&pool.ticket, &ticket, ticket - 1)) return 1;
  }
  return 0;
}

static void work_on(uint32_t run) {
  uint32_t chunk;
  while (take_chunk(run, &chunk)) {
    pool.task(pool.context, (int)chunk);
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

static void *help(void *unused) {
  for (uint32_t run = 0;;) {
    run = await_run(run);
    work_on(run);
  }
  return unused;
}

fr_status fr_pool_start(int threads) {
  if (threads < 1 || threads > FR_MAX_THREADS)
    return fr_fail(FR_INVALID_ARGUMENT, "threads must be 1..%d, got %d", FR_MAX_THREADS, threads);
  for (; pool.threads < threads; pool.threads++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, help, NULL))
      return fr_fail(FR_OUT_OF_MEMORY, "thread %d of %d could not be started", pool.threads + 1,
                     threads);
    pthread_detach(thread);
  }
  return FR_OK;
}

static void run_shared(int chunks, void (*task)(void *context, int chunk), void *context) {
  uint32_t run = atomic_load(&pool.run) + 1;
  pool.task = task;
  pool.context = context;
  atomic_store(&pool.done, 0);
  atomic_store(&pool.ticket, (uint64_t)run << 32 | (uint32_t)chunks);
  atomic_store(&pool.run, run);
  if (atomic_load(&pool.sleepers)) wake_all(&pool.run);
  work_on(run);
  while (atomic_load(&pool.done) != (uint32_t)chunks) {
  }
}

int fr_pool_threads(void) { return pool.threads; }

void fr_pool_run(int chunks, void (*task)(void *context, int chunk), void *context) {
  if (pool.threads > 1 && chunks > 1) {
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
