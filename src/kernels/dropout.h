/* Inverted dropout: kept values are scaled by 1 / (1 - rate), so that inference changes nothing. */
#ifndef FR_DROPOUT_H
#define FR_DROPOUT_H

#include <stdint.h>

/* keep (…, width), rows first … end - 1 = 1 with probability 1 - rate, else 0; determined by (seed,
 * step, layer, row) only. `step` counts optimizer steps. */
void fr_dropout_mask(uint64_t seed, uint64_t step, int layer, float rate, int first, int end,
                     int width, uint8_t *keep);

/* y (rows, width), rows `stride` floats apart: y = keep ? y · scale : 0. Forward on activations and
 * backward on gradients alike. */
void fr_dropout_apply(const uint8_t *keep, float scale, float *y, int rows, int width, int stride);

#endif
