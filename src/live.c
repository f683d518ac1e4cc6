#include "live.h"

#include <string.h>

#include "simd.h"

/* One entry more than there can be: a list writes before it counts. */
static uint64_t room(int samples, int units) { return (uint64_t)samples * (uint64_t)units + 1; }

uint64_t fr_live_bytes(int samples, int units) {
  return 2 * room(samples, units) * sizeof(fr_live_entry) +
         ((uint64_t)samples + (uint64_t)units + 2) * sizeof(int32_t);
}

fr_live fr_live_place(void *memory, int samples, int units) {
  fr_live_entry *by_sample = memory, *by_unit = by_sample + room(samples, units);
  int32_t *begins = (int32_t *)(by_unit + room(samples, units));
  return (fr_live){.by_sample = by_sample,
                   .by_unit = by_unit,
                   .sample_begin = begins,
                   .unit_begin = begins + samples + 1};
}

/* Integer arithmetic in place of a branch that would be mispredicted every second time. */
static int push(fr_live_entry *entries, int n, const float *value, int index) {
  const uint32_t magnitude = 0x7fffffffu;
  const float tiny = FR_TINY;
  uint32_t bits, threshold;
  memcpy(&bits, value, sizeof bits);
  memcpy(&threshold, &tiny, sizeof threshold);
  memcpy(&entries[n].value, &bits, sizeof bits);
  entries[n].index = index;
  return n + ((bits & magnitude) >= threshold);
}

void fr_live_list(fr_live *live, const float *d, int samples, int units, int stride) {
  live->samples = samples;
  live->units = units;
  int n = 0;
  for (int s = 0; s < samples; s++) {
    live->sample_begin[s] = n;
    for (int u = 0; u < units; u++) n = push(live->by_sample, n, d + s * stride + u, u);
  }
  live->sample_begin[samples] = n;
  n = 0;
  for (int u = 0; u < units; u++) {
    live->unit_begin[u] = n;
    for (int s = 0; s < samples; s++) n = push(live->by_unit, n, d + s * stride + u, s);
  }
  live->unit_begin[units] = n;
}

void fr_live_list_kept(fr_live *live, const uint8_t *keep, int samples, int units) {
  live->samples = samples;
  live->units = units;
  int n = 0;
  for (int u = 0; u < units; u++) {
    live->unit_begin[u] = n;
    for (int s = 0; s < samples; s++) {
      live->by_unit[n] = (fr_live_entry){1.0f, s};
      n += keep[s * units + u] != 0;
    }
  }
  live->unit_begin[units] = n;
}
