/* What the drawing of every garment shares: dice, cloth, and the garment on its way to pixels.
 * Lengths are canvas pixels; x = 0 is the middle of the picture, y = 0 its top. */
#ifndef FR_GARMENT_H
#define FR_GARMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random.h"
#include "raster.h"

/* Dice: the random numbers of one picture.
 * At most one draw in an expression: C leaves the order of operands and arguments to the compiler.
 */

/* Upper half of the stream index; the lower half is the picture's index, or its block of ten. */
typedef enum { DICE_CUT, DICE_GRAIN, DICE_LABELS } dice_use;

typedef struct {
  uint64_t seed, index;
  uint32_t drawn; /* numbers used so far */
  uint32_t block[4];
} dice;

typedef struct {
  float low, high;
} range;

static inline dice dice_for(uint64_t seed, uint32_t index, dice_use use) {
  return (dice){.seed = seed, .index = (uint64_t)use << 32 | index};
}

static inline uint32_t roll(dice *d) {
  if (d->drawn % 4 == 0)
    fr_random_block(d->seed, FR_STREAM_SYNTHETIC, d->index, d->drawn / 4, d->block);
  return d->block[d->drawn++ % 4];
}

static inline float within(dice *d, float low, float high) {
  return low + (high - low) * ((float)(roll(d) >> 8) / 16777216.0f);
}

static inline float in_range(dice *d, range r) { return within(d, r.low, r.high); }

static inline int below(dice *d, int count) {
  return (int)((uint64_t)roll(d) * (uint32_t)count >> 32);
}

static inline bool chance(dice *d, int percent) { return below(d, 100) < percent; }

/* An index into `percent`, whose `count` entries sum to 100. */
static inline int choose(dice *d, const uint8_t *percent, int count) {
  int left = below(d, 100), choice = 0;
  while (choice + 1 < count && left >= percent[choice])
    left -= percent[choice++];
  return choice;
}

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

static inline float clamp(float value, float low, float high) {
  return value < low ? low : value > high ? high : value;
}

static inline float mix(float a, float b, float t) { return a + (b - a) * t; }

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
