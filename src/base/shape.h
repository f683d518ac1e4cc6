/* The shapes of samples, and of windows that slide over images. */
#ifndef FR_SHAPE_H
#define FR_SHAPE_H

#include <stdint.h>

#include "status.h"

enum {
  FR_MAX_RANK = 3,
  FR_MAX_ELEMENTS = 1 << 26 /* of one sample's activation or of one parameter */
};

/* One sample's shape, without the batch: rank 1 (n), 2 (h, w) or 3 (h, w, c). */
typedef struct {
  int rank;
  int dims[FR_MAX_RANK];
} fr_shape;

/* A window that slides over an image, as convolution and pooling share it. */
typedef struct {
  int in_h, in_w, in_c;
  int out_h, out_w, out_c;
  int kernel_h, kernel_w;
  int stride_h, stride_w;
  int pad_top, pad_left;
  int padded_h, padded_w; /* the input with its padding; equal to in_h, in_w where there is none */
} fr_window;

/* The window of the gradient of the input, if the stride is 1: it slides over the gradient of the
 * output, with the kernel mirrored in both directions. */
fr_window fr_window_mirror(const fr_window *w);

/* The number of elements of a sample. */
int fr_shape_elements(const fr_shape *shape);

/* The length of the last axis: an image's channels. */
int fr_shape_last_axis(const fr_shape *shape);

int fr_shape_equals(const fr_shape *a, const fr_shape *b);

/* "(28, 28, 1)" into `text`, at most 47 characters. */
const char *fr_shape_text(const fr_shape *shape, char text[48]);

/* Rank 1..3, every dimension >= 1, at most FR_MAX_ELEMENTS elements. */
fr_status fr_shape_check(const char *what, const fr_shape *shape);

#endif
