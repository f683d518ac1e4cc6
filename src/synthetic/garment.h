/* What the drawing of every garment shares: dice, cloth, and the garment on its way to pixels.
 * Lengths are canvas pixels; x = 0 is the middle of the picture, y = 0 its top. */
#ifndef FR_GARMENT_H
#define FR_GARMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "raster.h"

/* Random numbers in the order in which they are asked for: at most one draw in an expression, as C
 * leaves the order of operands and arguments to the compiler. */
typedef struct {
  uint64_t seed, index;
  uint32_t drawn; /* numbers used so far */
  uint32_t block[4];
} dice;

typedef enum { DICE_CUT, DICE_GRAIN, DICE_LABELS } dice_use;

typedef struct {
  float low, high;
} range;

/* index: of the picture; of its block of ten for DICE_LABELS. */
dice fr_dice(uint64_t seed, uint32_t index, dice_use use);

float within(dice *d, float low, float high);
float in_range(dice *d, range r);
int below(dice *d, int count); /* 0 … count − 1 */
bool chance(dice *d, int percent);

/* An index into `percent`, whose `count` entries sum to 100. */
int choose(dice *d, const uint8_t *percent, int count);

/* Kinds of cloth. A garment's table says how often each is used, in percent. */
typedef enum { PLAIN, STRIPES, PINSTRIPES, PLAID, PRINTED, KNIT, BLOCKED, FABRICS } fabric;

/* One garment on its way to becoming pixels. */
typedef struct {
  dice dice;
  float grain[FR_CANVAS_PIXELS]; /* even noise, −1 … 1 */
  fr_canvas canvas;
  float texture[FR_CANVAS_PIXELS];
  float tone;    /* mean shade of the cloth */
  fr_ink cloth;  /* the main material */
  fr_ink shadow; /* the same, further from the light: sleeves, linings, far straps */
  fr_ink line;   /* seams, buttons, prints: whatever stands out from the cloth */
} garment;

static inline float mix(float a, float b, float t) { return a + (b - a) * t; }

/* 0 at t ≤ 0, 1 at t ≥ 1, flat at both ends. */
static inline float smooth_step(float t) {
  t = clamp(t, 0.0f, 1.0f);
  return t * t * (3.0f - 2.0f * t);
}

/* Begin picture `index`: throw the dice for its noise and for the way it hangs in the picture. */
void fr_garment_begin(garment *g, uint64_t seed, uint32_t index);

/* Choose the cloth, before the first piece is painted. */
void fr_garment_choose_cloth(garment *g, const uint8_t fabrics[FABRICS]);

/* pixels: 28 rows × 28 columns. */
void fr_garment_finish(const garment *g, uint8_t pixels[FR_CANVAS_PIXELS]);

/* The ten classes. */
void fr_draw_t_shirt(garment *g);
void fr_draw_trousers(garment *g);
void fr_draw_pullover(garment *g);
void fr_draw_dress(garment *g);
void fr_draw_coat(garment *g);
void fr_draw_sandal(garment *g);
void fr_draw_shirt(garment *g);
void fr_draw_sneaker(garment *g);
void fr_draw_bag(garment *g);
void fr_draw_ankle_boot(garment *g);

#endif
