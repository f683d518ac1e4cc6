/* Fully connected layer: y = x · kernel + bias.
 *
 * The kernel is stored in panels of FR_PANEL inputs, each (units, width), so that forward, both
 * gradients and the optimizer stream through it from front to back, a panel at a time, and the
 * inputs of a panel stay in the first-level cache:
 *
 *   inputs →    0 … 191        192 … 383           last, narrower
 *            [ unit 0      ] [ unit 0      ]  …  [ unit 0  ]
 *            [ unit 1      ] [ unit 1      ]     [ unit 1  ]
 *
 * The number of inputs is padded to whole vectors; the padding's weights are and stay zero. Each
 * output is one dot product summed in one order, four lanes wide, whatever the batch, the blocking
 * and the entries left out beside it. */
#ifndef FR_DENSE_H
#define FR_DENSE_H

#include <stddef.h>

#include "adam.h"
#include "live.h"
#include "simd.h"

enum { FR_PANEL = 192 };

typedef struct {
  int inputs;   /* as the user sees them */
  int units;
  int x_stride; /* floats between samples of x; at least inputs rounded up to 4, with zeros */
  int y_stride; /* floats between samples of y */
} fr_dense;

typedef struct {
  int first, width;     /* inputs first .. first + width - 1, width a multiple of 4 */
  ptrdiff_t offset;       /* of the panel in the packed kernel */
} fr_panel;

int fr_dense_panels(const fr_dense *d);
fr_panel fr_dense_panel(const fr_dense *d, int index);

/* Floats of the packed kernel. */
int fr_dense_packed(const fr_dense *d);

/* Between the packed kernel and Keras's (inputs, units). */
void fr_dense_pack(const fr_dense *d, const float *kernel, float *packed);
void fr_dense_unpack(const fr_dense *d, const float *packed, float *kernel);

/* What is done to a sum of products. */
typedef struct {
  const float *bias; /* (units), or NULL */
  int relu;
  const fr_live *kept; /* the entries to compute, listed by unit; the others are 0. NULL: all */
  float scale;         /* of what is kept */
} fr_dense_finish;

/* y (samples, units) = scale · activation(x · kernel + bias), units first … end - 1. first is a
 * multiple of 4; the padding of y's rows is left alone. partial: (units, samples) vectors of
 * scratch. */
void fr_dense_forward(const fr_dense *d, const float *x, int samples, const float *packed,
                      const fr_dense_finish *finish, int first, int end, f32x4 *partial, float *y);

/* dx (samples, x_stride), the panel's inputs only = Σ_units dy · kernel, dy being `live`. */
void fr_dense_backward_input(const fr_dense *d, fr_panel panel, const float *packed,
                             const fr_live *live, float *dx);

/* drow (width): unit `unit`'s share of the kernel's gradient in the panel = Σ_samples dy · x. */
void fr_dense_backward_kernel(const fr_dense *d, fr_panel panel, const float *x,
                              const fr_live *live, int unit, float *drow);

/* The same, with Adam's update of the unit's weights w in the panel and of their moments m, v in
 * place of handing the gradient out; bit for bit what fr_optimizer_update makes of it. */
void fr_dense_backward_kernel_adam(const fr_dense *d, fr_panel panel, const float *x,
                                   const fr_live *live, int unit, const fr_adam *adam, float *w,
                                   float *m, float *v);

/* dbias (units) = Σ_samples dy */
void fr_dense_backward_bias(const fr_live *live, float *dbias);

#endif
