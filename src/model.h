/* A sequential model: layers as the user stacked them, their parameters, and the plan that runs
 * them, a short list of fused steps. Built once, compiled once; training allocates nothing. */
#ifndef FR_MODEL_H
#define FR_MODEL_H

#include <stdint.h>

#include "dataset.h"
#include "dense.h"
#include "infer.h"
#include "layer.h"
#include "loss.h"
#include "optimizer.h"
#include "pool.h"

enum { FR_MAX_LAYERS = 64, FR_MAX_BATCH = 65536 };

/* One weight tensor. */
typedef struct {
  int layer;
  int which;        /* 0 kernel, 1 bias */
  int trainable;
  fr_regularizer regularizer;
  int rank, dims[4]; /* in Keras's layout */
  int elements;
  int offset;       /* of its storage in the parameter arena, in floats */
  int stored;       /* floats of storage: packed for dense kernels, padded to whole vectors */
} fr_parameter;

typedef enum {
  FR_STEP_CONV2D, /* convolution + bias + activation (+ 2×2 max-pool) */
  FR_STEP_MAX_POOLING2D,
  FR_STEP_DENSE,  /* dense + bias + activation (+ dropout) */
  FR_STEP_DROPOUT,
  FR_STEP_ACTIVATION
} fr_step_kind;

/* What one chunk of a step works in. */
typedef struct {
  float *image;    /* conv2d: a padded image */
  float *gradient; /* conv2d: drows, then dbias, of the chunk's samples */
  void *lists;
} fr_scratch;

typedef struct {
  fr_step_kind kind;
  const fr_layer *layer;       /* the first of the layers it runs */
  fr_activation activation;
  int pool;                    /* conv2d: fused with a 2×2 max-pool */
  float rate;                  /* dropout share, 0 for none */
  int dropout_layer;           /* which layer's random stream */
  int dropping;                /* in the pass under way */
  fr_dense dense;
  int kernel, bias;            /* indices of parameters, -1 where there is none */
  int x_size, y_size;          /* floats of a sample */
  int x_stride, y_stride;      /* the same, padded to whole vectors */
  int channels;                /* last axis of y */

  /* in the batch arena; (batch, stride) each */
  const float *x;
  float *dx;                   /* NULL for the first step: nobody needs it */
  float *y, *dy;
  uint8_t *keep;               /* (batch, y_size) */
  uint8_t *winner;             /* (batch, y_size) */
  fr_live live;
  f32x4 *partial;
  fr_infer_input *nonzero;     /* (chunks of inference, FR_INFER_SAMPLES, FR_INFER_PANEL) */
  int64_t inference;           /* where its kernel begins in model->inference */
  float *packed, *rows, *gradient;
  fr_scratch scratch[FR_CHUNKS];
} fr_step;

typedef struct {
  uint64_t seed;
  fr_shape input;
  int layer_count, parameter_count, step_count;
  fr_layer layers[FR_MAX_LAYERS];
  fr_parameter parameters[2 * FR_MAX_LAYERS];
  fr_step steps[FR_MAX_LAYERS];
  int built, compiled;

  int parameter_floats;
  float *values;      /* parameters */
  float *states;      /* the optimizer's, fr_optimizer_states × parameter_floats */
  float *gradients;   /* parameter_floats, only once kept */
  int keep_gradients; /* in the step under way: not applied as they come */
  float *average;     /* the values' moving average, parameter_floats, only where the optimizer has one */
  float *inference;   /* the dense kernels once more, as inference reads them; only once needed */
  int64_t inference_floats;
  int inference_fresh; /* holds the kernels as they are now */
  fr_optimizer optimizer;
  fr_loss loss;
  fr_activation fused_activation; /* whose backward pass the loss's gradient holds */

  int training; /* in the pass under way: dropout is on, and backward may follow */
  int batch_capacity;
  void *arena;
  float *input_values; /* (batch, input stride) */
} fr_model;

/* An empty model for samples of shape `input`, or NULL with a message. Owned by the caller. */
fr_model *fr_model_create(const fr_shape *input, uint64_t seed);
void fr_model_destroy(fr_model *model);

/* Appends a layer, inferring its shapes from the one before it. */
fr_status fr_model_add(fr_model *model, const fr_layer *layer);

/* Ends the stacking: plans the steps, allocates and initialises the parameters (Glorot uniform
 * kernels, zero biases; Glorot & Bengio, AISTATS 2010, equation 16). */
fr_status fr_model_build(fr_model *model);

/* Sets the optimizer, its states to zero, and the loss. */
fr_status fr_model_compile(fr_model *model, const fr_optimizer *optimizer,
                           const fr_loss *loss);

/* Makes room for batches of up to `batch` samples; keeps what is there when it is enough. */
fr_status fr_model_reserve(fr_model *model, int batch);

/* Brings the kernels that inference reads up to date. */
fr_status fr_model_refresh_inference(fr_model *model);

/* Copies parameter `index` out of or into the model, in Keras's layout; `elements` must fit. */
fr_status fr_model_get_parameter(const fr_model *model, int index, float *values, int elements);
fr_status fr_model_set_parameter(fr_model *model, int index, const float *values, int elements);

/* The gradient of parameter `index` that the latest fr_train_gradients left. */
fr_status fr_model_get_gradient(const fr_model *model, int index, float *values, int elements);

/* The output of layer `layer` for n samples, in inference, through the plain reference. */
fr_status fr_model_activations(const fr_model *model, int layer, const void *samples,
                               fr_dtype dtype, int n, float *out);

#endif
