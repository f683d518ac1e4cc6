#include <string.h>

#include "photo.h"

enum { PHOTO_UNITS = 256 };

static int scaled(int edge, int longest) {
  if (longest <= FR_PHOTO_EDGE) return edge;
  const int result = (int)(((int64_t)edge * FR_PHOTO_EDGE + longest / 2) / longest);
  return result < 1 ? 1 : result;
}

static fr_status check_source(const char *who, int width, int height) {
  if (width >= 1 && height >= 1 && width <= FR_PHOTO_SOURCE_EDGE && height <= FR_PHOTO_SOURCE_EDGE)
    return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "%s: width and height must be 1..%d, got %d x %d", who,
                 FR_PHOTO_SOURCE_EDGE, width, height);
}

static void begin(fr_shrinker *shrinker, int source_width, fr_part part, int width, int height) {
  memset(shrinker, 0, sizeof *shrinker);
  shrinker->source_width = source_width;
  shrinker->part = part;
  shrinker->width = width;
  shrinker->height = height;
  shrinker->units_x = shrinker->units_y = PHOTO_UNITS;
}

fr_status fr_shrink_begin(fr_shrinker *shrinker, int width, int height) {
  fr_status status = check_source("preparePhoto", width, height);
  if (status) return status;
  const int longest = width > height ? width : height;
  begin(shrinker, width, (fr_part){0, 0, width, height}, scaled(width, longest),
        scaled(height, longest));
  return FR_OK;
}

fr_status fr_shrink_part(fr_shrinker *shrinker, int source_width, int source_height, fr_part part,
                         int width, int height) {
  fr_status status = check_source("preparePicture", source_width, source_height);
  if (status) return status;
  if (part.left < 0 || part.top < 0 || part.left >= part.right || part.top >= part.bottom ||
      part.right > source_width || part.bottom > source_height)
    return fr_fail(FR_INVALID_ARGUMENT,
                   "preparePicture: the part must lie within %d x %d pixels, got %d, %d to %d, %d",
                   source_width, source_height, part.left, part.top, part.right, part.bottom);
  if (width < 1 || height < 1 || width > FR_SCALED_EDGE || height > FR_SCALED_EDGE)
    return fr_fail(FR_INVALID_ARGUMENT, "preparePicture: size must be 1..%d, got %d x %d",
                   FR_SCALED_EDGE, width, height);
  begin(shrinker, source_width, part, width, height);
  shrinker->flattens = 1;
  shrinker->units_x = width; /* every cell begins at a whole unit: the means are exact */
  shrinker->units_y = height;
  return FR_OK;
}

/* A picture's pixels on white, opaque. */
static const uint8_t *flattened(const uint8_t *rgba, int pixels) {
  enum { EVEN = 127 };
  static uint8_t flat[FR_PHOTO_SOURCE_EDGE * 4];
  for (int i = 0; i < 4 * pixels; i += 4) {
    const int alpha = rgba[i + 3];
    for (int c = 0; c < 3; c++)
      flat[i + c] = (uint8_t)((rgba[i + c] * alpha + 255 * (255 - alpha) + EVEN) / 255);
    flat[i + 3] = 255;
  }
  return flat;
}

/* Where cell `i` of `cells` begins on an edge of `length` pixels of `units` each. */
static int64_t edge_of(int i, int cells, int length, int units) {
  return (int64_t)i * length * units / cells;
}

/* How many units of pixel `at` lie between two places. */
static uint32_t overlap(int64_t begin, int64_t end, int at, int units) {
  const int64_t first = (int64_t)at * units, past = first + units;
  const int64_t low = begin > first ? begin : first, high = end < past ? end : past;
  return high > low ? (uint32_t)(high - low) : 0;
}

static int columns_of(const fr_shrinker *s) { return s->part.right - s->part.left; }
static int rows_of(const fr_shrinker *s) { return s->part.bottom - s->part.top; }

static void add_row(fr_shrinker *shrinker, const uint8_t *row, uint32_t weight) {
  const int count = columns_of(shrinker) * 4;
  uint32_t *restrict sums = shrinker->sums;
  for (int i = 0; i < count; i++) sums[i] += row[i] * weight;
  shrinker->weight += weight;
}

static void finish_row(fr_shrinker *shrinker, uint8_t *rgba) {
  uint8_t *out = rgba + shrinker->row * shrinker->width * 4;
  const int columns = columns_of(shrinker), units = shrinker->units_x;
  for (int x = 0; x < shrinker->width; x++, out += 4) {
    const int64_t begin = edge_of(x, shrinker->width, columns, units);
    const int64_t end = edge_of(x + 1, shrinker->width, columns, units);
    uint64_t totals[4] = {0};
    for (int at = (int)(begin / units); at * (int64_t)units < end; at++) {
      const uint32_t weight = overlap(begin, end, at, units);
      for (int c = 0; c < 4; c++) totals[c] += (uint64_t)weight * shrinker->sums[at * 4 + c];
    }
    const uint64_t whole = (uint64_t)(end - begin) * shrinker->weight;
    for (int c = 0; c < 4; c++) out[c] = (uint8_t)((totals[c] + whole / 2) / whole);
  }
  memset(shrinker->sums, 0, sizeof(uint32_t) * (size_t)columns * 4);
  shrinker->weight = 0;
  shrinker->row++;
}

/* Takes row `at` of the part. */
static void take_row(fr_shrinker *shrinker, const uint8_t *row, int at, uint8_t *rgba) {
  const int rows = rows_of(shrinker), units = shrinker->units_y;
  const int64_t past = (int64_t)(at + 1) * units;
  while (shrinker->row < shrinker->height) {
    const int64_t begin = edge_of(shrinker->row, shrinker->height, rows, units);
    const int64_t end = edge_of(shrinker->row + 1, shrinker->height, rows, units);
    const uint32_t weight = overlap(begin, end, at, units);
    if (weight > 0) add_row(shrinker, row, weight);
    if (end > past) break;
    finish_row(shrinker, rgba);
    if (end == past) break;
  }
}

void fr_shrink_rows(fr_shrinker *shrinker, const uint8_t *source, int rows, uint8_t *rgba) {
  const size_t bytes = (size_t)shrinker->source_width * 4;
  for (int i = 0; i < rows && shrinker->next_row < shrinker->part.bottom;
       i++, shrinker->next_row++) {
    if (shrinker->next_row < shrinker->part.top) continue;
    const uint8_t *row = source + (size_t)i * bytes + shrinker->part.left * 4;
    if (shrinker->flattens) row = flattened(row, columns_of(shrinker));
    take_row(shrinker, row, shrinker->next_row - shrinker->part.top, rgba);
  }
}
