/* The machine's SIMD multiply-and-add peak, which training speed is compared with; with relaxed
 * SIMD the two are one fused operation. Two loops with different bottlenecks; the faster one
 * counts. */
#include <emscripten.h>

#include "kernels/simd.h"

enum { CHAINS = 12 };

/* Sums of independent chains s = s · a + b: limited by arithmetic alone. Returns the number of
 * floating-point operations; *sink keeps the compiler from removing them. */
EMSCRIPTEN_KEEPALIVE double peak_chains(int rounds, float *sink) {
  f32x4 s[CHAINS];
  const f32x4 a = f4_load(sink), b = f4_load(sink + 4);
  for (int i = 0; i < CHAINS; i++) s[i] = f4_splat((float)i);
  for (int r = 0; r < rounds; r++)
    for (int i = 0; i < CHAINS; i++) s[i] = f4_madd(b, s[i], a);
  for (int i = 0; i < CHAINS; i++) f4_store(sink, f4_add(f4_load(sink), s[i]));
  return (double)rounds * CHAINS * FR_LANES * 2;
}

/* A 4 × 8 tile of a matrix product over panels x (depth, 4) and w (depth, 8) that stay in the
 * first-level cache; the sum is stored in sink (8). */
EMSCRIPTEN_KEEPALIVE double peak_tile(int rounds, int depth, const float *x, const float *w,
                                      float *sink) {
  f32x4 s[4][2];
  for (int p = 0; p < 4; p++) s[p][0] = s[p][1] = f4_zero();
  for (int r = 0; r < rounds; r++)
    for (int k = 0; k < depth; k++) {
      f32x4 w0 = f4_load(w + 8 * k), w1 = f4_load(w + 8 * k + 4);
      for (int p = 0; p < 4; p++) {
        f32x4 xp = f4_load_splat(x + 4 * k + p);
        s[p][0] = f4_madd(s[p][0], xp, w0);
        s[p][1] = f4_madd(s[p][1], xp, w1);
      }
    }
  f4_store(sink, f4_add(f4_add(s[0][0], s[1][0]), f4_add(s[2][0], s[3][0])));
  f4_store(sink + 4, f4_add(f4_add(s[0][1], s[1][1]), f4_add(s[2][1], s[3][1])));
  return (double)rounds * depth * 4 * 8 * 2;
}
