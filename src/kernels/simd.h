/* Four float lanes behind a few inline functions. Three bodies: relaxed SIMD, SIMD128 and scalar C.
 * SIMD128 and scalar C round alike in every operation, so they produce the same bits; the relaxed
 * body may fuse the multiply and the add. */
#ifndef FR_SIMD_H
#define FR_SIMD_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define FR_LANES 4
/* Before a loop: one turn at a time. Engines load all that a straight run of code needs before they
 * compute, so that an unrolled loop runs out of registers. */
#ifdef __clang__
#define FR_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define FR_ROLLED
#endif
#define FR_INLINE static inline __attribute__((always_inline))

#if defined(__wasm_simd128__) && !defined(FR_SCALAR)
#include <wasm_simd128.h>

typedef v128_t f32x4;
typedef v128_t mask32x4; /* each lane all ones or all zeros */

FR_INLINE f32x4 f4_load(const float *p) { return wasm_v128_load(p); }
FR_INLINE void f4_store(float *p, f32x4 a) { wasm_v128_store(p, a); }
FR_INLINE f32x4 f4_splat(float x) { return wasm_f32x4_splat(x); }
FR_INLINE f32x4 f4_load_splat(const float *p) { return wasm_v128_load32_splat(p); }
FR_INLINE f32x4 f4_add(f32x4 a, f32x4 b) { return wasm_f32x4_add(a, b); }
FR_INLINE f32x4 f4_sub(f32x4 a, f32x4 b) { return wasm_f32x4_sub(a, b); }
FR_INLINE f32x4 f4_mul(f32x4 a, f32x4 b) { return wasm_f32x4_mul(a, b); }
FR_INLINE f32x4 f4_div(f32x4 a, f32x4 b) { return wasm_f32x4_div(a, b); }
FR_INLINE f32x4 f4_sqrt(f32x4 a) { return wasm_f32x4_sqrt(a); }
FR_INLINE f32x4 f4_abs(f32x4 a) { return wasm_f32x4_abs(a); }
/* a < b ? b : a, lane by lane; a NaN in `a` stays */
FR_INLINE f32x4 f4_max(f32x4 a, f32x4 b) { return wasm_f32x4_pmax(a, b); }
FR_INLINE mask32x4 f4_lt(f32x4 a, f32x4 b) { return wasm_f32x4_lt(a, b); }
FR_INLINE f32x4 f4_or(f32x4 a, f32x4 b) { return wasm_v128_or(a, b); }
/* a with its lanes that are not zero moved to the front, by their bits; the bytes of a swizzle */
static const uint8_t fr_front[16][16] = {
#define FR_LANE(i) 4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3
    {0},
    {FR_LANE(0)},
    {FR_LANE(1)},
    {FR_LANE(0), FR_LANE(1)},
    {FR_LANE(2)},
    {FR_LANE(0), FR_LANE(2)},
    {FR_LANE(1), FR_LANE(2)},
    {FR_LANE(0), FR_LANE(1), FR_LANE(2)},
    {FR_LANE(3)},
    {FR_LANE(0), FR_LANE(3)},
    {FR_LANE(1), FR_LANE(3)},
    {FR_LANE(0), FR_LANE(1), FR_LANE(3)},
    {FR_LANE(2), FR_LANE(3)},
    {FR_LANE(0), FR_LANE(2), FR_LANE(3)},
    {FR_LANE(1), FR_LANE(2), FR_LANE(3)},
    {FR_LANE(0), FR_LANE(1), FR_LANE(2), FR_LANE(3)},
#undef FR_LANE
};
/* Writes (a_i, tag + i · step) as pairs of 4 bytes for the lanes of a that are not zero, and room
 * for four pairs; returns how many there are. */
FR_INLINE int f4_pack_nonzero(f32x4 a, int32_t tag, int32_t step, void *pairs) {
  uint32_t bits = (uint32_t)wasm_i32x4_bitmask(wasm_f32x4_ne(a, wasm_f32x4_const_splat(0.0f)));
  v128_t front = wasm_v128_load(fr_front[bits]);
  v128_t tags = wasm_i32x4_add(wasm_i32x4_splat(tag), wasm_i32x4_make(0, step, 2 * step, 3 * step));
  v128_t values = wasm_i8x16_swizzle(a, front);
  tags = wasm_i8x16_swizzle(tags, front);
  wasm_v128_store(pairs, wasm_i32x4_shuffle(values, tags, 0, 4, 1, 5));
  wasm_v128_store((char *)pairs + 16, wasm_i32x4_shuffle(values, tags, 2, 6, 3, 7));
  return __builtin_popcount(bits);
}
/* whether any bit is set */
FR_INLINE int f4_any(f32x4 a) { return wasm_v128_any_true(a); }
FR_INLINE mask32x4 f4_select_mask(mask32x4 m, mask32x4 a, mask32x4 b) {
  return wasm_v128_bitselect(a, b, m);
}
FR_INLINE mask32x4 i4_splat(int32_t x) { return wasm_i32x4_splat(x); }
/* a where m is zero, else 0 */
FR_INLINE f32x4 f4_andnot(f32x4 a, mask32x4 m) { return wasm_v128_andnot(a, m); }
/* lanes 0..3 of two integer vectors, each 0..255, as eight bytes */
FR_INLINE void i4x2_store_bytes(uint8_t *p, mask32x4 low, mask32x4 high) {
  v128_t shorts = wasm_i16x8_narrow_i32x4(low, high);
  wasm_v128_store64_lane(p, wasm_u8x16_narrow_i16x8(shorts, shorts), 0);
}
/* lanes 0..3 of an integer vector, each 0..255, as four bytes */
FR_INLINE void i4_store_bytes(uint8_t *p, mask32x4 a) {
  v128_t shorts = wasm_i16x8_narrow_i32x4(a, a);
  wasm_v128_store32_lane(p, wasm_u8x16_narrow_i16x8(shorts, shorts), 0);
}
#ifdef __wasm_relaxed_simd__
FR_INLINE f32x4 f4_madd(f32x4 acc, f32x4 a, f32x4 b) { return wasm_f32x4_relaxed_madd(a, b, acc); }
#else
FR_INLINE f32x4 f4_madd(f32x4 acc, f32x4 a, f32x4 b) { return f4_add(acc, f4_mul(a, b)); }
#endif
FR_INLINE float f4_lane0(f32x4 a) { return wasm_f32x4_extract_lane(a, 0); }
/* (a0 + a2) + (a1 + a3) */
FR_INLINE float f4_sum(f32x4 a) {
  f32x4 b = f4_add(a, wasm_i32x4_shuffle(a, a, 2, 3, 0, 1));
  return f4_lane0(b) + wasm_f32x4_extract_lane(b, 1);
}
/* four bytes as four floats 0..255 */
FR_INLINE f32x4 f4_from_bytes(const uint8_t *p) {
  v128_t bytes = wasm_v128_load32_zero(p);
  return wasm_f32x4_convert_u32x4(wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(bytes)));
}

#else /* scalar C */

typedef struct {
  float lane[FR_LANES];
} f32x4;
typedef struct {
  uint32_t lane[FR_LANES];
} mask32x4;

#define FR_EACH_LANE(i) for (int i = 0; i < FR_LANES; i++)

FR_INLINE f32x4 f4_load(const float *p) {
  f32x4 r;
  memcpy(&r, p, sizeof r);
  return r;
}
FR_INLINE void f4_store(float *p, f32x4 a) { memcpy(p, &a, sizeof a); }
FR_INLINE f32x4 f4_splat(float x) { return (f32x4){{x, x, x, x}}; }
FR_INLINE f32x4 f4_load_splat(const float *p) { return f4_splat(*p); }
#define FR_LANEWISE(name, expression)         \
  FR_INLINE f32x4 name(f32x4 a, f32x4 b) {    \
    f32x4 r;                                  \
    FR_EACH_LANE(i) r.lane[i] = (expression); \
    return r;                                 \
  }
FR_LANEWISE(f4_add, a.lane[i] + b.lane[i])
FR_LANEWISE(f4_sub, a.lane[i] - b.lane[i])
FR_LANEWISE(f4_mul, a.lane[i] * b.lane[i])
FR_LANEWISE(f4_div, a.lane[i] / b.lane[i])
FR_LANEWISE(f4_max, a.lane[i] < b.lane[i] ? b.lane[i] : a.lane[i])
#undef FR_LANEWISE
FR_INLINE f32x4 f4_sqrt(f32x4 a) {
  FR_EACH_LANE(i) a.lane[i] = sqrtf(a.lane[i]);
  return a;
}
FR_INLINE f32x4 f4_abs(f32x4 a) {
  FR_EACH_LANE(i) a.lane[i] = fabsf(a.lane[i]);
  return a;
}
FR_INLINE f32x4 f4_madd(f32x4 acc, f32x4 a, f32x4 b) { return f4_add(acc, f4_mul(a, b)); }
FR_INLINE mask32x4 f4_lt(f32x4 a, f32x4 b) {
  mask32x4 r;
  FR_EACH_LANE(i) r.lane[i] = a.lane[i] < b.lane[i] ? UINT32_MAX : 0;
  return r;
}
FR_INLINE f32x4 f4_or(f32x4 a, f32x4 b) {
  uint32_t x[FR_LANES], y[FR_LANES];
  memcpy(x, &a, sizeof x);
  memcpy(y, &b, sizeof y);
  FR_EACH_LANE(i) x[i] |= y[i];
  memcpy(&a, x, sizeof a);
  return a;
}
FR_INLINE int f4_pack_nonzero(f32x4 a, int32_t tag, int32_t step, void *pairs) {
  int n = 0;
  FR_EACH_LANE(i) {
    int32_t at = tag + i * step;
    memcpy((char *)pairs + 8 * n, &a.lane[i], 4);
    memcpy((char *)pairs + 8 * n + 4, &at, 4);
    n += a.lane[i] != 0.0f;
  }
  return n;
}
FR_INLINE int f4_any(f32x4 a) {
  uint32_t x[FR_LANES];
  memcpy(x, &a, sizeof x);
  return (x[0] | x[1] | x[2] | x[3]) != 0;
}
FR_INLINE mask32x4 f4_select_mask(mask32x4 m, mask32x4 a, mask32x4 b) {
  FR_EACH_LANE(i) a.lane[i] = (a.lane[i] & m.lane[i]) | (b.lane[i] & ~m.lane[i]);
  return a;
}
FR_INLINE mask32x4 i4_splat(int32_t x) {
  uint32_t u = (uint32_t)x;
  return (mask32x4){{u, u, u, u}};
}
FR_INLINE f32x4 f4_andnot(f32x4 a, mask32x4 m) {
  FR_EACH_LANE(i) a.lane[i] = m.lane[i] ? 0.0f : a.lane[i];
  return a;
}
FR_INLINE void i4x2_store_bytes(uint8_t *p, mask32x4 low, mask32x4 high) {
  FR_EACH_LANE(i) {
    p[i] = (uint8_t)low.lane[i];
    p[i + FR_LANES] = (uint8_t)high.lane[i];
  }
}
FR_INLINE void i4_store_bytes(uint8_t *p, mask32x4 a) { FR_EACH_LANE(i) p[i] = (uint8_t)a.lane[i]; }
FR_INLINE float f4_lane0(f32x4 a) { return a.lane[0]; }
FR_INLINE float f4_sum(f32x4 a) { return (a.lane[0] + a.lane[2]) + (a.lane[1] + a.lane[3]); }
FR_INLINE f32x4 f4_from_bytes(const uint8_t *p) {
  f32x4 r;
  FR_EACH_LANE(i) r.lane[i] = (float)p[i];
  return r;
}
#undef FR_EACH_LANE
#endif

/* What decays towards zero is cut off here: below 1e-38 floats are subnormal, which costs a hundred
 * cycles an operation and, unlike natively, WebAssembly cannot turn off. */
#define FR_TINY 1e-30f

FR_INLINE f32x4 f4_zero(void) { return f4_splat(0.0f); }

/* A NaN stays. */
FR_INLINE f32x4 f4_flush(f32x4 a) { return f4_andnot(a, f4_lt(f4_abs(a), f4_splat(FR_TINY))); }

/* One step of a matrix product of 4 rows and 8 columns: sum += x · b, x one number of each row, b
 * (8) one row of the other matrix. */
FR_INLINE void f4_madd_4x8(f32x4 sum[4][2], const float *x0, const float *x1, const float *x2,
                           const float *x3, const float *b) {
  f32x4 b0 = f4_load(b), b1 = f4_load(b + FR_LANES), x;
  x = f4_load_splat(x0);
  sum[0][0] = f4_madd(sum[0][0], x, b0);
  sum[0][1] = f4_madd(sum[0][1], x, b1);
  x = f4_load_splat(x1);
  sum[1][0] = f4_madd(sum[1][0], x, b0);
  sum[1][1] = f4_madd(sum[1][1], x, b1);
  x = f4_load_splat(x2);
  sum[2][0] = f4_madd(sum[2][0], x, b0);
  sum[2][1] = f4_madd(sum[2][1], x, b1);
  x = f4_load_splat(x3);
  sum[3][0] = f4_madd(sum[3][0], x, b0);
  sum[3][1] = f4_madd(sum[3][1], x, b1);
}

/* The largest of four in each lane and which it was; the first if several are equal. */
FR_INLINE f32x4 f4_largest(f32x4 s0, f32x4 s1, f32x4 s2, f32x4 s3, mask32x4 *winner) {
  mask32x4 right = f4_lt(s0, s1), below_right = f4_lt(s2, s3);
  f32x4 top = f4_max(s0, s1), bottom = f4_max(s2, s3);
  mask32x4 below = f4_lt(top, bottom);
  mask32x4 in_top = f4_select_mask(right, i4_splat(1), i4_splat(0));
  mask32x4 in_bottom = f4_select_mask(below_right, i4_splat(3), i4_splat(2));
  *winner = f4_select_mask(below, in_bottom, in_top);
  return f4_max(top, bottom);
}

/* x, or 0 where `keep` is 0: a mask in place of a branch that would be mispredicted every second
 * time. */
FR_INLINE float fr_masked(float x, int keep) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits &= -(uint32_t)(keep != 0);
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Sizes are padded to whole vectors, so that no kernel needs a tail. */
FR_INLINE int fr_round_up(int n, int multiple) { return (n + multiple - 1) / multiple * multiple; }

FR_INLINE int fr_at_most(int a, int b) { return a < b ? a : b; }
FR_INLINE int fr_at_least(int a, int b) { return a > b ? a : b; }

#endif
