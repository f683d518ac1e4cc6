/* From a photo to a picture: averages compared with a plain reference, colours with published
 * values; garments drawn on plain, striped and noisy backgrounds are found; kinds of pictures are
 * distinguished. */
#include "check.h"
#include "photo/api.h"

static fr_shrinker shrinker;
static fr_photo photo;
static fr_lab lab;
static float saliency[FR_PHOTO_PIXELS], mask[FR_PHOTO_PIXELS];

static int random_below(int n) { return (int)(check_random() % (uint32_t)n); }

/* ---- shrink ---------------------------------------------------------------------------------- */

static uint8_t *random_source(int width, int height) {
  uint8_t *rgba = malloc((size_t)width * (size_t)height * 4);
  if (!rgba) check_abort("no memory for a source");
  for (long i = 0; i < (long)width * height * 4; i++) rgba[i] = (uint8_t)check_random();
  return rgba;
}

/* The mean of a cell, in doubles. */
static double mean_of(const uint8_t *rgba, int width, int height, int columns, int rows, int x,
                      int y, int c) {
  const double x0 = (double)x * width / columns, x1 = (double)(x + 1) * width / columns;
  const double y0 = (double)y * height / rows, y1 = (double)(y + 1) * height / rows;
  double sum = 0;
  for (int Y = (int)y0; Y < height && Y < y1; Y++)
    for (int X = (int)x0; X < width && X < x1; X++)
      sum += rgba[((long)Y * width + X) * 4 + c] * (fmin(x1, X + 1) - fmax(x0, X)) *
             (fmin(y1, Y + 1) - fmax(y0, Y));
  return sum / ((x1 - x0) * (y1 - y0));
}

static void shrink(const uint8_t *rgba, int width, int height, int strip) {
  CHECK(fr_shrink_begin(&shrinker, width, height) == FR_OK, "%s", fr_last_error());
  for (int y = 0; y < height; y += strip)
    fr_shrink_rows(&shrinker, rgba + (size_t)y * (size_t)width * 4,
                   strip < height - y ? strip : height - y, photo.rgba);
  photo.width = shrinker.width;
  photo.height = shrinker.height;
}

static void averages(void) {
  static const int sizes[][2] = {{1, 1},    {28, 28},   {112, 112}, {113, 57}, {1, 700},
                                 {3000, 2}, {400, 533}, {225, 224}, {97, 111}};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    const int width = sizes[s][0], height = sizes[s][1];
    uint8_t *rgba = random_source(width, height);
    shrink(rgba, width, height, 1 + random_below(40));
    static fr_photo before;
    before = photo;
    double worst = 0;
    for (int y = 0; y < photo.height; y++)
      for (int x = 0; x < photo.width; x++)
        for (int c = 0; c < 4; c++)
          worst =
              fmax(worst, fabs(photo.rgba[(y * photo.width + x) * 4 + c] -
                               mean_of(rgba, width, height, photo.width, photo.height, x, y, c)));
    CHECK(worst <= 2, "%d x %d: off by %g of 255", width, height, worst);
    CHECK(photo.width <= FR_PHOTO_EDGE && photo.height <= FR_PHOTO_EDGE, "%d x %d is made %d x %d",
          width, height, photo.width, photo.height);
    shrink(rgba, width, height, height);
    CHECK(memcmp(before.rgba, photo.rgba, (size_t)(photo.width * photo.height * 4)) == 0,
          "%d x %d: strips change the result", width, height);
    free(rgba);
  }
  const int wrong[][2] = {{0, 5}, {5, 0}, {fr_photo_most() + 1, 5}, {5, fr_photo_most() + 1}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    CHECK(fr_shrink_begin(&shrinker, wrong[i][0], wrong[i][1]) == FR_INVALID_ARGUMENT,
          "%d x %d is taken", wrong[i][0], wrong[i][1]);
}

/* Sends a source through the strip. */
static void send(const uint8_t *rgba, int width, int height) {
  const int rows = fr_photo_strip_bytes() / (width * 4);
  for (int y = 0; y < height; y += rows) {
    const int count = rows < height - y ? rows : height - y;
    memcpy(fr_photo_strip(), rgba + (size_t)y * (size_t)width * 4,
           (size_t)count * (size_t)width * 4);
    CHECK(fr_photo_rows(count) == FR_OK, "%s", fr_last_error());
  }
}

/* What a see-through pixel shows on white. */
static void put_on_white(uint8_t *rgba, int pixels) {
  for (int i = 0; i < pixels * 4; i += 4)
    for (int c = 0; c < 3; c++)
      rgba[i + c] = (uint8_t)lround(255 - (255 - rgba[i + c]) * (rgba[i + 3] / 255.0));
}

static uint8_t *cut(const uint8_t *rgba, int width, const int part[4]) {
  const int columns = part[2] - part[0], rows = part[3] - part[1];
  uint8_t *out = random_source(columns, rows);
  for (int y = 0; y < rows; y++)
    memcpy(out + (long)y * columns * 4, rgba + ((long)(y + part[1]) * width + part[0]) * 4,
           (size_t)columns * 4);
  return out;
}

/* Parts of pictures, at any size, in colour and in gray, against means in doubles. */
static void pictures(void) {
  static const struct {
    int source[2], part[4], image[2];
  } cases[] = {{{400, 533}, {0, 0, 400, 533}, {48, 48}},   {{97, 111}, {10, 20, 90, 111}, {28, 32}},
               {{5, 7}, {0, 0, 5, 7}, {64, 96}},           {{300, 2}, {299, 1, 300, 2}, {3, 1}},
               {{256, 256}, {0, 0, 256, 256}, {256, 256}}, {{1000, 9}, {0, 3, 1000, 6}, {1, 256}}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const int width = cases[k].source[0], height = cases[k].source[1], *part = cases[k].part;
    const int w = cases[k].image[0], h = cases[k].image[1];
    uint8_t *rgba = random_source(width, height), *wanted = cut(rgba, width, part);
    const int columns = part[2] - part[0], rows = part[3] - part[1];
    put_on_white(wanted, columns * rows);
    CHECK(fr_picture_begin(width, height, part[0], part[1], part[2], part[3], w, h) == FR_OK, "%s",
          fr_last_error());
    send(rgba, width, height);
    double worst = 0, worst_gray = 0;
    CHECK(fr_picture_image(3) == FR_OK, "%s", fr_last_error());
    for (int i = 0; i < w * h * 3; i++)
      worst = fmax(worst, fabs(fr_picture_pixels()[i] -
                               mean_of(wanted, columns, rows, w, h, i / 3 % w, i / 3 / w, i % 3)));
    CHECK(fr_picture_image(1) == FR_OK, "%s", fr_last_error());
    for (int i = 0; i < w * h; i++) {
      double rgb[3];
      for (int c = 0; c < 3; c++) rgb[c] = mean_of(wanted, columns, rows, w, h, i % w, i / w, c);
      const double gray = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
      worst_gray = fmax(worst_gray, fabs(fr_picture_pixels()[i] - gray));
    }
    CHECK(worst <= 1.01 && worst_gray <= 1.51, "case %zu: off by %g, gray %g", k, worst,
          worst_gray);
    free(rgba);
    free(wanted);
  }
}

static void refused_pictures(void) {
  static const int wrong[][8] = {{0, 5, 0, 0, 1, 1, 8, 8},   {5, 5, 0, 0, 6, 5, 8, 8},
                                 {5, 5, -1, 0, 5, 5, 8, 8},  {5, 5, 3, 0, 3, 5, 8, 8},
                                 {5, 5, 0, 4, 5, 2, 8, 8},   {5, 5, 0, 0, 5, 6, 8, 8},
                                 {5, 5, 0, 0, 5, 5, 257, 8}, {5, 5, 0, 0, 5, 5, 8, 0}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    const int *v = wrong[i];
    CHECK(fr_picture_begin(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]) == FR_INVALID_ARGUMENT,
          "case %zu is taken", i);
    CHECK(fr_photo_rows(1) == FR_WRONG_STATE, "rows of a picture that was refused are taken");
  }
  CHECK(fr_picture_begin(4, 4, 0, 0, 4, 4, 2, 2) == FR_OK, "%s", fr_last_error());
  fr_photo_rows(3);
  CHECK(fr_picture_image(3) == FR_WRONG_STATE, "a row is missing, and not missed");
  CHECK(fr_photo_segment() == FR_WRONG_STATE, "a picture is taken for a photo");
  fr_photo_rows(1);
  CHECK(fr_picture_image(2) == FR_INVALID_ARGUMENT, "two channels are taken");
  fr_photo_begin(4, 4);
  fr_photo_rows(4);
  CHECK(fr_picture_image(3) == FR_WRONG_STATE, "a photo is taken for a picture");
}

/* ---- colour ---------------------------------------------------------------------------------- */

/* CIE L*a*b* of sRGB's primaries under D65, as published by Lindbloom's calculator. */
static void colours(void) {
  static const struct {
    uint8_t rgb[3];
    double lab[3];
  } known[] = {{{255, 255, 255}, {100, 0, 0}},         {{0, 0, 0}, {0, 0, 0}},
               {{255, 0, 0}, {53.24, 80.09, 67.20}},   {{0, 255, 0}, {87.73, -86.18, 83.18}},
               {{0, 0, 255}, {32.30, 79.19, -107.86}}, {{128, 128, 128}, {53.59, 0, 0}}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    photo.width = photo.height = 1;
    memcpy(photo.rgba, known[k].rgb, 3);
    fr_lab_of(&photo, &lab);
    CHECK_NEAR(lab.l[0], known[k].lab[0], 0.05, "L*");
    CHECK_NEAR(lab.a[0], known[k].lab[1], 0.05, "a*");
    CHECK_NEAR(lab.b[0], known[k].lab[2], 0.05, "b*");
  }
}

/* ---- regions --------------------------------------------------------------------------------- */

static void thresholds(void) {
  float values[1000];
  for (int i = 0; i < 1000; i++)
    values[i] = (i < 700 ? 0.2f : 0.8f) + 0.1f * ((float)random_below(1000) / 1000 - 0.5f);
  const float threshold = fr_otsu(values, 1000);
  CHECK(threshold > 0.24f && threshold < 0.76f, "between 0.2 and 0.8 lies %g", threshold);
  for (int i = 0; i < 1000; i++) values[i] = 0.5f;
  CHECK(fr_otsu(values, 1000) <= 1, "a flat picture has a threshold of %g", fr_otsu(values, 1000));
}

static void regions(void) {
  enum { W = 60, H = 50 };
  static uint8_t inside[W * H];
  memset(inside, 0, sizeof inside);
  for (int y = 10; y < 40; y++)
    for (int x = 8; x < 28; x++) inside[y * W + x] = !(x > 14 && x < 20 && y > 20 && y < 30);
  for (int y = 12; y < 38; y++)
    for (int x = 32; x < 50; x++) inside[y * W + x] = 1;
  inside[2 * W + 2] = 1;
  fr_keep_best(inside, W, H);
  CHECK(inside[25 * W + 17], "a hole is not filled");
  CHECK(inside[25 * W + 10] && inside[25 * W + 40], "one of two alike is gone");
  CHECK(!inside[2 * W + 2], "a speck is kept");
  CHECK(!inside[0] && !inside[25 * W + 30], "what is outside is filled");
}

/* ---- segment --------------------------------------------------------------------------------- */

typedef struct {
  uint8_t garment[3], ground[3];
  int noise, stripes, print;
} scene;

/* A T-shirt; coordinates are fractions of the picture. */
static int in_shirt(double x, double y) {
  const double dx = fabs(x - 0.5);
  if (y < 0.15 || y > 0.85) return 0;
  return dx < 0.2 || (y < 0.4 && dx < 0.35);
}

static double found_share(scene scene, int width, int height) {
  uint8_t *rgba = malloc((size_t)width * (size_t)height * 4);
  if (!rgba) check_abort("no memory for a scene");
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      uint8_t *pixel = rgba + ((size_t)y * (size_t)width + (size_t)x) * 4;
      const double u = (x + 0.5) / width, v = (y + 0.5) / height;
      const int shirt = in_shirt(u, v),
                print = shirt && scene.print && fabs(u - 0.5) < 0.08 && fabs(v - 0.45) < 0.08;
      for (int c = 0; c < 3; c++) {
        int value = (shirt ? scene.garment : scene.ground)[c] + random_below(2 * scene.noise + 1) -
                    scene.noise;
        if (!shirt && scene.stripes && (y / 16) % 2) value -= 30;
        if (print) value = 255 - value;
        pixel[c] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
      }
      pixel[3] = 255;
    }
  shrink(rgba, width, height, height);
  free(rgba);
  fr_lab_of(&photo, &lab);
  fr_saliency_of(&lab, photo.width, photo.height, saliency);
  fr_segment(&lab, saliency, photo.width, photo.height, mask);
  double both = 0, either = 0;
  for (int y = 0; y < photo.height; y++)
    for (int x = 0; x < photo.width; x++) {
      const int want = in_shirt((x + 0.5) / photo.width, (y + 0.5) / photo.height),
                got = mask[y * photo.width + x] > 0.5f;
      both += want && got;
      either += want || got;
    }
  return both / either;
}

/* Intersection over union with the drawn garment. */
static void garments_are_found(void) {
  static const struct {
    const char *name;
    scene scene;
  } scenes[] = {{"dark on bright", {{40, 40, 60}, {220, 215, 205}, 8, 0, 0}},
                {"white on brown", {{235, 235, 235}, {120, 90, 70}, 12, 0, 0}},
                {"a print", {{120, 120, 125}, {190, 180, 160}, 8, 0, 1}},
                {"a striped ground", {{30, 90, 160}, {200, 190, 170}, 10, 1, 0}},
                {"beige on gray", {{200, 180, 150}, {170, 170, 172}, 6, 0, 0}}};
  for (size_t s = 0; s < sizeof scenes / sizeof *scenes; s++) {
    const double share = found_share(scenes[s].scene, 400, 533);
    CHECK(share >= 0.93, "%s: %.3f of it is found", scenes[s].name, share);
  }
}

/* No background, no garment, hardly a pixel: anything but a crash. */
static void odd_pictures(void) {
  static const int sizes[][2] = {{1, 1}, {2, 3}, {1, 112}, {112, 1}, {5, 112}, {3, 3}};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    for (int noise = 0; noise <= 100; noise += 100) {
      found_share((scene){{128, 128, 128}, {128, 128, 128}, noise, 0, 0}, sizes[s][0], sizes[s][1]);
      for (int i = 0; i < photo.width * photo.height; i++)
        CHECK(mask[i] == 0 || mask[i] == 1, "mask %g", mask[i]);
    }
}

/* ---- the calls in a row ---------------------------------------------------------------------- */

static fr_status run(const uint8_t *rgba, int width, int height) {
  CHECK(fr_photo_begin(width, height) == FR_OK, "%s", fr_last_error());
  send(rgba, width, height);
  return fr_photo_segment();
}

static int is_kind(const uint8_t *rgba, int width, int height, const char *kind) {
  return run(rgba, width, height) == FR_OK && strcmp(fr_photo_kind_name(), kind) == 0;
}

static void kinds(void) {
  static uint8_t rgba[60 * 40 * 4];
  CHECK(fr_photo_begin(0, 3) == FR_INVALID_ARGUMENT, "an empty picture is taken");
  memset(rgba, 0, sizeof rgba);
  CHECK(run(rgba, 60, 40) == FR_BAD_DATA, "what is transparent holds something");

  for (int y = 10; y < 30; y++)
    for (int x = 5; x < 55; x++) rgba[(y * 60 + x) * 4 + 3] = 255;
  CHECK(is_kind(rgba, 60, 40, "cutout"), "a cutout is not seen");
  const float *box = fr_photo_box();
  CHECK(box[0] == 5 && box[1] == 10 && box[2] == 55 && box[3] == 30, "box %g %g %g %g", box[0],
        box[1], box[2], box[3]);
  fr_photo_garment(-1);
  const uint8_t *picture = fr_photo_picture();
  CHECK(picture[14 * 28] == 255 && picture[14 * 28 + 27] == 255,
        "black is not bright from side to side");
  CHECK(picture[5 * 28 + 14] == 0 && picture[22 * 28 + 14] == 0, "the aspect is not kept");
  fr_photo_garment(1);
  CHECK(picture[14 * 28 + 14] == 0, "inverted, black is %d", picture[14 * 28 + 14]);

  static uint8_t gray[28 * 28 * 4];
  for (int i = 0; i < 28 * 28; i++) {
    const int border = i < 56 || i >= 26 * 28 || i % 28 < 2 || i % 28 > 25;
    memset(gray + 4 * i, border ? 0 : random_below(256), 3);
    gray[4 * i + 1] = gray[4 * i + 2] = gray[4 * i];
    gray[4 * i + 3] = 255;
  }
  CHECK(is_kind(gray, 28, 28, "ready"), "a picture like Fashion-MNIST's is not seen");
  fr_photo_garment(-1);
  for (int i = 0; i < 28 * 28; i++)
    CHECK(picture[i] == gray[4 * i], "pixel %d is %d, was %d", i, picture[i], gray[4 * i]);

  for (int i = 0; i < 28 * 28; i++) gray[4 * i] = (uint8_t)(255 - gray[4 * i]);
  CHECK(is_kind(gray, 28, 28, "photo"), "what is not gray passes for ready");
}

/* If nothing stands out, the garment is assumed to fill the picture. */
static void nothing_stands_out(void) {
  static uint8_t rgba[50 * 40 * 4];
  for (int gray = 0; gray <= 255; gray += 85) {
    memset(rgba, gray, sizeof rgba);
    for (int i = 0; i < 50 * 40; i++) rgba[4 * i + 3] = 255;
    CHECK(is_kind(rgba, 50, 40, gray == 0 ? "ready" : "photo"), "gray %d is %s", gray,
          fr_photo_kind_name());
    const float *box = fr_photo_box();
    CHECK(box[0] >= 0 && box[1] >= 0 && box[2] <= 50 && box[3] <= 40 && box[0] < box[2] &&
              box[1] < box[3],
          "gray %d: box %g %g %g %g", gray, box[0], box[1], box[2], box[3]);
    fr_photo_garment(-1);
    CHECK(abs(fr_photo_picture()[14 * 28 + 14] - (gray == 0 ? 0 : 255 - gray)) <= 1,
          "gray %d is drawn %d", gray, fr_photo_picture()[14 * 28 + 14]);
  }
}

/* A box without a garment shows what is in it. */
static void box_of_ones_own(void) {
  static uint8_t rgba[100 * 100 * 4];
  for (int i = 0; i < 100 * 100; i++) {
    const int garment = i / 100 > 30 && i / 100 < 70 && i % 100 > 50 && i % 100 < 80;
    memset(rgba + 4 * i, garment ? 20 : 200, 3);
    rgba[4 * i + 3] = 255;
  }
  CHECK(is_kind(rgba, 100, 100, "photo"), "not a photo");
  float *box = fr_photo_box();
  CHECK(fabsf(box[0] - 51) <= 1 && fabsf(box[2] - 80) <= 1, "the garment from %g to %g", box[0],
        box[2]);
  box[0] = box[1] = 0;
  box[2] = box[3] = 28;
  fr_photo_garment(0);
  CHECK(fr_photo_picture()[5 * 28 + 5] == 55, "a ground of 200 is %d",
        fr_photo_picture()[5 * 28 + 5]);
  int inside = 0;
  for (int i = 0; i < 100 * 100; i++) inside += fr_photo_mask()[i];
  CHECK(inside > 1000 && inside < 1300 && fr_photo_width() == 100 && fr_photo_height() == 100,
        "%d pixels of garment", inside);
}

/* Missing rows and impossible boxes: nothing is drawn. */
static void refused_boxes(void) {
  static const fr_box wrong[] = {
      {NAN, 0, 9, 9}, {-1, 0, 9, 9}, {0, 0, 9, 10.5f},       {0, 0, INFINITY, 9},  {5, 0, 4, 9},
      {0, 9, 10, 8},  {4, 4, 4, 4},  {4, 4, 4.001f, 4.001f}, {-INFINITY, 0, 9, 9}, {0, 0, 9, NAN}};
  static uint8_t rgba[10 * 10 * 4];
  for (int i = 0; i < 10 * 10; i++)
    memset(rgba + 4 * i, i % 10 < 5 ? 0 : 255, 4), rgba[4 * i + 3] = 255;
  run(rgba, 10, 10);
  fr_box *box = (fr_box *)fr_photo_box();
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    *box = wrong[i];
    CHECK(fr_photo_garment(0) == FR_INVALID_ARGUMENT, "box %zu is drawn", i);
  }
  *box = (fr_box){1, 1, 1.02f,
                  1.02f}; /* black, and all garment: as bright as possible, and no brighter */
  CHECK(fr_photo_garment(0) == FR_OK, "a small box is refused: %s", fr_last_error());
  for (int i = 0; i < FR_PICTURE_PIXELS; i++)
    CHECK(fr_photo_picture()[i] > 200, "pixel %d of a small box is %d", i, fr_photo_picture()[i]);

  fr_photo_begin(10, 10);
  fr_photo_rows(9);
  CHECK(fr_photo_segment() == FR_WRONG_STATE && fr_photo_garment(0) == FR_WRONG_STATE,
        "a row is missing, and not missed");
}

int main(void) {
  check_seed(11);
  averages();
  pictures();
  refused_pictures();
  colours();
  thresholds();
  regions();
  garments_are_found();
  odd_pictures();
  kinds();
  nothing_stands_out();
  box_of_ones_own();
  refused_boxes();
  return check_report("photo", 100);
}
