/* Work cut into chunks that may run side by side. How many chunks there are depends on the work
 * alone, never on the number of threads, and what they compute is combined in a fixed order: the
 * results are the same, bit for bit, on any number of threads. */
#ifndef FR_POOL_H
#define FR_POOL_H

#include "status.h"

enum {
  FR_CHUNKS = 16, /* at most, if each chunk needs memory */
  FR_MAX_THREADS = 16
};

/* Starts helpers beside the calling thread until there are `threads` threads in all; where one
 * cannot be started, those before it stay. Between runs, by the thread that calls fr_pool_run, and
 * before a model runs: its memory has room for as many threads as there are by then. In a build
 * without threads only 1 is possible. */
fr_status fr_pool_start(int threads);

/* How many threads there are. Only for work whose results do not depend on how it is cut. */
int fr_pool_threads(void);

/* Runs task(context, 0 … chunks - 1), each once, in any order, and returns when all are done.
 * Called from one thread at a time, never from within a task. */
void fr_pool_run(int chunks, void (*task)(void *context, int chunk), void *context);

/* Items first … end - 1 of n belong to `chunk` of FR_CHUNKS; the last chunks may be empty. */
typedef struct {
  int first, end;
} fr_range;
fr_range fr_chunk_range(int n, int chunk);

#endif
