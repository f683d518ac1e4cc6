/* What JavaScript sees of the drawn garments: pictures in static memory, a few at a time. */
#ifndef FR_SYNTHETIC_API_H
#define FR_SYNTHETIC_API_H

#include "base/status.h"
#include "synthetic.h"

enum { FR_SYNTHETIC_MOST = 250 }; /* pictures drawn by one call: about 10 ms */

int fr_synthetic_most(void);

/* Draws pictures first … first + count - 1 of the seed, 1 to FR_SYNTHETIC_MOST of them. */
fr_status fr_synthetic(uint32_t seed_low, uint32_t seed_high, uint32_t first, int count);

/* Where they are: (count, 28, 28) and (count) bytes, until the next call. */
uint8_t *fr_synthetic_images(void);
uint8_t *fr_synthetic_labels(void);

#endif
