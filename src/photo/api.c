#include "api.h"

#include <string.h>

enum {
  STRIP_BYTES = FR_PHOTO_SOURCE_EDGE * 4 * 8,
  SHOWS = 128 /* alpha from which on a pixel is seen */
};

static const float LEAST_BOX = 0.01f; /* pixels of the photo along the longer edge */

static uint8_t strip[STRIP_BYTES], picture[FR_PICTURE_PIXELS], mask_bytes[FR_PHOTO_PIXELS];
static uint8_t scaled[FR_SCALED_PIXELS * 4], pixels[FR_SCALED_PIXELS * 3];
static fr_shrinker shrinker;
static uint8_t *into; /* what the rows are averaged into: photo.rgba or scaled; NULL: no source */
static fr_photo photo;
static fr_lab lab;
static float saliency[FR_PHOTO_PIXELS], mask[FR_PHOTO_PIXELS];
static fr_box box;
static fr_photo_kind kind;

uint8_t *fr_photo_strip(void) { return strip; }
int fr_photo_strip_bytes(void) { return STRIP_BYTES; }
uint8_t *fr_photo_mask(void) { return mask_bytes; }
uint8_t *fr_photo_picture(void) { return picture; }
float *fr_photo_box(void) { return &box.left; }
int fr_photo_width(void) { return photo.width; }
int fr_photo_height(void) { return photo.height; }

int fr_photo_most(void) { return FR_PHOTO_SOURCE_EDGE; }

int fr_picture_most(void) { return FR_SCALED_EDGE; }
uint8_t *fr_picture_pixels(void) { return pixels; }

fr_status fr_photo_begin(int width, int height) {
  into = NULL;
  fr_status status = fr_shrink_begin(&shrinker, width, height);
  if (status) return status;
  photo.width = shrinker.width;
  photo.height = shrinker.height;
  into = photo.rgba;
  return FR_OK;
}

fr_status fr_picture_begin(int width, int height, int left, int top, int right, int bottom,
                           int image_width, int image_height) {
  into = NULL;
  fr_status status = fr_shrink_part(&shrinker, width, height, (fr_part){left, top, right, bottom},
                                    image_width, image_height);
  if (status == FR_OK) into = scaled;
  return status;
}

const char *fr_photo_kind_name(void) {
  static const char *const names[FR_PHOTO_KINDS] = {FR_PHOTO_KIND_LIST(FR_NAME)};
  return names[kind];
}

fr_status fr_photo_rows(int rows) {
  const int row_bytes = shrinker.source_width * 4;
  const int room = row_bytes > 0 ? STRIP_BYTES / row_bytes : 0;
  if (!into) return fr_fail(FR_WRONG_STATE, "rows have arrived before their picture has begun");
  if (rows < 0 || rows > room)
    return fr_fail(FR_INVALID_ARGUMENT, "preparePhoto: rows must be 0..%d, got %d", room, rows);
  fr_shrink_rows(&shrinker, strip, rows, into);
  return FR_OK;
}

/* which: photo.rgba or scaled */
static fr_status check_complete(const uint8_t *which) {
  if (into != which) return fr_fail(FR_WRONG_STATE, "no such picture has begun");
  if (shrinker.row == shrinker.height) return FR_OK;
  return fr_fail(FR_WRONG_STATE, "%s: %d of %d rows have arrived",
                 which == scaled ? "preparePicture" : "preparePhoto", shrinker.next_row,
                 shrinker.part.bottom);
}

/* Luma of ITU-R BT.601, in thousandths. */
static uint8_t gray_of(const uint8_t *rgb) {
  return (uint8_t)((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}

fr_status fr_picture_image(int channels) {
  fr_status status = check_complete(scaled);
  if (status) return status;
  if (channels != 1 && channels != 3)
    return fr_fail(FR_INVALID_ARGUMENT, "preparePicture: channels must be 1 or 3, got %d",
                   channels);
  for (int i = 0; i < shrinker.width * shrinker.height; i++) {
    const uint8_t *rgb = scaled + 4 * i;
    if (channels == 1) pixels[i] = gray_of(rgb);
    else memcpy(pixels + 3 * i, rgb, 3);
  }
  return FR_OK;
}

static int seen(int i) { return photo.rgba[4 * i + 3] >= SHOWS; }

/* Whether a part of the picture is see-through, and so cut out already. */
static int is_cutout(int count) {
  int hidden = 0;
  for (int i = 0; i < count; i++) hidden += !seen(i);
  return hidden * 50 > count;
}

/* Whether the picture looks like one of Fashion-MNIST's: gray, bright on black, the border black
 * nearly everywhere. */
static int is_ready(int width, int height) {
  enum { MOST_TINT = 12, BLACK = 24 };
  int border = 0, black = 0;
  for (int i = 0; i < width * height; i++) {
    const uint8_t *p = photo.rgba + 4 * i;
    const int most = p[0] > p[1] ? (p[0] > p[2] ? p[0] : p[2]) : (p[1] > p[2] ? p[1] : p[2]);
    const int least = p[0] < p[1] ? (p[0] < p[2] ? p[0] : p[2]) : (p[1] < p[2] ? p[1] : p[2]);
    if (most - least > MOST_TINT) return 0;
    const int x = i % width, y = i / width;
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
    border++;
    black += most < BLACK;
  }
  return black * 4 > border * 3;
}

static void mask_by(int (*shows)(int), int count) {
  for (int i = 0; i < count; i++) mask[i] = shows(i) ? 1 : 0;
}

static int lit(int i) { return photo.rgba[4 * i] > 0; }

static fr_photo_kind kind_of(int width, int height) {
  if (is_cutout(width * height)) return FR_PHOTO_KIND_CUTOUT;
  return is_ready(width, height) ? FR_PHOTO_KIND_READY : FR_PHOTO_KIND_PHOTO;
}

static void find_garment(int width, int height) {
  fr_lab_of(&photo, &lab);
  fr_saliency_of(&lab, width, height, saliency);
  fr_segment(&lab, saliency, width, height, mask);
}

fr_status fr_photo_segment(void) {
  fr_status status = check_complete(photo.rgba);
  if (status) return status;
  const int width = photo.width, height = photo.height, count = width * height;
  kind = kind_of(width, height);
  if (kind == FR_PHOTO_KIND_CUTOUT) mask_by(seen, count);
  else if (kind == FR_PHOTO_KIND_READY) mask_by(lit, count);
  else find_garment(width, height);
  const int found = fr_box_of(mask, width, height, &box);
  if (!found && kind == FR_PHOTO_KIND_CUTOUT)
    return fr_fail(FR_BAD_DATA,
                   "the picture is fully transparent: there is nothing to be seen in it");
  if (!found) mask_by(seen, count);
  if (!found || kind == FR_PHOTO_KIND_READY) box = (fr_box){0, 0, (float)width, (float)height};
  for (int i = 0; i < count; i++) mask_bytes[i] = mask[i] > 0.5f;
  return FR_OK;
}

/* Whether the mask has next to nothing to say about the box: someone saw a garment where none was
 * found. */
static int is_blank(void) {
  float masked = 0, all = 0;
  for (int y = (int)box.top; y < photo.height && (float)y < box.bottom; y++)
    for (int x = (int)box.left; x < photo.width && (float)x < box.right; x++) {
      masked += mask[y * photo.width + x];
      all++;
    }
  return masked < 0.05f * all;
}

/* A NaN is within nothing. */
static fr_status check_box(fr_box b) {
  const int within = b.left >= 0 && b.top >= 0 && b.left <= b.right && b.top <= b.bottom &&
                     b.right <= (float)photo.width && b.bottom <= (float)photo.height;
  if (!within)
    return fr_fail(FR_INVALID_ARGUMENT, "preparePhoto: box must lie within %d x %d pixels",
                   photo.width, photo.height);
  const float width = b.right - b.left, height = b.bottom - b.top;
  if (fmaxf(width, height) >= LEAST_BOX) return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "preparePhoto: box must be larger than %g x %g pixels",
                 (double)width, (double)height);
}

fr_status fr_photo_garment(int inverted) {
  static float everything[FR_PHOTO_PIXELS];
  fr_status status = check_complete(photo.rgba);
  if (status || (status = check_box(box))) return status;
  const int blank = is_blank();
  for (int i = 0; i < photo.width * photo.height && blank; i++) everything[i] = 1;
  fr_garment_of(&photo, blank ? everything : mask, box,
                inverted < 0 ? kind == FR_PHOTO_KIND_READY : inverted > 0, picture);
  return FR_OK;
}
