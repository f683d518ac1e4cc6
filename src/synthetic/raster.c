#include "raster.h"

#include <math.h>
#include <string.h>

enum {
  SIDE = FR_CANVAS_SIDE,
  SCANLINES_PER_ROW = 4,
  SCANLINES = SIDE * SCANLINES_PER_ROW,
  MAX_CROSSINGS = 16, /* of one outline with one scanline */
  CURVE_SEGMENTS = 5
};

typedef struct {
  int first, last; /* scanlines touched: [first, last) */
  uint8_t count[SCANLINES];
  float x[SCANLINES][MAX_CROSSINGS];
} crossings;

void fr_canvas_clear(fr_canvas *canvas, fr_affine frame) {
  memset(canvas, 0, sizeof *canvas);
  canvas->frame = frame;
}

static void add_point(fr_outline *outline, float x, float y, uint8_t off_curve) {
  if (outline->count == FR_OUTLINE_POINTS) return;
  outline->x[outline->count] = x;
  outline->y[outline->count] = y;
  outline->off_curve[outline->count] = off_curve;
  outline->count++;
}

void fr_outline_corner(fr_outline *outline, float x, float y) { add_point(outline, x, y, 0); }

void fr_outline_curve(fr_outline *outline, float x, float y) { add_point(outline, x, y, 1); }

void fr_outline_mirror(fr_outline *outline) {
  for (int i = outline->count - 1; i >= 0; i--)
    add_point(outline, -outline->x[i], outline->y[i], outline->off_curve[i]);
}

/* Scanline k lies at canvas y = (k + ½) / SCANLINES_PER_ROW; an edge crosses those in [start,
 * end). */
static int scanline_at(float y) {
  return (int)clamp(y * SCANLINES_PER_ROW + 0.5f, 0.0f, (float)SCANLINES);
}

static void insert_crossing(crossings *all, int scanline, float x) {
  int at = all->count[scanline];
  if (at == MAX_CROSSINGS) return;
  for (; at > 0 && all->x[scanline][at - 1] > x; at--)
    all->x[scanline][at] = all->x[scanline][at - 1];
  all->x[scanline][at] = x;
  all->count[scanline]++;
}

static void add_edge(crossings *all, float x0, float y0, float x1, float y1) {
  if (y0 > y1) {
    add_edge(all, x1, y1, x0, y0);
    return;
  }
  int start = scanline_at(y0), end = scanline_at(y1);
  if (start == end) return;
  if (start < all->first) all->first = start;
  if (end > all->last) all->last = end;
  float slope = (x1 - x0) / (y1 - y0);
  for (int k = start; k < end; k++) {
    float y = ((float)k + 0.5f) / SCANLINES_PER_ROW;
    insert_crossing(all, k, clamp(x0 + (y - y0) * slope, 0.0f, (float)SIDE));
  }
}

static void add_bezier(crossings *all, float x0, float y0, float x1, float y1, float x2, float y2) {
  float px = x0, py = y0;
  for (int i = 1; i <= CURVE_SEGMENTS; i++) {
    float t = (float)i / CURVE_SEGMENTS, u = 1.0f - t;
    float x = u * u * x0 + 2.0f * u * t * x1 + t * t * x2;
    float y = u * u * y0 + 2.0f * u * t * y1 + t * t * y2;
    add_edge(all, px, py, x, y);
    px = x;
    py = y;
  }
}

static void to_canvas(const fr_affine *frame, const fr_outline *outline, fr_outline *out) {
  *out = *outline;
  for (int i = 0; i < outline->count; i++) {
    float x = outline->x[i], y = outline->y[i];
    out->x[i] = frame->xx * x + frame->xy * y + frame->x0;
    out->y[i] = frame->yx * x + frame->yy * y + frame->y0;
  }
}

static void find_crossings(const fr_outline *outline, crossings *all) {
  memset(all->count, 0, sizeof all->count);
  all->first = SCANLINES;
  all->last = 0;
  float px = outline->x[0], py = outline->y[0];
  for (int i = 1; i <= outline->count; i++) {
    int at = i % outline->count, next = (i + 1) % outline->count;
    float x = outline->x[at], y = outline->y[at];
    if (!outline->off_curve[at]) {
      add_edge(all, px, py, x, y);
    } else {
      float cx = x, cy = y;
      x = outline->off_curve[next] ? (cx + outline->x[next]) / 2.0f : outline->x[next];
      y = outline->off_curve[next] ? (cy + outline->y[next]) / 2.0f : outline->y[next];
      add_bezier(all, px, py, cx, cy, x, y);
      if (!outline->off_curve[next]) i++;
    }
    px = x;
    py = y;
  }
}

/* Add the share of each pixel of a row that lies between x0 and x1 on one scanline. */
static void add_span(float row[SIDE], float x0, float x1) {
  int first = (int)x0, last = (int)x1;
  const float weight = 1.0f / SCANLINES_PER_ROW;
  if (first >= SIDE) return;
  if (first == last) {
    row[first] += (x1 - x0) * weight;
    return;
  }
  row[first] += ((float)(first + 1) - x0) * weight;
  for (int x = first + 1; x < last; x++) row[x] += weight;
  if (last < SIDE) row[last] += (x1 - (float)last) * weight;
}

static void blend_row(fr_canvas *canvas, int row, const float coverage[SIDE], const fr_ink *ink,
                      float opacity) {
  for (int x = 0; x < SIDE; x++) {
    if (coverage[x] <= 0.0f) continue;
    int pixel = row * SIDE + x;
    float tone = ink->texture ? ink->texture[pixel] * ink->gain : ink->gain;
    float alpha = clamp(coverage[x], 0.0f, 1.0f) * opacity;
    float *shade = &canvas->shade[pixel], *covered = &canvas->coverage[pixel];
    *shade += (tone - *shade) * alpha;
    *covered += (1.0f - *covered) * alpha;
  }
}

void fr_paint(fr_canvas *canvas, const fr_outline *outline, const fr_ink *ink, float opacity) {
  if (outline->count < 3) return;
  fr_outline placed;
  crossings all;
  to_canvas(&canvas->frame, outline, &placed);
  find_crossings(&placed, &all);
  for (int row = all.first / SCANLINES_PER_ROW; row * SCANLINES_PER_ROW < all.last; row++) {
    float coverage[SIDE] = {0};
    for (int k = row * SCANLINES_PER_ROW; k < (row + 1) * SCANLINES_PER_ROW; k++)
      for (int i = 0; i + 1 < all.count[k]; i += 2)
        add_span(coverage, all.x[k][i], all.x[k][i + 1]);
    blend_row(canvas, row, coverage, ink, opacity);
  }
}

void fr_paint_line(fr_canvas *canvas, float x0, float y0, float x1, float y1, float width,
                   const fr_ink *ink, float opacity) {
  float dx = x1 - x0, dy = y1 - y0, length = sqrtf(dx * dx + dy * dy);
  if (length <= 0.0f) return;
  float nx = -dy / length * width / 2.0f, ny = dx / length * width / 2.0f;
  fr_outline quad = {.count = 0};
  fr_outline_corner(&quad, x0 + nx, y0 + ny);
  fr_outline_corner(&quad, x1 + nx, y1 + ny);
  fr_outline_corner(&quad, x1 - nx, y1 - ny);
  fr_outline_corner(&quad, x0 - nx, y0 - ny);
  fr_paint(canvas, &quad, ink, opacity);
}

/* The point, and the normal of length `reach`, of a quadratic Bézier at t. */
static void offset_point(const float p[6], float t, float reach, float out[4]) {
  float u = 1.0f - t;
  float dx = u * (p[2] - p[0]) + t * (p[4] - p[2]), dy = u * (p[3] - p[1]) + t * (p[5] - p[3]);
  float length = sqrtf(dx * dx + dy * dy);
  if (length < 1e-6f) length = 1e-6f;
  out[0] = u * u * p[0] + 2.0f * u * t * p[2] + t * t * p[4];
  out[1] = u * u * p[1] + 2.0f * u * t * p[3] + t * t * p[5];
  out[2] = -dy / length * reach;
  out[3] = dx / length * reach;
}

void fr_paint_arc(fr_canvas *canvas, float x0, float y0, float x1, float y1, float x2, float y2,
                  float width, const fr_ink *ink, float opacity) {
  const float points[6] = {x0, y0, x1, y1, x2, y2};
  const int segments = 2 * CURVE_SEGMENTS;
  fr_outline band = {.count = 0};
  for (int i = 0; i <= segments; i++) {
    float at[4];
    offset_point(points, (float)i / (float)segments, width / 2.0f, at);
    fr_outline_corner(&band, at[0] + at[2], at[1] + at[3]);
  }
  for (int i = segments; i >= 0; i--) {
    float at[4];
    offset_point(points, (float)i / (float)segments, width / 2.0f, at);
    fr_outline_corner(&band, at[0] - at[2], at[1] - at[3]);
  }
  fr_paint(canvas, &band, ink, opacity);
}

void fr_paint_box(fr_canvas *canvas, float x, float y, float half_width, float half_height,
                  const fr_ink *ink, float opacity) {
  fr_outline box = {.count = 0};
  fr_outline_corner(&box, x - half_width, y - half_height);
  fr_outline_corner(&box, x + half_width, y - half_height);
  fr_outline_corner(&box, x + half_width, y + half_height);
  fr_outline_corner(&box, x - half_width, y + half_height);
  fr_paint(canvas, &box, ink, opacity);
}
