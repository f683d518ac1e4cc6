/* A model: layers as the user stacked them, each reading from earlier ones, their parameters, and
 * the plan that runs them, a short list of fused steps. Built once, then compiled; training
 * allocates nothing once it has run with a batch size. */
#ifndef FR_MODEL_H
#define FR_MODEL_H

#include <stdint.h>

#include "dataset.h"
#include "kernels/algorithm.h"
#include "kernels/dense.h"
#include "kernels/infer.h"
#include "layer.h"
#include "loss.h"
#include "kernels/normalize.h"
#include "optimizer.h"
#include "parameter.h"
#include "base/pool.h"

enum { FR_MAX_LAYERS = 256, FR_MAX_BATCH = 65536 };

typedef enum {
  FR_STEP_CONV2D, /* convolution + bias + activation (+ 2×2 max-pool) */
  FR_STEP_DEPTHWISE, /* depthwise convolution + bias + activation */
  FR_STEP_MAX_POOL, /* the largest of each window */
  FR_STEP_MEAN_POOL, /* the mean of each window */
  FR_STEP_WHOLE_MAX_POOL, /* the largest of the image, with a gradient that ties share */
  FR_STEP_DENSE, /* dense + bias + activation (+ dropout) */
  FR_STEP_NORMALIZE, /* batch normalization + activation */
  FR_STEP_ADD, /* sum + activation */
  FR_STEP_CONCATENATE, /* inputs side by side + activation */
  FR_STEP_PAD, /* zeros around an image */
  FR_STEP_AUGMENT, /* pictures moved or altered at random */
  FR_STEP_POINTWISE, /* an activation or dropout that no other step includes */
  FR_STEP_KINDS,
  FR_STEP_NONE = FR_STEP_KINDS /* flatten, reshape: samples are stored in the order they read */
} fr_step_kind;

/* Memory of one chunk. All steps use it in turn, so none may rely on what it finds there. */
typedef struct {
  float *image; /* convolutions: padded images */
  float *planes; /* Winograd: transformed tiles, then their products; of the first tasks only */
  float *gradient; /* convolutions: dkernel, then dbias, of its samples; normalize: two sums */
  void *lists;
} fr_scratch;

/* Winograd's gradient of a kernel: tiles of several samples, transformed together. It lies where
 * the chunks' planes are. */
typedef struct {
  float *planes;
  int rows; /* tiles that it has room for */
} fr_slab;

typedef struct {
  fr_step_kind kind;
  const fr_layer *layer; /* the first of the layers it runs */
  fr_activation activation;
  float slope; /* of leaky ReLU */
  int pool; /* conv2d: fused with a 2×2 max-pool */
  float rate; /* dropout share, 0 for none */
  int dropout_layer; /* which layer's random stream */
  int dropping; /* in the pass under way */
  fr_dense dense;
  int kernel, bias; /* indices of parameters, -1 for none; normalize: gamma, beta */
  int x_size, y_size; /* floats per sample; x: of the first source */
  int x_stride, y_stride; /* the same, padded to whole vectors */
  int channels; /* last axis of y */

  int source_count, sources[FR_MAX_SOURCES]; /* steps, -1 for the model's input */
  int joins[FR_MAX_SOURCES]; /* backward: that source has a gradient already, to be added to */
  int learns; /* it or a step before it has trainable parameters: backward runs */

  /* in the batch arena; (batch, stride) each */
  const float *x; /* the first source's y */
  float *dx; /* where its gradient goes; NULL if it is not needed */
  float *shared_dx; /* NULL, or the gradient that several steps add theirs to; dx is then apart */
  float *y, *dy;
  uint8_t *keep; /* (batch, y_size) */
  uint8_t *winner; /* (batch, y_size) */
  fr_live live;
  f32x4 *partial;
  fr_infer_input *nonzero; /* (chunks of inference, FR_INFER_SAMPLES, FR_INFER_PANEL) */
  int64_t inference; /* where its kernel begins in model->inference */
  fr_algorithms algorithms; /* conv2d: of each pass */
  int folds;  /* inference: the batch normalization that the convolution does as well, or -1 */
  int folded; /* inference: a convolution has done it */
  fr_norm norm;
  fr_scratch *scratch; /* of each chunk */
  float *packed; /* the kernel as the pass under way reads it, shared by all steps */
  float *gradient; /* its gradient, shared too */
  fr_slab slab; /* shared too */
} fr_step;

typedef struct {
  uint64_t seed;
  fr_shape input;
  int layer_count, parameter_count, step_count;
  fr_layer layers[FR_MAX_LAYERS];
  int learns
      [FR_MAX_LAYERS]; /* whether a layer or one before it has parameters that can be trained */
  int parameters_of[FR_MAX_LAYERS][FR_MAX_PARAMETERS]; /* indices, -1 for none */
  int step_of[FR_MAX_LAYERS]; /* the step whose y is the layer's output; -1: the input; -2: none */
  fr_parameter parameters[FR_MAX_PARAMETERS * FR_MAX_LAYERS];
  fr_step steps[2 * FR_MAX_LAYERS];
  int built, compiled;

  int parameter_floats;
  float *values; /* parameters */
  float *states; /* the optimizer's, fr_optimizer_states × parameter_floats, then the average */
  float *gradients; /* parameter_floats; NULL until kept */
  int keep_gradients; /* in the step under way: not applied as they come */
  float *matrices; /* what Muon works on; NULL until needed */
  float *average; /* the values' moving average, parameter_floats; NULL if there is none */
  float *inference; /* copies of the kernels, as inference reads them; NULL until needed */
  int64_t inference_floats;
  int inference_fresh; /* it holds the kernels as they are now */
  fr_optimizer optimizer;
  fr_loss loss;
  fr_activation fused_activation; /* its backward pass is part of the loss's gradient */

  int training; /* in the pass under way: dropout is on, and backward may follow */
  int batch_capacity;
  int tasks; /* of Winograd's passes, which have memory of their own */
  void *arena;
  float *input_values; /* (batch, input stride) */
  float *branch; /* (batch, the largest stride): a gradient before it is added to others */
  fr_scratch scratch[FR_CHUNKS];
} fr_model;

/* An empty model for samples of shape `input`, or NULL with a message. Owned by the caller. */
fr_model *fr_model_create(const fr_shape *input, uint64_t seed);
void fr_model_destroy(fr_model *model);

/* Appends a layer, inferring its shapes from its sources; without any, from the layer before it. */
fr_status fr_model_add(fr_model *model, const fr_layer *layer);

/* Ends adding: the last layer's output is the model's, and every other layer must lead there. Plans
 * the steps, allocates and initialises the parameters. */
fr_status fr_model_build(fr_model *model);

/* From the next batch on, training leaves a layer's weights as they are, or changes them again. */
fr_status fr_model_freeze(fr_model *model, int layer, int frozen);

/* Sets the optimizer, its states to their initial values, and the loss. */
fr_status fr_model_compile(fr_model *model, const fr_optimizer *optimizer, const fr_loss *loss);

/* Makes room for batches of up to `batch` samples, if there is not enough yet. */
fr_status fr_model_reserve(fr_model *model, int batch);

/* Brings the kernels that inference reads up to date. */
fr_status fr_model_refresh_inference(fr_model *model);

/* Copies parameter `index` out of or into the model, in Keras's layout; `elements` must fit. */
fr_status fr_model_get_parameter(const fr_model *model, int index, float *values, int elements);
fr_status fr_model_set_parameter(fr_model *model, int index, const float *values, int elements);

/* How many states each parameter has: 0 before compile. */
int fr_model_state_count(const fr_model *model);

/* State `which` of parameter `index`, laid out as the parameter is: the optimizer's in the order of
 * fr_optimizer_update, then the moving average if it keeps one. A parameter that training does not
 * change has states without meaning. */
fr_status fr_model_get_state(const fr_model *model, int which, int index, float *values,
                             int elements);
fr_status fr_model_set_state(fr_model *model, int which, int index, const float *values,
                             int elements);

/* The gradient of parameter `index` that the latest fr_train_gradients left. */
fr_status fr_model_get_gradient(const fr_model *model, int index, float *values, int elements);

#endif
