/* From a photo of a garment to the 28 × 28 picture that a Fashion-MNIST network expects. Data flows
 * through the files in this order: shrink → colour → saliency → regions, palette, segment → garment
 * → api. Maps of a photo are (height, width), row by row. */
#ifndef FR_PHOTO_H
#define FR_PHOTO_H

#include <math.h>
#include <stdint.h>

#include "base/status.h"

enum {
  FR_PHOTO_EDGE = 112, /* longest edge of the photo that is worked on, pixels */
  FR_PHOTO_PIXELS = FR_PHOTO_EDGE * FR_PHOTO_EDGE,
  FR_PHOTO_SOURCE_EDGE = 32768, /* longest edge of a source */
  FR_PICTURE_EDGE = 28,
  FR_PICTURE_PIXELS = FR_PICTURE_EDGE * FR_PICTURE_EDGE,
  FR_SCALED_EDGE = 256, /* longest edge of an image of any size */
  FR_SCALED_PIXELS = FR_SCALED_EDGE * FR_SCALED_EDGE
};

typedef struct {
  int width, height; /* both 1..FR_PHOTO_EDGE */
  uint8_t rgba[FR_PHOTO_PIXELS * 4]; /* not premultiplied */
} fr_photo;

typedef struct {
  float l[FR_PHOTO_PIXELS], a[FR_PHOTO_PIXELS], b[FR_PHOTO_PIXELS];
} fr_lab;

/* A rectangle in pixels of a fr_photo; right and bottom are beyond it. */
typedef struct {
  float left, top, right, bottom;
} fr_box;

/* ---- shrink.c: averages a source that arrives in strips of whole rows ------------------------ */

/* Pixels left … right - 1, top … bottom - 1 of a source. */
typedef struct {
  int left, top, right, bottom;
} fr_part;

typedef struct {
  int source_width, width, height;
  fr_part part;
  int units_x, units_y; /* that a source pixel counts as, across and down */
  int flattens; /* onto white */
  int next_row; /* of the source */
  int row; /* of the result, being filled */
  /* of the rows so far, by weight: one for each column and channel of the part */
  uint32_t sums[FR_PHOTO_SOURCE_EDGE * 4];
  uint32_t weight;
} fr_shrinker;

/* Prepares for a photo, whose longest edge becomes at most FR_PHOTO_EDGE. Refuses a source that is
 * empty or longer than FR_PHOTO_SOURCE_EDGE. */
fr_status fr_shrink_begin(fr_shrinker *shrinker, int width, int height);

/* Prepares for a part of a source, which becomes width × height pixels, on white where it is
 * see-through. Refuses a part that is empty or goes beyond the source, and a size beyond
 * FR_SCALED_EDGE. */
fr_status fr_shrink_part(fr_shrinker *shrinker, int source_width, int source_height, fr_part part,
                         int width, int height);

/* Takes the next `rows` rows of the source, (rows, source_width, 4); ignores those past the part's
 * end. rgba: the result, (height, width, 4), whose rows are written as they are complete. */
void fr_shrink_rows(fr_shrinker *shrinker, const uint8_t *source, int rows, uint8_t *rgba);

/* ---- the centre ------------------------------------------------------------------------------ */

/* Where a pixel lies from the centre, in shares of the picture: -0.5 .. 0.5. */
static inline void fr_from_centre(int at, int width, int height, float *x, float *y) {
  *x = ((float)(at % width) + 0.5f) / (float)width - 0.5f;
  *y = ((float)(at / width) + 0.5f) / (float)height - 0.5f;
}

/* A Gaussian about the centre, 1 there; spread: its standard deviation in shares of the picture. */
static inline float fr_centrality(int at, int width, int height, float spread) {
  float x, y;
  fr_from_centre(at, width, height, &x, &y);
  return expf(-(x * x + y * y) / (2 * spread * spread));
}

/* ---- colour.c -------------------------------------------------------------------------------- */

/* CIE L*a*b* under D65, L in 0..100. */
void fr_lab_of(const fr_photo *photo, fr_lab *lab);

/* ---- saliency.c ------------------------------------------------------------------------------ */

/* saliency: 0, surely background … 1, most likely garment. */
void fr_saliency_of(const fr_lab *lab, int width, int height, float *saliency);

/* ---- regions.c ------------------------------------------------------------------------------- */

/* The threshold that separates values 0..1 (count) best. Otsu, "A threshold selection method from
 * gray-level histograms", 1979. */
float fr_otsu(const float *values, int count);

/* Leaves one garment, without holes, of a mask of zeros and ones. */
void fr_keep_best(uint8_t *inside, int width, int height);

/* ---- palette.c: the colours of a part of the picture, as Gaussians with independent channels - */

enum { FR_COLOURS = 5 };

typedef struct {
  float mean[FR_COLOURS][3];
  float precision[FR_COLOURS][3]; /* 1 / (2 variance) */
  float height[FR_COLOURS]; /* logarithm of the density at the mean, without its constant */
} fr_palette;

/* The colours of pixels (count) by weight: k-means, then a Gaussian for each mean. */
void fr_learn_palette(const fr_lab *lab, const float *weights, int count, fr_palette *palette);

/* The logarithm of a colour's density, by the Gaussian where that is largest. */
float fr_log_density(const fr_palette *palette, const float *colour);

/* ---- segment.c ------------------------------------------------------------------------------- */

/* The garment's mask, 0 or 1; all 0 if nothing stands out. */
void fr_segment(const fr_lab *lab, const float *saliency, int width, int height, float *mask);

/* ---- garment.c ------------------------------------------------------------------------------- */

/* The smallest box around what the mask holds, and whether it holds anything. */
int fr_box_of(const float *mask, int width, int height, fr_box *box);

/* The garment in its box, (28, 28): the longest edge from side to side, centred, dark where the
 * photo is bright unless `inverted`, 0 around it. */
void fr_garment_of(const fr_photo *photo, const float *mask, fr_box box, int inverted,
                   uint8_t *picture);

#endif
