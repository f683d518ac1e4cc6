/* Footwear, seen from the side with the toe to the left, built on a last as a shoemaker does. */
#include "garment.h"

typedef enum { FLAT, BLOCK_HEEL, WEDGE, STILETTO, HEELS } heel;

typedef struct {
  range reach;    /* half the length */
  range platform; /* thickness of the sole */
  range low_heel, high_heel;
  range shaft; /* height of the ankle's edge above the foot-bed */
  uint8_t heels[HEELS], fabrics[FABRICS];
} shoe_block;

static const shoe_block sandal_block = {
    .reach = {11, 13},
    .platform = {0.9f, 2},
    .low_heel = {0, 1},
    .high_heel = {3, 9.5f},
    .shaft = {5, 8},
    .heels = {56, 12, 18, 14},
    .fabrics = {70, 0, 0, 0, 18, 12, 0},
};

static const shoe_block sneaker_block = {
    .reach = {12, 13.3f},
    .platform = {1.2f, 2.3f},
    .low_heel = {0, 1},
    .high_heel = {0.5f, 2},
    .shaft = {6.2f, 8.8f},
    .heels = {88, 0, 12, 0},
    .fabrics = {62, 1, 1, 4, 14, 16, 2},
};

static const shoe_block boot_block = {
    .reach = {10.5f, 12.8f},
    .platform = {0.9f, 2},
    .low_heel = {0.2f, 1.2f},
    .high_heel = {1.5f, 6},
    .shaft = {10, 16},
    .heels = {36, 48, 8, 8},
    .fabrics = {78, 0, 0, 1, 5, 12, 4},
};

typedef struct {
  float toe, heel;        /* x of the two ends */
  float ground, platform; /* y; thickness */
  float lift;             /* of the heel over the toe */
  float shaft;
  heel kind;
} last;

/* Top of the foot-bed at x: flat under the toes, rising to the heel. */
static float bed_at(const last *l, float x) {
  float t = (x - l->toe) / (l->heel - l->toe);
  return l->ground - l->platform - l->lift * smooth_step((t - 0.28f) / 0.62f);
}

static last measure_shoe(dice *d, const shoe_block *block) {
  last l = {.kind = (heel)choose(d, block->heels, HEELS)};
  l.lift = in_range(d, l.kind == FLAT ? block->low_heel : block->high_heel);
  float reach = in_range(d, block->reach) - l.lift * 0.25f;
  l.toe = -reach;
  l.heel = reach - within(d, 0, 0.8f);
  l.platform = in_range(d, block->platform);
  l.shaft = in_range(d, block->shaft);
  float height = l.platform + l.lift + l.shaft;
  l.ground = 14 + height / 2 + within(d, -0.6f, 0.6f);
  if (l.ground > 27.2f) l.ground = 27.2f;
  return l;
}

/* Append the foot-bed from heel to toe, lowered by `depth`. */
static void follow_bed(fr_outline *o, const last *l, float depth) {
  for (int i = 6; i >= 0; i--) {
    float x = mix(l->toe, l->heel, (float)i / 6.0f);
    fr_outline_corner(o, x, bed_at(l, x) + depth);
  }
}

static void paint_sole(garment *g, const last *l, const fr_ink *ink) {
  fr_outline band = {.count = 0};
  fr_outline_corner(&band, l->toe + 0.4f, l->ground);
  for (int i = 1; i <= 6; i++) {
    float x = mix(l->toe, l->heel, (float)i / 6.0f);
    fr_outline_corner(&band, x, bed_at(l, x) + l->platform);
  }
  follow_bed(&band, l, 0);
  fr_paint(&g->canvas, &band, ink, 1);
}

static void paint_heel(garment *g, const last *l, const fr_ink *ink) {
  float length = l->heel - l->toe;
  float top = length * (l->kind == WEDGE ? 0.6f : within(&g->dice, 0.16f, 0.26f));
  float foot = l->kind == WEDGE      ? length * 0.55f
               : l->kind == STILETTO ? 1.0f
                                     : top * within(&g->dice, 0.75f, 1);
  if (l->kind == FLAT) return;
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, l->heel, bed_at(l, l->heel) + 0.3f);
  fr_outline_corner(&o, l->heel - 0.2f, l->ground);
  fr_outline_corner(&o, l->heel - 0.2f - foot, l->ground);
  fr_outline_corner(&o, l->heel - top, bed_at(l, l->heel - top) + l->platform * 0.5f);
  fr_paint(&g->canvas, &o, ink, 1);
}

static fr_ink sole_ink(garment *g) {
  float light = within(&g->dice, 0.75f, 1), dark = within(&g->dice, 0.15f, 0.4f);
  return (fr_ink){NULL, chance(&g->dice, g->tone < 0.55f ? 65 : 35) ? light : dark};
}

/* The throat is where the tongue ends; the counter is the back edge over the heel. */
typedef struct {
  float throat_x, throat_y, counter_y;
} opening;

static void paint_closed_upper(garment *g, const last *l, const opening *op, float toe_height) {
  float length = l->heel - l->toe, instep_x = l->toe + length * 0.42f;
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, l->toe, bed_at(l, l->toe));
  fr_outline_curve(&o, l->toe + 0.1f, bed_at(l, l->toe) - toe_height);
  fr_outline_corner(&o, l->toe + length * 0.16f, bed_at(l, l->toe) - toe_height * 1.05f);
  fr_outline_curve(&o, mix(instep_x, op->throat_x, 0.55f),
                   bed_at(l, instep_x) - toe_height * 1.35f);
  fr_outline_corner(&o, op->throat_x, op->throat_y);
  fr_outline_curve(&o, mix(op->throat_x, l->heel, 0.6f),
                   mix(op->throat_y, op->counter_y, 0.5f) + 1.7f);
  fr_outline_corner(&o, l->heel - 0.5f, op->counter_y);
  fr_outline_curve(&o, l->heel - 0.9f, mix(op->counter_y, bed_at(l, l->heel), 0.5f));
  follow_bed(&o, l, 0.4f);
  fr_paint(&g->canvas, &o, &g->cloth, 1);
}

static void paint_laces(garment *g, const last *l, const opening *op, float toe_height) {
  float length = l->heel - l->toe, start_x = l->toe + length * 0.34f;
  float start_y = bed_at(l, start_x) - toe_height * 1.3f;
  int count = 3 + below(&g->dice, 3);
  for (int i = 0; i < count; i++) {
    float t = (float)i / (float)count, x = mix(start_x, op->throat_x, t);
    float y = mix(start_y, op->throat_y, t);
    fr_paint_line(&g->canvas, x - 0.2f, y - 0.1f, x + 1.9f, y + 1.7f, 0.7f, &g->line, 0.75f);
  }
}

static void paint_side_stripes(garment *g, const last *l) {
  dice *d = &g->dice;
  int count = 1 + below(d, 3);
  float x = mix(l->toe, l->heel, within(d, 0.42f, 0.6f)), lean = within(d, -2.5f, 2.5f);
  for (int i = 0; i < count; i++, x += 2)
    fr_paint_line(&g->canvas, x, bed_at(l, x) - 0.4f, x + lean, bed_at(l, x) - l->shaft * 0.65f,
                  0.9f, &g->line, 0.8f);
}

void fr_draw_sneaker(garment *g) {
  fr_garment_choose_cloth(g, sneaker_block.fabrics);
  dice *d = &g->dice;
  last l = measure_shoe(d, &sneaker_block);
  if (chance(d, 8)) l.shaft += within(d, 2, 4); /* high-top */
  float length = l.heel - l.toe, toe_height = within(d, 2.2f, 3.4f);
  opening op = {.throat_x = l.toe + length * within(d, 0.56f, 0.68f)};
  op.counter_y = bed_at(&l, l.heel) - l.shaft * within(d, 0.78f, 1);
  op.throat_y = bed_at(&l, op.throat_x) - l.shaft * within(d, 0.88f, 1.08f);
  fr_ink sole = sole_ink(g);
  paint_closed_upper(g, &l, &op, toe_height);
  if (chance(d, 55)) paint_side_stripes(g, &l);
  if (chance(d, 78)) paint_laces(g, &l, &op, toe_height);
  if (chance(d, 40)) /* toe cap */
    fr_paint_arc(&g->canvas, l.toe + length * 0.2f, bed_at(&l, l.toe) - toe_height,
                 l.toe + length * 0.27f, bed_at(&l, l.toe) - toe_height * 0.6f,
                 l.toe + length * 0.24f, bed_at(&l, l.toe), 0.6f, &g->line, 0.6f);
  if (chance(d, 50)) /* heel counter */
    fr_paint_line(&g->canvas, l.heel - 2.6f, op.counter_y + 1, l.heel - 3.4f,
                  bed_at(&l, l.heel - 3), 0.6f, &g->line, 0.6f);
  paint_sole(g, &l, &sole);
  paint_heel(g, &l, &sole);
}

static void paint_elastic(garment *g, const opening *op, float heel_x, float bottom) {
  float x = mix(op->throat_x, heel_x, 0.5f), width = within(&g->dice, 1.1f, 2);
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, x - width, op->throat_y + 1.2f);
  fr_outline_corner(&o, x + width, op->throat_y + 1.2f);
  fr_outline_curve(&o, x + width * 0.6f, bottom);
  fr_outline_corner(&o, x, bottom);
  fr_outline_curve(&o, x - width * 0.6f, bottom);
  fr_paint(&g->canvas, &o, &g->line, 0.8f);
}

void fr_draw_ankle_boot(garment *g) {
  fr_garment_choose_cloth(g, boot_block.fabrics);
  dice *d = &g->dice;
  last l = measure_shoe(d, &boot_block);
  float length = l.heel - l.toe, toe_height = within(d, 2, 3.4f);
  if (l.shaft > 22.0f - l.lift) l.shaft = 22.0f - l.lift;
  opening op = {.throat_x = l.heel - length * within(d, 0.4f, 0.5f)};
  op.counter_y = bed_at(&l, l.heel) - l.shaft;
  op.throat_y = op.counter_y + within(d, -0.8f, 1);
  fr_ink sole = sole_ink(g);
  paint_closed_upper(g, &l, &op, toe_height);
  float ankle_y = mix(op.throat_y, bed_at(&l, l.heel), 0.75f);
  int detail = below(d, 4);
  if (detail == 0) paint_elastic(g, &op, l.heel, ankle_y);
  if (detail == 1) paint_laces(g, &l, &op, toe_height);
  if (detail == 2) /* zip */
    fr_paint_line(&g->canvas, mix(op.throat_x, l.heel, 0.6f), op.throat_y + 1,
                  mix(op.throat_x, l.heel, 0.5f), ankle_y + 1, 0.7f, &g->line, 0.8f);
  if (chance(d, 40)) /* strap or fur edge */
    fr_paint_line(&g->canvas, op.throat_x, op.throat_y + 1, l.heel - 0.6f, op.counter_y + 1,
                  within(d, 0.8f, 2.2f), &g->line, 0.6f);
  paint_sole(g, &l, &sole);
  paint_heel(g, &l, &sole);
}

/* A strap over the foot: near side from (x, bed) up to the crest, and the far side, darker, down
 * again. */
static void paint_strap(garment *g, const last *l, float x, float lean, float crest, float width) {
  float top_x = x + lean, top_y = bed_at(l, top_x) - crest;
  fr_paint_arc(&g->canvas, top_x, top_y, top_x + 1.4f, top_y + crest * 0.2f, top_x + 2.2f,
               bed_at(l, top_x + 2.2f), width * 0.8f, &g->shadow, 0.8f);
  fr_paint_arc(&g->canvas, x, bed_at(l, x) + 0.3f, x - 0.2f, mix(bed_at(l, x), top_y, 0.7f), top_x,
               top_y, width, &g->cloth, 1);
}

static void paint_ankle_strap(garment *g, const last *l, float width) {
  float heel_y = bed_at(l, l->heel), y = heel_y - l->shaft * within(&g->dice, 0.7f, 1);
  float front = l->heel - within(&g->dice, 5.5f, 7.5f);
  fr_paint_arc(&g->canvas, l->heel - 0.6f, heel_y + 0.2f, l->heel + 0.3f, mix(heel_y, y, 0.5f),
               l->heel - 0.8f, y, width, &g->cloth, 1);
  fr_paint_arc(&g->canvas, l->heel - 0.8f, y, mix(front, l->heel, 0.5f), y + 2, front, y + 0.6f,
               width, &g->cloth, 1);
  fr_paint_arc(&g->canvas, l->heel - 0.8f, y, mix(front, l->heel, 0.5f), y - 0.8f, front, y + 0.6f,
               width * 0.7f, &g->shadow, 0.8f);
  if (!chance(&g->dice, 50)) return;
  float toe_x = mix(l->toe, l->heel, 0.4f);
  fr_paint_arc(&g->canvas, front, y + 0.6f, front - 1.5f, mix(y, bed_at(l, toe_x), 0.5f), toe_x,
               bed_at(l, toe_x) - 2.5f, width, &g->cloth, 1);
}

/* From behind the heel over the instep to the middle of the foot-bed. */
static void paint_sling(garment *g, const last *l, float width) {
  float crest_x = l->heel - within(&g->dice, 5, 7.5f), heel_y = bed_at(l, l->heel);
  float crest_y = heel_y - within(&g->dice, 4, 6), foot_x = crest_x - within(&g->dice, 2.5f, 5);
  fr_paint_arc(&g->canvas, l->heel - 0.6f, heel_y + 0.2f, l->heel - 0.4f,
               mix(heel_y, crest_y, 0.8f), crest_x, crest_y, width, &g->cloth, 1);
  fr_paint_arc(&g->canvas, crest_x, crest_y, mix(crest_x, foot_x, 0.8f), mix(crest_y, heel_y, 0.3f),
               foot_x, bed_at(l, foot_x), width, &g->cloth, 1);
}

/* The thong of a flip-flop: between the toes, and back along both sides. */
static void paint_thong(garment *g, const last *l, float width) {
  float toe_x = mix(l->toe, l->heel, within(&g->dice, 0.2f, 0.28f)),
        crest_x = toe_x + within(&g->dice, 1.5f, 3);
  float crest_y = bed_at(l, toe_x) - within(&g->dice, 2.4f, 4),
        back_x = mix(crest_x, l->heel, 0.5f);
  fr_paint_line(&g->canvas, toe_x, bed_at(l, toe_x), crest_x, crest_y, width, &g->cloth, 1);
  fr_paint_arc(&g->canvas, crest_x, crest_y - 0.2f, mix(crest_x, back_x, 0.3f), crest_y - 1.2f,
               back_x - 2, bed_at(l, back_x), width * 0.8f, &g->shadow, 0.9f);
  fr_paint_arc(&g->canvas, crest_x, crest_y, mix(crest_x, back_x, 0.6f), crest_y - 0.4f, back_x,
               bed_at(l, back_x), width, &g->cloth, 1);
}

static void paint_toe_straps(garment *g, const last *l, int count, float width) {
  dice *d = &g->dice;
  float length = l->heel - l->toe, x = l->toe + length * within(d, 0.1f, 0.22f);
  float step = length * within(d, 0.12f, 0.17f), crest = within(d, 1.8f, 3.4f);
  for (int i = 0; i < count; i++)
    paint_strap(g, l, x + (float)i * step, within(d, 0.6f, 3.4f), crest + (float)i * 0.7f, width);
}

void fr_draw_sandal(garment *g) {
  fr_garment_choose_cloth(g, sandal_block.fabrics);
  dice *d = &g->dice;
  last l = measure_shoe(d, &sandal_block);
  float width = within(d, 1, 2.2f);
  fr_ink sole = chance(d, 60) ? g->shadow : sole_ink(g);
  bool slip_on = l.lift < 2 && chance(d, 50);
  if (slip_on) l.ground -= 2;
  if (slip_on && chance(d, 60)) paint_thong(g, &l, width);
  else paint_toe_straps(g, &l, 1 + below(d, 4), width);
  if (!slip_on && l.lift < 2) paint_sling(g, &l, width);
  if (!slip_on && l.lift >= 2) paint_ankle_strap(g, &l, width);
  paint_sole(g, &l, &sole);
  paint_heel(g, &l, &sole);
}
