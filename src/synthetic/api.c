#include "api.h"

static uint8_t images[FR_SYNTHETIC_MOST * FR_GARMENT_PIXELS], labels[FR_SYNTHETIC_MOST];

int fr_synthetic_most(void) { return FR_SYNTHETIC_MOST; }
uint8_t *fr_synthetic_images(void) { return images; }
uint8_t *fr_synthetic_labels(void) { return labels; }

fr_status fr_synthetic(uint32_t seed_low, uint32_t seed_high, uint32_t first, int count) {
  if (count < 1 || count > FR_SYNTHETIC_MOST)
    return fr_fail(FR_INVALID_ARGUMENT, "synthetic: count must be 1..%d, got %d", FR_SYNTHETIC_MOST,
                   count);
  uint64_t seed = (uint64_t)seed_high << 32 | seed_low;
  fr_synthetic_garments(seed, first, (uint32_t)count, images, labels);
  return FR_OK;
}
