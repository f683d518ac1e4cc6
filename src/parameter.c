#include "parameter.h"

#include <math.h>

#include "base/random.h"

/* ---- shapes ---------------------------------------------------------------------------------- */

static int describe_kernel(const fr_layer *l, int dims[4]) {
  if (l->kind == FR_DENSE) {
    dims[0] = l->input.dims[0];
    dims[1] = l->units;
    return 2;
  }
  dims[0] = l->kernel_h;
  dims[1] = l->kernel_w;
  dims[2] = l->window.in_c;
  dims[3] = l->units;
  return 4;
}

/* The rank of parameter `which`, 0 for none. */
static int shape_of(const fr_layer *l, int which, int dims[4]) {
  int normalizes = l->kind == FR_BATCH_NORMALIZATION;
  if (!normalizes && l->kind != FR_CONV2D && l->kind != FR_DENSE && l->kind != FR_DEPTHWISE_CONV2D)
    return 0;
  if (!normalizes && which == 0) return describe_kernel(l, dims);
  dims[0] = fr_shape_last_axis(&l->output);
  int has_bias = which == 1 && l->use_bias;
  int has_statistic = which >= 2 || (which == 0 ? l->scale : l->center);
  return normalizes ? has_statistic : has_bias;
}

static fr_status check_initializer(const fr_layer *l, const fr_initializer *init) {
  if ((unsigned)init->distribution < FR_INITS && (unsigned)init->fan < FR_FANS &&
      (init->distribution < FR_INIT_UNIFORM || init->value > 0.0f))
    return FR_OK;
  return fr_fail(FR_INVALID_ARGUMENT, "%s: unknown initializer %d (scale %g, fan %d)",
                 fr_layer_name(l->kind), (int)init->distribution, (double)init->value,
                 (int)init->fan);
}

int fr_parameter_learns(int which) { return which < 2; }

fr_status fr_parameter_describe(const fr_layer *l, int which, fr_parameter *p) {
  *p = (fr_parameter){.which = which, .trainable = fr_parameter_learns(which) && !l->frozen};
  p->rank = shape_of(l, which, p->dims);
  if (p->rank == 0) return FR_OK;
  int64_t elements = 1;
  for (int i = 0; i < p->rank; i++) elements *= p->dims[i];
  if (elements > FR_MAX_ELEMENTS)
    return fr_fail(FR_INVALID_ARGUMENT, "%s: a kernel must have at most %d weights, got %lld",
                   fr_layer_name(l->kind), FR_MAX_ELEMENTS, (long long)elements);
  p->elements = (int)elements;
  if (which < 2) p->regularizer = l->regularizers[which];
  if (!(p->regularizer.l1 >= 0.0f && p->regularizer.l2 >= 0.0f))
    return fr_fail(FR_INVALID_ARGUMENT, "%s: regularizers must be 0 or more, got l1 %g, l2 %g",
                   fr_layer_name(l->kind), (double)p->regularizer.l1, (double)p->regularizer.l2);
  return check_initializer(l, &l->initializers[which]);
}

/* ---- first values ---------------------------------------------------------------------------- */

/* keras.initializers.compute_fans */
static double fan_of(const fr_parameter *p, fr_fan fan) {
  double receptive = p->rank == 4 ? (double)p->dims[0] * p->dims[1] : 1.0;
  double in = receptive * p->dims[p->rank > 1 ? p->rank - 2 : 0];
  double out = receptive * p->dims[p->rank - 1];
  return fan == FR_FAN_IN ? in : fan == FR_FAN_OUT ? out : (in + out) / 2.0;
}

static fr_initializer default_of(const fr_layer *l, int which) {
  int ones = l->kind == FR_BATCH_NORMALIZATION && (which == 0 || which == 3);
  if (ones) return (fr_initializer){.distribution = FR_INIT_CONSTANT, .value = 1.0f};
  if (which != 0) return (fr_initializer){.distribution = FR_INIT_CONSTANT};
  return (fr_initializer){.distribution = FR_INIT_UNIFORM, .value = 1.0f, .fan = FR_FAN_AVERAGE};
}

void fr_parameter_initialize(const fr_layer *l, const fr_parameter *p, uint64_t seed, int index,
                             float *values) {
  fr_initializer init = l->initializers[p->which];
  if (init.distribution == FR_INIT_DEFAULT) init = default_of(l, p->which);
  uint64_t key = init.has_seed ? init.seed : seed, use = init.has_seed ? 0 : (uint64_t)index;
  double variance = init.value / fan_of(p, init.fan);
  if (init.distribution == FR_INIT_UNIFORM)
    fr_random_uniform(key, FR_STREAM_WEIGHTS, use, (float)sqrt(3.0 * variance), values,
                      p->elements);
  else if (init.distribution == FR_INIT_NORMAL)
    fr_random_truncated_normal(key, FR_STREAM_WEIGHTS, use, (float)sqrt(variance), values,
                               p->elements);
  else
    for (int i = 0; i < p->elements; i++) values[i] = init.value;
}
