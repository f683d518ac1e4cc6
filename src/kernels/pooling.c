#include "pooling.h"

#include <string.h>

typedef struct {
  int y0, y1, x0, x1;
} fr_span; /* the window's part inside the image */

static int clamp(int value, int low, int high) {
  return value < low ? low : value > high ? high : value;
}

static fr_span span_at(const fr_window *w, int oy, int ox) {
  int top = oy * w->stride_h - w->pad_top, left = ox * w->stride_w - w->pad_left;
  return (fr_span){clamp(top, 0, w->in_h), clamp(top + w->kernel_h, 0, w->in_h),
                   clamp(left, 0, w->in_w), clamp(left + w->kernel_w, 0, w->in_w)};
}

#define EACH_WINDOW(w, s)                                       \
  for (int oy = 0; oy < (w)->out_h; oy++)                       \
    for (int ox = 0, once = 1; ox < (w)->out_w; ox++, once = 1) \
      for (fr_span s = span_at(w, oy, ox); once; once = 0)

#define EACH_PIXEL(w, s, at)                                                   \
  for (int iy = (s).y0; iy < (s).y1; iy++)                                     \
    for (int ix = (s).x0, at = (iy * (w)->in_w + ix) * (w)->in_c; ix < (s).x1; \
         ix++, at += (w)->in_c)

void fr_max_pool_forward(const fr_window *w, const float *x, float *y) {
  int channels = w->in_c;
  EACH_WINDOW(w, s) {
    memcpy(y, x + (s.y0 * w->in_w + s.x0) * channels, sizeof *y * (size_t)channels);
    EACH_PIXEL(w, s, at)
    for (int c = 0; c < channels; c++)
      y[c] = x[at + c] > y[c] || x[at + c] != x[at + c] ? x[at + c] : y[c];
    y += channels;
  }
}

/* What has found its place is not handed out again; a NaN, which equals nothing, goes to the
 * first. */
void fr_max_pool_backward(const fr_window *w, const float *x, const float *y, float *dy,
                          float *dx) {
  int channels = w->in_c;
  memset(dx, 0, sizeof *dx * (size_t)(w->in_h * w->in_w * channels));
  EACH_WINDOW(w, s) {
    EACH_PIXEL(w, s, at)
    for (int c = 0; c < channels; c++) {
      int wins = x[at + c] == y[c];
      dx[at + c] += wins ? dy[c] : 0.0f;
      dy[c] = wins ? 0.0f : dy[c];
    }
    float *first = dx + (s.y0 * w->in_w + s.x0) * channels;
    for (int c = 0; c < channels; c++) first[c] += dy[c];
    y += channels;
    dy += channels;
  }
}

void fr_global_max_pool_backward(const fr_window *w, const float *x, const float *y,
                                 const float *dy, float *dx) {
  int channels = w->in_c, elements = w->in_h * w->in_w * channels;
  for (int c = 0; c < channels; c++) {
    int winners = 0;
    for (int i = c; i < elements; i += channels) winners += x[i] == y[c];
    for (int i = c; i < elements; i += channels)
      dx[i] = x[i] == y[c] ? dy[c] / (float)winners : 0.0f;
    if (winners == 0) dx[c] = dy[c]; /* a NaN equals nothing */
  }
}

static float share_of(fr_span s) { return 1.0f / (float)((s.y1 - s.y0) * (s.x1 - s.x0)); }

void fr_average_pool_forward(const fr_window *w, const float *x, float *y) {
  int channels = w->in_c;
  EACH_WINDOW(w, s) {
    float share = share_of(s);
    memset(y, 0, sizeof *y * (size_t)channels);
    EACH_PIXEL(w, s, at)
    for (int c = 0; c < channels; c++) y[c] += x[at + c];
    for (int c = 0; c < channels; c++) y[c] *= share;
    y += channels;
  }
}

void fr_average_pool_backward(const fr_window *w, const float *dy, float *dx) {
  int channels = w->in_c;
  memset(dx, 0, sizeof *dx * (size_t)(w->in_h * w->in_w * channels));
  EACH_WINDOW(w, s) {
    float share = share_of(s);
    EACH_PIXEL(w, s, at)
    for (int c = 0; c < channels; c++) dx[at + c] += dy[c] * share;
    dy += channels;
  }
}
