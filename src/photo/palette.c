#include <float.h>
#include <math.h>

#include "photo.h"

enum { MEANS_ROUNDS = 6 };

static const float LEAST_VARIANCE = 9;

float fr_log_density(const fr_palette *palette, const float *colour) {
  float most = -FLT_MAX;
  for (int k = 0; k < FR_COLOURS; k++) {
    float square = 0;
    for (int c = 0; c < 3; c++) {
      const float d = colour[c] - palette->mean[k][c];
      square += d * d * palette->precision[k][c];
    }
    most = fmaxf(most, palette->height[k] - square);
  }
  return most;
}

static const float SEEN = 0.01f; /* the least weight that counts */

/* Means to begin with: the middle of all colours, at lightnesses spread over those that mostly
 * belong here. */
static void spread_means(const float *const channels[3], const float *weights, int count,
                         fr_palette *palette) {
  float low = FLT_MAX, high = -FLT_MAX;
  double total = 0, sums[3] = {0};
  for (int i = 0; i < count; i++) {
    if (weights[i] <= 0) continue;
    total += weights[i];
    for (int c = 0; c < 3; c++) sums[c] += (double)weights[i] * channels[c][i];
    if (weights[i] < 0.5f) continue;
    low = fminf(low, channels[0][i]);
    high = fmaxf(high, channels[0][i]);
  }
  for (int k = 0; k < FR_COLOURS; k++) {
    for (int c = 0; c < 3; c++) palette->mean[k][c] = total > 0 ? (float)(sums[c] / total) : 0;
    if (high > low) palette->mean[k][0] = low + (high - low) * ((float)k + 0.5f) / FR_COLOURS;
  }
}

static int nearest_mean(const fr_palette *palette, const float *const channels[3], int i) {
  int nearest = 0;
  float least = FLT_MAX;
  for (int k = 0; k < FR_COLOURS; k++) {
    float square = 0;
    for (int c = 0; c < 3; c++) {
      const float d = channels[c][i] - palette->mean[k][c];
      square += d * d;
    }
    if (square >= least) continue;
    least = square;
    nearest = k;
  }
  return nearest;
}

/* What the pixels nearest to a mean sum up to. */
typedef struct {
  double share, sum[3], square[3];
} cluster;

static void gather(const fr_palette *palette, const float *const channels[3], const float *weights,
                   int count, cluster *clusters) {
  for (int k = 0; k < FR_COLOURS; k++) clusters[k] = (cluster){0};
  for (int i = 0; i < count; i++) {
    if (weights[i] <= SEEN) continue;
    cluster *cluster = clusters + nearest_mean(palette, channels, i);
    cluster->share += weights[i];
    for (int c = 0; c < 3; c++) {
      cluster->sum[c] += (double)weights[i] * channels[c][i];
      cluster->square[c] += (double)weights[i] * channels[c][i] * channels[c][i];
    }
  }
}

static void fit_gaussian(const cluster *cluster, double total, fr_palette *palette, int k) {
  double volume = 1;
  for (int c = 0; c < 3; c++) {
    const double mean = cluster->sum[c] / cluster->share;
    const double variance =
        fmax(cluster->square[c] / cluster->share - mean * mean, 0) + LEAST_VARIANCE;
    palette->precision[k][c] = (float)(0.5 / variance);
    volume *= variance;
  }
  palette->height[k] = logf((float)(cluster->share / total / sqrt(volume)));
}

void fr_learn_palette(const fr_lab *lab, const float *weights, int count, fr_palette *palette) {
  const float *const channels[3] = {lab->l, lab->a, lab->b};
  cluster clusters[FR_COLOURS];
  spread_means(channels, weights, count, palette);
  for (int round = 0; round < MEANS_ROUNDS; round++) {
    gather(palette, channels, weights, count, clusters);
    for (int k = 0; k < FR_COLOURS; k++)
      for (int c = 0; c < 3 && clusters[k].share > 0; c++)
        palette->mean[k][c] = (float)(clusters[k].sum[c] / clusters[k].share);
  }
  double total = 0;
  for (int k = 0; k < FR_COLOURS; k++) total += clusters[k].share;
  for (int k = 0; k < FR_COLOURS; k++) {
    for (int c = 0; c < 3; c++) palette->precision[k][c] = 1;
    palette->height[k] = -FLT_MAX;
    if (clusters[k].share > 0) fit_gaussian(&clusters[k], total, palette, k);
  }
}
