#include "random.h"

enum { ROUNDS = 10 };

void fr_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < ROUNDS; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0;
    uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)p1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

void fr_random_block(uint64_t seed, fr_stream purpose, uint64_t index, uint32_t block,
                     uint32_t out[4]) {
  const uint32_t counter[4] = {block, (uint32_t)index, (uint32_t)(index >> 32), (uint32_t)purpose};
  const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  fr_philox4x32(counter, key, out);
}

void fr_random_uniform(uint64_t seed, fr_stream purpose, uint64_t index, float limit,
                       float *values, int count) {
  const float unit = 1.0f / 8388608.0f; /* 2^-23: the top 24 bits give [-1, 1) exactly */
  uint32_t bits[4];
  for (int i = 0; i < count; i++) {
    if (i % 4 == 0) fr_random_block(seed, purpose, index, (uint32_t)(i / 4), bits);
    values[i] = ((float)(bits[i % 4] >> 8) * unit - 1.0f) * limit;
  }
}
