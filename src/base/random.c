#include "random.h"

#include "numeric.h"

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

void fr_random_uniform(uint64_t seed, fr_stream purpose, uint64_t index, float limit, float *values,
                       int count) {
  const float unit = 1.0f / 8388608.0f; /* 2^-23: the top 24 bits give [-1, 1) exactly */
  uint32_t bits[4];
  for (int i = 0; i < count; i++) {
    if (i % 4 == 0) fr_random_block(seed, purpose, index, (uint32_t)(i / 4), bits);
    values[i] = ((float)(bits[i % 4] >> 8) * unit - 1.0f) * limit;
  }
}

/* The quantile function of the normal distribution for p not below e^-25 (Wichura, algorithm AS
 * 241, PPND7, Applied Statistics 37 (1988): seven figures). q = p - 1/2. */
static double normal_quantile(double q) {
  if (fabs(q) <= 0.425) {
    double r = 0.180625 - q * q;
    return q * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179) /
           (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0);
  }
  double r = sqrt(-fr_log(0.5 - fabs(q))) - 1.6;
  double x = (((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777) /
             ((0.12021132975 * r + 0.73700164250) * r + 1.0);
  return q < 0.0 ? -x : x;
}

/* Within -1 … 1, never either. */
static double symmetric(uint32_t bits) { return ((double)bits + 0.5) / 2147483648.0 - 1.0; }

float fr_random_normal(uint32_t bits) { return (float)normal_quantile(symmetric(bits) / 2.0); }

void fr_random_truncated_normal(uint64_t seed, fr_stream purpose, uint64_t index, float deviation,
                                float *values, int count) {
  const double most = 0.477249868051820793; /* the normal distribution function at 2, less 1/2 */
  const double kept = 0.87962566103423978;  /* the standard deviation of what lies between ± 2 */
  uint32_t bits[4];
  for (int i = 0; i < count; i++) {
    if (i % 4 == 0) fr_random_block(seed, purpose, index, (uint32_t)(i / 4), bits);
    values[i] = (float)(normal_quantile(symmetric(bits[i % 4]) * most) / kept * deviation);
  }
}
