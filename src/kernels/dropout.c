#include "dropout.h"

#include "base/random.h"
#include "simd.h"

void fr_dropout_mask(uint64_t seed, uint64_t step, int layer, float rate, int first, int end,
                     int width, uint8_t *keep) {
  uint64_t threshold = (uint64_t)((double)rate * 4294967296.0);
  uint64_t index = step << 8 | (uint64_t)(layer & 0xff);
  uint32_t blocks_per_row = (uint32_t)(width + 3) / 4;
  keep += (int64_t)first * width;
  for (int r = first; r < end; r++)
    for (uint32_t b = 0; b < blocks_per_row; b++) {
      uint32_t bits[4];
      fr_random_block(seed, FR_STREAM_DROPOUT, index, (uint32_t)r * blocks_per_row + b, bits);
      for (int i = 0; i < 4 && (int)b * 4 + i < width; i++) *keep++ = bits[i] >= threshold;
    }
}

void fr_dropout_apply(const uint8_t *keep, float scale, float *y, int rows, int width, int stride) {
  for (int r = 0; r < rows; r++, y += stride, keep += width)
    for (int i = 0; i < width; i++) y[i] = fr_masked(y[i], keep[i]) * scale;
}
