#include "plan.h"

#include <stdlib.h>

#include "kernels/activation.h"
#include "kernels/conv2d.h"
#include "kernels/depthwise.h"
#include "kernels/pointwise.h"
#include "kernels/winograd.h"
#include "step.h"
#include "work.h"

/* ---- fusion ---------------------------------------------------------------------------------- */

/* The only layer that reads layer `layer`, or -1. */
static int only_reader(const fr_model *m, int layer) {
  int reader = -1;
  for (int i = layer + 1; i < m->layer_count; i++)
    for (int k = 0; k < m->layers[i].source_count; k++)
      if (m->layers[i].sources[k] == layer) {
        if (reader >= 0) return -1;
        reader = i;
      }
  return reader;
}

/* Softmax looks at other units, and the rest at the sum's sign at most: the largest sum is the
 * largest activation. */
static int is_monotone(fr_activation f) {
  return f == FR_LINEAR || f == FR_RELU || f == FR_RELU6 || f == FR_LEAKY_RELU;
}

/* A 2×2 pool with stride 2 that covers whole windows only. */
static int can_fuse_pool(const fr_step *conv, const fr_layer *pool) {
  const fr_window *w = &pool->window;
  return conv->kind == FR_STEP_CONV2D && pool->kind == FR_MAX_POOLING2D &&
         is_monotone(conv->activation) && w->kernel_h == 2 && w->kernel_w == 2 &&
         w->stride_h == 2 && w->stride_w == 2 && w->out_h == w->in_h / 2 && w->out_w == w->in_w / 2;
}

/* Dropout can only skip units whose activation needs no other unit and is zero at zero. */
static int can_fuse_dropout(const fr_step *dense, const fr_layer *dropout) {
  return dense->kind == FR_STEP_DENSE && dropout->kind == FR_DROPOUT &&
         (dense->activation == FR_LINEAR || dense->activation == FR_RELU);
}

/* Such a step sees to the gradients of its sources itself. */
static int has_several_sources(const fr_step *s) { return s->source_count > 1; }

static int can_fuse_activation(const fr_step *s, const fr_layer *next) {
  int ends_in_one = s->kind == FR_STEP_CONV2D || s->kind == FR_STEP_DEPTHWISE ||
                    s->kind == FR_STEP_DENSE || s->kind == FR_STEP_NORMALIZE ||
                    has_several_sources(s);
  return ends_in_one && next->kind == FR_ACTIVATION && s->activation == FR_LINEAR &&
         !fr_activation_needs_input(next->activation);
}

static void set_dropout(fr_step *s, const fr_layer *dropout, int layer) {
  s->rate = dropout->rate;
  s->dropout_layer = layer;
}

/* Takes the layers after `last` into the step as long as it can run them too; returns the last
 * one. */
static int fuse_readers(const fr_model *m, fr_step *s, int last) {
  for (;;) {
    int reader = only_reader(m, last);
    if (reader < 0 || s->pool || s->rate > 0.0f) return last;
    const fr_layer *next = &m->layers[reader];
    if (can_fuse_activation(s, next)) {
      s->activation = next->activation;
      s->slope = next->slope;
    } else if (can_fuse_pool(s, next)) {
      s->pool = 1;
    } else if (can_fuse_dropout(s, next)) {
      set_dropout(s, next, reader);
    } else {
      return last;
    }
    last = reader;
  }
}

/* ---- steps ----------------------------------------------------------------------------------- */

#define FR_LAYER(id, name, shape, step, activates, ...) [FR_##id] = {FR_STEP_##step, activates},
static const struct {
  fr_step_kind step;
  int activates;
} layer_table[FR_LAYER_KINDS] = {
#include "layers.def"
};
#undef FR_LAYER

static void set_sizes(fr_step *s, const fr_layer *last) {
  s->x_size = fr_shape_elements(&s->layer->input);
  s->y_size = fr_shape_elements(&last->output);
  s->x_stride = fr_round_up(s->x_size, FR_LANES);
  s->y_stride = fr_round_up(s->y_size, FR_LANES);
  s->channels = fr_shape_last_axis(&last->output);
  s->dense = (fr_dense){s->x_size, s->y_size, s->x_stride, s->y_stride};
}

static int step_of(const fr_model *m, int layer) { return layer < 0 ? -1 : m->step_of[layer]; }

static void set_sources(const fr_model *m, fr_step *s) {
  const fr_layer *l = s->layer;
  s->source_count = l->source_count;
  s->learns = !l->frozen && (s->kernel >= 0 || s->bias >= 0);
  for (int k = 0; k < l->source_count; k++) {
    int source = s->sources[k] = step_of(m, l->sources[k]);
    s->learns |= source >= 0 && m->steps[source].learns;
  }
}

/* Backward goes from the last step to the first, and through the sources of one from the first to
 * the last. */
static void plan_joins(fr_model *m) {
  int has_gradient[2 * FR_MAX_LAYERS] = {0};
  for (fr_step *s = m->steps + m->step_count; s-- > m->steps;)
    for (int k = 0; k < s->source_count; k++) {
      int source = s->sources[k];
      s->joins[k] = source >= 0 && has_gradient[source];
      if (source >= 0) has_gradient[source] = 1;
    }
}

/* An activation whose slope needs its input cannot be part of another step. */
static void split_activation(fr_model *m, fr_step *s) {
  fr_step *f = &m->steps[m->step_count++];
  *f = (fr_step){.kind = FR_STEP_POINTWISE,
                 .layer = s->layer,
                 .activation = s->activation,
                 .kernel = -1,
                 .bias = -1,
                 .source_count = 1,
                 .sources = {(int)(s - m->steps)},
                 .learns = s->learns};
  s->activation = FR_LINEAR;
  set_sizes(f, s->layer);
  f->x_size = f->y_size;
  f->x_stride = f->y_stride;
}

static void plan_step(fr_model *m, int layer, int fuse) {
  const fr_layer *l = &m->layers[layer];
  fr_step *s = &m->steps[m->step_count++];
  *s = (fr_step){.kind = layer_table[l->kind].step,
                 .layer = l,
                 .activation = layer_table[l->kind].activates ? l->activation : FR_LINEAR,
                 .slope = l->slope,
                 .kernel = m->parameters_of[layer][0],
                 .bias = m->parameters_of[layer][1]};
  if (l->kind == FR_DROPOUT) set_dropout(s, l, layer);
  set_sources(m, s);
  set_sizes(s, l);
  int last = layer;
  if (s->kind != FR_STEP_POINTWISE && fr_activation_needs_input(s->activation))
    split_activation(m, s);
  else if (fuse) set_sizes(s, &m->layers[last = fuse_readers(m, s, layer)]);
  /* a layer in the middle of the step has no output */
  for (int i = last; i != layer; i = m->layers[i].sources[0]) m->step_of[i] = FR_NO_STEP;
  m->step_of[layer] = FR_NO_STEP;
  m->step_of[last] = m->step_count - 1;
}

/* In inference a batch normalization scales and shifts each channel: so can the convolution before
 * it, if nothing else reads that one's output and nothing comes between them. */
static void fold_normalizations(fr_model *m, int fuse) {
  int readers[2 * FR_MAX_LAYERS] = {0};
  for (int i = 0; i < m->step_count; i++) {
    m->steps[i].folds = -1;
    for (int k = 0; k < m->steps[i].source_count; k++)
      if (m->steps[i].sources[k] >= 0) readers[m->steps[i].sources[k]]++;
  }
  for (int i = 0; fuse && i < m->step_count; i++) {
    fr_step *s = &m->steps[i], *conv = &m->steps[s->sources[0] < 0 ? 0 : s->sources[0]];
    if (s->kind != FR_STEP_NORMALIZE || s->sources[0] < 0 || readers[s->sources[0]] > 1) continue;
    if ((conv->kind != FR_STEP_CONV2D && conv->kind != FR_STEP_DEPTHWISE) || conv->pool ||
        conv->activation != FR_LINEAR)
      continue;
    conv->folds = i;
    s->folded = 1;
  }
}

void fr_plan_steps(fr_model *m, int fuse) {
  enum { UNPLANNED = -3 };
  m->step_count = 0;
  for (int i = 0; i < m->layer_count; i++) m->step_of[i] = UNPLANNED;
  for (int i = 0; i < m->layer_count; i++) {
    const fr_layer *l = &m->layers[i];
    if (m->step_of[i] != UNPLANNED) continue;
    int runs = layer_table[l->kind].step != FR_STEP_NONE;
    if (!runs) m->step_of[i] = step_of(m, l->sources[0]);
    else plan_step(m, i, fuse);
  }
  plan_joins(m);
  fold_normalizations(m, fuse);
  m->inference_floats = 0;
  for (int i = 0; i < m->step_count; i++) {
    fr_step *s = &m->steps[i];
    if (s->kind == FR_STEP_CONV2D)
      s->algorithms = fr_choose_algorithms(&s->layer->window, s->pool, s->activation == FR_RELU);
    s->inference = m->inference_floats;
    m->inference_floats += fr_step_packed(s);
  }
}

void fr_plan_again(fr_model *m, int fuse) {
  fr_plan_steps(m, fuse);
  m->batch_capacity = 0;
  m->inference_fresh = 0;
  free(m->inference);
  m->inference = NULL;
}

/* ---- buffers --------------------------------------------------------------------------------- */

typedef struct {
  char *base;
  uint64_t used;
} cursor;

static void *take(cursor *c, uint64_t bytes) {
  void *at = c->base ? c->base + c->used : NULL;
  c->used += (bytes + 63) / 64 * 64;
  return at;
}

static float *take_floats(cursor *c, uint64_t n) { return take(c, n * sizeof(float)); }

/* (batch, stride) floats, and after them the slack that convolutions read. */
static float *take_samples(cursor *c, int batch, int stride) {
  return take_floats(c, (uint64_t)batch * (uint64_t)stride + FR_CONV_SLACK);
}

/* What the steps work in, one after the other: floats, and bytes of lists. */
typedef struct {
  uint64_t image, sums, lists; /* of a chunk */
  uint64_t packed, gradient;   /* of a kernel */
  uint64_t planes, slab;       /* Winograd's, of a task and of a slab */
} room;

static uint64_t larger(uint64_t a, uint64_t b) { return a > b ? a : b; }

static void widen(room *r, room by) {
  *r = (room){.image = larger(r->image, by.image),
              .sums = larger(r->sums, by.sums),
              .lists = larger(r->lists, by.lists),
              .packed = larger(r->packed, by.packed),
              .gradient = larger(r->gradient, by.gradient),
              .planes = larger(r->planes, by.planes),
              .slab = larger(r->slab, by.slab)};
}

static room room_of_pass(const fr_window *w) {
  const fr_window wide = fr_winograd_widen(w);
  int rows = fr_winograd_rows(w);
  return (room){.image = (uint64_t)fr_conv2d_image(&wide),
                .packed = (uint64_t)fr_winograd_packed(w),
                .planes = (uint64_t)fr_winograd_room(w, rows)};
}

static room room_of_slab(fr_step *s, int batch) {
  const fr_window *w = &s->layer->window;
  s->slab.rows = fr_winograd_slab(w, batch);
  return (room){.packed = (uint64_t)fr_winograd_sums(w),
                .slab = (uint64_t)fr_winograd_room(w, s->slab.rows)};
}

static room place_conv2d(fr_step *s, cursor *c, int batch) {
  const fr_window *w = &s->layer->window, mirror = fr_window_mirror(w);
  fr_conv2d_sizes sizes = fr_conv2d_measure(w, s->pool);
  s->winner = s->pool ? take(c, (uint64_t)batch * (uint64_t)s->y_size) : NULL;
  room r = {.image = (uint64_t)sizes.image,
            .packed = larger((uint64_t)sizes.rows, (uint64_t)sizes.packed),
            .gradient = (uint64_t)sizes.rows,
            .sums = (uint64_t)fr_conv2d_step_sums(s),
            .lists = (uint64_t)sizes.lists * 4 + 16};
  const fr_algorithms *use = &s->algorithms;
  if (use->input == FR_POINTWISE) r.packed = larger(r.packed, (uint64_t)fr_pointwise_packed(w));
  if (use->forward == FR_WINOGRAD || use->kernel == FR_WINOGRAD) widen(&r, room_of_pass(w));
  if (use->input == FR_WINOGRAD) widen(&r, room_of_pass(&mirror));
  if (use->kernel == FR_WINOGRAD) widen(&r, room_of_slab(s, batch));
  return r;
}

static room room_of_depthwise(const fr_step *s) {
  const fr_window *w = &s->layer->window;
  return (room){.image = larger((uint64_t)fr_conv2d_image(w), (uint64_t)fr_depthwise_scratch(w)),
                .sums = (uint64_t)fr_depthwise_floats(w)};
}

static room place_norm(fr_step *s, cursor *c) {
  uint64_t channels = (uint64_t)fr_round_up(s->channels, FR_LANES);
  s->norm = (fr_norm){.channels = s->channels,
                      .mean = take_floats(c, channels),
                      .variance = take_floats(c, channels),
                      .gain = take_floats(c, channels),
                      .shift = take_floats(c, channels)};
  return (room){.sums = 2 * channels};
}

static room place_dense(fr_step *s, cursor *c, int batch) {
  void *lists = take(c, fr_live_bytes(batch, s->y_size));
  if (c->base) s->live = fr_live_place(lists, batch, s->y_size);
  uint64_t vectors = (uint64_t)batch * (uint64_t)s->y_size;
  uint64_t sums = (uint64_t)batch * (uint64_t)fr_infer_sums(&s->dense) / FR_LANES;
  s->partial = take(c, larger(vectors, sums) * sizeof(f32x4));
  s->nonzero = take(c, (uint64_t)fr_infer_most_parts(batch, fr_pool_threads()) * FR_INFER_SAMPLES *
                           FR_INFER_PANEL * sizeof *s->nonzero);
  return (room){.gradient = (uint64_t)s->y_stride};
}

/* Places what only this step has; returns how much it needs of what all share. */
static room place_step(fr_step *s, cursor *c, int batch) {
  switch (s->kind) {
    case FR_STEP_CONV2D: return place_conv2d(s, c, batch);
    case FR_STEP_DEPTHWISE: return room_of_depthwise(s);
    case FR_STEP_NORMALIZE: return place_norm(s, c);
    case FR_STEP_DENSE: return place_dense(s, c, batch);
    default: return (room){0};
  }
}

/* Results do not depend on how many tasks there are: as many as keep all threads busy. */
static int count_tasks(void) {
  int threads = fr_pool_threads();
  return threads == 1 ? 1 : 4 * threads < FR_CHUNKS ? 4 * threads : FR_CHUNKS;
}

static void place_shared(fr_model *m, cursor *c, const room *r) {
  float *packed = take_floats(c, r->packed), *gradient = take_floats(c, r->gradient);
  m->tasks = count_tasks();
  float *planes = take_floats(c, larger(r->slab, r->planes * (uint64_t)m->tasks));
  for (int i = 0; i < FR_CHUNKS; i++)
    m->scratch[i] = (fr_scratch){
        .image = take_floats(c, r->image),
        .planes = planes && i < m->tasks ? planes + (size_t)i * (size_t)r->planes : NULL,
        .lists = take(c, r->lists)};
  for (int i = 0; i < FR_CHUNKS; i++) m->scratch[i].gradient = take_floats(c, r->sums);
  for (int i = 0; i < m->step_count; i++) {
    fr_step *s = &m->steps[i];
    s->scratch = m->scratch;
    s->packed = packed;
    s->gradient = gradient;
    s->slab.planes = planes;
  }
}

static void connect(fr_model *m, fr_step *s) {
  int source = s->sources[0];
  s->x = source < 0 ? m->input_values : m->steps[source].y;
  s->dx = source >= 0 && m->steps[source].learns ? m->steps[source].dy : NULL;
  s->shared_dx = NULL;
  if (s->dx && !has_several_sources(s) && s->joins[0]) {
    s->shared_dx = s->dx;
    s->dx = m->branch;
  }
}

fr_arena fr_plan_buffers(fr_model *m, int batch, char *base) {
  cursor c = {base, 0};
  int largest = fr_round_up(fr_shape_elements(&m->input), FR_LANES), branches = 0;
  room shared = {0};
  m->input_values = take_samples(&c, batch, largest);
  for (int i = 0; i < m->step_count; i++) {
    fr_step *s = &m->steps[i];
    s->y = take_samples(&c, batch, s->y_stride);
    s->dy = take_samples(&c, batch, s->y_stride);
    if (s->y_stride > largest) largest = s->y_stride;
    branches |= s->joins[0];
    if (s->rate > 0.0f) s->keep = take(&c, (uint64_t)batch * (uint64_t)s->y_size);
    widen(&shared, place_step(s, &c, batch));
  }
  m->branch = branches ? take_samples(&c, batch, largest) : NULL;
  uint64_t zeros = c.used;
  place_shared(m, &c, &shared);
  for (int i = 0; i < m->step_count; i++) connect(m, &m->steps[i]);
  return (fr_arena){.bytes = c.used, .zeros = zeros};
}
