#include "pool.h"

void fr_pool_run(int chunks, void (*task)(void *context, int chunk), void *context) {
  for (int chunk = 0; chunk < chunks; chunk++) task(context, chunk);
}

fr_range fr_chunk_range(int n, int chunk) {
  int size = (n + FR_CHUNKS - 1) / FR_CHUNKS;
  int first = chunk * size < n ? chunk * size : n;
  return (fr_range){first, first + size < n ? first + size : n};
}
