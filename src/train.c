#include "train.h"

#include "plan.h"
#include "step.h"
#include "update.h"

static fr_step *last_step(fr_model *m) { return &m->steps[m->step_count - 1]; }

static void forward(fr_model *m, const fr_batch *b, int training) {
  fr_steps_prepare(m, b->samples, b->dtype, b->n, training);
  for (int i = 0; i < m->step_count; i++) fr_step_forward(m, &m->steps[i], b->n);
}

/* penalty: what the regularizers add to the loss of each sample */
static void score(fr_model *m, const fr_batch *b, double penalty, float *dp, fr_scores *scores) {
  const fr_step *last = last_step(m);
  fr_loss_batch(&m->loss, m->fused_activation, last->y, b->targets, b->weights, b->n, last->y_size,
                last->y_stride, dp, scores);
  scores->loss += b->n * penalty;
}

static void backward(fr_model *m, int n) {
  for (int i = m->step_count - 1; i >= 0; i--) {
    int in_loss = i == m->step_count - 1 && m->fused_activation != FR_LINEAR;
    fr_step_backward(m, &m->steps[i], n, in_loss);
  }
}

/* ---- batches --------------------------------------------------------------------------------- */

static fr_status check_batch(fr_model *m, const fr_batch *b, int batch_size, int needs_targets) {
  if (needs_targets && !m->compiled)
    return fr_fail(FR_WRONG_STATE, "model: compile it before it is trained or evaluated");
  if (b->n < 1)
    return fr_fail(FR_INVALID_ARGUMENT, "samples: at least one is needed, got %d", b->n);
  if (b->dtype != FR_UINT8 && b->dtype != FR_FLOAT32)
    return fr_fail(FR_INVALID_ARGUMENT, "samples: type must be bytes (0) or floats (1), got %d",
                   (int)b->dtype);
  int larger = batch_size <= FR_MAX_BATCH && batch_size > b->n; /* than there are samples */
  fr_status status = fr_model_reserve(m, larger ? b->n : batch_size);
  if (status == FR_OK && needs_targets && m->loss.kind == FR_SPARSE_CATEGORICAL_CROSSENTROPY)
    status = fr_check_labels(b->targets, b->n, last_step(m)->y_size);
  return status;
}

/* Samples first .. first + batch_size - 1 of the data, or as many as are left. */
static fr_batch slice(fr_model *m, const fr_batch *data, int first, int batch_size) {
  size_t sample = (size_t)fr_shape_elements(&m->input) * (size_t)fr_dtype_bytes(data->dtype);
  size_t target = sizeof(int32_t);
  if (m->loss.kind != FR_SPARSE_CATEGORICAL_CROSSENTROPY) target *= (size_t)last_step(m)->y_size;
  fr_batch b = *data;
  b.samples = (const char *)data->samples + (size_t)first * sample;
  if (data->targets) b.targets = (const char *)data->targets + (size_t)first * target;
  if (data->weights) b.weights = data->weights + first;
  b.n = data->n - first < batch_size ? data->n - first : batch_size;
  return b;
}

fr_status fr_train(fr_model *m, const fr_batch *data, int batch_size, const double *rates,
                   fr_scores *scores) {
  fr_status status = check_batch(m, data, batch_size, 1);
  for (int first = 0, i = 0; status == FR_OK && first < data->n; first += batch_size, i++) {
    fr_batch b = slice(m, data, first, batch_size);
    scores[i] = (fr_scores){0};
    forward(m, &b, 1);
    score(m, &b, fr_update_penalty(m), last_step(m)->dy, &scores[i]);
    status = fr_update_begin(m, rates ? rates[i] : m->optimizer.learning_rate);
    if (status) break;
    backward(m, b.n);
    fr_update_end(m);
    fr_steps_end(m);
  }
  return status;
}

fr_status fr_train_gradients(fr_model *m, const fr_batch *batch, fr_scores *scores) {
  fr_status status = check_batch(m, batch, batch->n, 1);
  if (status || (status = fr_update_keep(m))) return status;
  *scores = (fr_scores){0};
  forward(m, batch, 1);
  score(m, batch, fr_update_penalty(m), last_step(m)->dy, scores);
  backward(m, batch->n);
  return FR_OK;
}

/* Inference gives the same bits in batches of any size: it runs in larger ones than asked for, as
 * long as their activations are small. */
static int inference_batch(const fr_model *m, int batch_size) {
  enum { USUAL = 128, MOST_BYTES = 16 << 20 };
  int64_t sample = fr_shape_elements(&m->input);
  for (int i = 0; i < m->step_count; i++) sample += 2 * (int64_t)m->steps[i].y_stride;
  int fits = (int)(MOST_BYTES / (sample * (int64_t)sizeof(float)));
  int larger = fits < USUAL ? fits : USUAL;
  return batch_size > larger ? batch_size : larger;
}

/* Checks the data and makes everything ready to run over them, *batch_size at a time. */
static fr_status begin_inference(fr_model *m, const fr_batch *data, int *batch_size,
                                 int needs_targets) {
  if (*batch_size >= 1) *batch_size = inference_batch(m, *batch_size);
  fr_status status = check_batch(m, data, *batch_size, needs_targets);
  return status ? status : fr_model_refresh_inference(m);
}

fr_status fr_evaluate(fr_model *m, const fr_batch *data, int batch_size, fr_scores *scores) {
  fr_status status = begin_inference(m, data, &batch_size, 1);
  double penalty = status == FR_OK ? fr_update_penalty(m) : 0.0;
  for (int first = 0; status == FR_OK && first < data->n; first += batch_size) {
    fr_batch b = slice(m, data, first, batch_size);
    forward(m, &b, 0);
    score(m, &b, penalty, NULL, scores);
  }
  return status;
}

static void copy_outputs(const fr_step *s, int n, float *out) {
  for (int i = 0; i < n; i++, out += s->y_size)
    memcpy(out, s->y + (size_t)i * (size_t)s->y_stride, sizeof *out * (size_t)s->y_size);
}

fr_status fr_predict(fr_model *m, const fr_batch *data, int batch_size, float *predictions) {
  fr_status status = begin_inference(m, data, &batch_size, 0);
  if (status) return status;
  const fr_step *last = last_step(m);
  for (int first = 0; first < data->n; first += batch_size) {
    fr_batch b = slice(m, data, first, batch_size);
    forward(m, &b, 0);
    copy_outputs(last, b.n, predictions);
    predictions += (ptrdiff_t)b.n * last->y_size;
  }
  return FR_OK;
}

/* ---- inspection ------------------------------------------------------------------------------ */

fr_status fr_activations_of(fr_model *m, int layer, const fr_batch *data, int training,
                            float *out) {
  if (!m->built) return fr_fail(FR_WRONG_STATE, "activations: build the model first");
  if (layer < 0 || layer >= m->layer_count)
    return fr_fail(FR_INVALID_ARGUMENT, "activations: layer must be 0..%d, got %d",
                   m->layer_count - 1, layer);
  fr_plan_again(m, 0); /* so that every layer's output can be seen */
  fr_status status = check_batch(m, data, data->n, 0);
  if (status == FR_OK) status = fr_model_refresh_inference(m);
  if (status == FR_OK) {
    int last = m->step_of[layer], size = fr_shape_elements(&m->input);
    fr_steps_prepare(m, data->samples, data->dtype, data->n, training);
    for (int i = 0; i <= last; i++) fr_step_forward(m, &m->steps[i], data->n);
    const fr_step input = {
        .y = m->input_values, .y_size = size, .y_stride = fr_round_up(size, FR_LANES)};
    copy_outputs(last < 0 ? &input : &m->steps[last], data->n, out);
  }
  fr_plan_again(m, 1);
  return status;
}
