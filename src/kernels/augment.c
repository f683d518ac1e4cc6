#include "augment.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

/* ---- chance ---------------------------------------------------------------------------------- */

enum { DRAWS = 8 };

typedef struct {
  uint64_t use; /* of the streams of random numbers */
  uint32_t row;
  float u[DRAWS]; /* uniform in [0, 1), as many as any kind needs */
} fr_chance;

static fr_chance draw(const fr_augmentation *a) {
  uint32_t bits[DRAWS];
  fr_chance chance = {.use = a->step << 8 | (uint64_t)(a->layer & 0xff), .row = (uint32_t)a->row};
  for (uint32_t i = 0; i < DRAWS / 4; i++)
    fr_random_block(a->seed, FR_STREAM_AUGMENT, chance.use, chance.row * (DRAWS / 4) + i,
                    bits + 4 * i);
  for (int i = 0; i < DRAWS; i++) chance.u[i] = (float)(bits[i] >> 8) / 16777216.0f;
  return chance;
}

/* A normal number for element i of the sample. */
static float noise(const fr_augmentation *a, const fr_chance *chance, int i) {
  uint32_t bits[4], element = chance->row * (uint32_t)fr_shape_elements(&a->image) + (uint32_t)i;
  fr_random_block(a->seed, FR_STREAM_NOISE, chance->use, element, bits);
  return fr_random_normal(bits[0]);
}

static float between(float low, float high, float u) { return low + (high - low) * u; }

/* ---- moving ---------------------------------------------------------------------------------- */

/* Where the pixel (y, x) of the result comes from: (yy·y + yx·x + y0, xy·y + xx·x + x0). */
typedef struct {
  float yy, yx, y0, xy, xx, x0;
} fr_origin;

/* A linear map around the picture's centre. */
static fr_origin around_centre(const fr_shape *s, float yy, float yx, float xy, float xx) {
  float cy = (float)(s->dims[0] - 1) / 2.0f, cx = (float)(s->dims[1] - 1) / 2.0f;
  return (fr_origin){yy, yx, cy - yy * cy - yx * cx, xy, xx, cx - xy * cy - xx * cx};
}

static fr_origin flip(const fr_augmentation *a, const float *u) {
  float vertical = a->range[1] != 0.0f && u[1] < 0.5f ? -1.0f : 1.0f;
  float horizontal = a->range[0] != 0.0f && u[0] < 0.5f ? -1.0f : 1.0f;
  return around_centre(&a->image, vertical, 0.0f, 0.0f, horizontal);
}

static fr_origin translation(const fr_augmentation *a, const float *u) {
  float down = between(a->range[0], a->range[1], u[0]) * (float)a->image.dims[0];
  float right = between(a->range[2], a->range[3], u[1]) * (float)a->image.dims[1];
  return (fr_origin){1.0f, 0.0f, -down, 0.0f, 1.0f, -right};
}

/* cos and sin of `turns` of a turn, to 1e-8, alike in every engine: the Taylor series of an eighth
 * of a turn at most, after whole quarters. */
static void turn(double turns, float *cosine, float *sine) {
  double quarters = floor(4.0 * turns + 0.5), a = (turns - quarters / 4.0) * 6.283185307179586;
  double b = a * a;
  double c = 1.0 - b / 2 * (1.0 - b / 12 * (1.0 - b / 30 * (1.0 - b / 56 * (1.0 - b / 90))));
  double s = a * (1.0 - b / 6 * (1.0 - b / 20 * (1.0 - b / 42 * (1.0 - b / 72 * (1.0 - b / 110)))));
  const double cosines[4] = {c, -s, -c, s}, sines[4] = {s, c, -s, -c};
  int quarter = (int)quarters & 3;
  *cosine = (float)cosines[quarter];
  *sine = (float)sines[quarter];
}

static fr_origin rotation(const fr_augmentation *a, const float *u) {
  float c, s;
  turn(between(a->range[0], a->range[1], u[0]), &c, &s);
  return around_centre(&a->image, c, s, -s, c);
}

static fr_origin zoom(const fr_augmentation *a, const float *u) {
  float height = 1.0f + between(a->range[0], a->range[1], u[0]);
  int alike = a->range[2] > a->range[3];
  float width = alike ? height : 1.0f + between(a->range[2], a->range[3], u[1]);
  return around_centre(&a->image, height, 0.0f, 0.0f, width);
}

static int floor_mod(int a, int n) { return ((a % n) + n) % n; }

/* Which of n pixels stands for pixel i, or -1: none does. */
static int inside(fr_fill fill, int i, int n) {
  if (i >= 0 && i < n) return i;
  int in_pair = floor_mod(i, 2 * n);
  switch (fill) {
    case FR_FILL_NEAREST: return i < 0 ? 0 : n - 1;
    case FR_FILL_REFLECT: return in_pair < n ? in_pair : 2 * n - 1 - in_pair;
    case FR_FILL_WRAP: return floor_mod(i, n);
    default: return -1;
  }
}

/* y += weight · the pixel (iy, ix) of x. */
static void add_pixel(const fr_augmentation *a, const float *x, int iy, int ix, float weight,
                      float *y) {
  int channels = a->image.dims[2];
  int from_y = inside(a->fill, iy, a->image.dims[0]),
      from_x = inside(a->fill, ix, a->image.dims[1]);
  const float *pixel = x + (from_y * a->image.dims[1] + from_x) * channels;
  int outside = from_y < 0 || from_x < 0;
  for (int c = 0; c < channels; c++) y[c] += weight * (outside ? a->fill_value : pixel[c]);
}

static void sample_at(const fr_augmentation *a, const float *x, float at_y, float at_x, float *y) {
  int nearest = a->interpolation == FR_NEAREST;
  float top = floorf(nearest ? at_y + 0.5f : at_y), left = floorf(nearest ? at_x + 0.5f : at_x);
  float below = nearest ? 0.0f : at_y - top, right = nearest ? 0.0f : at_x - left;
  int iy = (int)top, ix = (int)left;
  memset(y, 0, sizeof *y * (size_t)a->image.dims[2]);
  for (int dy = 0; dy < 2; dy++)
    for (int dx = 0; dx < 2; dx++) {
      float weight = (dy ? below : 1.0f - below) * (dx ? right : 1.0f - right);
      if (weight != 0.0f) add_pixel(a, x, iy + dy, ix + dx, weight, y);
    }
}

static void move(const fr_augmentation *a, fr_origin o, const float *x, float *y) {
  for (int oy = 0; oy < a->image.dims[0]; oy++)
    for (int ox = 0; ox < a->image.dims[1]; ox++, y += a->image.dims[2])
      sample_at(a, x, o.yy * (float)oy + o.yx * (float)ox + o.y0,
                o.xy * (float)oy + o.xx * (float)ox + o.x0, y);
}

/* ---- altering -------------------------------------------------------------------------------- */

static float cut(const fr_augmentation *a, float v) {
  return v < a->value_range[0] ? a->value_range[0] : v > a->value_range[1] ? a->value_range[1] : v;
}

static void contrast(const fr_augmentation *a, const float *u, const float *x, float *y) {
  float factor = between(1.0f - a->range[0], 1.0f + a->range[1], u[0]);
  int channels = a->image.dims[2], pixels = a->image.dims[0] * a->image.dims[1];
  for (int c = 0; c < channels; c++) {
    float sum = 0.0f;
    for (int i = 0; i < pixels; i++) sum += x[i * channels + c];
    float mean = sum / (float)pixels;
    for (int i = 0; i < pixels; i++) {
      y[i * channels + c] = cut(a, (x[i * channels + c] - mean) * factor + mean);
    }
  }
}

static void erase(const fr_augmentation *a, const fr_chance *chance, const float *x, float *y) {
  const float *u = chance->u;
  int h = a->image.dims[0], w = a->image.dims[1], channels = a->image.dims[2];
  memcpy(y, x, sizeof *y * (size_t)(h * w * channels));
  if (u[5] >= between(a->range[2], a->range[3], u[4])) return;
  float width = sqrtf(between(a->range[0], a->range[1], u[0])) * (float)w;
  float height = sqrtf(between(a->range[0], a->range[1], u[1])) * (float)h;
  float left = u[2] * ((float)w - width), top = u[3] * ((float)h - height);
  for (int iy = 0, i = 0; iy < h; iy++)
    for (int ix = 0; ix < w; ix++)
      for (int c = 0; c < channels; c++, i++) {
        int within = (float)ix >= left && (float)ix < left + width && (float)iy >= top &&
                     (float)iy < top + height;
        if (!within) continue;
        y[i] = cut(a, a->fill_value == a->fill_value ? a->fill_value
                                                     : noise(a, chance, i) * a->value_range[1]);
      }
}

/* ---- the layers ------------------------------------------------------------------------------ */

typedef fr_origin fr_origin_of(const fr_augmentation *a, const float *u);

static void move_by(fr_origin_of *origin, const fr_augmentation *a, const float *x, float *y) {
  const fr_chance chance = draw(a);
  move(a, origin(a, chance.u), x, y);
}

void fr_flip(const fr_augmentation *a, const float *x, float *y) { move_by(flip, a, x, y); }
void fr_translate(const fr_augmentation *a, const float *x, float *y) {
  move_by(translation, a, x, y);
}
void fr_rotate(const fr_augmentation *a, const float *x, float *y) { move_by(rotation, a, x, y); }
void fr_zoom(const fr_augmentation *a, const float *x, float *y) { move_by(zoom, a, x, y); }

void fr_contrast(const fr_augmentation *a, const float *x, float *y) {
  const fr_chance chance = draw(a);
  contrast(a, chance.u, x, y);
}

void fr_erase(const fr_augmentation *a, const float *x, float *y) {
  const fr_chance chance = draw(a);
  erase(a, &chance, x, y);
}
