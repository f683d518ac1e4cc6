#include "live.h"

#include <string.h>

#include "simd.h"

uint64_t fr_live_bytes(int samples, int units) {
  return 2 * (uint64_t)samples * (uint64_t)units * sizeof(fr_live_entry) +
         ((uint64_t)samples + (uint64_t)units) * sizeof(int32_t);
}

fr_live fr_live_place(void *memory, int samples, int units) {
  int64_t entries = (int64_t)samples * units;
  fr_live_entry *by_sample = memory, *by_unit = by_sample + entries;
  int32_t *counts = (int32_t *)(by_unit + entries);
  return (fr_live){.samples = samples,
                   .units = units,
                   .room = samples,
                   .by_sample = by_sample,
                   .by_unit = by_unit,
                   .sample_count = counts,
                   .unit_count = counts + samples};
}

/* Integer arithmetic in place of a branch that would be mispredicted every second time. */
static int push(fr_live_entry *entries, int n, const float *value, int index) {
  const uint32_t magnitude = 0x7fffffffu;
  const float least = FR_LIVE_MIN;
  uint32_t bits, threshold;
  memcpy(&bits, value, sizeof bits);
  memcpy(&threshold, &least, sizeof threshold);
  memcpy(&entries[n].value, &bits, sizeof bits);
  entries[n].index = index;
  return n + ((bits & magnitude) >= threshold);
}

void fr_live_list_samples(fr_live *live, const float *d, int stride, int first, int end) {
  for (int s = first; s < end; s++) {
    fr_live_entry *list = live->by_sample + (int64_t)s * live->units;
    const float *row = d + (int64_t)s * stride;
    int n = 0;
    for (int u = 0; u < live->units; u++) n = push(list, n, row + u, u);
    live->sample_count[s] = n;
  }
}

void fr_live_list_units(fr_live *live, const float *d, int stride, int first, int end) {
  for (int u = first; u < end; u++) {
    fr_live_entry *list = live->by_unit + (int64_t)u * live->room;
    int n = 0;
    for (int s = 0; s < live->samples; s++) n = push(list, n, d + (int64_t)s * stride + u, s);
    live->unit_count[u] = n;
  }
}

void fr_live_list_kept(fr_live *live, const uint8_t *keep, int first, int end) {
  for (int u = first; u < end; u++) {
    fr_live_entry *list = live->by_unit + (int64_t)u * live->room;
    int n = 0;
    for (int s = 0; s < live->samples; s++) {
      list[n] = (fr_live_entry){1.0f, s};
      n += keep[(int64_t)s * live->units + u] != 0;
    }
    live->unit_count[u] = n;
  }
}
