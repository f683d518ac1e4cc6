/* Anti-aliased painting of closed outlines on a 28×28 grayscale canvas. Only integer arithmetic and
 * + − × ÷ sqrt of IEEE floats: the same bytes on every machine and engine. */
#ifndef FR_RASTER_H
#define FR_RASTER_H

#include <stdint.h>

enum {
  FR_CANVAS_SIDE = 28,
  FR_CANVAS_PIXELS = FR_CANVAS_SIDE * FR_CANVAS_SIDE,
  FR_OUTLINE_POINTS = 32
};

static inline float clamp(float value, float low, float high) {
  return value < low ? low : value > high ? high : value;
}

/* Maps drawing coordinates (pixels, x = 0 on the vertical middle line, y downwards) to the
 * canvas. */
typedef struct {
  float xx, xy, x0; /* canvas x = xx·x + xy·y + x0 */
  float yx, yy, y0; /* canvas y = yx·x + yy·y + y0 */
} fr_affine;

/* What an outline is filled with. */
typedef struct {
  const float *texture; /* one shade a canvas pixel; NULL: 1 everywhere */
  float gain; /* factor on the texture */
} fr_ink;

typedef struct {
  fr_affine frame;
  float shade[FR_CANVAS_PIXELS]; /* 0 black … 1 white, rows × columns */
  float coverage[FR_CANVAS_PIXELS]; /* 0 ground … 1 painted */
} fr_canvas;

/* A closed outline as in TrueType: straight between on-curve points, and a quadratic Bézier around
 * each off-curve point; between two off-curve points their midpoint is on the curve. Starts on the
 * curve. */
typedef struct {
  int count;
  float x[FR_OUTLINE_POINTS], y[FR_OUTLINE_POINTS];
  uint8_t off_curve[FR_OUTLINE_POINTS];
} fr_outline;

void fr_canvas_clear(fr_canvas *canvas, fr_affine frame);

/* Append one point. Points beyond FR_OUTLINE_POINTS are ignored. */
void fr_outline_corner(fr_outline *outline, float x, float y);
void fr_outline_curve(fr_outline *outline, float x, float y);

/* Append the points of [0, count) once more, in reverse order and reflected in x = 0. */
void fr_outline_mirror(fr_outline *outline);

/* Fill by the even-odd rule, over what is there. `opacity` 0…1. */
void fr_paint(fr_canvas *canvas, const fr_outline *outline, const fr_ink *ink, float opacity);

/* A straight stroke with butt ends. `width` in pixels. */
void fr_paint_line(fr_canvas *canvas, float x0, float y0, float x1, float y1, float width,
                   const fr_ink *ink, float opacity);

/* A stroke along the quadratic Bézier from (x0, y0) to (x2, y2) with control point (x1, y1). */
void fr_paint_arc(fr_canvas *canvas, float x0, float y0, float x1, float y1, float x2, float y2,
                  float width, const fr_ink *ink, float opacity);

/* An axis-parallel rectangle around (x, y), `half_width` × `half_height` to each side. */
void fr_paint_box(fr_canvas *canvas, float x, float y, float half_width, float half_height,
                  const fr_ink *ink, float opacity);

#endif
