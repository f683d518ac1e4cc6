/* Upper-body garments, cut as a tailor cuts them: one bodice with sleeves, collar and front for
 * all. A table row gives the ranges of a class and how often it has each neckline, collar, front,
 * … */
#include "garment.h"

typedef enum { SLEEVELESS, SHORT_SLEEVES, LONG_SLEEVES, SLEEVES } sleeves;
typedef enum { ROUND_NECK, V_NECK, BOAT_NECK, NECKS } neckline;
typedef enum { NO_COLLAR, RIBBED, POINTED, STANDING, HOOD, LAPELS, COLLARS } collar;
typedef enum { CLOSED, HENLEY, BUTTONS, ZIP, OPEN, FRONTS } front;

typedef struct {
  range top, hem;            /* y */
  range neck, shoulder;      /* half-widths */
  range chest, waist, skirt; /* half-widths; skirt: at the hem */
  range neck_depth;
  range long_cuff; /* half-width of a long sleeve's end */
  uint8_t sleeves[SLEEVES], necks[NECKS], collars[COLLARS], fronts[FRONTS]; /* percent */
  uint8_t fabrics[FABRICS];
  uint8_t ribs, waist_seam, pockets, chest_print; /* percent */
  bool hip_pockets;                               /* rather than one on the chest */
} bodice_block;

static const bodice_block t_shirt_block = {
    .top = {1, 2.5f},
    .hem = {24.5f, 27.5f},
    .neck = {2.3f, 3.8f},
    .shoulder = {5.4f, 7},
    .chest = {5.4f, 7},
    .waist = {5, 6.8f},
    .skirt = {5.4f, 7.2f},
    .neck_depth = {1.2f, 3.6f},
    .long_cuff = {1.2f, 1.8f},
    .sleeves = {8, 86, 6},
    .necks = {65, 20, 15},
    .collars = {46, 46, 8, 0, 0, 0},
    .fronts = {92, 8, 0, 0, 0},
    .fabrics = {46, 17, 3, 1, 14, 9, 10},
    .ribs = 0,
    .waist_seam = 0,
    .pockets = 5,
    .chest_print = 40,
};

static const bodice_block pullover_block = {
    .top = {1, 3},
    .hem = {24.5f, 27.5f},
    .neck = {2.2f, 3.4f},
    .shoulder = {5.2f, 6.8f},
    .chest = {5.6f, 7},
    .waist = {5.4f, 7},
    .skirt = {5.4f, 7},
    .neck_depth = {0.9f, 3},
    .long_cuff = {1.1f, 1.8f},
    .sleeves = {0, 3, 97},
    .necks = {68, 22, 10},
    .collars = {22, 47, 3, 16, 12, 0},
    .fronts = {94, 6, 0, 0, 0},
    .fabrics = {34, 17, 2, 3, 8, 26, 10},
    .ribs = 75,
    .waist_seam = 0,
    .pockets = 4,
    .chest_print = 22,
};

static const bodice_block dress_block = {
    .top = {0.5f, 1.5f},
    .hem = {25.5f, 27.6f},
    .neck = {1.5f, 2.6f},
    .shoulder = {2.9f, 4.3f},
    .chest = {3, 4.3f},
    .waist = {2.3f, 3.7f},
    .skirt = {3.2f, 8},
    .neck_depth = {1, 4},
    .long_cuff = {0.7f, 1.2f},
    .sleeves = {54, 26, 20},
    .necks = {54, 32, 14},
    .collars = {88, 6, 4, 2, 0, 0},
    .fronts = {90, 2, 6, 2, 0},
    .fabrics = {46, 8, 5, 4, 24, 4, 9},
    .ribs = 0,
    .waist_seam = 55,
    .pockets = 0,
    .chest_print = 0,
};

static const bodice_block coat_block = {
    .top = {0.8f, 2.4f},
    .hem = {25.5f, 27.7f},
    .neck = {2, 3.2f},
    .shoulder = {5, 6.8f},
    .chest = {5.4f, 7},
    .waist = {5, 6.9f},
    .skirt = {5.6f, 7.8f},
    .neck_depth = {1.5f, 5},
    .long_cuff = {1.3f, 2},
    .sleeves = {0, 0, 100},
    .necks = {40, 60, 0},
    .collars = {8, 4, 8, 28, 18, 34},
    .fronts = {6, 0, 30, 38, 26},
    .fabrics = {56, 3, 6, 6, 9, 14, 6},
    .ribs = 14,
    .waist_seam = 18,
    .pockets = 62,
    .hip_pockets = true,
    .chest_print = 0,
};

static const bodice_block shirt_block = {
    .top = {1, 2.6f},
    .hem = {24.5f, 27.5f},
    .neck = {1.9f, 3},
    .shoulder = {5.2f, 6.8f},
    .chest = {5.2f, 6.8f},
    .waist = {4.7f, 6.6f},
    .skirt = {5.2f, 7.2f},
    .neck_depth = {1.2f, 3.6f},
    .long_cuff = {1, 1.7f},
    .sleeves = {9, 31, 60},
    .necks = {42, 54, 4},
    .collars = {10, 0, 74, 16, 0, 0},
    .fronts = {7, 11, 80, 2, 0},
    .fabrics = {42, 4, 13, 20, 16, 2, 3},
    .ribs = 0,
    .waist_seam = 3,
    .pockets = 22,
    .chest_print = 0,
};

/* The measures of one bodice, drawn from its block. */
typedef struct {
  float top, hem, neck, shoulder, chest, waist, skirt, neck_depth;
  float shoulder_y, armpit_y, waist_y, hem_curve;
  float sleeve_length, sleeve_spread, cuff; /* spread: how far outwards, 0 … 1; cuff: half-width */
  sleeves sleeves;
  neckline neckline;
  collar collar;
  front front;
  bool ribs;
} bodice;

static void measure_sleeves(dice *d, const bodice_block *block, bodice *b) {
  float length = b->hem - b->top;
  if (b->sleeves == SHORT_SLEEVES) {
    b->sleeve_length = length * within(d, 0.17f, 0.3f);
    b->sleeve_spread = within(d, 0.4f, 0.75f);
    b->cuff = (b->armpit_y - b->shoulder_y) * within(d, 0.3f, 0.42f);
  } else {
    b->sleeve_length = length * within(d, 0.66f, 0.86f);
    b->sleeve_spread = within(d, 0.08f, 0.27f);
    b->cuff = in_range(d, block->long_cuff);
  }
}

static bodice measure_bodice(dice *d, const bodice_block *block) {
  bodice b;
  b.top = in_range(d, block->top);
  b.hem = in_range(d, block->hem);
  b.collar = (collar)choose(d, block->collars, COLLARS);
  b.front = (front)choose(d, block->fronts, FRONTS);
  b.neckline = (neckline)choose(d, block->necks, NECKS);
  b.sleeves = (sleeves)choose(d, block->sleeves, SLEEVES);
  b.ribs = chance(d, block->ribs);
  b.neck = in_range(d, block->neck);
  b.neck_depth = in_range(d, block->neck_depth);
  if (b.collar == STANDING || b.collar == HOOD) b.top += within(d, 1.4f, 2.4f);
  if (b.collar == STANDING) b.neck_depth = 0.6f;
  if (b.neckline == BOAT_NECK) b.neck_depth *= 0.4f;
  b.shoulder = in_range(d, block->shoulder);
  if (b.sleeves == SLEEVELESS) b.shoulder = b.neck + (b.shoulder - b.neck) * within(d, 0.3f, 0.9f);
  b.chest = in_range(d, block->chest);
  b.waist = in_range(d, block->waist);
  b.skirt = in_range(d, block->skirt);
  float length = b.hem - b.top;
  b.shoulder_y = b.top + within(d, 0.6f, 1.8f);
  b.armpit_y = b.shoulder_y + length * within(d, 0.18f, 0.25f);
  b.waist_y = b.top + length * within(d, 0.38f, 0.58f);
  b.hem_curve = chance(d, 40) ? within(d, 0.0f, 1.6f) : 0.0f;
  measure_sleeves(d, block, &b);
  return b;
}

static void cut_neckline(fr_outline *o, const bodice *b) {
  float bottom = b->top + b->neck_depth;
  if (b->neckline == V_NECK) {
    fr_outline_corner(o, 0, bottom);
  } else {
    fr_outline_curve(o, -b->neck * 0.8f, bottom);
    fr_outline_curve(o, b->neck * 0.8f, bottom);
  }
}

static void paint_body(garment *g, const bodice *b) {
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, b->neck, b->top);
  fr_outline_corner(&o, b->shoulder, b->shoulder_y);
  fr_outline_curve(&o, b->sleeves == SLEEVELESS ? mix(b->neck, b->shoulder, 0.7f) : b->shoulder,
                   b->armpit_y - 0.8f);
  fr_outline_corner(&o, b->chest, b->armpit_y);
  fr_outline_curve(&o, b->waist, b->waist_y - 1.5f);
  fr_outline_curve(&o, b->waist, b->waist_y + 1.5f);
  fr_outline_corner(&o, b->skirt, b->hem - b->hem_curve);
  fr_outline_curve(&o, b->skirt * 0.4f, b->hem);
  fr_outline_mirror(&o);
  cut_neckline(&o, b);
  fr_paint(&g->canvas, &o, &g->cloth, 1);
}

/* The inside of the back, seen through the neckline. */
static void paint_back_neck(garment *g, const bodice *b) {
  fr_ink inside = {g->texture, g->shadow.gain * 0.6f};
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, -b->neck, b->top);
  fr_outline_curve(&o, 0, b->top + 0.9f);
  fr_outline_corner(&o, b->neck, b->top);
  fr_outline_corner(&o, 0, b->top + b->neck_depth + 0.5f);
  fr_paint(&g->canvas, &o, &inside, 1);
}

/* side: −1 left, +1 right. */
static void paint_sleeve(garment *g, const bodice *b, float side) {
  float along_x = b->sleeve_spread, along_y = 1.0f - along_x * along_x * 0.5f;
  float end_x = b->shoulder + along_x * b->sleeve_length - b->cuff * 0.4f;
  float end_y = b->shoulder_y + along_y * b->sleeve_length;
  float across_x = along_y * b->cuff, across_y = -along_x * b->cuff;
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, side * b->shoulder * 0.7f, mix(b->top, b->shoulder_y, 0.6f));
  fr_outline_curve(&o, side * (b->shoulder + along_x * 3.0f + 0.7f), b->shoulder_y + 0.6f);
  fr_outline_corner(&o, side * (end_x + across_x), end_y + across_y);
  fr_outline_corner(&o, side * (end_x - across_x), end_y - across_y);
  fr_outline_corner(&o, side * (b->chest - 0.2f), b->armpit_y);
  fr_outline_corner(&o, side * b->shoulder * 0.6f, b->armpit_y);
  fr_paint(&g->canvas, &o, &g->shadow, 1);
  if (b->ribs || b->sleeves == SHORT_SLEEVES)
    fr_paint_line(&g->canvas, side * (end_x + across_x), end_y + across_y - 0.9f,
                  side * (end_x - across_x), end_y - across_y - 0.9f, b->ribs ? 1.2f : 0.5f,
                  &g->line, 0.35f);
}

static void paint_seams(garment *g, const bodice *b) {
  if (b->sleeves != SLEEVELESS)
    for (int side = -1; side <= 1; side += 2)
      fr_paint_arc(&g->canvas, (float)side * b->shoulder, b->shoulder_y,
                   (float)side * (b->chest - 1.2f), mix(b->shoulder_y, b->armpit_y, 0.6f),
                   (float)side * b->chest, b->armpit_y, 0.6f, &g->line, 0.4f);
  if (b->ribs)
    fr_paint_line(&g->canvas, -b->skirt, b->hem - 1.4f, b->skirt, b->hem - 1.4f, 1.6f, &g->line,
                  0.3f);
}

static void paint_neckband(garment *g, const bodice *b, float opacity) {
  float bottom = b->top + b->neck_depth;
  if (b->neckline == V_NECK) {
    fr_paint_line(&g->canvas, -b->neck, b->top, 0, bottom, 1.1f, &g->line, opacity);
    fr_paint_line(&g->canvas, b->neck, b->top, 0, bottom, 1.1f, &g->line, opacity);
  } else {
    fr_paint_arc(&g->canvas, -b->neck, b->top, 0, bottom + b->neck_depth * 0.5f, b->neck, b->top,
                 1.1f, &g->line, opacity);
  }
}

/* A collar point or lapel: from the neck outwards and down to where the two sides meet. */
static void paint_flap(garment *g, const bodice *b, float side, float width, float drop) {
  fr_outline o = {.count = 0};
  float meet = b->top + b->neck_depth;
  fr_outline_corner(&o, side * (b->neck - 0.5f), b->top - 0.7f);
  fr_outline_corner(&o, side * (b->neck + width * 0.6f), b->top + 0.7f);
  fr_outline_corner(&o, side * width, meet + drop * 0.35f);
  fr_outline_corner(&o, side * 0.25f, meet + drop);
  fr_outline_corner(&o, side * 0.2f, meet);
  fr_paint(&g->canvas, &o, &g->cloth, 1);
  fr_paint_line(&g->canvas, side * (b->neck + width * 0.6f), b->top + 0.7f, side * width,
                meet + drop * 0.35f, 0.6f, &g->line, 0.6f);
  fr_paint_line(&g->canvas, side * width, meet + drop * 0.35f, side * 0.25f, meet + drop, 0.7f,
                &g->line, 0.7f);
}

static void paint_standing_collar(garment *g, const bodice *b) {
  float height = within(&g->dice, 1.6f, 2.8f);
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, b->neck * 0.85f, b->top - height);
  fr_outline_corner(&o, b->neck + 0.3f, b->top + 0.5f);
  fr_outline_curve(&o, b->neck * 0.5f, b->top + 1.2f);
  fr_outline_mirror(&o);
  fr_paint(&g->canvas, &o, &g->shadow, 1);
  fr_paint_arc(&g->canvas, -b->neck, b->top + 0.4f, 0, b->top + 1.6f, b->neck, b->top + 0.4f, 0.7f,
               &g->line, 0.6f);
}

static void paint_hood(garment *g, const bodice *b) {
  float width = b->neck + within(&g->dice, 0.8f, 1.8f), height = within(&g->dice, 2, 3.2f);
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, width * 0.5f, b->top - height);
  fr_outline_curve(&o, width, b->top - height * 0.8f);
  fr_outline_corner(&o, width, b->top + 1.2f);
  fr_outline_corner(&o, 0.5f, b->top + b->neck_depth + 1.2f);
  fr_outline_mirror(&o);
  fr_paint(&g->canvas, &o, &g->shadow, 1);
  fr_ink inside = {g->texture, 0.35f};
  fr_outline opening = {.count = 0};
  fr_outline_corner(&opening, width * 0.3f, b->top - height * 0.55f);
  fr_outline_curve(&opening, width * 0.75f, b->top - height * 0.3f);
  fr_outline_corner(&opening, 0.2f, b->top + b->neck_depth);
  fr_outline_mirror(&opening);
  fr_paint(&g->canvas, &opening, &inside, 1);
}

static void paint_collar(garment *g, const bodice *b) {
  dice *d = &g->dice;
  float width = b->collar == LAPELS ? within(d, 3, 4.4f) : within(d, 2, 3.2f);
  float drop = b->collar == LAPELS ? within(d, 2, 5) : within(d, 0.4f, 1.6f);
  switch (b->collar) {
    case RIBBED: paint_neckband(g, b, 0.6f); break;
    case POINTED:
    case LAPELS:
      paint_flap(g, b, -1, width, drop);
      paint_flap(g, b, 1, width, drop);
      break;
    case STANDING: paint_standing_collar(g, b); break;
    case HOOD: paint_hood(g, b); break;
    default: paint_neckband(g, b, 0.15f);
  }
}

static void paint_buttons(garment *g, float from, float to, int count) {
  for (int i = 0; i < count; i++)
    fr_paint_box(&g->canvas, 0, mix(from, to, ((float)i + 0.5f) / (float)count), 0.55f, 0.5f,
                 &g->line, 0.9f);
}

static void paint_open_front(garment *g, float from, float hem) {
  const fr_ink inside = {g->texture, 0.22f};
  float gap = within(&g->dice, 0.5f, 1.8f);
  fr_outline o = {.count = 0};
  fr_outline_corner(&o, 0.2f, from);
  fr_outline_corner(&o, gap, hem + 1);
  fr_outline_mirror(&o);
  fr_paint(&g->canvas, &o, &inside, 1);
}

static void paint_front(garment *g, const bodice *b) {
  dice *d = &g->dice;
  float from = b->top + b->neck_depth, placket = within(d, 0.6f, 1.1f);
  if (b->front == CLOSED) return;
  if (b->front == OPEN) {
    paint_open_front(g, from, b->hem);
    return;
  }
  float to = b->front == HENLEY ? from + within(d, 3, 6) : b->hem - 0.3f;
  if (b->front == ZIP) {
    fr_paint_line(&g->canvas, 0, from, 0, to, placket * 1.2f, &g->line, within(d, 0.6f, 0.95f));
    return;
  }
  fr_paint_line(&g->canvas, -placket, from, -placket, to, 0.5f, &g->line, 0.35f);
  fr_paint_line(&g->canvas, placket, from, placket, to, 0.5f, &g->line, 0.35f);
  paint_buttons(g, from, to, b->front == HENLEY ? 2 : 4 + below(d, 4));
}

static void paint_hip_pockets(garment *g, const bodice *b) {
  float y = mix(b->top, b->hem, within(&g->dice, 0.6f, 0.72f)),
        lean = within(&g->dice, -0.3f, 1.6f);
  for (int side = -1; side <= 1; side += 2)
    fr_paint_line(&g->canvas, (float)side * b->skirt * 0.35f, y - lean,
                  (float)side * b->skirt * 0.75f, y + lean * 0.4f, 0.8f, &g->line, 0.75f);
}

static void paint_chest_pocket(garment *g, const bodice *b) {
  fr_paint_box(&g->canvas, b->chest * 0.5f, b->armpit_y + 1.5f, 1.4f, 1.5f, &g->line, 0.35f);
}

static void paint_chest_print(garment *g, const bodice *b) {
  dice *d = &g->dice;
  float y = b->armpit_y + within(d, 0, 3), width = b->chest * within(d, 0.35f, 0.65f);
  int rows = 1 + below(d, 3);
  for (int i = 0; i < rows; i++)
    fr_paint_box(&g->canvas, 0, y + (float)i * 1.7f, width * within(d, 0.5f, 1), 0.6f, &g->line,
                 0.75f);
}

static void draw_bodice(garment *g, const bodice_block *block) {
  dice *d = &g->dice;
  fr_garment_choose_cloth(g, block->fabrics);
  bodice b = measure_bodice(d, block);
  paint_back_neck(g, &b);
  if (b.sleeves != SLEEVELESS) {
    paint_sleeve(g, &b, -1);
    paint_sleeve(g, &b, 1);
  }
  paint_body(g, &b);
  paint_seams(g, &b);
  if (chance(d, block->chest_print)) paint_chest_print(g, &b);
  if (chance(d, block->waist_seam))
    fr_paint_line(&g->canvas, -b.waist, b.waist_y, b.waist, b.waist_y, within(d, 0.5f, 1.4f),
                  &g->line, 0.6f);
  paint_front(g, &b);
  paint_collar(g, &b);
  if (!chance(d, block->pockets)) return;
  if (block->hip_pockets) paint_hip_pockets(g, &b);
  else paint_chest_pocket(g, &b);
}

void fr_draw_t_shirt(garment *g) { draw_bodice(g, &t_shirt_block); }
void fr_draw_pullover(garment *g) { draw_bodice(g, &pullover_block); }
void fr_draw_dress(garment *g) { draw_bodice(g, &dress_block); }
void fr_draw_coat(garment *g) { draw_bodice(g, &coat_block); }
void fr_draw_shirt(garment *g) { draw_bodice(g, &shirt_block); }
