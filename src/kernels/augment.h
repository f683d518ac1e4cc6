/* Augmentation: pictures moved or altered at random while training, as Keras's layers of these
 * names do.
 * What happens to a sample depends on the layer's seed, the optimizer's step, the layer and the
 * sample's
 * place in the batch alone.
 *
 *   flip         mirrored with probability 1/2: left and right where range[0], up and down where
 * range[1]
 *   translation  moved down by a share of the height in range[0..1], right by one of the width in
 * range[2..3]
 *   rotation     turned counter-clockwise around the centre by a share of a turn in range[0..1]
 *   zoom         the height seen is 1 + range[0..1] times the picture's, the width 1 + range[2..3]
 * times; the
 *                same for both where range[2] > range[3]
 *   contrast     away from each channel's mean by a factor in 1 - range[0] … 1 + range[1], cut to
 * value_range
 *   erasing      with a probability drawn from range[2..3] a rectangle is filled with fill_value,
 * or where that
 *                is no number with normal noise times value_range[1], both cut to value_range;
 * height and width
 *                are each the root of a share in range[0..1] of the picture's (after Zhong et al.,
 *                arXiv:1708.04896, as Keras has it) */
#ifndef FR_AUGMENT_H
#define FR_AUGMENT_H

#include "layer.h"

/* x (h, w, c) → y, of the sample `row` of the batch of training step `step`. */
void fr_augment(const fr_layer *layer, int index, uint64_t step, int row, const float *x, float *y);

#endif
