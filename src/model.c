#include "model.h"

#include <math.h>
#include <stdlib.h>

#include "plan.h"
#include "random.h"
#include "reference.h"

static const uint64_t MAX_ARENA_BYTES = (uint64_t)1 << 30;

/* ---- life ------------------------------------------------------------------------------------ */

fr_model *fr_model_create(const fr_shape *input, uint64_t seed) {
  if (fr_shape_check("input shape", input)) return NULL;
  fr_model *m = calloc(1, sizeof *m);
  if (!m) {
    fr_fail(FR_OUT_OF_MEMORY, "model: out of memory");
    return NULL;
  }
  m->input = *input;
  m->seed = seed;
  return m;
}

void fr_model_destroy(fr_model *m) {
  if (!m) return;
  free(m->values);
  free(m->states);
  free(m->gradients);
  free(m->average);
  free(m->inference);
  free(m->arena);
  free(m);
}

fr_status fr_model_add(fr_model *m, const fr_layer *layer) {
  if (m->built) return fr_fail(FR_WRONG_STATE, "model: layers cannot be added once it is built");
  if (m->layer_count == FR_MAX_LAYERS)
    return fr_fail(FR_INVALID_ARGUMENT, "model: at most %d layers", FR_MAX_LAYERS);
  fr_layer *added = &m->layers[m->layer_count];
  *added = *layer;
  const fr_shape *input = m->layer_count ? &added[-1].output : &m->input;
  fr_status status = fr_layer_infer(added, input);
  if (status == FR_OK) m->layer_count++;
  return status;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static fr_dense dense_of(const fr_model *m, const fr_parameter *p) {
  const fr_layer *l = &m->layers[p->layer];
  return (fr_dense){.inputs = l->input.dims[0], .units = l->units};
}

static int is_packed(const fr_model *m, const fr_parameter *p) {
  return p->which == 0 && m->layers[p->layer].kind == FR_DENSE;
}

static fr_status add_parameter(fr_model *m, int layer, int which) {
  fr_parameter p = {.layer = layer, .which = which, .trainable = 1, .elements = 1,
                    .offset = m->parameter_floats};
  p.rank = fr_layer_parameter_shape(&m->layers[layer], which, p.dims);
  if (p.rank == 0) return FR_OK;
  for (int i = 0; i < p.rank; i++) p.elements *= p.dims[i];
  fr_dense d = dense_of(m, &p);
  p.stored = fr_round_up(is_packed(m, &p) ? fr_dense_packed(&d) : p.elements, FR_LANES);
  if (m->parameter_floats > FR_MAX_ELEMENTS - p.stored)
    return fr_fail(FR_INVALID_ARGUMENT, "model: at most %d weights in all", FR_MAX_ELEMENTS);
  m->parameter_floats += p.stored;
  m->parameters[m->parameter_count++] = p;
  return FR_OK;
}

static void store_parameter(fr_model *m, const fr_parameter *p, const float *values) {
  m->inference_fresh = 0;
  float *stored = m->values + p->offset;
  fr_dense d = dense_of(m, p);
  if (is_packed(m, p)) fr_dense_pack(&d, values, stored);
  else memcpy(stored, values, sizeof *values * (size_t)p->elements);
}

static fr_status initialize(fr_model *m) {
  for (int i = 0; i < m->parameter_count; i++) {
    const fr_parameter *p = &m->parameters[i];
    if (p->which != 0) continue; /* biases begin at zero */
    int fan_in, fan_out;
    fr_layer_fans(&m->layers[p->layer], &fan_in, &fan_out);
    float limit = (float)sqrt(6.0 / ((double)fan_in + fan_out));
    float *drawn = malloc(sizeof *drawn * (size_t)p->elements);
    if (!drawn) return fr_fail(FR_OUT_OF_MEMORY, "model: no memory for %d weights", p->elements);
    fr_random_uniform(m->seed, FR_STREAM_WEIGHTS, (uint64_t)i, limit, drawn, p->elements);
    store_parameter(m, p, drawn);
    free(drawn);
  }
  return FR_OK;
}

fr_status fr_model_build(fr_model *m) {
  if (m->built) return FR_OK;
  if (m->layer_count == 0) return fr_fail(FR_WRONG_STATE, "model: add at least one layer");
  m->parameter_count = m->parameter_floats = 0;
  fr_status status;
  for (int i = 0; i < m->layer_count; i++)
    for (int which = 0; which < 2; which++)
      if ((status = add_parameter(m, i, which))) return status;
  fr_plan_steps(m);
  if (m->step_count == 0)
    return fr_fail(FR_INVALID_ARGUMENT, "model: needs a layer besides flatten");
  free(m->values); /* of an attempt that ran out of memory */
  m->values = calloc((size_t)m->parameter_floats + 1, sizeof *m->values);
  if (!m->values)
    return fr_fail(FR_OUT_OF_MEMORY, "model: no memory for %d weights", m->parameter_floats);
  if ((status = initialize(m))) return status;
  m->built = 1;
  return FR_OK;
}

static fr_status check_parameter(const fr_model *m, int index, int elements) {
  if (!m->built) return fr_fail(FR_WRONG_STATE, "model: build it before its weights are asked for");
  if (index < 0 || index >= m->parameter_count)
    return fr_fail(FR_INVALID_ARGUMENT, "weights: index must be 0..%d, got %d",
                   m->parameter_count - 1, index);
  if (elements != m->parameters[index].elements)
    return fr_fail(FR_INVALID_ARGUMENT, "weights: tensor %d has %d elements, got %d", index,
                   m->parameters[index].elements, elements);
  return FR_OK;
}

static void load_parameter(const fr_model *m, const fr_parameter *p, const float *arena,
                           float *values) {
  fr_dense d = dense_of(m, p);
  if (is_packed(m, p)) fr_dense_unpack(&d, arena + p->offset, values);
  else memcpy(values, arena + p->offset, sizeof *values * (size_t)p->elements);
}

fr_status fr_model_get_parameter(const fr_model *m, int index, float *values, int elements) {
  fr_status status = check_parameter(m, index, elements);
  if (status == FR_OK) load_parameter(m, &m->parameters[index], m->values, values);
  return status;
}

fr_status fr_model_set_parameter(fr_model *m, int index, const float *values, int elements) {
  fr_status status = check_parameter(m, index, elements);
  if (status == FR_OK) store_parameter(m, &m->parameters[index], values);
  return status;
}

fr_status fr_model_get_gradient(const fr_model *m, int index, float *values, int elements) {
  fr_status status = check_parameter(m, index, elements);
  if (status) return status;
  if (!m->gradients) return fr_fail(FR_WRONG_STATE, "gradients: none have been computed yet");
  load_parameter(m, &m->parameters[index], m->gradients, values);
  return FR_OK;
}

/* ---- compile --------------------------------------------------------------------------------- */

fr_status fr_model_compile(fr_model *m, const fr_optimizer *optimizer, const fr_loss *loss) {
  if (!m->built) return fr_fail(FR_WRONG_STATE, "compile: build the model first");
  fr_status status;
  if ((status = fr_optimizer_check(optimizer)) ||
      (status = fr_loss_check(loss, &m->layers[m->layer_count - 1].output)))
    return status;
  size_t floats = (size_t)m->parameter_floats * (size_t)fr_optimizer_states(optimizer);
  float *states = malloc((floats + 1) * sizeof *states);
  if (!states) return fr_fail(FR_OUT_OF_MEMORY, "compile: no memory for the optimizer's states");
  for (size_t i = 0; i < floats; i++) states[i] = fr_optimizer_initial_state(optimizer);
  free(m->states);
  free(m->average);
  m->states = states;
  m->average = NULL;
  m->optimizer = *optimizer;
  m->optimizer.steps = 0;
  m->loss = *loss;
  const fr_step *last = &m->steps[m->step_count - 1];
  m->fused_activation =
      last->rate == 0.0f ? fr_loss_fused_activation(loss, last->activation) : FR_LINEAR;
  m->compiled = 1;
  return FR_OK;
}

fr_status fr_model_reserve(fr_model *m, int batch) {
  if (!m->built) return fr_fail(FR_WRONG_STATE, "model: build it before it is used");
  if (batch < 1 || batch > FR_MAX_BATCH)
    return fr_fail(FR_INVALID_ARGUMENT, "batch size must be 1..%d, got %d", FR_MAX_BATCH, batch);
  if (batch <= m->batch_capacity) return FR_OK;
  uint64_t bytes = fr_plan_buffers(m, batch, NULL);
  m->batch_capacity = 0;
  free(m->arena);
  m->arena = bytes <= MAX_ARENA_BYTES ? aligned_alloc(64, (size_t)bytes) : NULL;
  if (!m->arena)
    return fr_fail(FR_OUT_OF_MEMORY,
                   "batch size %d needs %.0f MB for activations, more than there is; choose a "
                   "smaller one", batch, (double)bytes / 1e6);
  memset(m->arena, 0, (size_t)bytes);
  fr_plan_buffers(m, batch, m->arena);
  m->batch_capacity = batch;
  return FR_OK;
}

fr_status fr_model_refresh_inference(fr_model *m) {
  if (m->inference_fresh || m->inference_floats == 0) return FR_OK;
  if (!m->inference)
    m->inference = aligned_alloc(64, ((size_t)m->inference_floats * sizeof(float) + 63) / 64 * 64);
  if (!m->inference)
    return fr_fail(FR_OUT_OF_MEMORY, "model: no memory to run %d weights",
                   (int)m->inference_floats);
  for (int i = 0; i < m->step_count; i++) {
    const fr_step *s = &m->steps[i];
    if (s->kind == FR_STEP_DENSE)
      fr_infer_pack(&s->dense, m->values + m->parameters[s->kernel].offset,
                    m->inference + s->inference);
  }
  m->inference_fresh = 1;
  return FR_OK;
}

/* ---- inspection ------------------------------------------------------------------------------ */

static fr_status parameters_of(const fr_model *m, int layer, float *tensors[2]) {
  tensors[0] = tensors[1] = NULL;
  for (int i = 0; i < m->parameter_count; i++) {
    const fr_parameter *p = &m->parameters[i];
    if (p->layer != layer) continue;
    tensors[p->which] = malloc(sizeof(float) * (size_t)p->elements);
    if (!tensors[p->which]) return FR_OUT_OF_MEMORY;
    load_parameter(m, p, m->values, tensors[p->which]);
  }
  return FR_OK;
}

static fr_status run_layer(const fr_model *m, int layer, const float *x, int n, float *y) {
  const fr_layer *l = &m->layers[layer];
  int x_size = fr_shape_elements(&l->input), y_size = fr_shape_elements(&l->output);
  float *tensors[2];
  fr_status status = parameters_of(m, layer, tensors);
  for (int i = 0; status == FR_OK && i < n; i++)
    fr_reference_forward(l, x + (size_t)i * (size_t)x_size, tensors[0], tensors[1],
                         y + (size_t)i * (size_t)y_size);
  free(tensors[0]);
  free(tensors[1]);
  return status;
}

fr_status fr_model_activations(const fr_model *m, int layer, const void *samples, fr_dtype dtype,
                               int n, float *out) {
  if (!m->built) return fr_fail(FR_WRONG_STATE, "activations: build the model first");
  if (layer < 0 || layer >= m->layer_count)
    return fr_fail(FR_INVALID_ARGUMENT, "activations: layer must be 0..%d, got %d",
                   m->layer_count - 1, layer);
  size_t largest = (size_t)fr_shape_elements(&m->input);
  for (int i = 0; i <= layer; i++) {
    size_t size = (size_t)fr_shape_elements(&m->layers[i].output);
    if (size > largest) largest = size;
  }
  float *x = malloc(sizeof *x * (largest * (size_t)n + FR_LANES));
  float *y = malloc(sizeof *y * (largest * (size_t)n + FR_LANES));
  fr_status status = x && y ? FR_OK : FR_OUT_OF_MEMORY;
  if (status == FR_OK) fr_load_samples(samples, dtype, n * fr_shape_elements(&m->input), x);
  for (int i = 0; status == FR_OK && i <= layer; i++) {
    status = run_layer(m, i, x, n, y);
    float *swapped = x;
    x = y;
    y = swapped;
  }
  if (status == FR_OK)
    memcpy(out, x, sizeof *out * (size_t)n * (size_t)fr_shape_elements(&m->layers[layer].output));
  free(x);
  free(y);
  return status ? fr_fail(status, "activations: no memory for %d samples", n) : FR_OK;
}
