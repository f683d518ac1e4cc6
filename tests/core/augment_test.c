/* Augmentation: each layer's result compared with the expected picture. */
#include "kernels/augment.h"
#include "stack.h"

enum { H = 7, W = 9, C = 3, N = H * W * C, ROWS = 400 };

static float picture[N], got[N];

static fr_layer with_input(fr_layer l, fr_shape input) {
  must(fr_layer_infer(&l, (const fr_shape *const[]){&input}));
  l.seed = 5;
  return l;
}

static fr_layer layer_of(fr_layer_kind kind, float a, float b, float c, float d) {
  return with_input(augmentation(kind, a, b, c, d), image(H, W, C));
}

/* The picture of row `row` in step 3 of layer 1. The sanitizer watches the ends of its arrays. */
static const float *augmented(const fr_layer *l, int row) {
  size_t bytes = sizeof(float) * (size_t)fr_shape_elements(&l->input);
  float *x = check_alloc(bytes), *y = check_garbage(bytes / sizeof(float));
  memcpy(x, picture, bytes);
  fr_layer_augment(l, 1, 3, row, x, y);
  CHECK(memcmp(x, picture, bytes) == 0, "%s wrote into its input", fr_layer_name(l->kind));
  memcpy(got, y, bytes);
  free(x);
  free(y);
  return got;
}

static float pixel(const fr_shape *s, int y, int x, int c) {
  return picture[(y * s->dims[1] + x) * s->dims[2] + c];
}

/* ---- flip ------------------------------------------------------------------------------------ */

static int is_flipped(const float *y, int vertical, int horizontal) {
  const fr_shape s = image(H, W, C);
  for (int i = 0; i < N; i++) {
    int row = i / (W * C), column = i / C % W;
    if (y[i] !=
        pixel(&s, vertical ? H - 1 - row : row, horizontal ? W - 1 - column : column, i % C))
      return 0;
  }
  return 1;
}

/* Half of all rows: of n rows, with a standard deviation of √n / 2. The two directions are
 * independent. */
static void flips(void) {
  for (int ways = 0; ways < 4; ways++) {
    fr_layer l = layer_of(FR_RANDOM_FLIP, (float)(ways & 1), (float)(ways >> 1), 0, 0);
    int seen[4] = {0}, none = 0;
    for (int row = 0; row < ROWS; row++) {
      const float *y = augmented(&l, row);
      int kind = 0;
      while (kind < 4 && !is_flipped(y, kind >> 1, kind & 1)) kind++;
      if (kind < 4) seen[kind]++;
      else none++;
    }
    CHECK(none == 0, "%d pictures are no mirror image", none);
    int possible = 1 << ((ways & 1) + (ways >> 1));
    for (int kind = 0; kind < 4; kind++) {
      double share = (kind & ways) == kind ? 1.0 / possible : 0.0;
      CHECK_NEAR(seen[kind], share * ROWS, 4.0 * sqrt(ROWS * share * (1.0 - share)),
                 "flips of a kind");
    }
  }
}

/* ---- moved pictures, once more in double ----------------------------------------------------- */

/* The source of pixel i in a row of n, or -1; found by walking step by step. */
static int walked(fr_fill fill, int i, int n) {
  int at = 0, direction = 1;
  if (i >= 0 && i < n) return i;
  if (fill == FR_FILL_CONSTANT) return -1;
  if (fill == FR_FILL_NEAREST) return i < 0 ? 0 : n - 1;
  for (int steps = 0; steps < abs(i); steps++) {
    int outward = i < 0 ? -direction : direction;
    if (fill == FR_FILL_WRAP) at = at + outward < 0 ? n - 1 : at + outward == n ? 0 : at + outward;
    else if (at + outward < 0 || at + outward == n)
      direction = -direction; /* the border appears twice */
    else at += outward;
  }
  return at;
}

static double value_at(const fr_layer *l, int y, int x, int c) {
  int from_y = walked(l->fill, y, l->input.dims[0]), from_x = walked(l->fill, x, l->input.dims[1]);
  return from_y < 0 || from_x < 0 ? (double)l->fill_value
                                  : (double)pixel(&l->input, from_y, from_x, c);
}

static double interpolated(const fr_layer *l, double y, double x, int c) {
  if (l->interpolation == FR_NEAREST)
    return value_at(l, (int)floor(y + 0.5), (int)floor(x + 0.5), c);
  int top = (int)floor(y), left = (int)floor(x);
  double below = y - top, right = x - left;
  return (1 - below) *
             ((1 - right) * value_at(l, top, left, c) + right * value_at(l, top, left + 1, c)) +
         below * ((1 - right) * value_at(l, top + 1, left, c) +
                  right * value_at(l, top + 1, left + 1, c));
}

/* Halfway between two pixels, rounding decides which one is nearest. */
static int is_doubtful(const fr_layer *l, double y, double x) {
  double from_y = y - floor(y) - 0.5, from_x = x - floor(x) - 0.5;
  return l->interpolation == FR_NEAREST && fmin(fabs(from_y), fabs(from_x)) < 1e-4;
}

/* The result's pixel (y, x) comes from centre + map · ((y, x) - centre) - shift. */
typedef struct {
  double yy, yx, xy, xx, down, right;
} map;

static void check_moved(const fr_layer *l, map m, double tolerance, const char *what) {
  int h = l->input.dims[0], w = l->input.dims[1], channels = l->input.dims[2], compared = 0;
  const float *y = augmented(l, 0);
  double cy = (h - 1) / 2.0, cx = (w - 1) / 2.0, worst = 0.0;
  for (int i = 0; i < h * w * channels; i++) {
    double oy = i / channels / w - cy, ox = i / channels % w - cx;
    double iy = cy + m.yy * oy + m.yx * ox - m.down, ix = cx + m.xy * oy + m.xx * ox - m.right;
    if (is_doubtful(l, iy, ix)) continue;
    double off = fabs(y[i] - interpolated(l, iy, ix, i % channels));
    worst = off <= worst ? worst : off; /* a NaN counts as the worst */
    compared++;
  }
  CHECK(worst <= tolerance, "%s, fill %d, interpolation %d: off by %g", what, (int)l->fill,
        (int)l->interpolation, worst);
  CHECK(compared > h * w * channels / 3, "%s: %d pixels compared", what, compared);
}

typedef void (*case_check)(fr_layer l);

/* With every fill mode and interpolation. */
static void each_fill(fr_layer l, case_check check) {
  for (int fill = 0; fill < FR_FILLS; fill++)
    for (int interpolation = 0; interpolation < FR_INTERPOLATIONS; interpolation++) {
      l.fill = (fr_fill)fill;
      l.interpolation = (fr_interpolation)interpolation;
      l.fill_value = 0.75f;
      check(l);
    }
}

/* ---- translation ----------------------------------------------------------------------------- */

static void check_translation(fr_layer l) {
  map m = {1, 0, 0, 1, (double)l.range[0] * H, (double)l.range[2] * W};
  check_moved(&l, m, 2e-5, "translation");
}

/* By whole pixels: exactly the picture shifted down by `down` and right by `right`. */
static void check_whole_translation(fr_layer l) {
  int down = (int)lrint((double)l.range[0] * l.input.dims[0]);
  int right = (int)lrint((double)l.range[2] * l.input.dims[1]);
  const float *y = augmented(&l, 0);
  int wrong = 0, channels = l.input.dims[2], w = l.input.dims[1];
  for (int i = 0; i < fr_shape_elements(&l.input); i++)
    wrong += (double)y[i] !=
             value_at(&l, i / channels / w - down, i / channels % w - right, i % channels);
  CHECK(wrong == 0, "%d down, %d right, fill %d, interpolation %d: %d values are off", down, right,
        (int)l.fill, (int)l.interpolation, wrong);
}

static void translations(void) {
  for (int down = -8; down <= 8; down++)
    for (int right = -4; right <= 4; right++) { /* eighths and quarters are exact */
      float a = (float)down / 8.0f, b = (float)right / 4.0f;
      each_fill(with_input(augmentation(FR_RANDOM_TRANSLATION, a, a, b, b), image(8, 4, 2)),
                check_whole_translation);
    }
  for (int round = 0; round < 20; round++) {
    float a = check_float(), b = check_float();
    each_fill(layer_of(FR_RANDOM_TRANSLATION, a, a, b, b), check_translation);
  }
  /* half a pixel down: the mean of two neighbours */
  fr_layer half =
      with_input(augmentation(FR_RANDOM_TRANSLATION, 0.125f, 0.125f, 0, 0), image(4, 3, 1));
  const float *y = augmented(&half, 0);
  for (int i = 3; i < 12; i++)
    CHECK_NEAR(y[i], ((double)picture[i] + picture[i - 3]) / 2.0, 1e-7, "half a pixel");
}

/* The shift takes any value in its range and none outside it. Each pixel's value is its own index,
 * so the shift can be read from the result. */
static void translation_ranges(void) {
  fr_layer l = with_input(augmentation(FR_RANDOM_TRANSLATION, -0.25f, 0.5f, 0, 0), image(8, 1, 1));
  double low = 99.0, high = -99.0, sum = 0.0;
  float kept[N];
  memcpy(kept, picture, sizeof kept);
  for (int i = 0; i < 8; i++) picture[i] = (float)i;
  for (int row = 0; row < ROWS; row++) {
    double down = 4.0 - (double)augmented(&l, row)[4];
    low = fmin(low, down);
    high = fmax(high, down);
    sum += down;
  }
  memcpy(picture, kept, sizeof kept);
  CHECK(low >= -2.0 && low < -1.9 && high <= 4.0 && high > 3.9, "moved by %g … %g pixels of 8", low,
        high);
  CHECK_NEAR(sum / ROWS, 1.0, 5.0 * 6.0 / sqrt(12.0 * ROWS),
             "mean shift"); /* a width of 6: 6 / √12 */
}

/* ---- rotation -------------------------------------------------------------------------------- */

static void check_rotation(fr_layer l) {
  double a = (double)l.range[0] * 2.0 * acos(-1.0);
  check_moved(&l, (map){cos(a), sin(a), -sin(a), cos(a), 0, 0}, 2e-5, "rotation");
}

/* A quarter turn counter-clockwise: the right column becomes the top row. */
static void quarter_turns(void) {
  for (int side = 1; side <= 8; side++)
    for (int quarters = -4; quarters <= 4; quarters++) {
      float turn = (float)quarters / 4.0f;
      fr_layer l =
          with_input(augmentation(FR_RANDOM_ROTATION, turn, turn, 0, 0), image(side, side, C));
      if (fr_shape_elements(&l.input) > N) continue;
      const float *y = augmented(&l, 0);
      double worst = 0.0;
      for (int i = 0; i < side * side * C; i++) {
        int row = i / C / side, column = i / C % side;
        for (int q = 0; q < (quarters + 4) % 4; q++) {
          int turned = side - 1 - row;
          row = column;
          column = turned;
        }
        worst = fmax(worst, fabs((double)y[i] - pixel(&l.input, row, column, i % C)));
      }
      CHECK(worst <= 1e-6, "%d quarter turns of %d × %d: off by %g", quarters, side, side, worst);
    }
}

static void rotations(void) {
  quarter_turns();
  for (int round = -24; round <= 24; round++) {
    float turn = (float)round / 24.0f + 0.013f;
    if (turn > 1.0f) turn = 1.0f;
    each_fill(layer_of(FR_RANDOM_ROTATION, turn, turn, 0, 0), check_rotation);
  }
}

/* ---- zoom ------------------------------------------------------------------------------------ */

static void check_zoom(fr_layer l) {
  map m = {1.0 + (double)l.range[0], 0, 0, 1.0 + (double)l.range[2], 0, 0};
  check_moved(&l, m, 2e-5, "zoom");
}

static void zooms(void) {
  fr_layer still = layer_of(FR_RANDOM_ZOOM, 0, 0, 0, 0);
  CHECK(memcmp(augmented(&still, 0), picture, sizeof picture) == 0,
        "a zoom of 0 changes the picture");
  static const float factors[] = {-1.0f, -0.53f, -0.13f, 0.0f, 0.31f, 0.47f, 1.0f};
  for (int a = 0; a < 7; a++)
    for (int b = 0; b < 7; b++)
      each_fill(layer_of(FR_RANDOM_ZOOM, factors[a], factors[a], factors[b], factors[b]),
                check_zoom);
}

/* One factor for both sides: the same picture as with the factor in both places. */
static void zoom_alike(void) {
  fr_layer alike = layer_of(FR_RANDOM_ZOOM, 0.25f, 0.25f, 1.0f, -1.0f);
  fr_layer both = layer_of(FR_RANDOM_ZOOM, 0.25f, 0.25f, 0.25f, 0.25f);
  float want[N];
  memcpy(want, augmented(&both, 0), sizeof want);
  CHECK(memcmp(augmented(&alike, 0), want, sizeof want) == 0, "the width has a factor of its own");
}

/* ---- contrast -------------------------------------------------------------------------------- */

static double mean_of(int channel) {
  double sum = 0.0;
  for (int i = channel; i < N; i += C) sum += picture[i];
  return sum / (H * W);
}

/* The factor is computed from the first value. Every other value must agree, clipped to the value
 * range. */
static void contrasts(void) {
  for (int round = 0; round < 200; round++) {
    float lower = 0.05f * (float)(round % 21), upper = 0.1f * (float)(round % 31);
    fr_layer l = layer_of(FR_RANDOM_CONTRAST, lower, upper, 0, 0);
    l.value_range[0] = -100.0f;
    l.value_range[1] = 100.0f;
    double mean = mean_of(0),
           factor = ((double)augmented(&l, round)[0] - mean) / ((double)picture[0] - mean);
    CHECK(factor >= 1.0 - (double)lower - 1e-5 && factor <= 1.0 + (double)upper + 1e-5,
          "factor %g outside 1 - %g … 1 + %g", factor, (double)lower, (double)upper);
    for (int cut = 0; cut < 2; cut++) {
      if (cut) l.value_range[0] = -0.5f;
      if (cut) l.value_range[1] = 0.25f;
      const float *y = augmented(&l, round);
      for (int i = 0; i < N; i++) {
        double want = ((double)picture[i] - mean_of(i % C)) * factor + mean_of(i % C);
        CHECK_NEAR(y[i], fmin(fmax(want, (double)l.value_range[0]), (double)l.value_range[1]), 2e-5,
                   "contrast");
      }
    }
  }
}

/* ---- erasing --------------------------------------------------------------------------------- */

typedef struct {
  int top, left, rows, columns, count;
} box;

/* The bounding box of the changed pixels. */
static box erased(const fr_layer *l, const float *y) {
  int w = l->input.dims[1], channels = l->input.dims[2];
  box b = {.top = 99, .left = 99};
  int bottom = -1, right = -1;
  for (int i = 0; i < fr_shape_elements(&l->input); i++) {
    int row = i / channels / w, column = i / channels % w;
    if (y[i] == picture[i]) continue;
    b.count++;
    b.top = row < b.top ? row : b.top;
    b.left = column < b.left ? column : b.left;
    bottom = row > bottom ? row : bottom;
    right = column > right ? column : right;
  }
  b.rows = bottom - b.top + 1;
  b.columns = right - b.left + 1;
  return b;
}

/* A rectangle that is completely filled. Its sides are between the roots of `low` and `high` times
 * the picture's, rounded up or down to whole pixels. */
static void check_box(const fr_layer *l, box b, const float *y) {
  double low = sqrt((double)l->range[0]), high = sqrt((double)l->range[1]);
  const int got_sides[2] = {b.rows, b.columns};
  CHECK(b.count == b.rows * b.columns * C, "%d values of %d × %d pixels changed", b.count, b.rows,
        b.columns);
  for (int side = 0; side < 2; side++) {
    int n = got_sides[side], all = l->input.dims[side];
    CHECK(n > low * all - 1.0 - 1e-4 && n < high * all + 1.0 + 1e-4,
          "%d of %d pixels, want a share of %g … %g", n, all, low, high);
  }
  for (int i = b.top; i < b.top + b.rows && isfinite(l->fill_value); i++)
    for (int k = b.left * C; k < (b.left + b.columns) * C; k++)
      CHECK(y[i * W * C + k] == l->fill_value, "pixel %d, %d became %g", i, k / C,
            (double)y[i * W * C + k]);
}

static fr_layer eraser(float low, float high, float probability, float most_probable) {
  fr_layer l = layer_of(FR_RANDOM_ERASING, low, high, probability, most_probable);
  l.fill_value = -3.5f;
  l.value_range[0] = -100.0f;
  l.value_range[1] = 2.0f;
  return l;
}

static void erasing(void) {
  static const float scales[][2] = {
      {0.25f, 0.25f}, {0.02f, 0.33f}, {0.3f, 0.9f}, {1.0f, 1.0f}, {0.0f, 1.0f}};
  for (int s = 0; s < 5; s++) {
    fr_layer l = eraser(scales[s][0], scales[s][1], 1.0f, 1.0f);
    int boxes = 0, tall = 0, wide = 0, rows[H] = {0}, columns[W] = {0};
    for (int row = 0; row < ROWS; row++) {
      const float *y = augmented(&l, row);
      box b = erased(&l, y);
      if (b.count == 0) continue; /* between two pixels */
      check_box(&l, b, y);
      boxes++;
      tall += b.rows * W > b.columns * H * 3 / 2;
      wide += b.columns * H > b.rows * W * 3 / 2;
      for (int i = b.top; i < b.top + b.rows; i++) rows[i]++;
      for (int i = b.left; i < b.left + b.columns; i++) columns[i]++;
    }
    CHECK(boxes > ROWS * 3 / 4, "%d boxes", boxes);
    if (s == 4) CHECK(tall > 20 && wide > 20, "%d tall boxes, %d wide ones", tall, wide);
    /* a box starts after the first row, unless it fits nowhere else */
    for (int i = 1; i < H; i++) CHECK(rows[i] > 0, "row %d is never erased", i);
    for (int i = 1; i < W; i++) CHECK(columns[i] > 0, "column %d is never erased", i);
    if (s == 3) CHECK(rows[0] == ROWS && columns[0] == ROWS, "the whole picture %d times", rows[0]);
  }
}

/* Drawn from a half to one, the probability is three quarters on average. */
static void erasing_sometimes(void) {
  static const float factors[][3] = {
      {0.3f, 0.3f, 0.3f}, {0.5f, 1.0f, 0.75f}, {0.0f, 0.0f, 0.0f}, {1.0f, 1.0f, 1.0f}};
  for (int f = 0; f < 4; f++) {
    fr_layer l = eraser(0.25f, 0.25f, factors[f][0], factors[f][1]);
    int count = 0;
    double share = (double)factors[f][2];
    for (int row = 0; row < ROWS; row++) count += erased(&l, augmented(&l, row)).count > 0;
    CHECK_NEAR(count, share * ROWS, 5.0 * sqrt(share * (1.0 - share) * ROWS),
               "pictures with a hole");
  }
}

/* The fill value is clipped to the value range. Without a fill value it is noise, independent for
 * each value; where nothing is clipped, its size is twice the range's upper end. */
static void erasing_with_noise(void) {
  fr_layer l = eraser(1.0f, 1.0f, 1.0f, 1.0f);
  l.fill_value = 5.0f;
  CHECK(augmented(&l, 0)[0] == 2.0f, "filled with %g", (double)got[0]);
  l.fill_value = -500.0f;
  CHECK(augmented(&l, 0)[0] == -100.0f, "filled with %g", (double)got[0]);
  l.fill_value = NAN;
  double above = 0.0, squares = 0.0, last = 99.0;
  int n = 0, same = 0, cut = 0;
  for (int row = 0; row < 20; row++) {
    const float *y = augmented(&l, row);
    for (int i = 0; i < N; i++, n++) {
      CHECK(y[i] >= -100.0f && y[i] <= 2.0f, "%g is outside the range", (double)y[i]);
      same += (double)y[i] == last && y[i] != 2.0f;
      cut += y[i] == 2.0f;
      above += y[i] > 0.0f;
      if (y[i] < 0.0f) squares += (double)y[i] * y[i]; /* half of the distribution is not clipped */
      last = y[i];
    }
  }
  CHECK(same == 0, "%d neighbours share a value", same);
  CHECK_NEAR(above / n, 0.5, 5.0 * 0.5 / sqrt(n), "noise above 0");
  CHECK_NEAR((double)cut / n, 0.5 * erfc(1.0 / sqrt(2.0)), 5.0 * 0.4 / sqrt(n),
             "noise beyond one deviation, cut");
  /* x² below 0 and 0 above: mean 4/2, mean square 3 · 16 / 2 */
  CHECK_NEAR(squares / n, 2.0, 5.0 * sqrt((24.0 - 4.0) / n), "size of the noise");
}

/* ---- chance ---------------------------------------------------------------------------------- */

static const fr_layer_kind kinds[] = {FR_RANDOM_TRANSLATION, FR_RANDOM_ROTATION, FR_RANDOM_ZOOM,
                                      FR_RANDOM_CONTRAST, FR_RANDOM_ERASING};

/* The result depends on seed, step, layer and row, each of them, and on nothing else. */
static void chance(void) {
  for (int k = 0; k < 5; k++) {
    fr_layer l = layer_of(kinds[k], 0.1f, 0.4f, 0.1f, 0.4f), other = l;
    for (int i = 2; i < 4 && kinds[k] == FR_RANDOM_ERASING; i++) l.range[i] = other.range[i] = 1.0f;
    other.seed = 6;
    float first[N], y[N];
    fr_layer_augment(&l, 1, 3, 2, picture, first);
    fr_layer_augment(&l, 1, 3, 2, picture, y);
    CHECK(memcmp(first, y, sizeof y) == 0, "%s: the same again differs", fr_layer_name(kinds[k]));
    const struct {
      const fr_layer *layer;
      int index;
      uint64_t step;
      int row;
    } others[] = {{&other, 1, 3, 2},
                  {&l, 2, 3, 2},
                  {&l, 1, 4, 2},
                  {&l, 1, 3, 3},
                  {&l, 1, 3 + ((uint64_t)1 << 33), 2}};
    for (int i = 0; i < 5; i++) {
      fr_layer_augment(others[i].layer, others[i].index, others[i].step, others[i].row, picture, y);
      CHECK(memcmp(first, y, sizeof y) != 0, "%s: case %d is the same", fr_layer_name(kinds[k]), i);
    }
  }
}

int main(void) {
  for (int i = 0; i < N; i++) picture[i] = check_float();
  flips();
  translations();
  translation_ranges();
  rotations();
  zooms();
  zoom_alike();
  contrasts();
  erasing();
  erasing_sometimes();
  erasing_with_noise();
  chance();
  return check_report("augment", 80000);
}
