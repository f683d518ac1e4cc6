/* Fully connected layers in inference, without gradients and dropout. The inputs that ReLU has set
 * to zero are skipped: more than half of them.
 *
 * For that the kernel has a copy in blocks of FR_INFER_BLOCK units, each (inputs, FR_INFER_BLOCK)
 * with zeros after the last unit: an input that is not zero adds its row to the sums of a block's
 * units, which stay in registers. Each output is one sum over the inputs in order, whatever the
 * batch. */
#ifndef FR_INFER_H
#define FR_INFER_H

#include <stdint.h>

#include "dense.h"

enum {
  FR_INFER_BLOCK = 32, /* units: their sums and what is added to them fill the registers */
  FR_INFER_SAMPLES = 64, /* of a part, at most */
  FR_INFER_PANEL = 256 /* inputs, whose rows of a block stay in the first-level cache */
};

int fr_infer_blocks(const fr_dense *d);

/* Floats of the packed kernel, and of a sample's sums. */
int64_t fr_infer_packed(const fr_dense *d);
int fr_infer_sums(const fr_dense *d);

/* The kernel in the panels of dense.h → packed. */
void fr_infer_pack(const fr_dense *d, const float *panels, float *packed);

typedef struct {
  int first, end; /* samples */
  int first_block, end_block; /* of units */
} fr_infer_part;

/* An input that is not zero. */
typedef struct {
  float value;
  int32_t offset; /* of its row, from the panel's first: bytes */
} fr_infer_input;

/* How many parts the work on n samples is cut into for that many threads; the largest number for n
 * samples or fewer; and part `index`. The results do not depend on the parts. */
int fr_infer_parts(const fr_dense *d, int n, int threads);
int fr_infer_most_parts(int n, int threads);
fr_infer_part fr_infer_part_of(const fr_dense *d, int n, int threads, int index);

/* The part of y (samples, y_stride) = x · kernel + bias, through ReLU if `relu`. Scratch: lists
 * (FR_INFER_SAMPLES, FR_INFER_PANEL), sums (samples, fr_infer_sums). */
void fr_infer_forward(const fr_dense *d, const fr_infer_part *part, const float *x,
                      const float *packed, const float *bias, int relu, fr_infer_input *lists,
                      float *sums, float *y);

#endif
