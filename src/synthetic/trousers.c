/* Trousers: two legs and what holds them together. */
#include "garment.h"

/* side: −1 left, +1 right leg. */
static void paint_leg(garment *g, float side, float waist, float hip, float crotch, float ankle_x,
                      float ankle, float length) {
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, 0, 0.8f);
  fr_outline_corner(&o, side * waist, 0.8f);
  fr_outline_curve(&o, side * hip, crotch * 0.6f);
  fr_outline_curve(&o, side * (ankle_x + ankle * 0.9f), crotch + 6);
  fr_outline_corner(&o, side * (ankle_x + ankle), length);
  fr_outline_corner(&o, side * (ankle_x - ankle), length);
  fr_outline_curve(&o, side * (ankle_x - ankle * 0.9f), crotch + 6);
  fr_outline_corner(&o, 0, crotch);
  fr_paint(&g->canvas, &o, side < 0 ? &g->cloth : &g->shadow, 1);
}

void fr_draw_trousers(garment *g) {
  static const uint8_t fabrics[FABRICS] = {76, 1, 8, 4, 8, 3, 0};
  fr_garment_choose_cloth(g, fabrics);
  dice *d = &g->dice;
  float waist = within(d, 2.7f, 4.2f), hip = waist + within(d, 0.4f, 1.8f);
  float crotch = within(d, 7, 9.5f), length = within(d, 25.5f, 27.7f);
  float ankle_x = within(d, 2.2f, 4.6f), ankle = within(d, 0.9f, 2.1f);
  if (chance(d, 12)) ankle = within(d, 2, 2.6f); /* flared */
  ankle_x = ankle_x < ankle + 0.3f ? ankle + 0.3f : ankle_x;
  paint_leg(g, -1, waist, hip, crotch, ankle_x, ankle, length);
  paint_leg(g, 1, waist, hip, crotch, ankle_x, ankle, length);
  fr_paint_line(&g->canvas, -waist, 2.2f, waist, 2.2f, 0.6f, &g->line, 0.5f);
  fr_paint_line(&g->canvas, 0, 2.2f, 0, crotch, 0.6f, &g->line, 0.45f);
  if (chance(d, 55))
    for (int side = -1; side <= 1; side += 2)
      fr_paint_line(&g->canvas, (float)side * waist * 0.45f, 2.4f, (float)side * (waist + 0.3f),
                    4.6f, 0.5f, &g->line, 0.5f);
  if (chance(d, 30)) /* turn-ups */
    for (int side = -1; side <= 1; side += 2)
      fr_paint_line(&g->canvas, (float)side * (ankle_x - ankle), length - 1.5f,
                    (float)side * (ankle_x + ankle), length - 1.5f, 0.6f, &g->line, 0.6f);
}
