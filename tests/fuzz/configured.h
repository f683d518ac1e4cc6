/* Models described by bytes, as the lists of doubles that JavaScript passes
 * (shim/layers/lowering.js). Each is a valid list with a few changed numbers. */
#ifndef FR_FUZZ_CONFIGURED_H
#define FR_FUZZ_CONFIGURED_H

#include "../core/exports.h"
#include "input.h"

enum { LAYER_NUMBERS = 63, COMPILE_NUMBERS = 21 };

/* How many inputs a valid layer of each kind takes; 0: the layer before it alone. */
enum { FUZZ_ONE = 0, FUZZ_ALIKE = 2, FUZZ_JOINED = 2 };
#define FR_LAYER(id, name, shape, step, activates, augments, inputs) FUZZ_##inputs,
static const int fuzz_sources[FR_LAYER_KINDS] = {
#include "layers.def"
};
#undef FR_LAYER

static inline int fuzz_add_layer(fuzz_input *in, fr_model *m) {
  int kind = fuzz_byte(in) % FR_LAYER_KINDS;
  double usual[LAYER_NUMBERS] = {kind,
                                 3,
                                 2,
                                 2,
                                 1,
                                 1,
                                 FR_VALID,
                                 FR_RELU,
                                 1,
                                 0.5,
                                 0.25,
                                 1,
                                 0,
                                 0,
                                 1,
                                 /* reshape: */ 2,
                                 2,
                                 2,
                                 1,
                                 /* batch normalization: */ 0.9,
                                 0.01,
                                 1,
                                 1,
                                 /* regularizers: */ 0,
                                 0,
                                 0,
                                 0,
                                 /* initializers: */ 0,
                                 0,
                                 0,
                                 -1,
                                 0,
                                 0,
                                 0,
                                 -1,
                                 0,
                                 0,
                                 0,
                                 -1,
                                 0,
                                 0,
                                 0,
                                 -1,
                                 /* at random: */ -1,
                                 0,
                                 0.5,
                                 0,
                                 0.5,
                                 FR_FILL_REFLECT,
                                 FR_BILINEAR,
                                 0,
                                 0,
                                 1,
                                 fuzz_sources[kind],
                                 -1,
                                 -1};
  double *numbers = malloc(sizeof usual);
  if (!numbers) abort();
  memcpy(numbers, usual, sizeof usual);
  fuzz_change(in, numbers, LAYER_NUMBERS);
  int before = m->layer_count, parameters = m->parameter_count;
  int accepted = fuzz_accepted(fr_add(m, numbers, LAYER_NUMBERS));
  FUZZ_CHECK(m->layer_count == before + accepted && (accepted || m->parameter_count == parameters));
  free(numbers);
  return accepted;
}

static inline int fuzz_compile(fuzz_input *in, fr_model *m) {
  double usual[COMPILE_NUMBERS] = {fuzz_byte(in) % FR_OPTIMIZERS,
                                   0.01,
                                   0,
                                   0,
                                   0.9,
                                   0.999,
                                   0.9,
                                   1e-7,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0.99,
                                   0,
                                   0.1,
                                   0,
                                   fuzz_byte(in) % FR_LOSSES,
                                   0,
                                   0,
                                   1};
  double *numbers = malloc(sizeof usual);
  if (!numbers) abort();
  memcpy(numbers, usual, sizeof usual);
  fuzz_change(in, numbers, COMPILE_NUMBERS);
  int accepted = fuzz_accepted(fr_compile(m, numbers, COMPILE_NUMBERS));
  free(numbers);
  return accepted;
}

#endif
