#include "conv2d.h"

#include "simd.h"

enum { TILE = 4 }; /* output pixels computed together */

/* ---- layout ---------------------------------------------------------------------------------- */

static int row_length(const fr_window *w) { return w->kernel_w * w->in_c; }
static int row_padded(const fr_window *w) { return fr_round_up(row_length(w), FR_LANES); }
static int taps(const fr_window *w) { return w->kernel_h * row_length(w); }
static int block_floats(const fr_window *w) { return (taps(w) + 1) * FR_CONV_BLOCK; }
static int line_stride(const fr_window *w) { return w->padded_w * w->in_c; }

fr_conv2d_sizes fr_conv2d_measure(const fr_window *w) {
  int blocks = fr_round_up(w->out_c, FR_CONV_BLOCK) / FR_CONV_BLOCK;
  int by_channel = 2 * w->out_h * w->out_w, by_position = 2 * 4 * w->out_c;
  return (fr_conv2d_sizes){
      .packed = blocks * block_floats(w),
      .rows = w->out_c * w->kernel_h * row_padded(w),
      .image = fr_round_up(w->padded_h * line_stride(w) + FR_CONV_SLACK, FR_LANES),
      .lists = by_channel > by_position ? by_channel : by_position,
  };
}

void fr_conv2d_pack(const fr_window *w, const float *kernel, const float *bias, float *packed) {
  for (int c0 = 0; c0 < w->out_c; c0 += FR_CONV_BLOCK) {
    for (int t = 0; t <= taps(w); t++) {
      const float *source = t < taps(w) ? kernel + t * w->out_c : bias;
      for (int c = c0; c < c0 + FR_CONV_BLOCK; c++)
        *packed++ = source && c < w->out_c ? source[c] : 0.0f;
    }
  }
}

void fr_conv2d_pack_rows(const fr_window *w, const float *kernel, float *rows) {
  int length = row_length(w), padded = row_padded(w);
  for (int c = 0; c < w->out_c; c++)
    for (int ky = 0; ky < w->kernel_h; ky++)
      for (int t = 0; t < padded; t++)
        *rows++ = t < length ? kernel[(ky * length + t) * w->out_c + c] : 0.0f;
}

void fr_conv2d_unpack_rows(const fr_window *w, const float *drows, float *dkernel) {
  int length = row_length(w), padded = row_padded(w);
  for (int c = 0; c < w->out_c; c++)
    for (int ky = 0; ky < w->kernel_h; ky++, drows += padded)
      for (int t = 0; t < length; t++) dkernel[(ky * length + t) * w->out_c + c] = drows[t];
}

static int is_padded(const fr_window *w) {
  return w->padded_h != w->in_h || w->padded_w != w->in_w;
}

const float *fr_conv2d_pad(const fr_window *w, const float *image, float *scratch) {
  if (!is_padded(w)) return image;
  int stride = line_stride(w), row = w->in_w * w->in_c, left = w->pad_left * w->in_c;
  memset(scratch, 0, sizeof *scratch * (size_t)(w->padded_h * stride + FR_CONV_SLACK));
  for (int y = 0; y < w->in_h; y++)
    memcpy(scratch + (w->pad_top + y) * stride + left, image + y * row,
           sizeof *image * (size_t)row);
  return scratch;
}

/* ---- forward --------------------------------------------------------------------------------- */

/* sum[p] = bias + Σ pixel[p][row][t] · kernel[row][t]: TILE pixels × FR_CONV_BLOCK channels.
 * Inlined with constant sizes where they are common, so that the loops unroll. */
FR_INLINE void conv_tile_4x8(const float *const pixel[TILE], const float *kernel, int rows,
                             int length, int stride, f32x4 sum[TILE][2]) {
  const float *bias = kernel + rows * length * FR_CONV_BLOCK;
  for (int p = 0; p < TILE; p++) {
    sum[p][0] = f4_load(bias);
    sum[p][1] = f4_load(bias + 4);
  }
  const float *p0 = pixel[0], *p1 = pixel[1], *p2 = pixel[2], *p3 = pixel[3];
  for (int row = 0; row < rows; row++) {
    for (int t = 0; t < length; t++, kernel += FR_CONV_BLOCK) {
      f32x4 k0 = f4_load(kernel), k1 = f4_load(kernel + 4), x;
      x = f4_load_splat(p0 + t);
      sum[0][0] = f4_madd(sum[0][0], x, k0);
      sum[0][1] = f4_madd(sum[0][1], x, k1);
      x = f4_load_splat(p1 + t);
      sum[1][0] = f4_madd(sum[1][0], x, k0);
      sum[1][1] = f4_madd(sum[1][1], x, k1);
      x = f4_load_splat(p2 + t);
      sum[2][0] = f4_madd(sum[2][0], x, k0);
      sum[2][1] = f4_madd(sum[2][1], x, k1);
      x = f4_load_splat(p3 + t);
      sum[3][0] = f4_madd(sum[3][0], x, k0);
      sum[3][1] = f4_madd(sum[3][1], x, k1);
    }
    p0 += stride;
    p1 += stride;
    p2 += stride;
    p3 += stride;
  }
}

static void conv_tile(const fr_window *w, const float *const pixel[TILE], const float *kernel,
                      f32x4 sum[TILE][2]) {
  int rows = w->kernel_h, length = row_length(w), stride = line_stride(w);
  if (rows == 3 && length == 3)
    conv_tile_4x8(pixel, kernel, 3, 3, stride, sum);
  else
    conv_tile_4x8(pixel, kernel, rows, length, stride, sum);
}

static f32x4 rectify(f32x4 a, int relu) { return relu ? f4_max(a, f4_zero()) : a; }

static void store_block(float *y, f32x4 low, f32x4 high, int channels) {
  if (channels >= FR_CONV_BLOCK) {
    f4_store(y, low);
    f4_store(y + 4, high);
    return;
  }
  float block[FR_CONV_BLOCK];
  f4_store(block, low);
  f4_store(block + 4, high);
  memcpy(y, block, sizeof *block * (size_t)channels);
}

static const float *window_at(const fr_window *w, const float *padded, int oy, int ox) {
  return padded + oy * w->stride_h * line_stride(w) + ox * w->stride_w * w->in_c;
}

/* One block of channels of one line of outputs. */
static void forward_line(const fr_window *w, const float *padded, const float *kernel, int relu,
                         int oy, int channels, float *y) {
  int last = w->out_w - 1;
  for (int ox = 0; ox < w->out_w; ox += TILE) {
    const float *pixel[TILE];
    for (int p = 0; p < TILE; p++) /* past the line's end: the last pixel again, not stored */
      pixel[p] = window_at(w, padded, oy, ox + p < last ? ox + p : last);
    f32x4 sum[TILE][2];
    conv_tile(w, pixel, kernel, sum);
    for (int p = 0; p < TILE && ox + p < w->out_w; p++)
      store_block(y + (ox + p) * w->out_c, rectify(sum[p][0], relu), rectify(sum[p][1], relu),
                  channels);
  }
}

void fr_conv2d_forward(const fr_window *w, const float *padded, const float *packed, int relu,
                       float *y) {
  int line = w->out_w * w->out_c;
  for (int c = 0; c < w->out_c; c += FR_CONV_BLOCK, packed += block_floats(w))
    for (int oy = 0; oy < w->out_h; oy++)
      forward_line(w, padded, packed, relu, oy, w->out_c - c, y + oy * line + c);
}

/* The largest of a window's four sums and which it was; the first if several are equal. */
FR_INLINE f32x4 pool_tile(f32x4 s0, f32x4 s1, f32x4 s2, f32x4 s3, mask32x4 *winner) {
  mask32x4 right = f4_lt(s0, s1), below_right = f4_lt(s2, s3);
  f32x4 top = f4_max(s0, s1), bottom = f4_max(s2, s3);
  mask32x4 below = f4_lt(top, bottom);
  mask32x4 in_top = f4_select_mask(right, i4_splat(1), i4_splat(0));
  mask32x4 in_bottom = f4_select_mask(below_right, i4_splat(3), i4_splat(2));
  *winner = f4_select_mask(below, in_bottom, in_top);
  return f4_max(top, bottom);
}

static void store_winners(uint8_t *winner, mask32x4 low, mask32x4 high, int channels) {
  if (channels >= FR_CONV_BLOCK) {
    i4x2_store_bytes(winner, low, high);
    return;
  }
  uint8_t block[FR_CONV_BLOCK];
  i4x2_store_bytes(block, low, high);
  memcpy(winner, block, (size_t)channels);
}

/* One block of channels of one pooled output. */
static void pool_forward_at(const fr_window *w, const float *padded, const float *kernel, int relu,
                            int py, int px, int channels, float *y, uint8_t *winner) {
  const float *first = window_at(w, padded, 2 * py, 2 * px);
  int right = w->stride_w * w->in_c, below = w->stride_h * line_stride(w);
  const float *pixel[TILE] = {first, first + right, first + below, first + below + right};
  f32x4 sum[TILE][2];
  mask32x4 low, high;
  conv_tile(w, pixel, kernel, sum);
  f32x4 y0 = pool_tile(sum[0][0], sum[1][0], sum[2][0], sum[3][0], &low);
  f32x4 y1 = pool_tile(sum[0][1], sum[1][1], sum[2][1], sum[3][1], &high);
  store_block(y, rectify(y0, relu), rectify(y1, relu), channels);
  store_winners(winner, low, high, channels);
}

void fr_conv2d_pool_forward(const fr_window *w, const float *padded, const float *packed, int relu,
                            float *y, uint8_t *winner) {
  int pooled_h = w->out_h / 2, pooled_w = w->out_w / 2;
  for (int c = 0; c < w->out_c; c += FR_CONV_BLOCK, packed += block_floats(w))
    for (int py = 0; py < pooled_h; py++)
      for (int px = 0; px < pooled_w; px++) {
        int at = (py * pooled_w + px) * w->out_c + c;
        pool_forward_at(w, padded, packed, relu, py, px, w->out_c - c, y + at, winner + at);
      }
}

/* ---- backward: kernel ------------------------------------------------------------------------ */

typedef struct {
  float value;
  int32_t offset; /* of the window's first float in the padded image */
} live_window;

/* The bits of dy, or zero where ReLU has stopped it: integers, for a float select is a branch. */
FR_INLINE uint32_t live_bits(const fr_conv2d_delta *d, int at, int relu) {
  uint32_t bits;
  memcpy(&bits, d->dy + at, sizeof bits);
  return relu ? bits & -(uint32_t)(d->y[at] > 0.0f) : bits;
}

/* The gradients of channel c that are not zero, in reading order. */
FR_INLINE int list_channel_of(const fr_window *w, const fr_conv2d_delta *d, int c, int relu,
                              int pooled, live_window *list) {
  int step = pooled ? 2 : 1, n = 0;
  int lines = w->out_h / step, columns = w->out_w / step;
  int right = w->stride_w * w->in_c, below = w->stride_h * line_stride(w);
  int at = c;
  for (int py = 0; py < lines; py++) {
    int32_t offset = py * step * below;
    for (int px = 0; px < columns; px++, offset += step * right, at += w->out_c) {
      uint32_t bits = live_bits(d, at, relu);
      int winner = pooled ? d->winner[at] : 0;
      memcpy(&list[n].value, &bits, sizeof bits);
      list[n].offset = offset + (-(winner & 1) & right) + (-(winner >> 1) & below);
      n += bits != 0;
    }
  }
  return n;
}

static int list_channel(const fr_window *w, const fr_conv2d_delta *d, int c, live_window *list) {
  if (d->winner && d->relu) return list_channel_of(w, d, c, 1, 1, list);
  if (d->winner) return list_channel_of(w, d, c, 0, 1, list);
  return list_channel_of(w, d, c, d->relu, 0, list);
}

/* drows[row][v] += Σ_list value · padded[offset + row][v], `rows` × `vectors` held in registers. */
FR_INLINE void accumulate_windows(const live_window *list, int n, const float *padded, int rows,
                                  int vectors, int stride, int row_stride, float *drows) {
  f32x4 sum[8];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++)
      sum[r * vectors + v] = f4_load(drows + r * row_stride + v * FR_LANES);
  for (int i = 0; i < n; i++) {
    f32x4 g = f4_load_splat(&list[i].value);
    const float *x = padded + list[i].offset;
    for (int r = 0; r < rows; r++)
      for (int v = 0; v < vectors; v++)
        sum[r * vectors + v] =
            f4_madd(sum[r * vectors + v], g, f4_load(x + r * stride + v * FR_LANES));
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++)
      f4_store(drows + r * row_stride + v * FR_LANES, sum[r * vectors + v]);
}

static void accumulate_row(const live_window *list, int n, const float *x, int length,
                           float *drow) {
  int t = 0;
  for (; t + 8 * FR_LANES <= length; t += 8 * FR_LANES)
    accumulate_windows(list, n, x + t, 1, 8, 0, 0, drow + t);
  for (; t + 2 * FR_LANES <= length; t += 2 * FR_LANES)
    accumulate_windows(list, n, x + t, 1, 2, 0, 0, drow + t);
  for (; t < length; t += FR_LANES) accumulate_windows(list, n, x + t, 1, 1, 0, 0, drow + t);
}

void fr_conv2d_backward_kernel(const fr_window *w, const float *padded,
                               const fr_conv2d_delta *delta, void *lists, float *drows,
                               float *dbias) {
  int rows = w->kernel_h, length = row_padded(w), stride = line_stride(w);
  live_window *list = lists;
  for (int c = 0; c < w->out_c; c++, drows += rows * length) {
    int n = list_channel(w, delta, c, list);
    for (int i = 0; i < n; i++) dbias[c] += list[i].value;
    if (rows == 3 && length == 4)
      accumulate_windows(list, n, padded, 3, 1, stride, 4, drows);
    else
      for (int r = 0; r < rows; r++)
        accumulate_row(list, n, padded + r * stride, length, drows + r * length);
  }
}

/* ---- backward: input ------------------------------------------------------------------------- */

typedef struct {
  float value;
  int32_t offset; /* of the channel's kernel in rows */
} live_channel;

/* Distributes one output's gradients over the positions its pool window covers. */
static void list_position(const fr_window *w, const fr_conv2d_delta *d, int at, live_channel *list,
                          int n[4]) {
  int kernel = w->kernel_h * row_padded(w);
  for (int p = 0; p < 4; p++) n[p] = 0;
  for (int c = 0; c < w->out_c; c++) {
    uint32_t bits = live_bits(d, at + c, d->relu);
    int p = d->winner ? d->winner[at + c] : 0;
    live_channel *entry = &list[p * w->out_c + n[p]];
    memcpy(&entry->value, &bits, sizeof bits);
    entry->offset = c * kernel;
    n[p] += bits != 0;
  }
}

/* dx[v] += Σ_list value · rows[offset][v], `vectors` held in registers. */
FR_INLINE void accumulate_channels(const live_channel *list, int n, const float *rows, int vectors,
                                   float *dx) {
  f32x4 sum[8];
  for (int v = 0; v < vectors; v++) sum[v] = f4_load(dx + v * FR_LANES);
  for (int i = 0; i < n; i++) {
    f32x4 g = f4_load_splat(&list[i].value);
    const float *k = rows + list[i].offset;
    for (int v = 0; v < vectors; v++) sum[v] = f4_madd(sum[v], g, f4_load(k + v * FR_LANES));
  }
  for (int v = 0; v < vectors; v++) f4_store(dx + v * FR_LANES, sum[v]);
}

static void scatter_window(const fr_window *w, const live_channel *list, int n, const float *rows,
                           float *dx) {
  int length = row_padded(w);
  for (int r = 0; r < w->kernel_h; r++, rows += length, dx += line_stride(w)) {
    int t = 0;
    for (; t + 8 * FR_LANES <= length; t += 8 * FR_LANES)
      accumulate_channels(list, n, rows + t, 8, dx + t);
    for (; t < length; t += FR_LANES) accumulate_channels(list, n, rows + t, 1, dx + t);
  }
}

static void crop(const fr_window *w, const float *padded, float *image) {
  int stride = line_stride(w), row = w->in_w * w->in_c, left = w->pad_left * w->in_c;
  for (int y = 0; y < w->in_h; y++)
    memcpy(image + y * row, padded + (w->pad_top + y) * stride + left,
           sizeof *image * (size_t)row);
}

void fr_conv2d_backward_input(const fr_window *w, const float *rows, const fr_conv2d_delta *delta,
                              void *lists, float *scratch, float *dx) {
  int step = delta->winner ? 2 : 1;
  int lines = w->out_h / step, columns = w->out_w / step;
  int right = w->stride_w * w->in_c, below = w->stride_h * line_stride(w);
  const int corner[4] = {0, right, below, below + right};
  live_channel *list = lists;
  memset(scratch, 0, sizeof *scratch * (size_t)(w->padded_h * line_stride(w) + FR_CONV_SLACK));
  for (int py = 0, at = 0; py < lines; py++)
    for (int px = 0; px < columns; px++, at += w->out_c) {
      int n[4];
      list_position(w, delta, at, list, n);
      float *window = scratch + py * step * below + px * step * right;
      for (int p = 0; p < step * step; p++)
        if (n[p]) scatter_window(w, list + p * w->out_c, n[p], rows, window + corner[p]);
    }
  crop(w, scratch, dx);
}
