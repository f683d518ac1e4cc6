#include "live.h"

#include <math.h>

#include "simd.h"

size_t fr_live_bytes(int samples, int units) {
  size_t entries = (size_t)samples * (size_t)units + 1; /* one more: the lists write before they count */
  return 2 * entries * sizeof(fr_live_entry) +
         ((size_t)samples + (size_t)units + 2) * sizeof(int32_t);
}

fr_live fr_live_place(void *memory, int samples, int units) {
  size_t entries = (size_t)samples * (size_t)units + 1;
  fr_live_entry *by_sample = memory;
  int32_t *begins = (int32_t *)(by_sample + 2 * entries);
  return (fr_live){.by_sample = by_sample,
                   .by_unit = by_sample + entries,
                   .sample_begin = begins,
                   .unit_begin = begins + samples + 1};
}

/* By sample as read; by unit as a column walk, so that both lists are in ascending order. */
static void list(fr_live *live, const float *d, const uint8_t *keep, int stride) {
  int n = 0;
  for (int s = 0; s < live->samples; s++) {
    live->sample_begin[s] = n;
    for (int u = 0; u < live->units; u++) {
      float value = d ? d[s * stride + u] : !keep || keep[s * live->units + u];
      live->by_sample[n] = (fr_live_entry){value, u};
      n += !(fabsf(value) < FR_TINY);
    }
  }
  live->sample_begin[live->samples] = n;
  n = 0;
  for (int u = 0; u < live->units; u++) {
    live->unit_begin[u] = n;
    for (int s = 0; s < live->samples; s++) {
      float value = d ? d[s * stride + u] : !keep || keep[s * live->units + u];
      live->by_unit[n] = (fr_live_entry){value, s};
      n += !(fabsf(value) < FR_TINY);
    }
  }
  live->unit_begin[live->units] = n;
}

void fr_live_list(fr_live *live, const float *d, int samples, int units, int stride) {
  live->samples = samples;
  live->units = units;
  list(live, d, NULL, stride);
}

void fr_live_list_kept(fr_live *live, const uint8_t *keep, int samples, int units) {
  live->samples = samples;
  live->units = units;
  list(live, NULL, keep, units);
}
