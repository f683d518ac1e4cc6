/* What the steps of a plan share: one batch's work on one step, cut into chunks of samples. Each
 * kind of step is a pair of functions, in the table of step.c. */
#ifndef FR_WORK_H
#define FR_WORK_H

#include "kernels/activation.h"
#include "model.h"

typedef struct {
  fr_model *model;
  fr_step *step;
  int n; /* samples */
  int in_loss; /* backward: dy is already the gradient before the activation */
  const float *packed, *bias; /* convolutions: the kernel as the pass reads it, and the bias */
} fr_work;

/* The number of the first layer that the step runs. */
static inline int fr_layer_of(const fr_model *m, const fr_step *s) {
  return (int)(s->layer - m->layers);
}

static inline float *fr_sample(float *values, int stride, int i) {
  return values + (ptrdiff_t)i * stride;
}

static inline const float *fr_x_of(const fr_step *s, int i) {
  return s->x + (ptrdiff_t)i * s->x_stride;
}
static inline float *fr_y_of(const fr_step *s, int i) { return fr_sample(s->y, s->y_stride, i); }
static inline float *fr_dy_of(const fr_step *s, int i) { return fr_sample(s->dy, s->y_stride, i); }
static inline float *fr_dx_of(const fr_step *s, int i) { return fr_sample(s->dx, s->x_stride, i); }

static inline uint8_t *fr_winner_of(const fr_step *s, int i) {
  return s->winner + (ptrdiff_t)i * s->y_size;
}

static inline const float *fr_values_of(const fr_model *m, int parameter) {
  return parameter < 0 ? NULL : m->values + m->parameters[parameter].offset;
}

/* The step's activation on the outputs of `n` samples from `first` on, forward and backward. */
static inline void fr_activate(const fr_step *s, int first, int n) {
  fr_activation_forward(s->activation, s->slope, fr_y_of(s, first), n, s->y_size, s->y_stride,
                        s->channels);
}

static inline void fr_activate_backward(const fr_work *work, int first, int n) {
  const fr_step *s = work->step;
  if (work->in_loss) return;
  fr_activation_backward(s->activation, s->slope, s->x + (ptrdiff_t)first * s->x_stride,
                         fr_y_of(s, first), fr_dy_of(s, first), n, s->y_size, s->y_stride,
                         s->channels);
}

/* Adds up the chunks' gradients, `floats` each, in the first one, in order. */
void fr_sum_chunks(fr_step *step, int floats);

/* Of the weights that inference reads. */
int64_t fr_conv2d_step_packed(const fr_step *step);
void fr_conv2d_step_pack(fr_model *model, const fr_step *step, float *packed);
int64_t fr_depthwise_step_packed(const fr_step *step);
void fr_depthwise_step_pack(fr_model *model, const fr_step *step, float *packed);

/* Floats that each chunk sums its gradients in. */
int fr_conv2d_step_sums(const fr_step *step);

void fr_conv2d_step_forward(fr_work *work);
void fr_conv2d_step_backward(fr_work *work);

/* The parts of these that are Winograd's. */
void fr_winograd_step_pack(const fr_step *step, const float *kernel, float *packed);
void fr_winograd_step_forward(fr_work *work);
void fr_winograd_step_input(fr_work *work);
void fr_winograd_step_kernel(fr_work *work); /* into step->gradient */

void fr_depthwise_step_forward(fr_work *work);
void fr_depthwise_step_backward(fr_work *work);
void fr_dense_step_forward(fr_work *work);
void fr_dense_step_backward(fr_work *work);
void fr_normalize_step_forward(fr_work *work);
void fr_normalize_step_backward(fr_work *work);

/* What the moving averages normalize with. */
const fr_norm *fr_normalize_step_moving(const fr_model *model, fr_step *step);

/* Moves the moving averages towards the batch's mean and variance. */
void fr_normalize_step_end(fr_model *model, fr_step *step);

#endif
