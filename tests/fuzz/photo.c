/* A photo of any size and content, in strips of any height, with boxes, parts and calls that our own
 * code never makes. Input: the two edges, then the steps, one byte and its arguments each. */
#include "input.h"
#include "photo/api.h"

enum {
  MOST_SOURCE = 1 << 16, /* pixels that are passed */
  MOST_WORKED_ON = 150, /* pixels that are segmented, so that a run stays short */
  MOST_STEPS = 12
};

static void put_rows(fuzz_input *in, int width, long *pixels) {
  static uint8_t pattern[256];
  int rows = fuzz_int(in);
  size_t length = 1 + (size_t)fuzz_byte(in);
  long room = fr_photo_strip_bytes();
  long bytes = width > 0 && rows > 0 && rows < room / 4 / width ? 4L * rows * width : 0;
  fuzz_bytes(in, pattern, length);
  for (long i = 0; i < bytes && i < 4096; i++) fr_photo_strip()[i] = pattern[(size_t)i % length];
  if (rows > 64) rows = rows % 2 ? INT_MAX : 64;
  *pixels +=
      rows > 0 && width > 0 ? (long)(rows < room / 4 / width ? rows : room / 4 / width) * width : 0;
  if (*pixels <= MOST_SOURCE) fr_photo_rows(rows);
}

static void segment(int again) {
  if (again || fr_photo_width() * fr_photo_height() > MOST_WORKED_ON) return;
  if (fr_photo_segment() != FR_OK) return;
  FUZZ_CHECK(*fr_photo_kind_name());
  const float *box = fr_photo_box();
  FUZZ_CHECK(box[0] >= 0 && box[0] < box[2] && box[2] <= (float)fr_photo_width());
  FUZZ_CHECK(box[1] >= 0 && box[1] < box[3] && box[3] <= (float)fr_photo_height());
  for (int i = 0; i < fr_photo_width() * fr_photo_height(); i++)
    FUZZ_CHECK(fr_photo_mask()[i] <= 1);
  FUZZ_CHECK(fr_photo_garment(-1) == FR_OK);
}

static void put_box(fuzz_input *in) {
  for (int i = 0; i < 4; i++) fr_photo_box()[i] = (float)fuzz_number(in);
}

/* Any part of any source, as an image of any size. */
static void begin_picture(fuzz_input *in, int *width) {
  int n[8];
  for (int i = 0; i < 8; i++) n[i] = fuzz_int(in);
  if (fr_picture_begin(n[0], n[1], n[2], n[3], n[4], n[5], n[6] % 300, n[7] % 300) == FR_OK)
    *width = n[0];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = {data, data + size};
  int width = fuzz_int(&in), height = fuzz_int(&in);
  FUZZ_CHECK((fr_photo_begin(width, height) == FR_OK) ==
             (width >= 1 && height >= 1 && width <= FR_PHOTO_SOURCE_EDGE &&
              height <= FR_PHOTO_SOURCE_EDGE));
  long pixels = 0;
  int segmented = 0;
  for (int i = 0; i < MOST_STEPS && fuzz_left(&in) > 0; i++) switch (fuzz_byte(&in) % 6) {
      case 0: put_rows(&in, width, &pixels); break;
      case 1:
        segment(segmented);
        segmented = 1;
        break;
      case 2: put_box(&in); break;
      case 3: begin_picture(&in, &width); break;
      case 4: fr_picture_image(fuzz_byte(&in) % 4); break;
      default: fr_photo_garment(fuzz_byte(&in) % 3 - 1);
    }
  FUZZ_CHECK(fr_photo_width() <= FR_PHOTO_EDGE && fr_photo_height() <= FR_PHOTO_EDGE);
  return 0;
}
