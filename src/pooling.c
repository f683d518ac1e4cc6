#include "pooling.h"

#include <string.h>

typedef struct { int y0, y1, x0, x1; } fr_span; /* the window's part inside the image */

static int clamp(int value, int low, int high) {
  return value < low ? low : value > high ? high : value;
}

static fr_span span_at(const fr_window *w, int oy, int ox) {
  int top = oy * w->stride_h - w->pad_top, left = ox * w->stride_w - w->pad_left;
  return (fr_span){clamp(top, 0, w->in_h), clamp(top + w->kernel_h, 0, w->in_h),
                   clamp(left, 0, w->in_w), clamp(left + w->kernel_w, 0, w->in_w)};
}

void fr_max_pool_forward(const fr_window *w, const float *x, float *y) {
  int channels = w->in_c;
  for (int oy = 0; oy < w->out_h; oy++)
    for (int ox = 0; ox < w->out_w; ox++, y += channels) {
      fr_span s = span_at(w, oy, ox);
      memcpy(y, x + (s.y0 * w->in_w + s.x0) * channels, sizeof *y * (size_t)channels);
      for (int iy = s.y0; iy < s.y1; iy++)
        for (int ix = s.x0; ix < s.x1; ix++) {
          const float *pixel = x + (iy * w->in_w + ix) * channels;
          for (int c = 0; c < channels; c++) y[c] = y[c] < pixel[c] ? pixel[c] : y[c];
        }
    }
}

static int winner_at(const fr_window *w, const fr_span *s, const float *x, int c, float largest) {
  for (int iy = s->y0; iy < s->y1; iy++)
    for (int ix = s->x0; ix < s->x1; ix++) {
      int at = (iy * w->in_w + ix) * w->in_c + c;
      if (x[at] == largest) return at;
    }
  return (s->y0 * w->in_w + s->x0) * w->in_c + c;
}

void fr_max_pool_backward(const fr_window *w, const float *x, const float *y, const float *dy,
                          float *dx) {
  int channels = w->in_c;
  memset(dx, 0, sizeof *dx * (size_t)(w->in_h * w->in_w * channels));
  for (int oy = 0; oy < w->out_h; oy++)
    for (int ox = 0; ox < w->out_w; ox++, y += channels, dy += channels) {
      fr_span s = span_at(w, oy, ox);
      for (int c = 0; c < channels; c++)
        if (dy[c] != 0.0f) dx[winner_at(w, &s, x, c, y[c])] += dy[c];
    }
}
