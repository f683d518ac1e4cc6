/* Bags: a body, something to carry it by, and a front. */
#include "garment.h"

typedef enum { CLUTCH, HANDLE, TOTE, SHOULDER_STRAP, CARRIERS } carrier;

typedef struct {
  float top, bottom, top_width, bottom_width, round; /* y, y, half-widths, pixels */
} bag;

static bag measure_bag(dice *d, carrier kind) {
  static const range tops[CARRIERS] = {{4, 8}, {9, 12}, {9, 13}, {11, 15}};
  bag b;
  b.top = in_range(d, tops[kind]);
  b.top_width = within(d, 7, 12.5f);
  if (kind == SHOULDER_STRAP) b.top_width = within(d, 5.5f, 9);
  b.bottom_width = clamp(b.top_width + within(d, -1.5f, 2.5f), 5, 13.2f);
  b.bottom = kind == CLUTCH ? 28 - b.top + within(d, -1, 1) : within(d, 23.5f, 27.3f);
  b.round = within(d, 0.3f, 3.2f);
  return b;
}

static void paint_bag_body(garment *g, const bag *b) {
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, b->top_width - b->round * 0.5f, b->top);
  fr_outline_curve(&o, b->top_width, b->top);
  fr_outline_corner(&o, b->top_width + 0.1f, b->top + b->round * 0.5f);
  fr_outline_corner(&o, b->bottom_width, b->bottom - b->round);
  fr_outline_curve(&o, b->bottom_width, b->bottom);
  fr_outline_corner(&o, b->bottom_width - b->round, b->bottom);
  fr_outline_mirror(&o);
  fr_paint(&g->canvas, &o, &g->cloth, 1);
}

static void paint_carrier(garment *g, const bag *b, carrier kind) {
  dice *d = &g->dice;
  float half =
      b->top_width * (kind == SHOULDER_STRAP ? within(d, 0.7f, 0.95f) : within(d, 0.35f, 0.65f));
  float peak = kind == SHOULDER_STRAP ? within(d, -8, -2) : b->top - within(d, 8, 15);
  float width = within(d, 0.8f, kind == SHOULDER_STRAP ? 1.3f : 1.9f);
  if (kind == CLUTCH) return;
  if (kind == TOTE) { /* the far handle */
    fr_paint_arc(&g->canvas, -half + 1.2f, b->top, 1.2f, peak - 1.5f, half + 1.2f, b->top,
                 width * 0.8f, &g->shadow, 0.7f);
  }
  fr_paint_arc(&g->canvas, -half, b->top + 0.5f, -half * 0.8f, mix(b->top, peak, 0.5f), 0,
               mix(b->top, peak, 0.5f), width, &g->cloth, 1);
  fr_paint_arc(&g->canvas, half, b->top + 0.5f, half * 0.8f, mix(b->top, peak, 0.5f), 0,
               mix(b->top, peak, 0.5f), width, &g->cloth, 1);
}

static void paint_flap_front(garment *g, const bag *b) {
  float drop = mix(b->top, b->bottom, within(&g->dice, 0.35f, 0.65f));
  float belly = within(&g->dice, 0, 3), w = b->top_width - 0.4f;
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, -w, b->top + 0.4f);
  fr_outline_corner(&o, w, b->top + 0.4f);
  fr_outline_corner(&o, w - 0.3f, drop - belly * 0.5f);
  fr_outline_curve(&o, 0, drop + belly);
  fr_outline_corner(&o, -w + 0.3f, drop - belly * 0.5f);
  fr_paint(&g->canvas, &o, &g->shadow, 1);
  fr_paint_arc(&g->canvas, -w, drop - belly * 0.5f, 0, drop + belly, w, drop - belly * 0.5f, 0.8f,
               &g->line, 0.8f);
  fr_paint_box(&g->canvas, 0, drop, 0.8f, 0.9f, &g->line, 1);
}

void fr_draw_bag(garment *g) {
  static const uint8_t fabrics[FABRICS] = {62, 3, 3, 8, 12, 8, 4};
  static const uint8_t carriers[CARRIERS] = {22, 36, 20, 22};
  fr_garment_choose_cloth(g, fabrics);
  dice *d = &g->dice;
  carrier kind = (carrier)choose(d, carriers, CARRIERS);
  bag b = measure_bag(d, kind);
  paint_carrier(g, &b, kind);
  paint_bag_body(g, &b);
  int front = below(d, 4);
  float middle = mix(b.top, b.bottom, within(d, 0.3f, 0.7f));
  if (front == 0) paint_flap_front(g, &b);
  if (front == 1) /* zip */
    fr_paint_line(&g->canvas, -b.top_width + 1, b.top + 1.6f, b.top_width - 1, b.top + 1.6f, 0.8f,
                  &g->line, 0.7f);
  if (front == 2) fr_paint_box(&g->canvas, 0, middle, b.top_width * 0.6f, 2.5f, &g->line, 0.35f);
  if (chance(d, 35)) /* piping along the sides */
    for (int side = -1; side <= 1; side += 2)
      fr_paint_line(&g->canvas, (float)side * (b.top_width - 1.4f), b.top,
                    (float)side * (b.bottom_width - 1.4f), b.bottom, 0.7f, &g->line, 0.55f);
}
