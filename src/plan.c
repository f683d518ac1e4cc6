#include "plan.h"

#include "conv2d.h"

/* ---- steps ----------------------------------------------------------------------------------- */

static int find_parameter(const fr_model *m, int layer, int which) {
  for (int i = 0; i < m->parameter_count; i++)
    if (m->parameters[i].layer == layer && m->parameters[i].which == which) return i;
  return -1;
}

/* A 2×2 pool with stride 2 that covers whole windows only. */
static int can_fuse_pool(const fr_layer *conv, const fr_layer *pool) {
  const fr_window *w = &pool->window;
  return pool->kind == FR_MAX_POOLING2D && conv->activation != FR_SOFTMAX &&
         conv->activation != FR_SIGMOID && w->kernel_h == 2 && w->kernel_w == 2 &&
         w->stride_h == 2 && w->stride_w == 2 && w->out_h == w->in_h / 2 &&
         w->out_w == w->in_w / 2;
}

/* Dropout can only skip units whose activation needs no other unit and is zero at zero. */
static int can_fuse_dropout(const fr_layer *dense, const fr_layer *dropout) {
  return dropout->kind == FR_DROPOUT &&
         (dense->activation == FR_LINEAR || dense->activation == FR_RELU);
}

static void set_sizes(fr_step *s, const fr_layer *first, const fr_layer *last) {
  s->x_size = fr_shape_elements(&first->input);
  s->y_size = fr_shape_elements(&last->output);
  s->x_stride = fr_round_up(s->x_size, FR_LANES);
  s->y_stride = fr_round_up(s->y_size, FR_LANES);
  s->channels = fr_shape_last_axis(&last->output);
}

/* Fills a step from the layers that begin at `first`; returns how many it runs. */
static int plan_step(const fr_model *m, int first, fr_step *s) {
  const fr_layer *l = &m->layers[first], *next = first + 1 < m->layer_count ? l + 1 : NULL;
  int taken = 1;
  *s = (fr_step){.layer = l, .activation = l->activation,
                 .kernel = find_parameter(m, first, 0), .bias = find_parameter(m, first, 1)};
  switch (l->kind) {
    case FR_CONV2D:
      s->kind = FR_STEP_CONV2D;
      s->pool = next && can_fuse_pool(l, next);
      taken += s->pool;
      break;
    case FR_MAX_POOLING2D:
      s->kind = FR_STEP_MAX_POOLING2D;
      break;
    case FR_DENSE:
      s->kind = FR_STEP_DENSE;
      if (next && can_fuse_dropout(l, next)) {
        s->rate = next->rate;
        s->dropout_layer = first + 1;
        taken++;
      }
      break;
    case FR_DROPOUT:
      s->kind = FR_STEP_DROPOUT;
      s->rate = l->rate;
      s->dropout_layer = first;
      break;
    default:
      s->kind = FR_STEP_ACTIVATION;
  }
  set_sizes(s, l, l + taken - 1);
  s->dense = (fr_dense){s->x_size, s->y_size, s->x_stride, s->y_stride};
  return taken;
}

/* Flatten changes no byte: samples are stored in the order in which it would read them. */
void fr_plan_steps(fr_model *m) {
  m->step_count = 0;
  for (int i = 0; i < m->layer_count;) {
    if (m->layers[i].kind == FR_FLATTEN) i++;
    else i += plan_step(m, i, &m->steps[m->step_count++]);
  }
  m->inference_floats = 0;
  for (int i = 0; i < m->step_count; i++) {
    fr_step *s = &m->steps[i];
    s->inference = m->inference_floats;
    if (s->kind == FR_STEP_DENSE) m->inference_floats += fr_infer_packed(&s->dense);
  }
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

/* (batch, stride) floats, with the slack behind that convolutions read. */
static float *take_samples(cursor *c, int batch, int stride) {
  return take_floats(c, (uint64_t)batch * (uint64_t)stride + FR_CONV_SLACK);
}

static void place_conv2d(fr_step *s, cursor *c, int batch) {
  fr_conv2d_sizes sizes = fr_conv2d_measure(&s->layer->window);
  uint64_t gradient = (uint64_t)sizes.rows + (uint64_t)fr_round_up(s->channels, FR_LANES);
  s->packed = take_floats(c, (uint64_t)sizes.packed);
  s->rows = take_floats(c, (uint64_t)sizes.rows);
  s->gradient = take_floats(c, (uint64_t)sizes.rows);
  s->winner = s->pool ? take(c, (uint64_t)batch * (uint64_t)s->y_size) : NULL;
  for (int i = 0; i < FR_CHUNKS; i++)
    s->scratch[i] = (fr_scratch){.image = take_floats(c, (uint64_t)sizes.image),
                                 .gradient = take_floats(c, gradient),
                                 .lists = take(c, (uint64_t)sizes.lists * 4 + 16)};
}

static void place_dense(fr_step *s, cursor *c, int batch) {
  void *lists = take(c, fr_live_bytes(batch, s->y_size));
  if (c->base) s->live = fr_live_place(lists, batch, s->y_size);
  uint64_t vectors = (uint64_t)batch * (uint64_t)s->y_size;
  uint64_t sums = (uint64_t)batch * (uint64_t)fr_infer_sums(&s->dense) / FR_LANES;
  s->partial = take(c, (vectors > sums ? vectors : sums) * sizeof(f32x4));
  s->nonzero = take(c, (uint64_t)fr_infer_most_parts(batch, fr_pool_threads()) * FR_INFER_SAMPLES *
                           FR_INFER_PANEL * sizeof *s->nonzero);
  s->gradient = take_floats(c, (uint64_t)s->y_stride);
}

uint64_t fr_plan_buffers(fr_model *m, int batch, char *base) {
  cursor c = {base, 0};
  const float *x = m->input_values =
      take_samples(&c, batch, fr_round_up(fr_shape_elements(&m->input), FR_LANES));
  float *dx = NULL;
  for (int i = 0; i < m->step_count; i++) {
    fr_step *s = &m->steps[i];
    s->x = x;
    s->dx = dx;
    x = s->y = take_samples(&c, batch, s->y_stride);
    dx = s->dy = take_samples(&c, batch, s->y_stride);
    if (s->rate > 0.0f) s->keep = take(&c, (uint64_t)batch * (uint64_t)s->y_size);
    if (s->kind == FR_STEP_CONV2D) place_conv2d(s, &c, batch);
    if (s->kind == FR_STEP_DENSE) place_dense(s, &c, batch);
  }
  return c.used;
}
