/* What JavaScript sees: one source at a time, in static memory. For a photo, call fr_photo_begin, fr_photo_rows
 * until every row has arrived, fr_photo_segment, then fr_photo_garment as often as needed. */
#ifndef FR_PHOTO_API_H
#define FR_PHOTO_API_H

#include "photo.h"

/* What the photo turned out to be: a garment found in it, cut out already by its transparency, or
 * gray and bright on black, like Fashion-MNIST. */
#define FR_PHOTO_KIND_LIST(X)    \
  X(PHOTO_KIND_PHOTO, "photo")   \
  X(PHOTO_KIND_CUTOUT, "cutout") \
  X(PHOTO_KIND_READY, "ready")

typedef enum { FR_PHOTO_KIND_LIST(FR_ENUMERATOR) FR_PHOTO_KINDS } fr_photo_kind;

/* The longest edge of a source, in pixels. */
int fr_photo_most(void);

/* Begins a source of that many pixels; refuses one that is empty or too long. */
fr_status fr_photo_begin(int width, int height);

/* Where the next rows of the source go, (rows, width, 4), and how many bytes there is room for. */
uint8_t *fr_photo_strip(void);
int fr_photo_strip_bytes(void);

/* Takes that many rows from the strip; refuses more than there is room for. */
fr_status fr_photo_rows(int rows);

/* Finds the garment. Fails if rows are missing, or if nothing can be seen in the photo. */
fr_status fr_photo_segment(void);

/* What fr_photo_segment found: the name of a fr_photo_kind. */
const char *fr_photo_kind_name(void);

/* The size of the photo as it is worked on; its mask, 0 or 1 for each of its pixels; left, top,
 * right, bottom of the garment's box in its pixels, which may be changed. */
int fr_photo_width(void);
int fr_photo_height(void);
uint8_t *fr_photo_mask(void);
float *fr_photo_box(void);

/* Draws what is in the box, (28, 28), into fr_photo_picture. inverted: 1 draws bright as bright, 0
 * draws dark as bright, -1 does what suits the kind. Fails if rows are missing, or if the box is
 * not within the photo or next to nothing. */
fr_status fr_photo_garment(int inverted);
uint8_t *fr_photo_picture(void);

/* Or: a picture of any kind as an image of a given size. Begins a source of width × height pixels,
 * of which a part is wanted; then fr_photo_rows, as for a photo. Refuses what fr_shrink_part does.
 */
fr_status fr_picture_begin(int width, int height, int left, int top, int right, int bottom,
                           int image_width, int image_height);

/* The image, (image_height, image_width, channels): 3 for red, green and blue, 1 for gray. Fails if
 * rows are missing, or with another number of channels. */
fr_status fr_picture_image(int channels);
uint8_t *fr_picture_pixels(void);

/* The longest edge of such an image, in pixels. */
int fr_picture_most(void);

#endif
