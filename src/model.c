#include "model.h"

#include <math.h>
#include <stdlib.h>

#include "plan.h"
#include "step.h"

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
  free(m->matrices);
  free(m->inference);
  free(m->arena);
  free(m);
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
  fr_parameter *p = &m->parameters[m->parameter_count];
  fr_status status = fr_parameter_describe(&m->layers[layer], which, p);
  m->parameters_of[layer][which] = -1;
  if (status || p->rank == 0) return status;
  p->layer = layer;
  p->offset = m->parameter_floats;
  fr_dense d = dense_of(m, p);
  p->stored = fr_round_up(is_packed(m, p) ? fr_dense_packed(&d) : p->elements, FR_LANES);
  if (m->parameter_floats > FR_MAX_ELEMENTS - p->stored)
    return fr_fail(FR_INVALID_ARGUMENT, "model: at most %d weights in all", FR_MAX_ELEMENTS);
  m->parameter_floats += p->stored;
  m->parameters_of[layer][which] = m->parameter_count++;
  m->learns[layer] |= fr_parameter_learns(which);
  return FR_OK;
}

/* ---- layers ---------------------------------------------------------------------------------- */

static const fr_shape *output_of(const fr_model *m, int layer) {
  return layer < 0 ? &m->input : &m->layers[layer].output;
}

static fr_status check_sources(const fr_model *m, const fr_layer *l) {
  if (l->source_count < 1 || l->source_count > FR_MAX_SOURCES)
    return fr_fail(FR_INVALID_ARGUMENT, "layer %d: 1..%d inputs are possible, got %d",
                   m->layer_count, FR_MAX_SOURCES, l->source_count);
  for (int i = 0; i < l->source_count; i++)
    if (l->sources[i] < -1 || l->sources[i] >= m->layer_count)
      return fr_fail(FR_INVALID_ARGUMENT,
                     "layer %d: an input must be one of the layers before it, got %d",
                     m->layer_count, l->sources[i]);
  return FR_OK;
}

static fr_status infer_layer(fr_model *m, int layer) {
  fr_layer *l = &m->layers[layer];
  const fr_shape *sources[FR_MAX_SOURCES];
  fr_status status = check_sources(m, l);
  if (status) return status;
  m->learns[layer] = 0;
  for (int i = 0; i < l->source_count; i++) {
    sources[i] = output_of(m, l->sources[i]);
    m->learns[layer] |= l->sources[i] >= 0 && m->learns[l->sources[i]];
  }
  if ((status = fr_layer_infer(l, sources))) return status;
  if (fr_layer_augments(l) && m->learns[layer])
    return fr_fail(FR_INVALID_ARGUMENT, "%s: must stand before the first layer with weights",
                   fr_layer_name(l->kind));
  return FR_OK;
}

fr_status fr_model_add(fr_model *m, const fr_layer *layer) {
  if (m->built) return fr_fail(FR_WRONG_STATE, "model: layers cannot be added once it is built");
  if (m->layer_count == FR_MAX_LAYERS)
    return fr_fail(FR_INVALID_ARGUMENT, "model: at most %d layers", FR_MAX_LAYERS);
  int index = m->layer_count, parameters = m->parameter_count, floats = m->parameter_floats;
  fr_layer *added = &m->layers[index];
  *added = *layer;
  if (added->source_count == 0) {
    added->source_count = 1;
    added->sources[0] = index - 1;
  }
  if (!added->has_seed) added->seed = m->seed;
  fr_status status = infer_layer(m, index);
  for (int which = 0; status == FR_OK && which < FR_MAX_PARAMETERS; which++)
    status = add_parameter(m, index, which);
  if (status == FR_OK) {
    m->layer_count++;
    return FR_OK;
  }
  m->parameter_count = parameters;
  m->parameter_floats = floats;
  return status;
}

/* ---- first values ---------------------------------------------------------------------------- */

static void store_parameter(const fr_model *m, const fr_parameter *p, const float *values,
                            float *arena) {
  fr_dense d = dense_of(m, p);
  if (is_packed(m, p)) fr_dense_pack(&d, values, arena + p->offset);
  else memcpy(arena + p->offset, values, sizeof *values * (size_t)p->elements);
}

static fr_status initialize(fr_model *m) {
  for (int i = 0; i < m->parameter_count; i++) {
    const fr_parameter *p = &m->parameters[i];
    float *drawn = malloc(sizeof *drawn * (size_t)p->elements);
    if (!drawn) return fr_fail(FR_OUT_OF_MEMORY, "model: no memory for %d weights", p->elements);
    fr_parameter_initialize(&m->layers[p->layer], p, m->seed, i, drawn);
    store_parameter(m, p, drawn, m->values);
    free(drawn);
  }
  return FR_OK;
}

/* ---- build ----------------------------------------------------------------------------------- */

static fr_status check_uses(const fr_model *m) {
  if (m->layer_count == 0) return fr_fail(FR_WRONG_STATE, "model: add at least one layer");
  int used[FR_MAX_LAYERS] = {0};
  for (int i = 0; i < m->layer_count; i++)
    for (int k = 0; k < m->layers[i].source_count; k++)
      if (m->layers[i].sources[k] >= 0) used[m->layers[i].sources[k]] = 1;
  for (int i = 0; i < m->layer_count - 1; i++)
    if (!used[i])
      return fr_fail(FR_INVALID_ARGUMENT, "model: nothing uses the output of layer %d (%s)", i,
                     fr_layer_name(m->layers[i].kind));
  return FR_OK;
}

fr_status fr_model_build(fr_model *m) {
  if (m->built) return FR_OK;
  fr_status status = check_uses(m);
  if (status) return status;
  fr_plan_steps(m, 1);
  if (m->step_count == 0)
    return fr_fail(FR_INVALID_ARGUMENT, "model: needs a layer besides flatten and reshape");
  free(m->values); /* of an attempt that ran out of memory */
  m->values = calloc((size_t)m->parameter_floats + 1, sizeof *m->values);
  if (!m->values)
    return fr_fail(FR_OUT_OF_MEMORY, "model: no memory for %d weights", m->parameter_floats);
  if ((status = initialize(m))) return status;
  m->built = 1;
  return FR_OK;
}

fr_status fr_model_freeze(fr_model *m, int layer, int frozen) {
  if (!m->built) return fr_fail(FR_WRONG_STATE, "model: build it before its layers are frozen");
  if (layer < 0 || layer >= m->layer_count)
    return fr_fail(FR_INVALID_ARGUMENT, "freeze: layer must be 0..%d, got %d", m->layer_count - 1,
                   layer);
  if (m->layers[layer].frozen == frozen) return FR_OK;
  m->layers[layer].frozen = frozen;
  for (fr_parameter *p = m->parameters; p < m->parameters + m->parameter_count; p++)
    if (p->layer == layer) p->trainable = fr_parameter_learns(p->which) && !frozen;
  fr_plan_again(m, 1);
  return FR_OK;
}

/* ---- weights and states ---------------------------------------------------------------------- */

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
  if (status) return status;
  m->inference_fresh = 0;
  store_parameter(m, &m->parameters[index], values, m->values);
  return FR_OK;
}

static int count_states(const fr_optimizer *o) {
  return fr_optimizer_states(o) + (o->use_ema != 0);
}

int fr_model_state_count(const fr_model *m) {
  return m->compiled ? count_states(&m->optimizer) : 0;
}

static fr_status check_state(const fr_model *m, int which, int index, int elements) {
  if (!m->compiled) return fr_fail(FR_WRONG_STATE, "state: compile the model first");
  int count = fr_model_state_count(m);
  if (which < 0 || which >= count)
    return fr_fail(FR_INVALID_ARGUMENT, "state: there are %d, got index %d", count, which);
  return check_parameter(m, index, elements);
}

static float *state_of(const fr_model *m, int which) {
  return m->states + (ptrdiff_t)which * m->parameter_floats;
}

fr_status fr_model_get_state(const fr_model *m, int which, int index, float *values, int elements) {
  fr_status status = check_state(m, which, index, elements);
  if (status == FR_OK) load_parameter(m, &m->parameters[index], state_of(m, which), values);
  return status;
}

fr_status fr_model_set_state(fr_model *m, int which, int index, const float *values, int elements) {
  fr_status status = check_state(m, which, index, elements);
  if (status == FR_OK) store_parameter(m, &m->parameters[index], values, state_of(m, which));
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
  size_t all = (size_t)m->parameter_floats * (size_t)count_states(optimizer);
  size_t optimizers = (size_t)m->parameter_floats * (size_t)fr_optimizer_states(optimizer);
  float *states = calloc(all + 1, sizeof *states);
  if (!states) return fr_fail(FR_OUT_OF_MEMORY, "compile: no memory for the optimizer's states");
  for (size_t i = 0; i < optimizers; i++) states[i] = fr_optimizer_initial_state(optimizer);
  free(m->states);
  m->states = states;
  m->average = optimizer->use_ema ? states + optimizers : NULL;
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
  fr_arena arena = fr_plan_buffers(m, batch, NULL);
  m->batch_capacity = 0;
  free(m->arena);
  m->arena = arena.bytes <= MAX_ARENA_BYTES ? aligned_alloc(64, (size_t)arena.bytes) : NULL;
  if (!m->arena)
    return fr_fail(FR_OUT_OF_MEMORY,
                   "batch size %d needs %.0f MB for activations, more than there is; choose a "
                   "smaller one",
                   batch, (double)arena.bytes / 1e6);
  memset(m->arena, 0, (size_t)arena.zeros);
  fr_plan_buffers(m, batch, m->arena);
  m->batch_capacity = batch;
  return FR_OK;
}

fr_status fr_model_refresh_inference(fr_model *m) {
  if (m->inference_fresh || m->inference_floats == 0) return FR_OK;
  uint64_t bytes = ((uint64_t)m->inference_floats * sizeof(float) + 63) / 64 * 64;
  if (!m->inference && bytes <= MAX_ARENA_BYTES) m->inference = aligned_alloc(64, (size_t)bytes);
  if (!m->inference)
    return fr_fail(FR_OUT_OF_MEMORY, "model: no memory to run %lld weights",
                   (long long)m->inference_floats);
  for (int i = 0; i < m->step_count; i++)
    fr_step_pack(m, &m->steps[i], m->inference + m->steps[i].inference);
  m->inference_fresh = 1;
  return FR_OK;
}
