/* The entries of a (samples, units) matrix that matter, listed twice: by sample and by unit.
 * ReLU and dropout leave about one in six of a dense layer's gradients alive; its products walk
 * these lists. */
#ifndef FR_LIVE_H
#define FR_LIVE_H

#include <stdint.h>

typedef struct {
  float value;
  int32_t index; /* of the unit in a sample's list, of the sample in a unit's */
} fr_live_entry;

typedef struct {
  int samples, units;
  int32_t *sample_begin, *unit_begin; /* [samples + 1], [units + 1] */
  fr_live_entry *by_sample, *by_unit; /* [samples * units] */
} fr_live;

/* Bytes that fr_live_place needs. */
uint64_t fr_live_bytes(int samples, int units);

/* Lays the lists' arrays out in `memory` (aligned to 8 bytes). */
fr_live fr_live_place(void *memory, int samples, int units);

/* Lists the entries of d (samples, units), rows `stride` floats apart, that are not zero, or so near
 * (1e-30) that products with them would be subnormal. */
void fr_live_list(fr_live *live, const float *d, int samples, int units, int stride);

/* Lists by unit alone, with value 1, the entries for which keep (samples, units) is not zero. */
void fr_live_list_kept(fr_live *live, const uint8_t *keep, int samples, int units);

#endif
