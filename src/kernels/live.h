/* The entries of a (samples, units) matrix that matter, listed twice: by sample and by unit. ReLU
 * and dropout leave about one in six of a dense layer's gradients alive; its products walk these
 * lists. A network that is sure of its samples leaves gradients of 1e-20 and less: they move no
 * weight, as an update divides by at least its epsilon, but their squares are subnormal numbers,
 * which take a hundred cycles each. They count as zero. Each sample and each unit has a list of its
 * own, so that threads can share the work of listing. */
#ifndef FR_LIVE_H
#define FR_LIVE_H

#include <stdint.h>

#define FR_LIVE_MIN 1e-15f

typedef struct {
  float value;
  int32_t index; /* of the unit in a sample's list, of the sample in a unit's */
} fr_live_entry;

typedef struct {
  int samples, units; /* samples: as many as the matrix has at the moment */
  int room;           /* for samples, in each unit's list */
  int32_t *sample_count, *unit_count;
  fr_live_entry *by_sample, *by_unit; /* (samples, units) and (units, room) */
} fr_live;

/* Bytes that fr_live_place needs. */
uint64_t fr_live_bytes(int samples, int units);

/* Lays the lists' arrays out in `memory` (aligned to 8 bytes), for up to `samples` samples. */
fr_live fr_live_place(void *memory, int samples, int units);

/* Lists the entries of d (samples, units), rows `stride` floats apart, whose magnitude is
 * FR_LIVE_MIN or more, or that are no number: of samples first … end - 1, and of units first … end
 * - 1. */
void fr_live_list_samples(fr_live *live, const float *d, int stride, int first, int end);
void fr_live_list_units(fr_live *live, const float *d, int stride, int first, int end);

/* Lists for units first … end - 1, with value 1, the samples for which keep (samples, units) is not
 * zero. */
void fr_live_list_kept(fr_live *live, const uint8_t *keep, int first, int end);

static inline const fr_live_entry *fr_live_of_sample(const fr_live *live, int sample) {
  return live->by_sample + (int64_t)sample * live->units;
}

static inline const fr_live_entry *fr_live_of_unit(const fr_live *live, int unit) {
  return live->by_unit + (int64_t)unit * live->room;
}

#endif
