/* What JavaScript sees: one photo at a time, in static memory. fr_photo_begin, then fr_photo_rows
 * until every row was there, then
 * fr_photo_segment, then fr_photo_garment as often as wanted. */
#ifndef FR_PHOTO_API_H
#define FR_PHOTO_API_H

#include "photo.h"

enum {
  FR_PHOTO_KIND_EMPTY, /* nothing to be seen: fully transparent */
  FR_PHOTO_KIND_PHOTO,
  FR_PHOTO_KIND_CUTOUT, /* by its transparency */
  FR_PHOTO_KIND_READY, /* gray, bright on black: like Fashion-MNIST already */
};

/* A source of so many pixels; 0 where it is empty or longer than FR_PHOTO_SOURCE_EDGE. */
int fr_photo_begin(int width, int height);

/* Where the next rows of the source are put, (rows, width, 4), and how many bytes there is room
 * for. */
uint8_t *fr_photo_strip(void);
int fr_photo_strip_bytes(void);

/* Takes so many rows from the strip, at most as many as there is room for. */
void fr_photo_rows(int rows);

/* Finds the garment: one of FR_PHOTO_KIND_…, empty too where rows are missing. */
int fr_photo_segment(void);

/* The size of the photo as it is worked on; its mask, 0 or 1 for each of its pixels; left, top,
 * right, bottom of the garment's
 * box in its pixels, which may be changed. */
int fr_photo_width(void);
int fr_photo_height(void);
uint8_t *fr_photo_mask(void);
float *fr_photo_box(void);

/* Draws what is in the box, (28, 28), into fr_photo_picture. inverted: 1 takes bright for bright, 0
 * dark for bright, -1 what suits
 * the kind. 0 where rows are missing, or the box is not within the photo or next to nothing. */
int fr_photo_garment(int inverted);
uint8_t *fr_photo_picture(void);

#endif
