#include "winograd.h"

#include <stddef.h>

#include "simd.h"

enum { TILE = FR_WINOGRAD_TILE, WINDOW = TILE + 2, BLOCK = FR_WINOGRAD_BLOCK };
enum { MOST_ROWS = 4 }; /* of a product computed together */

/* The points of interpolation are 0, ±P, ±Q and ∞. */
#define P       0.625f
#define Q       1.5f
#define P2      (P * P)
#define Q2      (Q * Q)
#define AT_ZERO (1.0f / (P2 * Q2))
#define AT_P    (0.5f / (P2 * (P2 - Q2)))
#define AT_Q    (0.5f / (Q2 * (Q2 - P2)))

/* ---- layout ---------------------------------------------------------------------------------- */

static int tiles_across(const fr_window *w) { return (w->out_w + TILE - 1) / TILE; }
static int tiles_down(const fr_window *w) { return (w->out_h + TILE - 1) / TILE; }

static int fits(const fr_window *w) {
  return w->kernel_h == 3 && w->kernel_w == 3 && w->stride_h == 1 && w->stride_w == 1 &&
         w->in_c % FR_LANES == 0 && w->out_c % FR_LANES == 0;
}

/* Counted in multiply-adds of one image. A tile's transforms cost as much as TRANSFORM products per
 * channel, as measured by `make bench PARTS=layers`. */
int fr_winograd_pays(const fr_window *w, float direct) {
  enum { TRANSFORM = 300 };
  double pairs = (double)w->in_c * w->out_c, pixels = (double)w->out_h * w->out_w;
  double ours = FR_WINOGRAD_POSITIONS * pairs + TRANSFORM * (double)(w->in_c + w->out_c);
  return fits(w) && fr_winograd_tiles(w) * ours < direct * pixels * 9.0 * pairs;
}

int fr_winograd_tiles(const fr_window *w) { return tiles_across(w) * tiles_down(w); }

int fr_winograd_rows(const fr_window *w) {
  int tiles = fr_winograd_tiles(w);
  return tiles > FR_WINOGRAD_ROWS ? FR_WINOGRAD_ROWS : FR_WINOGRAD_ROWS / tiles * tiles;
}

fr_window fr_winograd_widen(const fr_window *w) {
  fr_window wide = *w;
  wide.padded_h = tiles_down(w) * TILE + 2;
  wide.padded_w = tiles_across(w) * TILE + 2;
  return wide;
}

/* Floats between positions beyond what they hold: at a power of two from each other, all positions
 * of a tile would share one place of the cache. */
enum { APART = 16 };

static ptrdiff_t plane(int rows, int channels) {
  return (ptrdiff_t)rows * fr_round_up(channels, BLOCK) + APART;
}

int64_t fr_winograd_planes(int rows, int channels) {
  return FR_WINOGRAD_POSITIONS * (int64_t)plane(rows, channels);
}

int64_t fr_winograd_room(const fr_window *w, int rows) {
  return fr_winograd_planes(rows, w->in_c) + fr_winograd_planes(rows, w->out_c);
}

int fr_winograd_slab(const fr_window *w, int batch) {
  enum { SLAB_BYTES = 4 << 20 };
  int64_t row = FR_WINOGRAD_POSITIONS * (int64_t)sizeof(float) * (w->in_c + w->out_c);
  int64_t rows = SLAB_BYTES / row, all = (int64_t)batch * fr_winograd_tiles(w);
  if (rows > all) rows = all;
  return rows < FR_WINOGRAD_ROWS ? FR_WINOGRAD_ROWS : (int)rows;
}

static ptrdiff_t packed_position(const fr_window *w) {
  return (ptrdiff_t)w->in_c * fr_round_up(w->out_c, BLOCK) + APART;
}

int64_t fr_winograd_packed(const fr_window *w) {
  return FR_WINOGRAD_POSITIONS * packed_position(w);
}

/* ---- transforms of one dimension ------------------------------------------------------------- */

static f32x4 scaled(f32x4 a, float by) { return f4_mul(a, f4_splat(by)); }
static f32x4 plus(f32x4 a, float by, f32x4 b) { return f4_madd(a, f4_splat(by), b); }

/* Bᵀ x */
FR_INLINE void input_line(const f32x4 *x, int step, f32x4 *y) {
  f32x4 x0 = x[0], x1 = x[step], x2 = x[2 * step], x3 = x[3 * step], x4 = x[4 * step],
        x5 = x[5 * step];
  f32x4 even = plus(x4, -Q2, x2), odd = scaled(plus(x3, -Q2, x1), P);
  y[0] = plus(plus(x4, -(P2 + Q2), x2), P2 * Q2, x0);
  y[1] = f4_add(even, odd);
  y[2] = f4_sub(even, odd);
  even = plus(x4, -P2, x2), odd = scaled(plus(x3, -P2, x1), Q);
  y[3] = f4_add(even, odd);
  y[4] = f4_sub(even, odd);
  y[5] = plus(plus(x5, -(P2 + Q2), x3), P2 * Q2, x1);
}

/* G g */
FR_INLINE void kernel_line(const f32x4 *g, int step, f32x4 *y) {
  f32x4 g0 = g[0], g1 = g[step], g2 = g[2 * step];
  y[0] = scaled(g0, AT_ZERO);
  f32x4 even = scaled(plus(g0, P2, g2), AT_P), odd = scaled(g1, P * AT_P);
  y[1] = f4_add(even, odd);
  y[2] = f4_sub(even, odd);
  even = scaled(plus(g0, Q2, g2), AT_Q), odd = scaled(g1, Q * AT_Q);
  y[3] = f4_add(even, odd);
  y[4] = f4_sub(even, odd);
  y[5] = g2;
}

/* Gᵀ s */
FR_INLINE void kernel_gradient_line(const f32x4 *s, int step, f32x4 *y) {
  f32x4 s1 = s[step], s2 = s[2 * step], s3 = s[3 * step], s4 = s[4 * step];
  f32x4 even_p = scaled(f4_add(s1, s2), AT_P), odd_p = scaled(f4_sub(s1, s2), P * AT_P);
  f32x4 even_q = scaled(f4_add(s3, s4), AT_Q), odd_q = scaled(f4_sub(s3, s4), Q * AT_Q);
  y[0] = plus(f4_add(even_p, even_q), AT_ZERO, s[0]);
  y[1] = f4_add(odd_p, odd_q);
  y[2] = plus(plus(s[5 * step], P2, even_p), Q2, even_q);
}

/* Aᵀ m */
FR_INLINE void output_line(const f32x4 *m, int step, f32x4 *y) {
  f32x4 m1 = m[step], m2 = m[2 * step], m3 = m[3 * step], m4 = m[4 * step];
  f32x4 even_p = f4_add(m1, m2), odd_p = f4_sub(m1, m2);
  f32x4 even_q = f4_add(m3, m4), odd_q = f4_sub(m3, m4);
  y[0] = f4_add(m[0], f4_add(even_p, even_q));
  y[1] = plus(scaled(odd_p, P), Q, odd_q);
  y[2] = plus(scaled(even_p, P2), Q2, even_q);
  y[3] = plus(plus(m[5 * step], P * P2, odd_p), Q * Q2, odd_q);
}

/* A dy */
FR_INLINE void gradient_line(const f32x4 *d, int step, f32x4 *y) {
  f32x4 d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
  y[0] = d0;
  f32x4 even = plus(d0, P2, d2), odd = plus(scaled(d1, P), P * P2, d3);
  y[1] = f4_add(even, odd);
  y[2] = f4_sub(even, odd);
  even = plus(d0, Q2, d2), odd = plus(scaled(d1, Q), Q * Q2, d3);
  y[3] = f4_add(even, odd);
  y[4] = f4_sub(even, odd);
  y[5] = d3;
}

/* ---- kernel ---------------------------------------------------------------------------------- */

/* One vector of output channels of one input channel, at each position. */
FR_INLINE void transform_kernel(const f32x4 g[9], float *to, ptrdiff_t position) {
  f32x4 lines[WINDOW * 3], columns[WINDOW];
  for (int i = 0; i < 3; i++) {
    kernel_line(g + i, 3, columns);
    for (int k = 0; k < WINDOW; k++) lines[k * 3 + i] = columns[k];
  }
  for (int i = 0; i < WINDOW; i++) {
    kernel_line(lines + i * 3, 1, columns);
    for (int k = 0; k < WINDOW; k++) f4_store(to + (i * WINDOW + k) * position, columns[k]);
  }
}

/* Where output channel `c` of input channel `k` lies at the first position. */
static ptrdiff_t packed_at(const fr_window *w, int c, int k) {
  return ((ptrdiff_t)(c / BLOCK) * w->in_c + k) * BLOCK + c % BLOCK;
}

/* Input channel k's place in the last block, of which not all channels are outputs. */
static void clear_padding(const fr_window *w, int k, float *packed) {
  if (w->out_c % BLOCK == 0) return;
  packed += packed_at(w, w->out_c, k);
  for (int p = 0; p < FR_WINOGRAD_POSITIONS; p++, packed += packed_position(w))
    f4_store(packed, f4_zero());
}

void fr_winograd_pack(const fr_window *w, const float *kernel, int first, int end, float *packed) {
  ptrdiff_t tap = (ptrdiff_t)w->in_c * w->out_c;
  for (int k = first; k < end; k++) {
    for (int c = 0; c < w->out_c; c += FR_LANES) {
      f32x4 g[9];
      for (int t = 0; t < 9; t++) g[t] = f4_load(kernel + t * tap + (ptrdiff_t)k * w->out_c + c);
      transform_kernel(g, packed + packed_at(w, c, k), packed_position(w));
    }
    clear_padding(w, k, packed);
  }
}

void fr_winograd_pack_mirrored(const fr_window *w, const float *kernel, int first, int end,
                               float *packed) {
  const fr_window mirror = fr_window_mirror(w);
  ptrdiff_t tap = (ptrdiff_t)w->in_c * w->out_c;
  for (int k = first; k < end; k++) {
    for (int c = 0; c < w->in_c; c += FR_LANES) {
      f32x4 g[9];
      for (int t = 0; t < 9; t++) {
        const float *from = kernel + (8 - t) * tap + (ptrdiff_t)c * w->out_c + k;
        float lanes[FR_LANES];
        for (int i = 0; i < FR_LANES; i++) lanes[i] = from[(ptrdiff_t)i * w->out_c];
        g[t] = f4_load(lanes);
      }
      transform_kernel(g, packed + packed_at(&mirror, c, k), packed_position(&mirror));
    }
    clear_padding(&mirror, k, packed);
  }
}

/* ---- forward --------------------------------------------------------------------------------- */

/* One vector of channels of one tile: `line` floats from one line of x to the next. */
FR_INLINE void transform_input(const float *x, ptrdiff_t pixel, ptrdiff_t line, float *to,
                               ptrdiff_t position) {
  f32x4 tile[WINDOW * WINDOW];
  FR_ROLLED
  for (int i = 0; i < WINDOW; i++, x += line) {
    f32x4 pixels[WINDOW];
    for (int k = 0; k < WINDOW; k++) pixels[k] = f4_load(x + k * pixel);
    input_line(pixels, 1, tile + i * WINDOW);
  }
  FR_ROLLED
  for (int k = 0; k < WINDOW; k++, to += position) {
    f32x4 column[WINDOW];
    input_line(tile + k, WINDOW, column);
    for (int i = 0; i < WINDOW; i++) f4_store(to + i * WINDOW * position, column[i]);
  }
}

void fr_winograd_input(const fr_window *w, const float *image, int first, int end, int row,
                       int rows, float *planes) {
  int across = tiles_across(w), channels = w->in_c;
  ptrdiff_t line = (ptrdiff_t)w->padded_w * channels, position = plane(rows, channels);
  int stride = fr_round_up(channels, BLOCK);
  for (int t = first; t < end; t++, row++) {
    const float *x = image + t / across * TILE * line + (ptrdiff_t)(t % across) * TILE * channels;
    for (int c = 0; c < channels; c += FR_LANES)
      transform_input(x + c, channels, line, planes + (ptrdiff_t)row * stride + c, position);
  }
}

/* sum (4 rows, BLOCK) = Σ_k a[row][k] · b[k] */
FR_INLINE void product_4x8(const float *const a[MOST_ROWS], const float *b, int inputs,
                           f32x4 sum[MOST_ROWS][2]) {
  const float *a0 = a[0], *a1 = a[1], *a2 = a[2], *a3 = a[3];
  for (int r = 0; r < MOST_ROWS; r++) sum[r][0] = sum[r][1] = f4_zero();
  FR_ROLLED
  for (int k = 0; k < inputs; k++, b += BLOCK) f4_madd_4x8(sum, a0 + k, a1 + k, a2 + k, a3 + k, b);
}

void fr_winograd_multiply(const fr_window *w, const float *planes, const float *packed, int count,
                          int rows, float *products) {
  int inputs = w->in_c, outputs = fr_round_up(w->out_c, BLOCK), stride = fr_round_up(inputs, BLOCK);
  for (int p = 0; p < FR_WINOGRAD_POSITIONS; p++) {
    const float *b = packed;
    for (int c = 0; c < outputs; c += BLOCK, b += (ptrdiff_t)inputs * BLOCK)
      for (int r = 0; r < count; r += MOST_ROWS) {
        const float *a[MOST_ROWS];
        f32x4 sum[MOST_ROWS][2];
        for (int i = 0; i < MOST_ROWS; i++) /* past the end: the last row again, not stored */
          a[i] = planes + (ptrdiff_t)(r + i < count ? r + i : count - 1) * stride;
        product_4x8(a, b, inputs, sum);
        for (int i = 0; i < MOST_ROWS && r + i < count; i++) {
          float *to = products + (ptrdiff_t)(r + i) * outputs + c;
          f4_store(to, sum[i][0]);
          f4_store(to + FR_LANES, sum[i][1]);
        }
      }
    packed += packed_position(w);
    planes += plane(rows, inputs);
    products += plane(rows, outputs);
  }
}

/* One vector of channels of one tile. */
FR_INLINE void transform_output(const float *products, ptrdiff_t position, f32x4 bias, int relu,
                                f32x4 y[TILE * TILE]) {
  f32x4 lines[TILE * WINDOW];
  FR_ROLLED
  for (int k = 0; k < WINDOW; k++, products += position) {
    f32x4 m[WINDOW], column[TILE];
    for (int i = 0; i < WINDOW; i++) m[i] = f4_load(products + i * WINDOW * position);
    output_line(m, 1, column);
    for (int i = 0; i < TILE; i++) lines[i * WINDOW + k] = column[i];
  }
  FR_ROLLED
  for (int i = 0; i < TILE; i++) {
    f32x4 *line = y + i * TILE;
    output_line(lines + i * WINDOW, 1, line);
    for (int k = 0; k < TILE; k++) {
      line[k] = f4_add(line[k], bias);
      if (relu) line[k] = f4_max(line[k], f4_zero());
    }
  }
}

static f32x4 bias_at(const float *bias, int c) { return bias ? f4_load(bias + c) : f4_zero(); }

void fr_winograd_output(const fr_window *w, const float *products, int first, int end, int row,
                        int rows, const float *bias, int relu, float *y) {
  int across = tiles_across(w), channels = w->out_c, stride = fr_round_up(channels, BLOCK);
  ptrdiff_t position = plane(rows, channels);
  for (int t = first; t < end; t++, row++) {
    int top = t / across * TILE, left = t % across * TILE;
    int height = fr_at_most(TILE, w->out_h - top), width = fr_at_most(TILE, w->out_w - left);
    float *corner = y + ((ptrdiff_t)top * w->out_w + left) * channels;
    for (int c = 0; c < channels; c += FR_LANES) {
      f32x4 tile[TILE * TILE];
      transform_output(products + (ptrdiff_t)row * stride + c, position, bias_at(bias, c), relu,
                       tile);
      for (int i = 0; i < height; i++)
        for (int k = 0; k < width; k++)
          f4_store(corner + ((ptrdiff_t)i * w->out_w + k) * channels + c, tile[i * TILE + k]);
    }
  }
}

void fr_winograd_pool_output(const fr_window *w, const float *products, int first, int end, int row,
                             int rows, const float *bias, int relu, float *y, uint8_t *winner) {
  int across = tiles_across(w), channels = w->out_c, stride = fr_round_up(channels, BLOCK);
  int pooled_h = w->out_h / 2, pooled_w = w->out_w / 2;
  ptrdiff_t position = plane(rows, channels);
  for (int t = first; t < end; t++, row++) {
    int top = t / across * 2, left = t % across * 2;
    int height = fr_at_most(2, pooled_h - top), width = fr_at_most(2, pooled_w - left);
    ptrdiff_t corner = ((ptrdiff_t)top * pooled_w + left) * channels;
    for (int c = 0; c < channels; c += FR_LANES) {
      f32x4 tile[TILE * TILE];
      transform_output(products + (ptrdiff_t)row * stride + c, position, bias_at(bias, c), 0, tile);
      for (int i = 0; i < height; i++)
        for (int k = 0; k < width; k++) {
          const f32x4 *of = tile + 2 * (i * TILE + k);
          mask32x4 won;
          f32x4 most = f4_largest(of[0], of[1], of[TILE], of[TILE + 1], &won);
          f32x4 sum = f4_add(f4_add(of[0], of[1]), f4_add(of[TILE], of[TILE + 1]));
          most = f4_madd(most, sum, f4_zero()); /* a maximum that compares may miss a NaN */
          ptrdiff_t at = corner + ((ptrdiff_t)i * pooled_w + k) * channels + c;
          f4_store(y + at, relu ? f4_max(most, f4_zero()) : most);
          if (winner) i4_store_bytes(winner + at, won);
        }
    }
  }
}

/* ---- backward: kernel ------------------------------------------------------------------------ */

/* One vector of channels of one tile, of which height × width are outputs. */
FR_INLINE void transform_gradient(const float *dy, ptrdiff_t pixel, ptrdiff_t line, int height,
                                  int width, float *to, ptrdiff_t position) {
  f32x4 lines[WINDOW * TILE];
  for (int i = 0; i < TILE; i++) {
    f32x4 d[TILE], column[WINDOW];
    for (int k = 0; k < TILE; k++)
      d[k] = i < height && k < width ? f4_load(dy + i * line + k * pixel) : f4_zero();
    gradient_line(d, 1, column);
    for (int k = 0; k < WINDOW; k++) lines[k * TILE + i] = column[k];
  }
  FR_ROLLED
  for (int k = 0; k < WINDOW; k++, to += position) {
    f32x4 column[WINDOW];
    gradient_line(lines + k * TILE, 1, column);
    for (int i = 0; i < WINDOW; i++) f4_store(to + i * WINDOW * position, column[i]);
  }
}

void fr_winograd_gradient(const fr_window *w, const float *dy, int first, int end, int row,
                          int rows, float *planes) {
  int across = tiles_across(w), channels = w->out_c, stride = fr_round_up(channels, BLOCK);
  ptrdiff_t line = (ptrdiff_t)w->out_w * channels, position = plane(rows, channels);
  for (int t = first; t < end; t++, row++) {
    int top = t / across * TILE, left = t % across * TILE;
    int height = fr_at_most(TILE, w->out_h - top), width = fr_at_most(TILE, w->out_w - left);
    const float *corner = dy + top * line + (ptrdiff_t)left * channels;
    for (int c = 0; c < channels; c += FR_LANES) {
      float *to = planes + (ptrdiff_t)row * stride + c;
      if (height == TILE && width == TILE)
        transform_gradient(corner + c, channels, line, TILE, TILE, to, position);
      else transform_gradient(corner + c, channels, line, height, width, to, position);
    }
  }
}

/* sum (4, BLOCK) += Σ_row a[row][…] · b[row][…] */
FR_INLINE void outer_4x8(const float *a, const float *b, int count, int a_stride, int b_stride,
                         f32x4 sum[4][2]) {
  FR_ROLLED
  for (int r = 0; r < count; r++, a += a_stride, b += b_stride)
    f4_madd_4x8(sum, a, a + 1, a + 2, a + 3, b);
}

static ptrdiff_t sums_position(const fr_window *w) {
  return (ptrdiff_t)w->in_c * fr_round_up(w->out_c, BLOCK) + APART;
}

int64_t fr_winograd_sums(const fr_window *w) {
  return FR_WINOGRAD_POSITIONS * (int64_t)sums_position(w);
}

void fr_winograd_accumulate(const fr_window *w, int position, const float *inputs,
                            const float *gradients, int count, int rows, int anew, float *sums) {
  int in = fr_round_up(w->in_c, BLOCK), out = fr_round_up(w->out_c, BLOCK);
  inputs += position * plane(rows, w->in_c);
  gradients += position * plane(rows, w->out_c);
  sums += position * sums_position(w);
  for (int k = 0; k < w->in_c; k += 4)
    for (int c = 0; c < out; c += BLOCK) {
      float *to = sums + (ptrdiff_t)k * out + c;
      f32x4 sum[4][2];
      for (int i = 0; i < 4; i++)
        for (int v = 0; v < 2; v++)
          sum[i][v] = anew ? f4_zero() : f4_load(to + i * out + v * FR_LANES);
      outer_4x8(inputs + k, gradients + c, count, in, out, sum);
      for (int i = 0; i < 4; i++)
        for (int v = 0; v < 2; v++) f4_store(to + i * out + v * FR_LANES, sum[i][v]);
    }
}

void fr_winograd_finish(const fr_window *w, const float *sums, int first, int end, float *dkernel) {
  int out = fr_round_up(w->out_c, BLOCK);
  ptrdiff_t position = sums_position(w), tap = (ptrdiff_t)w->in_c * w->out_c;
  for (int k = first; k < end; k++)
    for (int c = 0; c < w->out_c; c += FR_LANES) {
      const float *from = sums + (ptrdiff_t)k * out + c;
      f32x4 lines[3 * WINDOW];
      FR_ROLLED
      for (int i = 0; i < WINDOW; i++) {
        f32x4 s[WINDOW], column[3];
        for (int j = 0; j < WINDOW; j++) s[j] = f4_load(from + (j * WINDOW + i) * position);
        kernel_gradient_line(s, 1, column);
        for (int j = 0; j < 3; j++) lines[j * WINDOW + i] = column[j];
      }
      for (int i = 0; i < 3; i++) {
        f32x4 line[3];
        kernel_gradient_line(lines + i * WINDOW, 1, line);
        for (int j = 0; j < 3; j++)
          f4_store(dkernel + (i * 3 + j) * tap + (ptrdiff_t)k * w->out_c + c, line[j]);
      }
    }
}
