/* Augmentation: pictures moved or altered at random while training, as Keras's layers of these
 * names do. What happens to a sample depends only on the seed, the optimizer's step, the layer and
 * the sample's place in the batch.
 *
 *   flip       mirrored with probability 1/2: left and right if range[0], up and down if range[1]
 *   translate  moved down by a share of the height in range[0..1], and right by a share of the
 *              width in range[2..3]
 *   rotate     turned counter-clockwise around the centre by a share of a turn in range[0..1]
 *   zoom       shows 1 + range[0..1] times the picture's height and 1 + range[2..3] times its
 *              width; if range[2] > range[3], the height's factor serves for both
 *   contrast   moved away from each channel's mean by a factor in 1 - range[0] … 1 + range[1], and
 *              clipped to value_range
 *   erase      with a probability drawn from range[2..3] a rectangle is filled with fill_value, or
 *              if that is NaN with normal noise times value_range[1], both clipped to value_range;
 *              height and width are each the root of a share in range[0..1] of the picture's
 *              (after Zhong et al., arXiv:1708.04896, as Keras does it) */
#ifndef FR_AUGMENT_H
#define FR_AUGMENT_H

#include <stdint.h>

#include "base/list.h"
#include "base/shape.h"

/* What lies outside a picture that is moved: fill_value, its nearest pixel, its mirror image, or
 * the picture again. */
#define FR_FILL_LIST(X)        \
  X(FILL_CONSTANT, "constant") \
  X(FILL_NEAREST, "nearest")   \
  X(FILL_REFLECT, "reflect")   \
  X(FILL_WRAP, "wrap")
#define FR_INTERPOLATION_LIST(X) X(BILINEAR, "bilinear") X(NEAREST, "nearest")

typedef enum { FR_FILL_LIST(FR_ENUMERATOR) FR_FILLS } fr_fill;
typedef enum { FR_INTERPOLATION_LIST(FR_ENUMERATOR) FR_INTERPOLATIONS } fr_interpolation;

/* How a layer alters a sample, and which sample. */
typedef struct {
  fr_shape image; /* (height, width, channels) */
  const float *range; /* four numbers, see above */
  const float *value_range; /* two */
  float fill_value;
  fr_fill fill;
  fr_interpolation interpolation;
  uint64_t seed;
  uint64_t step; /* of training */
  int layer; /* its number in the model */
  int row; /* of the batch */
} fr_augmentation;

/* x (height, width, channels) → y, the same shape. */
typedef void fr_augment(const fr_augmentation *a, const float *x, float *y);

fr_augment fr_flip, fr_translate, fr_rotate, fr_zoom, fr_contrast, fr_erase;

#endif
