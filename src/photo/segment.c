#include <math.h>
#include <string.h>

#include "photo.h"

/* A mask from the saliency: by threshold, then by what colours lie inside and outside of it,
 * smoothed along edges as in Krähenbühl and Koltun, "Efficient Inference in Fully Connected CRFs
 * with Gaussian Edge Potentials", NIPS 2011, among near neighbours. */

enum {
  ROUNDS = 3,        /* of colours */
  SMOOTHINGS = 5,    /* mean-field updates in a round */
  REACH = 2,         /* pixels */
  /* half of the window: the other half is these, seen from the other pixel */
  NEIGHBOURS = (2 * REACH + 1) * REACH + REACH
};

static const float EDGE_CONTRAST = 25; /* difference in Lab that makes an edge clear */
/* of the photo, covered by the garment */
static const float USUAL_SHARE = 0.4f, SHARE_SPREAD = 0.6f, SHARE_WEIGHT = 0.5f;
static const float SURE = 0.9f;
/* How far neighbours matter, as standard deviations: in pixels, and in difference in Lab. */
static const float NEAR = 1.5f, ALIKE = 8;
static const float LEAST_LOG_DENSITY = -16, MOST_ODDS = 5, COLOUR_WEIGHT = 0.7f, COHESION = 0.6f;
static const float GOOD_ENOUGH = 1.2f; /* quality from which on no other start is tried */

static float links[NEIGHBOURS][FR_PHOTO_PIXELS], logits[FR_PHOTO_PIXELS], field[FR_PHOTO_PIXELS];

/* Of two pixels' colours, in Lab. */
static float squared_difference(const fr_lab *lab, int i, int j) {
  const float l = lab->l[i] - lab->l[j], a = lab->a[i] - lab->a[j], b = lab->b[i] - lab->b[j];
  return l * l + a * a + b * b;
}

/* The n-th of the neighbours that come after a pixel, row by row. */
static void offset_of(int n, int *dx, int *dy) {
  const int at = n + (2 * REACH + 1) * REACH + REACH + 1;
  *dx = at % (2 * REACH + 1) - REACH;
  *dy = at / (2 * REACH + 1) - REACH;
}

/* How strongly neighbours want to be alike: more, the more alike their colours are. */
static void link_up(const fr_lab *lab, int width, int height) {
  for (int n = 0; n < NEIGHBOURS; n++) {
    int dx, dy;
    offset_of(n, &dx, &dy);
    const float near = expf(-(float)(dx * dx + dy * dy) / (2 * NEAR * NEAR));
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++) {
        const int at = y * width + x, X = x + dx, Y = y + dy;
        links[n][at] = 0;
        if (X < 0 || X >= width || Y >= height) continue;
        const int to = Y * width + X;
        links[n][at] = near * expf(-squared_difference(lab, at, to) / (2 * ALIKE * ALIKE));
      }
  }
}

/* One mean-field update of the mask, 0..1: each pixel by its odds and by what its neighbours
 * are. */
static void smooth(int width, int height, float *mask) {
  const int count = width * height;
  for (int i = 0; i < count; i++) field[i] = 0;
  for (int n = 0; n < NEIGHBOURS; n++) {
    int dx, dy;
    offset_of(n, &dx, &dy);
    for (int y = 0; y < height - dy; y++)
      for (int x = dx < 0 ? -dx : 0; x < width - (dx > 0 ? dx : 0); x++) {
        const int at = y * width + x, to = at + dy * width + dx;
        field[at] += links[n][at] * (2 * mask[to] - 1);
        field[to] += links[n][at] * (2 * mask[at] - 1);
      }
  }
  for (int i = 0; i < count; i++) mask[i] = 1 / (1 + expf(-(logits[i] + COHESION * field[i])));
}

/* How a segmentation begins: which pixels are taken for the garment, which surely are not, and the
 * odds of each before its colour is known. */
typedef struct {
  uint8_t inside[FR_PHOTO_PIXELS], outside[FR_PHOTO_PIXELS];
  float odds[FR_PHOTO_PIXELS];
  float trust; /* in these odds after the first round */
} guess;

/* What stands out, and mostly in the middle. */
static void start_from_saliency(const float *saliency, float threshold, int width, int height,
                                guess *start) {
  for (int i = 0; i < width * height; i++) {
    start->inside[i] = saliency[i] > threshold;
    start->odds[i] = 6 * (saliency[i] - threshold);
  }
  fr_keep_best(start->inside, width, height);
  for (int i = 0; i < width * height; i++) start->outside[i] = !start->inside[i];
  start->trust = 1;
}

/* For a garment whose print stands out more than the garment itself: the middle is garment, the
 * border is not. */
static void start_from_middle(int width, int height, guess *start) {
  for (int i = 0; i < width * height; i++) {
    float x, y;
    fr_from_centre(i, width, height, &x, &y);
    x = fabsf(x);
    y = fabsf(y);
    start->inside[i] = x < 0.25f && y < 0.3f;
    start->outside[i] = x >= 0.44f || y >= 0.45f;
    start->odds[i] = start->outside[i] ? -3 : x < 0.36f && y < 0.38f ? 0.5f : -0.5f;
  }
  start->trust = 0.35f;
}

/* Moves the mask to where the colours inside it and outside it are, round by round. */
static void refine(const fr_lab *lab, const guess *start, int width, int height, float *mask) {
  static float inside[FR_PHOTO_PIXELS], outside[FR_PHOTO_PIXELS];
  static fr_palette inner, outer;
  const int count = width * height;
  for (int i = 0; i < count; i++) {
    mask[i] = start->inside[i] ? SURE : 1 - SURE;
    inside[i] = start->inside[i];
    outside[i] = start->outside[i];
  }
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < count && round > 0; i++) {
      inside[i] = mask[i];
      outside[i] = 1 - mask[i];
    }
    fr_learn_palette(lab, inside, count, &inner);
    fr_learn_palette(lab, outside, count, &outer);
    for (int i = 0; i < count; i++) {
      const float colour[3] = {lab->l[i], lab->a[i], lab->b[i]};
      const float odds = fmaxf(fr_log_density(&inner, colour), LEAST_LOG_DENSITY) -
                         fmaxf(fr_log_density(&outer, colour), LEAST_LOG_DENSITY);
      logits[i] = COLOUR_WEIGHT * fmaxf(-MOST_ODDS, fminf(MOST_ODDS, odds)) +
                  (round == 0 ? 1 : start->trust) * start->odds[i];
    }
    for (int k = 0; k < SMOOTHINGS; k++) smooth(width, height, mask);
  }
}

/* 0..1: how plain an edge is between pixel `at` of a row or column, the `place`-th of `count`, and
 * the next one, `step` on; judged one pixel further on either side, as the edge itself is
 * blurred. */
static float edge_contrast(const fr_lab *lab, int at, int step, int place, int count) {
  const int before = place > 0 ? at - step : at,
            after = place + 2 < count ? at + 2 * step : at + step;
  return fminf(1, sqrtf(squared_difference(lab, before, after)) / EDGE_CONTRAST);
}

/* How well a mask fits: along a plain edge, of the size that garments have in photos, not cut by
 * the border. */
static float quality(const fr_lab *lab, const float *mask, int width, int height) {
  float contrast = 0;
  int edges = 0, area = 0, cut = 0;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      const int at = y * width + x;
      const int inside = mask[at] > 0.5f;
      area += inside;
      if (inside && (x == 0 || y == 0 || x == width - 1 || y == height - 1)) cut++;
      if (x + 1 < width && inside != (mask[at + 1] > 0.5f)) {
        contrast += edge_contrast(lab, at, 1, x, width);
        edges++;
      }
      if (y + 1 < height && inside != (mask[at + width] > 0.5f)) {
        contrast += edge_contrast(lab, at, width, y, height);
        edges++;
      }
    }
  if (area == 0) return -1;
  const float share = logf((float)area / (float)(width * height) / USUAL_SHARE) / SHARE_SPREAD;
  return (edges > 0 ? contrast / (float)edges : 0) + SHARE_WEIGHT * expf(-share * share / 2) -
         (float)cut / (float)(width + height);
}

/* Segments from one start, and keeps the result where it fits better than what was there. */
static void attempt(const fr_lab *lab, const guess *start, int width, int height, float *best,
                    float *mask) {
  static uint8_t inside[FR_PHOTO_PIXELS];
  static float candidate[FR_PHOTO_PIXELS];
  const int count = width * height;
  refine(lab, start, width, height, candidate);
  for (int i = 0; i < count; i++) inside[i] = candidate[i] > 0.5f;
  fr_keep_best(inside, width, height);
  for (int i = 0; i < count; i++) candidate[i] = inside[i] ? 1 : 0;
  const float fit = quality(lab, candidate, width, height);
  if (fit <= *best) return;
  *best = fit;
  memcpy(mask, candidate, sizeof(float) * (size_t)count);
}

void fr_segment(const fr_lab *lab, const float *saliency, int width, int height, float *mask) {
  static guess from;
  const float threshold = fr_otsu(saliency, width * height);
  float best = -INFINITY;
  link_up(lab, width, height);
  start_from_saliency(saliency, threshold, width, height, &from);
  attempt(lab, &from, width, height, &best, mask);
  if (best >= GOOD_ENOUGH) return;
  start_from_saliency(saliency, threshold / 2, width, height, &from);
  attempt(lab, &from, width, height, &best, mask);
  start_from_middle(width, height, &from);
  attempt(lab, &from, width, height, &best, mask);
}
