#include "garment.h"

dice fr_dice(uint64_t seed, uint32_t index, dice_use use) {
  return (dice){.seed = seed, .index = (uint64_t)use << 32 | index};
}

static uint32_t roll(dice *d) {
  if (d->drawn % 4 == 0)
    fr_random_block(d->seed, FR_STREAM_SYNTHETIC, d->index, d->drawn / 4, d->block);
  return d->block[d->drawn++ % 4];
}

float within(dice *d, float low, float high) {
  return low + (high - low) * ((float)(roll(d) >> 8) / 16777216.0f);
}

float in_range(dice *d, range r) { return within(d, r.low, r.high); }

int below(dice *d, int count) { return (int)((uint64_t)roll(d) * (uint32_t)count >> 32); }

bool chance(dice *d, int percent) { return below(d, 100) < percent; }

/* An index into `percent`, whose `count` entries sum to 100. */
int choose(dice *d, const uint8_t *percent, int count) {
  int left = below(d, 100), choice = 0;
  while (choice + 1 < count && left >= percent[choice]) left -= percent[choice++];
  return choice;
}

static void make_noise(garment *g, uint64_t seed, uint32_t index) {
  uint64_t grain = fr_dice(seed, index, DICE_GRAIN).index;
  fr_random_uniform(seed, FR_STREAM_SYNTHETIC, grain, 1.0f, g->grain, FR_CANVAS_PIXELS);
}

/* Where the 28 columns or rows of a picture lie between the lines of a lattice. */
typedef struct {
  uint8_t line[FR_CANVAS_SIDE], next[FR_CANVAS_SIDE];
  float share[FR_CANVAS_SIDE]; /* of the next line */
} lattice;

/* Lines `size` pixels apart, ≥ 1; the picture begins at pixel `first`. */
static lattice lattice_of(float size, int first) {
  lattice l;
  for (int i = 0; i < FR_CANVAS_SIDE; i++) {
    float at = (float)(first + i) / size;
    int line = (int)at;
    l.line[i] = (uint8_t)(line % FR_CANVAS_SIDE);
    l.next[i] = (uint8_t)((line + 1) % FR_CANVAS_SIDE);
    l.share[i] = smooth_step(at - (float)line);
  }
  return l;
}

/* Value noise (Perlin's lattice without gradients). */
static float value_noise(const garment *g, const lattice *x, const lattice *y, int column,
                         int row) {
  const float *upper = g->grain + y->line[row] * FR_CANVAS_SIDE;
  const float *lower = g->grain + y->next[row] * FR_CANVAS_SIDE;
  int left = x->line[column], right = x->next[column];
  float tx = x->share[column];
  return mix(mix(upper[left], upper[right], tx), mix(lower[left], lower[right], tx), y->share[row]);
}

/* A wave of period 1 between −1 and 1, `t` ≥ 0. */
static float wave(float t) {
  float phase = t - (float)(int)t;
  float triangle = phase < 0.5f ? 2.0f * phase : 2.0f - 2.0f * phase;
  return 2.0f * smooth_step(triangle) - 1.0f;
}

typedef struct {
  fabric fabric;
  float period, phase; /* pixels, periods */
  float contrast;      /* of the pattern */
  float folds, grain;  /* of the drape and of the weave */
} weave;

/* What a pattern is made of, along either side. */
typedef struct {
  lattice x, y;
  float wave[FR_CANVAS_SIDE];
} pattern;

static pattern pattern_of(const weave *w) {
  bool knit = w->fabric == KNIT;
  pattern p = {.x = lattice_of(knit ? 1.4f : w->period * 0.4f, 0),
               .y = lattice_of(knit ? 2.0f : w->period * 0.4f, 0)};
  for (int i = 0; i < FR_CANVAS_SIDE; i++) p.wave[i] = wave((float)i / w->period + w->phase);
  return p;
}

static float pattern_at(const weave *w, const pattern *p, const garment *g, int column, int row) {
  switch (w->fabric) {
    case STRIPES: return p->wave[row];
    case PINSTRIPES: return p->wave[column];
    case PLAID: return (p->wave[column] + p->wave[row]) * 0.6f;
    case PRINTED: return clamp(3.0f * value_noise(g, &p->x, &p->y, column, row), -1, 1);
    case KNIT: return value_noise(g, &p->x, &p->y, column, row) * 0.5f;
    case BLOCKED: return (float)row < 28.0f * w->phase ? 0.6f : -0.6f;
    default: return 0.0f;
  }
}

static void weave_texture(garment *g, const weave *w) {
  lattice x = lattice_of(3.0f, 3), y = lattice_of(11.0f, 7);
  pattern p = pattern_of(w);
  for (int row = 0; row < FR_CANVAS_SIDE; row++)
    for (int column = 0; column < FR_CANVAS_SIDE; column++) {
      int pixel = row * FR_CANVAS_SIDE + column;
      float folds = value_noise(g, &x, &y, column, row) * w->folds;
      float shade = g->tone * (1.0f + folds + g->grain[pixel] * w->grain);
      shade += w->contrast * pattern_at(w, &p, g, column, row);
      g->texture[pixel] = clamp(shade, 0.04f, 1.0f);
    }
}

void fr_garment_choose_cloth(garment *g, const uint8_t fabrics[FABRICS]) {
  dice *d = &g->dice;
  g->tone = chance(d, 28) ? within(d, 0.18f, 0.5f) : within(d, 0.58f, 0.97f);
  weave w;
  w.fabric = (fabric)choose(d, fabrics, FABRICS);
  w.period = within(d, 3.0f, 6.0f);
  w.phase = within(d, 0.25f, 0.75f);
  w.contrast = within(d, 0.06f, 0.26f);
  w.folds = within(d, 0.04f, 0.2f);
  w.grain = chance(d, 25) ? within(d, 0.04f, 0.11f) : within(d, 0.0f, 0.04f);
  weave_texture(g, &w);
  g->cloth = (fr_ink){g->texture, 1.0f};
  g->shadow = (fr_ink){g->texture, within(d, 0.72f, 0.92f)};
  g->line = (fr_ink){NULL, g->tone > 0.42f ? g->tone * within(d, 0.2f, 0.5f)
                                           : g->tone + within(d, 0.25f, 0.5f)};
}

/* A slight rotation, scale and shift around the middle of the picture. With t = tan(angle / 2): cos
 * = (1 − t²) / (1 + t²), sin = 2t / (1 + t²). */
static fr_affine hang(dice *d) {
  float t = within(d, -0.035f, 0.035f), scale_x = within(d, 0.95f, 1.05f),
        scale_y = within(d, 0.96f, 1.02f);
  float cosine = (1 - t * t) / (1 + t * t), sine = 2 * t / (1 + t * t);
  fr_affine frame = {
      .xx = cosine * scale_x, .xy = -sine * scale_y, .yx = sine * scale_x, .yy = cosine * scale_y};
  frame.x0 = 14 - frame.xy * 14 + within(d, -0.8f, 0.8f);
  frame.y0 = 14 - frame.yy * 14 + within(d, -0.6f, 0.6f);
  return frame;
}

void fr_garment_begin(garment *g, uint64_t seed, uint32_t index) {
  g->dice = fr_dice(seed, index, DICE_CUT);
  make_noise(g, seed, index);
  fr_canvas_clear(&g->canvas, hang(&g->dice));
}

void fr_garment_finish(const garment *g, uint8_t pixels[FR_CANVAS_PIXELS]) {
  for (int i = 0; i < FR_CANVAS_PIXELS; i++) {
    float value = g->canvas.shade[i] + g->grain[i] * 0.02f * g->canvas.coverage[i];
    pixels[i] = (uint8_t)(clamp(value, 0.0f, 1.0f) * 255.0f + 0.5f);
  }
}
