/* The functions JavaScript sees; nothing else in the core is visible from there. Each returns an
 * fr_status and writes its results through pointers. exports.txt lists them. */
#include <malloc.h>
#include <math.h>
#include <stddef.h>

#include "dataset.h"
#include "model.h"
#include "train.h"
#include "update.h"

static const double MAX_WHOLE =
    9007199254740991.0; /* 2^53 - 1: JavaScript's largest safe integer */

static uint64_t seed_of(uint32_t low, uint32_t high) { return (uint64_t)high << 32 | low; }

/* No NaN, which equals nothing. */
static int is_whole(double value, double low, double high) {
  return value == rint(value) && value >= low && value <= high;
}

/* ---- data ------------------------------------------------------------------------------------ */

/* out: rank, count, rows, columns, data offset */
int fr_idx_header(const uint8_t *head, uint32_t head_bytes, double file_bytes, int32_t out[5]) {
  fr_idx h;
  fr_status status = fr_idx_parse_header(head, head_bytes, file_bytes, &h);
  if (status == FR_OK) memcpy(out, &h, sizeof h);
  return status;
}

/* order: count uint32; epoch_start: optimizer steps before the epoch */
int fr_epoch_order(uint32_t seed_low, uint32_t seed_high, double epoch_start, int count,
                   uint32_t *order) {
  if (!is_whole(epoch_start, 0.0, MAX_WHOLE) || count < 0)
    return fr_fail(FR_INVALID_ARGUMENT, "order: no step %g, or no %d samples", epoch_start, count);
  fr_shuffle(seed_of(seed_low, seed_high), (uint64_t)epoch_start, count, order);
  return FR_OK;
}

/* ---- a model's life -------------------------------------------------------------------------- */

int fr_new(int rank, int d0, int d1, int d2, uint32_t seed_low, uint32_t seed_high,
           fr_model **out) {
  fr_shape input = {rank, {d0, d1, d2}};
  fr_status status = fr_shape_check("input shape", &input);
  *out = status ? NULL : fr_model_create(&input, seed_of(seed_low, seed_high));
  return status || *out ? status : FR_OUT_OF_MEMORY;
}

int fr_dispose(fr_model *model) {
  fr_model_destroy(model);
  return FR_OK;
}

/* Configurations arrive as lists of doubles, in the order in which they are read here. */
typedef struct {
  const char *what; /* is configured, for messages */
  const double *list;
  int length, read; /* numbers that arrived, and that were asked for */
  fr_status status; /* set by the first number that cannot be what it is read as */
} fr_reader;

/* 0 past the end, which finish reports. */
static double number(fr_reader *r) {
  int at = r->read++;
  return at < r->length ? r->list[at] : 0.0;
}
static float real(fr_reader *r) { return (float)number(r); }

/* An integer within low .. high, or 0 and the reader's status. */
static int64_t whole(fr_reader *r, double low, double high) {
  double value = number(r);
  if (is_whole(value, low, high)) return (int64_t)value;
  if (r->status == FR_OK)
    r->status = fr_fail(FR_INVALID_ARGUMENT, "%s: number %d must be an integer %.0f..%.0f, got %g",
                        r->what, r->read - 1, low, high, value);
  return 0;
}

/* Whether the list had as many numbers as were read, each in its range. */
static fr_status finish(const fr_reader *r) {
  if (r->length == r->read) return r->status;
  return fr_fail(FR_INVALID_ARGUMENT, "%s: its configuration has %d numbers, got %d", r->what,
                 r->read, r->length);
}

static int integer(fr_reader *r) { return (int)whole(r, INT32_MIN, INT32_MAX); }

/* A seed, or -1 for none. */
static int read_seed(fr_reader *r, uint64_t *seed) {
  int64_t value = whole(r, -1.0, MAX_WHOLE);
  if (value < 0) return 0;
  *seed = (uint64_t)value;
  return 1;
}

static void read_shape(fr_reader *r, fr_shape *shape) {
  shape->rank = integer(r);
  for (int i = 0; i < FR_MAX_RANK; i++) shape->dims[i] = integer(r);
}

static void read_training(fr_reader *r, fr_layer *l) {
  for (int i = 0; i < 2; i++) {
    l->regularizers[i].l1 = real(r);
    l->regularizers[i].l2 = real(r);
  }
  for (int i = 0; i < FR_MAX_PARAMETERS; i++) {
    fr_initializer *init = &l->initializers[i];
    init->distribution = (fr_init)integer(r);
    init->value = real(r);
    init->fan = (fr_fan)integer(r);
    init->has_seed = read_seed(r, &init->seed);
  }
}

static void read_augmentation(fr_reader *r, fr_layer *l) {
  l->has_seed = read_seed(r, &l->seed);
  for (int i = 0; i < 4; i++) l->range[i] = real(r);
  l->fill = (fr_fill)integer(r);
  l->interpolation = (fr_interpolation)integer(r);
  l->fill_value = real(r);
  for (int i = 0; i < 2; i++) l->value_range[i] = real(r);
}

/* config: the numbers that the lines below read, `length` in all */
int fr_add(fr_model *model, const double *config, int length) {
  fr_reader r = {.what = "layer", .list = config, .length = length};
  fr_layer l = {.kind = (fr_layer_kind)integer(&r), .units = integer(&r)};
  l.kernel_h = integer(&r);
  l.kernel_w = integer(&r);
  l.stride_h = integer(&r);
  l.stride_w = integer(&r);
  l.padding = (fr_padding)integer(&r);
  l.activation = (fr_activation)integer(&r);
  l.use_bias = integer(&r);
  l.rate = real(&r);
  l.slope = real(&r);
  for (int i = 0; i < 4; i++) l.pads[i] = integer(&r);
  read_shape(&r, &l.target);
  l.momentum = real(&r);
  l.epsilon = real(&r);
  l.center = integer(&r);
  l.scale = integer(&r);
  read_training(&r, &l);
  read_augmentation(&r, &l);
  l.source_count = integer(&r);
  for (int i = 0; i < FR_MAX_SOURCES; i++) l.sources[i] = integer(&r);
  l.frozen = integer(&r) != 0;
  fr_status status = finish(&r);
  return status ? status : fr_model_add(model, &l);
}

int fr_build(fr_model *model) { return fr_model_build(model); }

int fr_freeze(fr_model *model, int layer, int frozen) {
  return fr_model_freeze(model, layer, frozen);
}

/* config: the numbers that the lines below read, `length` in all */
int fr_compile(fr_model *model, const double *config, int length) {
  fr_reader r = {.what = "compile", .list = config, .length = length};
  fr_optimizer o = {.kind = (fr_optimizer_kind)integer(&r), .learning_rate = number(&r)};
  o.momentum = number(&r);
  o.nesterov = integer(&r);
  o.beta1 = number(&r);
  o.beta2 = number(&r);
  o.rho = number(&r);
  o.epsilon = number(&r);
  o.weight_decay = number(&r);
  o.clip_value = number(&r);
  o.clip_norm = number(&r);
  o.global_clip_norm = number(&r);
  o.use_ema = integer(&r);
  o.ema_momentum = number(&r);
  o.ema_overwrite = integer(&r);
  o.initial_accumulator = number(&r);
  o.centered = integer(&r);
  fr_loss loss = {.kind = (fr_loss_kind)integer(&r)};
  loss.from_logits = integer(&r);
  loss.label_smoothing = real(&r);
  loss.top_k = integer(&r);
  fr_status status = finish(&r);
  return status ? status : fr_model_compile(model, &o, &loss);
}

/* ---- what a model is ------------------------------------------------------------------------- */

/* out: output rank, its three dimensions (unused ones 0) */
int fr_layer_output(const fr_model *model, int layer, int32_t out[4]) {
  if (layer < 0 || layer >= model->layer_count)
    return fr_fail(FR_INVALID_ARGUMENT, "layer: index must be 0..%d, got %d",
                   model->layer_count - 1, layer);
  const fr_shape *shape = &model->layers[layer].output;
  out[0] = shape->rank;
  for (int i = 0; i < FR_MAX_RANK; i++) out[i + 1] = i < shape->rank ? shape->dims[i] : 0;
  return FR_OK;
}

int fr_weight_count(const fr_model *model, int32_t *out) {
  *out = model->parameter_count;
  return FR_OK;
}

/* out: layer, which of its parameters, whether training changes it while its layer is not frozen,
 * rank, four dimensions (unused ones 0) */
int fr_weight_shape(const fr_model *model, int index, int32_t out[8]) {
  if (index < 0 || index >= model->parameter_count)
    return fr_fail(FR_INVALID_ARGUMENT, "weights: index must be 0..%d, got %d",
                   model->parameter_count - 1, index);
  const fr_parameter *p = &model->parameters[index];
  out[0] = p->layer;
  out[1] = p->which;
  out[2] = fr_parameter_learns(p->which);
  out[3] = p->rank;
  for (int i = 0; i < 4; i++) out[i + 4] = i < p->rank ? p->dims[i] : 0;
  return FR_OK;
}

int fr_get_weight(const fr_model *model, int index, float *values, int elements) {
  return fr_model_get_parameter(model, index, values, elements);
}

int fr_set_weight(fr_model *model, int index, const float *values, int elements) {
  return fr_model_set_parameter(model, index, values, elements);
}

int fr_get_gradient(const fr_model *model, int index, float *values, int elements) {
  return fr_model_get_gradient(model, index, values, elements);
}

int fr_state_count(const fr_model *model, int32_t *out) {
  *out = fr_model_state_count(model);
  return FR_OK;
}

int fr_get_state(const fr_model *model, int which, int index, float *values, int elements) {
  return fr_model_get_state(model, which, index, values, elements);
}

int fr_set_state(fr_model *model, int which, int index, const float *values, int elements) {
  return fr_model_set_state(model, which, index, values, elements);
}

/* Optimizer steps taken since compile. */
int fr_steps(const fr_model *model, double *out) {
  *out = (double)model->optimizer.steps;
  return FR_OK;
}

/* Goes on after so many steps; the states are those after them. */
int fr_set_steps(fr_model *model, double steps) {
  if (!model->compiled) return fr_fail(FR_WRONG_STATE, "steps: compile the model first");
  if (!is_whole(steps, 0.0, MAX_WHOLE))
    return fr_fail(FR_INVALID_ARGUMENT, "steps: must be a whole number 0..2^53-1, got %g", steps);
  model->optimizer.steps = (uint64_t)steps;
  return FR_OK;
}

/* ---- running it ------------------------------------------------------------------------------ */

/* samples: n samples of dtype, an fr_dtype; weights: a float for each, or NULL; rates: a learning
 * rate for each batch, or NULL; scores: ceil(n / batch_size) fr_scores */
int fr_fit(fr_model *model, const void *samples, int dtype, const void *targets,
           const float *weights, int n, int batch_size, const double *rates, fr_scores *scores) {
  fr_batch data = {samples, (fr_dtype)dtype, targets, n, weights};
  return fr_train(model, &data, batch_size, rates, scores);
}

int fr_gradients(fr_model *model, const void *samples, int dtype, const void *targets,
                 const float *weights, int n, fr_scores *scores) {
  fr_batch data = {samples, (fr_dtype)dtype, targets, n, weights};
  return fr_train_gradients(model, &data, scores);
}

/* Adds to *scores. */
int fr_score(fr_model *model, const void *samples, int dtype, const void *targets,
             const float *weights, int n, int batch_size, fr_scores *scores) {
  fr_batch data = {samples, (fr_dtype)dtype, targets, n, weights};
  return fr_evaluate(model, &data, batch_size, scores);
}

/* The weights become their moving averages, or with `swap` the two change places. */
int fr_average(fr_model *model, int swap) { return fr_update_average(model, swap); }

int fr_infer(fr_model *model, const void *samples, int dtype, int n, int batch_size,
             float *predictions) {
  fr_batch data = {samples, (fr_dtype)dtype, NULL, n, NULL};
  return fr_predict(model, &data, batch_size, predictions);
}

/* out (n, the layer's output elements) */
int fr_activations(fr_model *model, int layer, const void *samples, int dtype, int n, int training,
                   float *out) {
  fr_batch data = {samples, (fr_dtype)dtype, NULL, n, NULL};
  return fr_activations_of(model, layer, &data, training, out);
}

/* p (n, classes) → out (n): the class of each row */
int fr_classes(const float *p, int n, int classes, int32_t *out) {
  fr_argmax(p, n, classes, classes, out);
  return FR_OK;
}

/* ---- memory ---------------------------------------------------------------------------------- */

#ifndef __EMSCRIPTEN__
#define mallinfo mallinfo2 /* glibc's version, whose fields do not overflow */
#endif

/* Bytes allocated now; what a leak would show in. */
int fr_heap_in_use(double *out) {
  *out = (double)mallinfo().uordblks;
  return FR_OK;
}
