/* Counter-based random numbers: a value depends only on its key and counter, never on how many were
 * drawn before it, so dropout masks, shuffles and initial weights do not depend on the order or the
 * number of threads in which they are made. */
#ifndef FR_RANDOM_H
#define FR_RANDOM_H

#include <stdint.h>

/* Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). */
void fr_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* What a stream of numbers is for; part of the counter, so that streams never overlap. */
typedef enum {
  FR_STREAM_WEIGHTS = 1,
  FR_STREAM_SHUFFLE = 2,
  FR_STREAM_DROPOUT = 3,
  FR_STREAM_SYNTHETIC = 4,
  FR_STREAM_AUGMENT = 5,
  FR_STREAM_NOISE = 6
} fr_stream;

/* Block `block` (four values) of stream (`seed`, `purpose`, `index`); `index` tells apart the uses
 * of one purpose, such as the training step of a shuffle. */
void fr_random_block(uint64_t seed, fr_stream purpose, uint64_t index, uint32_t block,
                     uint32_t out[4]);

/* values[i] uniform in [-limit, limit), i < count. */
void fr_random_uniform(uint64_t seed, fr_stream purpose, uint64_t index, float limit, float *values,
                       int count);

/* A normal number of mean 0 and standard deviation 1 for each of 2^32 equally likely bits. */
float fr_random_normal(uint32_t bits);

/* values[i] normal with mean 0, drawn again beyond two standard deviations, so that the result has
 * the standard deviation `deviation`; i < count. */
void fr_random_truncated_normal(uint64_t seed, fr_stream purpose, uint64_t index, float deviation,
                                float *values, int count);

#endif
