/* Inputs, layers, graphs and optimizers with any numbers. Every accepted model is planned and its
 * memory computed, so that sums overflow if they can; small ones are built and compiled. Input: the
 * input's rank and lengths, a batch size, the number of layers, each layer, the compilation. */
#include "configured.h"
#include "plan.h"

enum { MOST_LAYERS = 8, MOST_BUILT = 1 << 12 /* weights */ };

static void look_at(const fr_model *m) {
  int32_t out[8], count;
  for (int i = -1; i <= m->layer_count; i++)
    FUZZ_CHECK((fr_layer_output(m, i, out) == FR_OK) == (i >= 0 && i < m->layer_count));
  FUZZ_CHECK(fr_weight_count(m, &count) == FR_OK && count <= FR_MAX_PARAMETERS * m->layer_count);
  int64_t all = 0;
  for (int i = -1; i <= count; i++) {
    FUZZ_CHECK((fr_weight_shape(m, i, out) == FR_OK) == (i >= 0 && i < count));
    if (i < 0 || i == count) continue;
    int64_t elements = 1;
    for (int axis = 0; axis < out[3]; axis++) elements *= out[4 + axis];
    FUZZ_CHECK(elements >= 1 && elements <= FR_MAX_ELEMENTS);
    all += elements;
  }
  FUZZ_CHECK(all <= FR_MAX_ELEMENTS && m->parameter_floats <= FR_MAX_ELEMENTS);
}

/* Every step has room for what it reads and writes. */
static void plan(fr_model *m, int batch) {
  fr_plan_steps(m, 1);
  uint64_t least = 0;
  for (int i = 0; i < m->step_count; i++)
    least += 2 * sizeof(float) * (uint64_t)batch * (uint64_t)m->steps[i].y_stride;
  FUZZ_CHECK(fr_plan_buffers(m, batch, NULL).bytes >= least);
}

static void shuffle(fuzz_input *in) {
  uint32_t order[8];
  double start = fuzz_number(in);
  int count = fuzz_int(in);
  if (count > 8) count = 8;
  if (!fuzz_accepted(fr_epoch_order(1, 2, start, count, order))) return;
  for (int i = 0; i < count; i++) FUZZ_CHECK(order[i] < (uint32_t)count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = {data, data + size};
  int rank = fuzz_int(&in), d0 = fuzz_int(&in), d1 = fuzz_int(&in), d2 = fuzz_int(&in);
  int batch = 1 + fuzz_int(&in) % FR_MAX_BATCH;
  fr_model *m = NULL;
  if (!fuzz_accepted(fr_new(rank, d0, d1, d2, 1, 2, &m))) {
    FUZZ_CHECK(!m);
    return 0;
  }
  for (int layers = fuzz_byte(&in) % (MOST_LAYERS + 1); layers > 0; layers--)
    fuzz_add_layer(&in, m);
  look_at(m);
  plan(m, batch < 1 ? 1 : batch);
  if (m->parameter_floats <= MOST_BUILT && fuzz_accepted(fr_build(m))) fuzz_compile(&in, m);
  fr_dispose(m);
  shuffle(&in);
  return 0;
}
