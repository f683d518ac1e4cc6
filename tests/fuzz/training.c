/* Small models that train, infer and return weights, on numbers of any kind. Input: the input's
 * rank and lengths, the number of layers, each layer, the compilation, then the actions, one byte
 * and its arguments each. */
#include "configured.h"
#include "plan.h"

enum {
  MOST_LAYERS = 6,
  MOST_WEIGHTS = 1 << 10,
  MOST_BYTES = 1 << 18, /* of a model's activations */
  MOST_SAMPLES = 5,
  MOST_STEPS = 8
};

/* The arguments of a pass, each array exactly as long as it must be. */
typedef struct {
  int n, dtype, batch_size;
  void *samples, *targets;
  float *weights;
  double *rates;
  fr_scores *scores;
} pass;

static size_t outputs_of(const fr_model *m) {
  return (size_t)fr_shape_elements(&m->layers[m->layer_count - 1].output);
}

static void *targets_for(fuzz_input *in, const fr_model *m, size_t n) {
  if (m->loss.kind != FR_SPARSE_CATEGORICAL_CROSSENTROPY)
    return fuzz_array(in, n * outputs_of(m) * sizeof(float));
  int32_t *labels = fuzz_array(in, n * sizeof *labels);
  for (size_t i = 0; i < n; i++)
    labels[i] = labels[i] % 16 == 15 ? labels[i] : (int32_t)((uint32_t)labels[i] % outputs_of(m));
  return labels;
}

static pass begin(fuzz_input *in, const fr_model *m) {
  pass p = {.n = fuzz_byte(in) % (MOST_SAMPLES + 2) - 1,
            .dtype = fuzz_byte(in) % 3,
            .batch_size = fuzz_int(in)};
  size_t n = p.n < 1 ? 1 : (size_t)p.n, batches = n;
  int has_weights = fuzz_byte(in) % 4 == 1, has_rates = fuzz_byte(in) % 4 == 1;
  p.samples = fuzz_array(in, n * (size_t)fr_shape_elements(&m->input) *
                                 (p.dtype == FR_UINT8 ? 1 : sizeof(float)));
  p.targets = targets_for(in, m, n);
  p.weights = has_weights ? fuzz_array(in, n * sizeof *p.weights) : NULL;
  p.rates = has_rates ? fuzz_array(in, batches * sizeof *p.rates) : NULL;
  p.scores = calloc(batches, sizeof *p.scores);
  if (!p.scores) abort();
  return p;
}

static void end(pass *p) {
  free(p->samples);
  free(p->targets);
  free(p->weights);
  free(p->rates);
  free(p->scores);
}

static void infer(fr_model *m, const pass *p) {
  size_t n = p->n < 1 ? 1 : (size_t)p->n, outputs = outputs_of(m);
  float *y = malloc(n * outputs * sizeof *y);
  int32_t *classes = malloc(n * sizeof *classes);
  if (!y || !classes) abort();
  if (fuzz_accepted(fr_infer(m, p->samples, p->dtype, p->n, p->batch_size, y)) &&
      fuzz_accepted(fr_classes(y, p->n, (int)outputs, classes)))
    for (int i = 0; i < p->n; i++)
      FUZZ_CHECK(classes[i] >= 0 && (size_t)classes[i] < (outputs > 1 ? outputs : 2));
  free(y);
  free(classes);
}

static void activate(fuzz_input *in, fr_model *m, const pass *p) {
  int layer = fuzz_byte(in) % (m->layer_count + 2) - 1, training = fuzz_byte(in) % 2;
  const fr_shape *shape = &m->layers[layer < 0 || layer >= m->layer_count ? 0 : layer].output;
  float *y = malloc((size_t)(p->n < 1 ? 1 : p->n) * (size_t)fr_shape_elements(shape) * sizeof *y);
  if (!y) abort();
  fuzz_accepted(fr_activations(m, layer, p->samples, p->dtype, p->n, training, y));
  free(y);
}

enum { SET_WEIGHT, GET_WEIGHT, GET_GRADIENT, SET_STATE, GET_STATE };

/* Weights and states of any index and length are read and written; only a correct length is
 * accepted. */
static void exchange(fuzz_input *in, fr_model *m, int what) {
  int index = fuzz_int(in), elements = fuzz_int(in), is_state = what >= SET_STATE,
      which = is_state ? fuzz_int(in) : 0;
  int32_t states;
  fuzz_accepted(fr_state_count(m, &states));
  int known = index >= 0 && index < m->parameter_count;
  if (elements == 0 && known) elements = m->parameters[index].elements;
  size_t room = elements < 0 ? 0 : elements > MOST_WEIGHTS ? MOST_WEIGHTS : (size_t)elements;
  float *values = fuzz_array(in, room * sizeof *values);
  int status = what == SET_WEIGHT     ? fr_set_weight(m, index, values, elements)
               : what == GET_WEIGHT   ? fr_get_weight(m, index, values, elements)
               : what == GET_GRADIENT ? fr_get_gradient(m, index, values, elements)
               : what == SET_STATE    ? fr_set_state(m, which, index, values, elements)
                                      : fr_get_state(m, which, index, values, elements);
  if (fuzz_accepted(status)) FUZZ_CHECK(known && elements == m->parameters[index].elements);
  if (is_state && status == FR_OK) FUZZ_CHECK(which >= 0 && which < states);
  free(values);
}

static void set_steps(fuzz_input *in, fr_model *m) {
  double steps = fuzz_number(in), found;
  if (fuzz_accepted(fr_set_steps(m, steps)) && fuzz_accepted(fr_steps(m, &found)))
    FUZZ_CHECK(found == steps);
}

static void step(fuzz_input *in, fr_model *m) {
  int what = fuzz_byte(in) % 13;
  if (what == 0) fuzz_accepted(fr_average(m, fuzz_byte(in) % 2));
  else if (what == 1) fuzz_compile(in, m);
  else if (what <= 4) exchange(in, m, SET_WEIGHT + what - 2);
  else if (what >= 12) set_steps(in, m);
  else if (what >= 10) exchange(in, m, SET_STATE + what - 10);
  else {
    pass p = begin(in, m);
    if (what <= 6)
      fuzz_accepted(fr_fit(m, p.samples, p.dtype, p.targets, p.weights, p.n, p.batch_size, p.rates,
                           p.scores));
    else if (what == 7)
      fuzz_accepted(fr_gradients(m, p.samples, p.dtype, p.targets, p.weights, p.n, p.scores));
    else if (what == 8) {
      fuzz_accepted(
          fr_score(m, p.samples, p.dtype, p.targets, p.weights, p.n, p.batch_size, p.scores));
      infer(m, &p);
    } else activate(in, m, &p);
    end(&p);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = {data, data + size};
  int rank = 1 + fuzz_byte(&in) % 3, dims[3];
  for (int i = 0; i < 3; i++) dims[i] = 1 + fuzz_byte(&in) % 6;
  fr_model *m = NULL;
  FUZZ_CHECK(fr_new(rank, dims[0], dims[1], dims[2], 3, 0, &m) == FR_OK);
  for (int layers = 1 + fuzz_byte(&in) % MOST_LAYERS; layers > 0; layers--) fuzz_add_layer(&in, m);
  if (m->parameter_floats <= MOST_WEIGHTS && fuzz_accepted(fr_build(m)) &&
      fr_plan_buffers(m, MOST_SAMPLES, NULL).bytes <= MOST_BYTES) {
    fuzz_compile(&in, m);
    for (int i = 0; i < MOST_STEPS && fuzz_left(&in) > 0; i++) step(&in, m);
  }
  fr_dispose(m);
  return 0;
}
