#include <string.h>

#include "photo.h"

enum { ONE = 256 }; /* the weight of a whole source row or column */

static int scaled(int edge, int longest) {
  if (longest <= FR_PHOTO_EDGE) return edge;
  const int result = (int)(((int64_t)edge * FR_PHOTO_EDGE + longest / 2) / longest);
  return result < 1 ? 1 : result;
}

fr_status fr_shrink_begin(fr_shrinker *shrinker, int width, int height) {
  if (width < 1 || height < 1 || width > FR_PHOTO_SOURCE_EDGE || height > FR_PHOTO_SOURCE_EDGE)
    return fr_fail(FR_INVALID_ARGUMENT, "preparePhoto: width and height must be 1..%d, got %d x %d",
                   FR_PHOTO_SOURCE_EDGE, width, height);
  const int longest = width > height ? width : height;
  memset(shrinker, 0, sizeof *shrinker);
  shrinker->source_width = width;
  shrinker->source_height = height;
  shrinker->width = scaled(width, longest);
  shrinker->height = scaled(height, longest);
  return FR_OK;
}

/* Where cell `i` of `cells` begins on an edge of `length`, in parts of ONE. */
static int64_t edge_of(int i, int cells, int length) { return (int64_t)i * length * ONE / cells; }

/* How much of the unit `at` lies between two places, both in parts of ONE. */
static uint32_t overlap(int64_t begin, int64_t end, int at) {
  const int64_t low = begin > (int64_t)at * ONE ? begin : (int64_t)at * ONE;
  const int64_t high = end < (int64_t)(at + 1) * ONE ? end : (int64_t)(at + 1) * ONE;
  return high > low ? (uint32_t)(high - low) : 0;
}

static void add_row(fr_shrinker *shrinker, const uint8_t *row, uint32_t weight) {
  const int count = shrinker->source_width * 4;
  uint32_t *restrict sums = shrinker->sums;
  for (int i = 0; i < count; i++) sums[i] += row[i] * weight;
  shrinker->weight += weight;
}

static void finish_row(fr_shrinker *shrinker, fr_photo *photo) {
  uint8_t *out = photo->rgba + shrinker->row * shrinker->width * 4;
  for (int x = 0; x < shrinker->width; x++, out += 4) {
    const int64_t begin = edge_of(x, shrinker->width, shrinker->source_width);
    const int64_t end = edge_of(x + 1, shrinker->width, shrinker->source_width);
    uint64_t totals[4] = {0};
    for (int at = (int)(begin / ONE); at * (int64_t)ONE < end; at++) {
      const uint32_t weight = overlap(begin, end, at);
      for (int c = 0; c < 4; c++) totals[c] += (uint64_t)weight * shrinker->sums[at * 4 + c];
    }
    const uint64_t whole = (uint64_t)(end - begin) * shrinker->weight;
    for (int c = 0; c < 4; c++) out[c] = (uint8_t)((totals[c] + whole / 2) / whole);
  }
  memset(shrinker->sums, 0, sizeof(uint32_t) * (size_t)shrinker->source_width * 4);
  shrinker->weight = 0;
  shrinker->row++;
}

void fr_shrink_rows(fr_shrinker *shrinker, const uint8_t *rgba, int rows, fr_photo *photo) {
  photo->width = shrinker->width;
  photo->height = shrinker->height;
  for (int i = 0; i < rows && shrinker->next_row < shrinker->source_height;
       i++, shrinker->next_row++) {
    const uint8_t *row = rgba + (size_t)i * (size_t)shrinker->source_width * 4;
    while (shrinker->row < shrinker->height) {
      const int64_t begin = edge_of(shrinker->row, shrinker->height, shrinker->source_height);
      const int64_t end = edge_of(shrinker->row + 1, shrinker->height, shrinker->source_height);
      const uint32_t weight = overlap(begin, end, shrinker->next_row);
      if (weight > 0) add_row(shrinker, row, weight);
      if (end > (int64_t)(shrinker->next_row + 1) * ONE) break;
      finish_row(shrinker, photo);
      if (end == (int64_t)(shrinker->next_row + 1) * ONE) break;
    }
  }
}
