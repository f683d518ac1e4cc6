#include <math.h>

#include "photo.h"

int fr_box_of(const float *mask, int width, int height, fr_box *box) {
  int left = width, top = height, right = 0, bottom = 0;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      if (mask[y * width + x] < 0.5f) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      if (y >= bottom) bottom = y + 1;
    }
  *box = (fr_box){(float)left, (float)top, (float)right, (float)bottom};
  return right > left;
}

/* Rec. 601 luma, 0..1. */
static float gray_of(const uint8_t *pixel) {
  return (0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2]) / 255;
}

static float overlap(float begin, float end, int at) {
  return fminf(end, (float)at + 1) - fmaxf(begin, (float)at);
}

void fr_garment_of(const fr_photo *photo, const float *mask, fr_box box, int inverted,
                   uint8_t *picture) {
  const float longest = fmaxf(box.right - box.left, box.bottom - box.top);
  const float cell = longest / FR_PICTURE_EDGE;
  const float left = (box.left + box.right - longest) / 2;
  const float top = (box.top + box.bottom - longest) / 2;
  for (int y = 0; y < FR_PICTURE_EDGE; y++)
    for (int x = 0; x < FR_PICTURE_EDGE; x++) {
      const float x0 = left + (float)x * cell, x1 = x0 + cell;
      const float y0 = top + (float)y * cell, y1 = y0 + cell;
      float sum = 0;
      for (int Y = (int)fmaxf(floorf(y0), 0); Y < photo->height && (float)Y < y1; Y++)
        for (int X = (int)fmaxf(floorf(x0), 0); X < photo->width && (float)X < x1; X++) {
          const int at = Y * photo->width + X;
          const float gray = gray_of(photo->rgba + 4 * at);
          sum += mask[at] * (inverted ? gray : 1 - gray) * overlap(x0, x1, X) * overlap(y0, y1, Y);
        }
      picture[y * FR_PICTURE_EDGE + x] =
          (uint8_t)(255 * fminf(sum / (cell * cell), 1) + 0.5f); /* small cells round up */
    }
}
