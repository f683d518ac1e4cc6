#include "conv2d.h"

#include "simd.h"

enum { TILE = 4 }; /* output pixels computed together */

typedef struct {
  int32_t at;     /* of the position's first channel in y */
  int32_t offset; /* of its window's first float in the padded image */
} live_position;

typedef struct {
  float value;    /* a gradient that is not zero */
  int32_t offset; /* of its window's first float in the padded image */
} live_window;

typedef struct {
  float value;
  int32_t offset; /* of the channel's kernel in rows */
} live_channel;

/* ---- layout ---------------------------------------------------------------------------------- */

static int row_length(const fr_window *w) { return w->kernel_w * w->in_c; }
static int row_padded(const fr_window *w) { return fr_round_up(row_length(w), FR_LANES); }
static int taps(const fr_window *w) { return w->kernel_h * row_length(w); }
static int block_floats(const fr_window *w) { return (taps(w) + 1) * FR_CONV_BLOCK; }
static int line_stride(const fr_window *w) { return w->padded_w * w->in_c; }

int fr_conv2d_image(const fr_window *w) {
  return fr_round_up(w->padded_h * line_stride(w) + FR_CONV_SLACK, FR_LANES);
}

fr_conv2d_sizes fr_conv2d_measure(const fr_window *w) {
  int blocks = fr_round_up(w->out_c, FR_CONV_BLOCK) / FR_CONV_BLOCK;
  int positions = w->out_h * w->out_w;
  int by_channel = positions * (int)(sizeof(live_window) + sizeof(live_position)) / 4;
  int by_position = 4 * w->out_c * (int)sizeof(live_channel) / 4;
  return (fr_conv2d_sizes){
      .packed = blocks * block_floats(w),
      .rows = w->out_c * w->kernel_h * row_padded(w),
      .image = fr_conv2d_image(w),
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

void fr_conv2d_crop(const fr_window *w, const float *padded, float *image) {
  int stride = line_stride(w), row = w->in_w * w->in_c, left = w->pad_left * w->in_c;
  for (int y = 0; y < w->in_h; y++)
    memcpy(image + y * row, padded + (w->pad_top + y) * stride + left, sizeof *image * (size_t)row);
}

/* ---- forward --------------------------------------------------------------------------------- */

/* sum[p] = bias + Σ pixel[p][row][t] · kernel[row][t]: TILE pixels × FR_CONV_BLOCK channels. */
FR_INLINE void conv_tile_4x8(const fr_window *w, const float *const pixel[TILE],
                             const float *kernel, f32x4 sum[TILE][2]) {
  int rows = w->kernel_h, length = row_length(w), stride = line_stride(w);
  const float *bias = kernel + rows * length * FR_CONV_BLOCK;
  for (int p = 0; p < TILE; p++) {
    sum[p][0] = f4_load(bias);
    sum[p][1] = f4_load(bias + 4);
  }
  const float *p0 = pixel[0], *p1 = pixel[1], *p2 = pixel[2], *p3 = pixel[3];
  for (int row = 0; row < rows; row++, p0 += stride, p1 += stride, p2 += stride, p3 += stride) {
    FR_ROLLED
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
  }
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
    conv_tile_4x8(w, pixel, kernel, sum);
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

/* Whether height × width floats, read as whole vectors, are all zeros of either sign. */
FR_INLINE int is_blank(const float *x, int height, int width, int stride) {
  f32x4 any = f4_zero();
  for (int y = 0; y < height; y++, x += stride)
    for (int i = 0; i < width; i += FR_LANES) any = f4_or(any, f4_load(x + i));
  return !f4_any(f4_abs(any));
}

/* Lists the positions of y whose windows are not blank: `step` × `step` of the convolution's own,
 * the fused pool's window or a single one. Returns how many. */
FR_INLINE int list_positions_of(const fr_window *w, const float *padded, int step, int height,
                                int width, live_position *list) {
  int right = step * w->stride_w * w->in_c, stride = line_stride(w);
  int lines = w->out_h / step, columns = w->out_w / step, n = 0;
  for (int py = 0, at = 0; py < lines; py++) {
    int offset = py * step * w->stride_h * stride;
    for (int px = 0; px < columns; px++, at += w->out_c, offset += right) {
      list[n] = (live_position){at, offset};
      n += !is_blank(padded + offset, height, width, stride);
    }
  }
  return n;
}

static int list_positions(const fr_window *w, const float *padded, int step, live_position *list) {
  int height = w->kernel_h + (step - 1) * w->stride_h;
  int width = (w->kernel_w + (step - 1) * w->stride_w) * w->in_c;
  if (height == 4 && width == 4) return list_positions_of(w, padded, step, 4, 4, list);
  return list_positions_of(w, padded, step, height, width, list);
}

/* What a blank window comes to, everywhere: the bias. */
static void pool_forward_blank(const fr_window *w, const float *packed, int relu, float *y,
                               uint8_t *winner) {
  int outputs = (w->out_h / 2) * (w->out_w / 2);
  if (winner) memset(winner, 0, (size_t)outputs * (size_t)w->out_c);
  for (int c = 0; c < w->out_c; c += FR_CONV_BLOCK, packed += block_floats(w)) {
    const float *bias = packed + taps(w) * FR_CONV_BLOCK;
    f32x4 low = rectify(f4_load(bias), relu), high = rectify(f4_load(bias + 4), relu);
    for (int i = 0; i < outputs; i++) store_block(y + i * w->out_c + c, low, high, w->out_c - c);
  }
}

/* One block of channels of one pooled output. */
FR_INLINE void pool_forward_at(const fr_window *w, const float *first, const float *kernel,
                               int relu, int channels, float *y, uint8_t *winner) {
  int right = w->stride_w * w->in_c, below = w->stride_h * line_stride(w);
  const float *pixel[TILE] = {first, first + right, first + below, first + below + right};
  f32x4 sum[TILE][2];
  mask32x4 low, high;
  conv_tile_4x8(w, pixel, kernel, sum);
  f32x4 y0 = pool_tile(sum[0][0], sum[1][0], sum[2][0], sum[3][0], &low);
  f32x4 y1 = pool_tile(sum[0][1], sum[1][1], sum[2][1], sum[3][1], &high);
  store_block(y, rectify(y0, relu), rectify(y1, relu), channels);
  if (winner) store_winners(winner, low, high, channels);
}

/* Whether a sum of floats, read as whole vectors, is no number: if one of them is none. */
static int may_hold_nan(const float *x, int n) {
  f32x4 sum = f4_zero();
  for (int i = 0; i < n; i += FR_LANES) sum = f4_add(sum, f4_load(x + i));
  float all = f4_sum(sum);
  return all != all;
}

static int holds_nan(const float *x, int height, int width, int stride) {
  for (int y = 0; y < height; y++, x += stride)
    for (int i = 0; i < width; i++)
      if (x[i] != x[i]) return 1;
  return 0;
}

/* A maximum that compares does not see a NaN in every place: the outputs of windows that hold
 * one. */
static void spread_nan(const fr_window *w, const float *padded, float *y) {
  int height = w->kernel_h + w->stride_h, width = (w->kernel_w + w->stride_w) * w->in_c;
  for (int py = 0; py < w->out_h / 2; py++)
    for (int px = 0; px < w->out_w / 2; px++, y += w->out_c) {
      if (!holds_nan(window_at(w, padded, 2 * py, 2 * px), height, width, line_stride(w))) continue;
      for (int c = 0; c < w->out_c; c++) y[c] = NAN;
    }
}

void fr_conv2d_pool_forward(const fr_window *w, const float *padded, const float *packed, int relu,
                            void *lists, float *y, uint8_t *winner) {
  live_position *list = lists;
  int n = list_positions(w, padded, 2, list);
  if (n < (w->out_h / 2) * (w->out_w / 2)) pool_forward_blank(w, packed, relu, y, winner);
  for (int c = 0; c < w->out_c; c += FR_CONV_BLOCK, packed += block_floats(w))
    for (int i = 0; i < n; i++) {
      const float *first = padded + list[i].offset;
      int at = list[i].at + c;
      if (winner) pool_forward_at(w, first, packed, relu, w->out_c - c, y + at, winner + at);
      else pool_forward_at(w, first, packed, relu, w->out_c - c, y + at, NULL);
    }
  if (may_hold_nan(padded, w->padded_h * line_stride(w))) spread_nan(w, padded, y);
}

/* ---- backward: kernel ------------------------------------------------------------------------ */

FR_INLINE uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* The gradients of channel c that are not zero, at the n positions, in reading order. Integer
 * arithmetic in place of branches that would be mispredicted every second time. */
FR_INLINE int list_channel_of(const fr_window *w, const fr_conv2d_delta *d, int c, int pooled,
                              const live_position *position, int n, live_window *list) {
  int right = w->stride_w * w->in_c, below = w->stride_h * line_stride(w);
  const int32_t corner[4] = {0, right, below, below + right};
  int found = 0;
  for (int i = 0; i < n; i++) {
    int at = position[i].at + c;
    float value = d->dy[at];
    list[found].value = value;
    list[found].offset = position[i].offset + (pooled ? corner[d->winner[at]] : 0);
    found += bits_of(value) << 1 != 0;
  }
  return found;
}

static int list_channel(const fr_window *w, const fr_conv2d_delta *d, int c,
                        const live_position *position, int n, live_window *list) {
  if (d->winner) return list_channel_of(w, d, c, 1, position, n, list);
  return list_channel_of(w, d, c, 0, position, n, list);
}

/* dbias += Σ_positions dy */
static void add_bias_gradient(const fr_window *w, const float *dy, int positions, float *dbias) {
  int channels = w->out_c, c = 0;
  for (; c + 4 * FR_LANES <= channels; c += 4 * FR_LANES) {
    f32x4 sum[4];
    for (int v = 0; v < 4; v++) sum[v] = f4_load(dbias + c + v * FR_LANES);
    for (int i = 0; i < positions; i++)
      for (int v = 0; v < 4; v++)
        sum[v] = f4_add(sum[v], f4_load(dy + i * channels + c + v * FR_LANES));
    for (int v = 0; v < 4; v++) f4_store(dbias + c + v * FR_LANES, sum[v]);
  }
  for (; c < channels; c++)
    for (int i = 0; i < positions; i++) dbias[c] += dy[i * channels + c];
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
  int step = delta->winner ? 2 : 1, positions = (w->out_h / step) * (w->out_w / step);
  live_position *position = lists;
  live_window *list = (live_window *)(position + positions);
  add_bias_gradient(w, delta->dy, positions, dbias);
  int n = list_positions(w, padded, step, position);
  for (int c = 0; c < w->out_c; c++, drows += rows * length) {
    int found = list_channel(w, delta, c, position, n, list);
    if (rows == 3 && length == 4) accumulate_windows(list, found, padded, 3, 1, stride, 4, drows);
    else
      for (int r = 0; r < rows; r++)
        accumulate_row(list, found, padded + r * stride, length, drows + r * length);
  }
}

/* ---- backward: input ------------------------------------------------------------------------- */

/* Distributes one output's gradients over the positions its pool window covers. */
static void list_position(const fr_window *w, const fr_conv2d_delta *d, int at, live_channel *list,
                          int n[4]) {
  int kernel = w->kernel_h * row_padded(w);
  for (int p = 0; p < 4; p++) n[p] = 0;
  for (int c = 0; c < w->out_c; c++) {
    float value = d->dy[at + c];
    int p = d->winner ? d->winner[at + c] : 0;
    list[p * w->out_c + n[p]] = (live_channel){value, c * kernel};
    n[p] += bits_of(value) << 1 != 0;
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
  fr_conv2d_crop(w, scratch, dx);
}
