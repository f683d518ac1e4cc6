#include <float.h>
#include <math.h>

#include "photo.h"

enum { MEANS_ROUNDS = 6 };

static const float LEAST_VARIANCE = 9;

/* The logarithm of how dense a colour is: of the Gaussian that has most of it. */
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

/* Colours of the pixels by weight: k-means from means spread along lightness, then one Gaussian with independent channels each. */
void fr_learn_palette(const fr_lab *lab, const float *weights, int count, fr_palette *palette) {
  float low[3] = {FLT_MAX, FLT_MAX, FLT_MAX}, high[3] = {-FLT_MAX, -FLT_MAX, -FLT_MAX};
  const float *channels[3] = {lab->l, lab->a, lab->b};
  double total = 0, mean[3] = {0};
  for (int i = 0; i < count; i++) {
    if (weights[i] <= 0) continue;
    total += weights[i];
    for (int c = 0; c < 3; c++) {
      mean[c] += (double)weights[i] * channels[c][i];
      if (weights[i] < 0.5f) continue;
      low[c] = fminf(low[c], channels[c][i]);
      high[c] = fmaxf(high[c], channels[c][i]);
    }
  }
  for (int k = 0; k < FR_COLOURS; k++)
    for (int c = 0; c < 3; c++) {
      const float middle = total > 0 ? (float)(mean[c] / total) : 0;
      palette->mean[k][c] = c == 0 && high[0] > low[0] ? low[0] + (high[0] - low[0]) * ((float)k + 0.5f) / FR_COLOURS : middle;
    }
  for (int round = 0; round < MEANS_ROUNDS; round++) {
    double sums[FR_COLOURS][3] = {{0}}, squares[FR_COLOURS][3] = {{0}}, shares[FR_COLOURS] = {0};
    for (int i = 0; i < count; i++) {
      if (weights[i] <= 0.01f) continue;
      int nearest = 0;
      float least = FLT_MAX;
      for (int k = 0; k < FR_COLOURS; k++) {
        float square = 0;
        for (int c = 0; c < 3; c++) {
          const float d = channels[c][i] - palette->mean[k][c];
          square += d * d;
        }
        if (square < least) {
          least = square;
          nearest = k;
        }
      }
      shares[nearest] += weights[i];
      for (int c = 0; c < 3; c++) {
        sums[nearest][c] += (double)weights[i] * channels[c][i];
        squares[nearest][c] += (double)weights[i] * channels[c][i] * channels[c][i];
      }
    }
    for (int k = 0; k < FR_COLOURS; k++) {
      double volume = 1;
      for (int c = 0; c < 3; c++) {
        if (shares[k] > 0) palette->mean[k][c] = (float)(sums[k][c] / shares[k]);
        const double square = shares[k] > 0 ? squares[k][c] / shares[k] - (sums[k][c] / shares[k]) * (sums[k][c] / shares[k]) : 0;
        const double variance = fmax(square, 0) + LEAST_VARIANCE;
        palette->precision[k][c] = (float)(0.5 / variance);
        volume *= variance;
      }
      palette->height[k] = shares[k] > 0 ? logf((float)(shares[k] / total / sqrt(volume))) : -FLT_MAX;
    }
  }
}

