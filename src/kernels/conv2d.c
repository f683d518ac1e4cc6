#include "conv2d.h"

#include <stddef.h>

#include "simd.h"

enum {
  TILE = 4,           /* output pixels computed together */
  PIECE =
      6, /* vectors of a kernel row summed together, at most: with their loads they fill the registers */
  LISTED =
      16384, /* gradients that are listed before they are used, if a line or channel has fewer */
  GROUP_POSITIONS = 40 /* so many of a channel's outputs are worth a visit of its kernel */
};

typedef struct {
  int32_t at; /* of the position's first channel in y */
  int32_t offset; /* of its window's first float in the padded image */
} live_position;

typedef struct {
  float value; /* a gradient that is not zero */
  int32_t offset; /* of its window's first float in the padded image */
} live_window;

typedef struct {
  float value;
  int32_t offset; /* of the channel's piece of a kernel row, in bytes */
} live_channel;

/* Gradients that one window of the input receives: `count` channels of a list, from `first` on. */
typedef struct {
  int32_t offset; /* of the window's first float in the padded image */
  int32_t first, count;
} live_receiver;

/* ---- layout ---------------------------------------------------------------------------------- */

static int row_length(const fr_window *w) { return w->kernel_w * w->in_c; }
static int taps(const fr_window *w) { return w->kernel_h * row_length(w); }
static int block_floats(const fr_window *w) { return (taps(w) + 1) * FR_CONV_BLOCK; }
static int line_stride(const fr_window *w) { return w->padded_w * w->in_c; }

/* A kernel row is cut into pieces that fit into registers, of equal width but for the last one. */
static int row_vectors(const fr_window *w) {
  return fr_round_up(row_length(w), FR_LANES) / FR_LANES;
}
static int pieces_of_row(const fr_window *w) { return fr_round_up(row_vectors(w), PIECE) / PIECE; }
static int piece_vectors(const fr_window *w) {
  return (row_vectors(w) + pieces_of_row(w) - 1) / pieces_of_row(w);
}
static int piece_floats(const fr_window *w) { return piece_vectors(w) * FR_LANES; }

/* Where kernel row `row`'s piece of channel 0 begins; those of the other channels follow. */
static ptrdiff_t piece_offset(const fr_window *w, int row, int piece) {
  return (ptrdiff_t)(row * pieces_of_row(w) + piece) * w->out_c * piece_floats(w);
}

int fr_conv2d_image(const fr_window *w) {
  return fr_round_up(w->padded_h * line_stride(w) + FR_CONV_SLACK, FR_LANES);
}

int fr_conv2d_group(const fr_window *w, int pooled) {
  int positions = pooled ? (w->out_h / 2) * (w->out_w / 2) : w->out_h * w->out_w;
  return fr_at_most(fr_at_least(GROUP_POSITIONS / fr_at_least(positions, 1), 1), FR_CONV_GROUP);
}

/* Channels whose gradients are listed together. */
static int listed_channels(const fr_window *w, int positions) {
  return fr_at_least(fr_at_most(LISTED / fr_at_least(positions, 1), w->out_c), 1);
}

/* Lines of outputs whose gradients are listed together. */
static int listed_lines(const fr_window *w, int columns) {
  return fr_at_least(LISTED / fr_at_least(columns * w->out_c, 1), 1);
}

static int bytes_in_words(int n, size_t size) { return (int)((size_t)n * size / 4); }

fr_conv2d_sizes fr_conv2d_measure(const fr_window *w, int pooled) {
  int step = pooled ? 2 : 1, columns = w->out_w / step, positions = w->out_h / step * columns;
  int group = fr_conv2d_group(w, pooled), blocks = fr_round_up(w->out_c, FR_CONV_BLOCK);
  int lines = fr_at_most(listed_lines(w, columns), w->out_h / step);
  int by_channel = bytes_in_words(group * positions, sizeof(live_position)) +
                   bytes_in_words(listed_channels(w, group * positions), 4) +
                   bytes_in_words(listed_channels(w, group * positions) * group * positions + 1,
                                  sizeof(live_window));
  int by_position = bytes_in_words(lines * columns * step * step, sizeof(live_receiver)) +
                    bytes_in_words(lines * columns * w->out_c + 4 * w->out_c, sizeof(live_channel));
  /* the forward pass lists a pool's windows */
  int by_window = bytes_in_words(fr_at_least(positions, 1), sizeof(live_position));
  return (fr_conv2d_sizes){
      .packed = blocks / FR_CONV_BLOCK * block_floats(w),
      .rows = w->kernel_h * pieces_of_row(w) * w->out_c * piece_floats(w),
      .image = group * fr_conv2d_image(w),
      .lists = fr_at_least(fr_at_least(by_channel, by_position), by_window) + 4,
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
  int length = row_length(w), width = piece_floats(w);
  for (int row = 0; row < w->kernel_h; row++)
    for (int piece = 0; piece < pieces_of_row(w); piece++)
      for (int c = 0; c < w->out_c; c++)
        for (int t = piece * width; t < (piece + 1) * width; t++)
          *rows++ = t < length ? kernel[(row * length + t) * w->out_c + c] : 0.0f;
}

void fr_conv2d_unpack_rows(const fr_window *w, const float *drows, float *dkernel) {
  int length = row_length(w), width = piece_floats(w);
  for (int row = 0; row < w->kernel_h; row++)
    for (int piece = 0; piece < pieces_of_row(w); piece++)
      for (int c = 0; c < w->out_c; c++, drows += width)
        for (int t = piece * width; t < fr_at_most((piece + 1) * width, length); t++)
          dkernel[(row * length + t) * w->out_c + c] = drows[t - piece * width];
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
    for (int t = 0; t < length; t++, kernel += FR_CONV_BLOCK)
      f4_madd_4x8(sum, p0 + t, p1 + t, p2 + t, p3 + t, kernel);
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
  f32x4 y0 = f4_largest(sum[0][0], sum[1][0], sum[2][0], sum[3][0], &low);
  f32x4 y1 = f4_largest(sum[0][1], sum[1][1], sum[2][1], sum[3][1], &high);
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
                              const live_position *position, int n, int32_t image,
                              live_window *list) {
  int right = w->stride_w * w->in_c, below = w->stride_h * line_stride(w);
  const int32_t corner[4] = {0, right, below, below + right};
  int found = 0;
  for (int i = 0; i < n; i++) {
    int at = position[i].at + c;
    float value = d->dy[at];
    list[found].value = value;
    list[found].offset = image + position[i].offset + (pooled ? corner[d->winner[at]] : 0);
    found += bits_of(value) << 1 != 0;
  }
  return found;
}

static int list_channel(const fr_window *w, const fr_conv2d_delta *d, int c,
                        const live_position *position, int n, int32_t image, live_window *list) {
  if (d->winner) return list_channel_of(w, d, c, 1, position, n, image, list);
  return list_channel_of(w, d, c, 0, position, n, image, list);
}

static int positions_of(const fr_window *w, const fr_conv2d_delta *d) {
  int step = d->winner ? 2 : 1;
  return (w->out_h / step) * (w->out_w / step);
}

void fr_conv2d_backward_bias(const fr_window *w, const fr_conv2d_delta *delta, float *dbias) {
  int channels = w->out_c, positions = positions_of(w, delta), c = 0;
  const float *dy = delta->dy;
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
  f32x4 sum[PIECE];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++)
      sum[r * vectors + v] = f4_load(drows + r * row_stride + v * FR_LANES);
  FR_ROLLED
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

#define EACH_WIDTH(call) \
  switch (vectors) {     \
    case 1: call(1);     \
    case 2: call(2);     \
    case 3: call(3);     \
    case 4: call(4);     \
    case 5: call(5);     \
    default: call(6);    \
  }

static void accumulate_piece(const live_window *list, int n, const float *x, int vectors,
                             float *drow) {
#define WINDOWS(width) return accumulate_windows(list, n, x, 1, width, 0, 0, drow)
  EACH_WIDTH(WINDOWS)
#undef WINDOWS
}

/* How wide a piece is: the last one of a row may be narrower. */
static int vectors_of(const fr_window *w, int piece) {
  return fr_at_most(piece_vectors(w), row_vectors(w) - piece * piece_vectors(w));
}

/* Channels first … end - 1; ends[c - first]: where channel c's part of the list ends. */
static void accumulate_listed(const fr_window *w, const float *padded, const live_window *list,
                              const int32_t *ends, int first, int end, float *drows) {
  int width = piece_floats(w), stride = line_stride(w);
  for (int row = 0; row < w->kernel_h; row++)
    for (int piece = 0; piece < pieces_of_row(w); piece++) {
      const float *x = padded + row * stride + piece * width;
      float *to = drows + piece_offset(w, row, piece) + first * width;
      for (int c = first, at = 0; c < end; at = ends[c++ - first], to += width)
        accumulate_piece(list + at, ends[c - first] - at, x, vectors_of(w, piece), to);
    }
}

/* All three rows at once, of one vector each. */
static void accumulate_3x1(const fr_window *w, const float *padded, const live_window *list,
                           const int32_t *ends, int first, int end, float *drows) {
  int apart = (int)piece_offset(w, 1, 0);
  for (int c = first, at = 0; c < end; at = ends[c++ - first])
    accumulate_windows(list + at, ends[c - first] - at, padded, 3, 1, line_stride(w), apart,
                       drows + c * FR_LANES);
}

void fr_conv2d_backward_kernel(const fr_window *w, const fr_conv2d_sample *samples, int n,
                               void *lists, float *drows) {
  int each = positions_of(w, &samples->delta), most = listed_channels(w, n * each);
  const float *base = samples->padded;
  live_position *position = lists;
  int32_t *ends = (int32_t *)(position + n * each);
  live_window *list = (live_window *)(ends + most);
  int found[FR_CONV_GROUP];
  for (int i = 0; i < n; i++)
    found[i] =
        list_positions(w, samples[i].padded, samples->delta.winner ? 2 : 1, position + i * each);
  for (int first = 0; first < w->out_c; first += most) {
    int end = fr_at_most(first + most, w->out_c), at = 0;
    for (int c = first; c < end; ends[c++ - first] = at)
      for (int i = 0; i < n; i++) {
        int32_t image = (int32_t)(samples[i].padded - base);
        at +=
            list_channel(w, &samples[i].delta, c, position + i * each, found[i], image, list + at);
      }
    if (w->kernel_h == 3 && row_vectors(w) == 1)
      accumulate_3x1(w, base, list, ends, first, end, drows);
    else accumulate_listed(w, base, list, ends, first, end, drows);
  }
}

/* ---- backward: input ------------------------------------------------------------------------- */

/* dx[v] += Σ_list value · row[offset][v], `vectors` held in registers. */
FR_INLINE void accumulate_channels(const live_channel *list, int n, const float *row, int vectors,
                                   float *dx) {
  f32x4 sum[PIECE];
  for (int v = 0; v < vectors; v++) sum[v] = f4_load(dx + v * FR_LANES);
  FR_ROLLED
  for (int i = 0; i < n; i++) {
    f32x4 g = f4_load_splat(&list[i].value);
    const float *k = (const float *)((const char *)row + list[i].offset);
    for (int v = 0; v < vectors; v++) sum[v] = f4_madd(sum[v], g, f4_load(k + v * FR_LANES));
  }
  for (int v = 0; v < vectors; v++) f4_store(dx + v * FR_LANES, sum[v]);
}

FR_INLINE void receive(const live_receiver *receivers, int n, const live_channel *list,
                       const float *row, int vectors, float *dx) {
  for (int i = 0; i < n; i++)
    accumulate_channels(list + receivers[i].first, receivers[i].count, row, vectors,
                        dx + receivers[i].offset);
}

static void receive_piece(const live_receiver *receivers, int n, const live_channel *list,
                          const float *row, int vectors, float *dx) {
#define CHANNELS(width) return receive(receivers, n, list, row, width, dx)
  EACH_WIDTH(CHANNELS)
#undef CHANNELS
}

/* Lists one output's gradients, by the position of its pool's window that they belong to; `sorted`
 * has room for 4 × out. Returns how many receivers there are. */
static int list_position(const fr_window *w, const fr_conv2d_delta *d, int at, int first,
                         live_channel *sorted, live_channel *list, live_receiver *receivers) {
  int width = piece_floats(w) * (int)sizeof(float), n[4] = {0}, found = 0;
  for (int c = 0; c < w->out_c; c++) {
    float value = d->dy[at + c];
    int p = d->winner ? d->winner[at + c] : 0;
    sorted[p * w->out_c + n[p]] = (live_channel){value, c * width};
    n[p] += bits_of(value) << 1 != 0;
  }
  for (int p = 0; p < 4; p++) {
    if (n[p] == 0) continue;
    memcpy(list + first, sorted + p * w->out_c, sizeof *list * (size_t)n[p]);
    receivers[found++] = (live_receiver){.offset = p, .first = first, .count = n[p]};
    first += n[p];
  }
  return found;
}

void fr_conv2d_backward_input(const fr_window *w, const float *rows, const fr_conv2d_delta *delta,
                              void *lists, float *scratch, float *dx) {
  int step = delta->winner ? 2 : 1, height = w->out_h / step, columns = w->out_w / step;
  int right = w->stride_w * w->in_c, below = w->stride_h * line_stride(w);
  int most = fr_at_most(listed_lines(w, columns), height);
  const int corner[4] = {0, right, below, below + right};
  live_receiver *receivers = lists;
  live_channel *sorted = (live_channel *)(receivers + most * columns * step * step);
  live_channel *list = sorted + 4 * w->out_c;
  memset(scratch, 0, sizeof *scratch * (size_t)(w->padded_h * line_stride(w) + FR_CONV_SLACK));
  for (int top = 0; top < height; top += most) {
    int n = 0, listed = 0;
    for (int py = top; py < fr_at_most(top + most, height); py++)
      for (int px = 0; px < columns; px++) {
        int found = list_position(w, delta, (py * columns + px) * w->out_c, listed, sorted, list,
                                  receivers + n);
        for (int i = n; i < n + found; i++) {
          receivers[i].offset = py * step * below + px * step * right + corner[receivers[i].offset];
          listed += receivers[i].count;
        }
        n += found;
      }
    for (int row = 0; row < w->kernel_h; row++)
      for (int piece = 0; piece < pieces_of_row(w); piece++)
        receive_piece(receivers, n, list, rows + piece_offset(w, row, piece), vectors_of(w, piece),
                      scratch + row * line_stride(w) + piece * piece_floats(w));
  }
  fr_conv2d_crop(w, scratch, dx);
}
