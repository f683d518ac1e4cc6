#include <float.h>
#include <math.h>

#include "photo.h"

/* How likely each pixel is to belong to what the photo shows, after Zhang et al., "Minimum Barrier
 * Salient Object Detection at 80 FPS", ICCV 2015: how far it is from the border by the minimum
 * barrier distance, and how far its colour is from those along the four sides; nearer to the centre
 * is likelier. */

enum { PASSES = 4 };

static const float CENTRE_SPREAD = 0.36f;

static float low[FR_PHOTO_PIXELS], high[FR_PHOTO_PIXELS], distance[FR_PHOTO_PIXELS];

/* Tries to reach `at` by way of `from`. */
static void relax(const float *channel, int at, int from) {
  const float top = fmaxf(high[from], channel[at]), bottom = fminf(low[from], channel[at]);
  if (top - bottom >= distance[at]) return;
  distance[at] = top - bottom;
  high[at] = top;
  low[at] = bottom;
}

/* FastMBD, algorithm 1 of the paper: adds each pixel's barrier distance to the border. */
static void add_barrier(const float *channel, int width, int height, float *sum) {
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      const int at = y * width + x;
      const int border = x == 0 || y == 0 || x == width - 1 || y == height - 1;
      distance[at] = border ? 0 : FLT_MAX;
      low[at] = high[at] = channel[at];
    }
  for (int pass = 0; pass < PASSES; pass++) {
    const int forward = pass % 2 == 0;
    const int step = forward ? 1 : -1;
    for (int y = forward ? 1 : height - 2; y >= 1 && y < height - 1; y += step)
      for (int x = forward ? 1 : width - 2; x >= 1 && x < width - 1; x += step) {
        relax(channel, y * width + x, (y - step) * width + x);
        relax(channel, y * width + x, y * width + x - step);
      }
  }
  for (int i = 0; i < width * height; i++) sum[i] += distance[i];
}

static void normalize(float *values, int count) {
  float least = FLT_MAX, most = -FLT_MAX;
  for (int i = 0; i < count; i++) {
    least = fminf(least, values[i]);
    most = fmaxf(most, values[i]);
  }
  const float scale = most > least ? 1 / (most - least) : 0;
  for (int i = 0; i < count; i++) values[i] = (values[i] - least) * scale;
}

typedef struct {
  int left, top, right, bottom;
} band;

/* The Mahalanobis distance of every pixel's colour to those of a band, 0..1. */
static void band_contrast(const fr_lab *lab, int width, int height, band band, float *contrast) {
  double mean[3] = {0}, covariance[6] = {0};
  int count = 0;
  for (int y = band.top; y < band.bottom; y++)
    for (int x = band.left; x < band.right; x++, count++) {
      const int at = y * width + x;
      const double v[3] = {lab->l[at], lab->a[at], lab->b[at]};
      for (int i = 0, k = 0; i < 3; i++) {
        mean[i] += v[i];
        for (int j = i; j < 3; j++) covariance[k++] += v[i] * v[j];
      }
    }
  for (int i = 0; i < 3; i++) mean[i] /= count;
  for (int i = 0, k = 0; i < 3; i++)
    for (int j = i; j < 3; j++, k++)
      covariance[k] = covariance[k] / count - mean[i] * mean[j] + (i == j ? 4.0 : 0);
  const double a = covariance[0], b = covariance[1], c = covariance[2], d = covariance[3],
               e = covariance[4], f = covariance[5];
  const double det = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d);
  const double inverse[6] = {(d * f - e * e) / det, (c * e - b * f) / det, (b * e - c * d) / det,
                             (a * f - c * c) / det, (b * c - a * e) / det, (a * d - b * b) / det};
  for (int i = 0; i < width * height; i++) {
    const double x = lab->l[i] - mean[0], y = lab->a[i] - mean[1], z = lab->b[i] - mean[2];
    const double square = x * x * inverse[0] + y * y * inverse[3] + z * z * inverse[5] +
                          2 * (x * y * inverse[1] + x * z * inverse[2] + y * z * inverse[4]);
    contrast[i] = sqrtf((float)fmax(square, 0));
  }
  normalize(contrast, width * height);
}

/* The contrast to the four sides, summed, without the one it is greatest to: one side may show the
 * garment itself. */
static void add_border_contrast(const fr_lab *lab, int width, int height, float *sum) {
  static float sides[4][FR_PHOTO_PIXELS];
  const int across = width / 10 + 1, down = height / 10 + 1;
  const band bands[4] = {{0, 0, width, down},
                         {0, height - down, width, height},
                         {0, 0, across, height},
                         {width - across, 0, width, height}};
  for (int k = 0; k < 4; k++) band_contrast(lab, width, height, bands[k], sides[k]);
  for (int i = 0; i < width * height; i++) {
    const float most = fmaxf(fmaxf(sides[0][i], sides[1][i]), fmaxf(sides[2][i], sides[3][i]));
    sides[0][i] = sides[0][i] + sides[1][i] + sides[2][i] + sides[3][i] - most;
  }
  normalize(sides[0], width * height);
  for (int i = 0; i < width * height; i++) sum[i] += sides[0][i];
}

void fr_saliency_of(const fr_lab *lab, int width, int height, float *saliency) {
  const int count = width * height;
  for (int i = 0; i < count; i++) saliency[i] = 0;
  add_barrier(lab->l, width, height, saliency);
  add_barrier(lab->a, width, height, saliency);
  add_barrier(lab->b, width, height, saliency);
  normalize(saliency, count);
  add_border_contrast(lab, width, height, saliency);
  for (int i = 0; i < count; i++) saliency[i] *= fr_centrality(i, width, height, CENTRE_SPREAD);
  normalize(saliency, count);
}
