#include <string.h>

#include "photo.h"

enum { LEVELS = 256 };

static const float CENTRE_SPREAD = 0.25f;
static const float SECOND = 0.35f; /* of the best region's score, from which on another is kept */

float fr_otsu(const float *values, int count) {
  int histogram[LEVELS] = {0};
  double total = 0;
  for (int i = 0; i < count; i++) {
    const int level = (int)(values[i] * (LEVELS - 1) + 0.5f);
    histogram[level]++;
    total += level;
  }
  double below = 0, best = -1;
  int weight = 0, threshold = LEVELS / 2;
  for (int t = 0; t < LEVELS - 1; t++) {
    weight += histogram[t];
    below += (double)t * histogram[t];
    if (weight == 0 || weight == count) continue;
    const double gap = below / weight - (total - below) / (count - weight);
    const double between = gap * gap * weight * (count - weight);
    if (between <= best) continue;
    best = between;
    threshold = t;
  }
  return ((float)threshold + 0.5f) / (LEVELS - 1);
}

static int labels[FR_PHOTO_PIXELS], stack[FR_PHOTO_PIXELS];

/* Labels the 4-connected region of `start` where `inside` has the value that it has there. */
static void flood(const uint8_t *inside, int width, int height, int start, int label) {
  int depth = 0;
  labels[start] = label;
  stack[depth++] = start;
  while (depth > 0) {
    const int at = stack[--depth], x = at % width, y = at / width;
    const int next[4] = {x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, y > 0 ? at - width : -1,
                         y < height - 1 ? at + width : -1};
    for (int k = 0; k < 4; k++) {
      if (next[k] < 0 || labels[next[k]] != 0 || inside[next[k]] != inside[start]) continue;
      labels[next[k]] = label;
      stack[depth++] = next[k];
    }
  }
}

/* Keeps the region that is largest and most central, and those not much smaller: a second shoe. */
static void drop_others(uint8_t *inside, int width, int height) {
  static float scores[FR_PHOTO_PIXELS + 1];
  const int count = width * height;
  int found = 0;
  memset(labels, 0, sizeof labels);
  for (int i = 0; i < count; i++) {
    if (labels[i] != 0) continue;
    flood(inside, width, height, i, ++found);
    scores[found] = 0;
  }
  float best = 0;
  for (int i = 0; i < count; i++)
    if (inside[i])
      best = fmaxf(best, scores[labels[i]] += fr_centrality(i, width, height, CENTRE_SPREAD));
  for (int i = 0; i < count; i++) inside[i] = inside[i] && scores[labels[i]] >= SECOND * best;
}

/* What the border does not reach is a hole. */
static void fill_holes(uint8_t *inside, int width, int height) {
  const int count = width * height;
  memset(labels, 0, sizeof labels);
  for (int i = 0; i < count; i++) {
    const int x = i % width, y = i / width;
    const int border = x == 0 || y == 0 || x == width - 1 || y == height - 1;
    if (border && !inside[i] && labels[i] == 0) flood(inside, width, height, i, 1);
  }
  for (int i = 0; i < count; i++) inside[i] = inside[i] || labels[i] == 0;
}

void fr_keep_best(uint8_t *inside, int width, int height) {
  drop_others(inside, width, height);
  fill_holes(inside, width, height);
}
