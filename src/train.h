/* Running a compiled model: forward, loss, backward and update, a batch at a time. */
#ifndef FR_TRAIN_H
#define FR_TRAIN_H

#include "model.h"

/* samples: n × the input's elements, bytes (scaled by 1/255 here) or floats. targets: n int32 class
 * indices, or n × output floats, as the loss asks. */
typedef struct {
  const void *samples;
  fr_dtype dtype;
  const void *targets;
  int n;
  const float *weights; /* n: how much each sample counts, or NULL */
} fr_batch;

/* Trains on the n samples in order, in batches of `batch_size`, the last one ragged. Each batch's
 * scores, measured before its update and with dropout, go to scores[0 .. ceil(n / batch_size) - 1].
 * rates: each batch's learning rate, or NULL: the optimizer's. Nothing is allocated after the first
 * call with a batch size. */
fr_status fr_train(fr_model *model, const fr_batch *data, int batch_size, const double *rates,
                   fr_scores *scores);

/* One forward and backward pass over the batch as the next training step would make it, dropout
 * included, but without an update: the gradients stay for fr_model_get_gradient. */
fr_status fr_train_gradients(fr_model *model, const fr_batch *batch, fr_scores *scores);

/* Adds the n samples' scores, in inference. */
fr_status fr_evaluate(fr_model *model, const fr_batch *data, int batch_size, fr_scores *scores);

/* out (n, the layer's output elements): what layer `layer` makes of each sample, in inference or as
 * the next training step would: dropout, augmentation and the batch's own statistics included. */
fr_status fr_activations_of(fr_model *model, int layer, const fr_batch *data, int training,
                            float *out);

/* predictions (n, output elements), in inference. */
fr_status fr_predict(fr_model *model, const fr_batch *data, int batch_size, float *predictions);

#endif
