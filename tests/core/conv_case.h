/* A convolution on random data, and the same in plain loops over doubles. */
#ifndef FR_CONV_CASE_H
#define FR_CONV_CASE_H

#include "check.h"
#include "layer.h"

typedef struct {
  fr_layer layer; /* with its window inferred */
  int pool, relu;
  int in, taps, out;      /* floats of an image, of one filter, of the convolution's output */
  int y_h, y_w, y_size;   /* the step's output, after the pool */
  float *x, *kernel, *bias, *y, *dy;
  uint8_t *winner;
  check_sum *z; /* the convolution's sums */
} conv_case;

/* ---- the same in plain loops ----------------------------------------------------------------- */

/* The input pixel under tap (ky, kx) of output (oy, ox), or -1 in the padding. */
static int pixel_under(const fr_layer *l, int oy, int ox, int ky, int kx) {
  int pad_h = 0, pad_w = 0, in_h = l->input.dims[0], in_w = l->input.dims[1];
  if (l->padding == FR_SAME) {
    int out_h = (in_h + l->stride_h - 1) / l->stride_h;
    int out_w = (in_w + l->stride_w - 1) / l->stride_w;
    pad_h = (out_h - 1) * l->stride_h + l->kernel_h - in_h;
    pad_w = (out_w - 1) * l->stride_w + l->kernel_w - in_w;
  }
  int y = oy * l->stride_h + ky - (pad_h > 0 ? pad_h / 2 : 0);
  int x = ox * l->stride_w + kx - (pad_w > 0 ? pad_w / 2 : 0);
  return y < 0 || y >= in_h || x < 0 || x >= in_w ? -1 : y * in_w + x;
}

typedef struct {
  int input, weight, output;
} tap;

/* Calls `visit` for each product of the convolution. */
static void each_tap(const conv_case *t, void (*visit)(const tap *, void *), void *context) {
  const fr_layer *l = &t->layer;
  int in_c = l->input.dims[2], out_c = l->units;
  for (int oy = 0; oy < l->output.dims[0]; oy++)
    for (int ox = 0; ox < l->output.dims[1]; ox++)
      for (int ky = 0; ky < l->kernel_h; ky++)
        for (int kx = 0; kx < l->kernel_w; kx++) {
          int pixel = pixel_under(l, oy, ox, ky, kx);
          if (pixel < 0) continue;
          for (int i = 0; i < in_c; i++)
            for (int o = 0; o < out_c; o++) {
              tap at = {pixel * in_c + i, ((ky * l->kernel_w + kx) * in_c + i) * out_c + o,
                        (oy * l->output.dims[1] + ox) * out_c + o};
              visit(&at, context);
            }
        }
}

static void visit_forward(const tap *at, void *context) {
  conv_case *t = context;
  check_add(&t->z[at->output], t->x[at->input], t->kernel[at->weight]);
}

static void exact_sums(conv_case *t) {
  for (int i = 0; i < t->out; i++) {
    t->z[i] = (check_sum){0};
    check_add(&t->z[i], t->bias ? t->bias[i % t->layer.units] : 0.0, 1.0);
  }
  each_tap(t, visit_forward, t);
}

typedef struct {
  const conv_case *t;
  const double *dz;
  check_sum *dx, *dkernel;
} exact_backward;

static void visit_backward(const tap *at, void *context) {
  exact_backward *b = context;
  double g = b->dz[at->output];
  if (g == 0.0) return;
  check_add(&b->dx[at->input], g, b->t->kernel[at->weight]);
  check_add(&b->dkernel[at->weight], g, b->t->x[at->input]);
}

/* The place in the convolution's output that output `at` of the step came from. */
static inline int source_of(const conv_case *t, int at, int winner) {
  int c = at % t->layer.units, p = at / t->layer.units;
  if (!t->pool) return at;
  int y = 2 * (p / t->y_w) + winner / 2, x = 2 * (p % t->y_w) + winner % 2;
  return (y * t->layer.output.dims[1] + x) * t->layer.units + c;
}

/* The layer for images of height h and width w, with its window inferred. */
static fr_layer with_input(fr_layer l, int h, int w, int channels) {
  const fr_shape input = {3, {h, w, channels}};
  fr_status status = fr_layer_infer(&l, (const fr_shape *const[]){&input});
  CHECK(status == FR_OK, "%s", fr_last_error());
  return l;
}

/* ---- cases ----------------------------------------------------------------------------------- */

/* A background: zeros of both signs in the lower right of the image. */
static void blank_corner(conv_case *t) {
  const int *dims = t->layer.input.dims;
  int top = check_between(0, dims[0] - 1), left = check_between(0, dims[1] - 1);
  for (int i = 0; i < t->in; i++)
    if (i / dims[2] / dims[1] >= top && i / dims[2] % dims[1] >= left)
      t->x[i] = check_between(0, 1) ? 0.0f : -0.0f;
}

/* whole: integers small enough that every sum is exact, so that many outputs tie. */
static conv_case conv_case_of(const fr_layer *layer, int round, int whole) {
  conv_case t = {.layer = *layer, .relu = check_between(0, 1)};
  const fr_shape *out = &t.layer.output;
  t.pool = round % 2 && out->dims[0] >= 2 && out->dims[1] >= 2;
  t.in = fr_shape_elements(&t.layer.input);
  t.out = fr_shape_elements(out);
  t.taps = t.layer.kernel_h * t.layer.kernel_w * t.layer.input.dims[2];
  t.y_h = t.pool ? out->dims[0] / 2 : out->dims[0];
  t.y_w = t.pool ? out->dims[1] / 2 : out->dims[1];
  t.y_size = t.y_h * t.y_w * t.layer.units;
  t.x = check_floats((size_t)t.in);
  if (round % 3 == 0) blank_corner(&t);
  t.kernel = check_floats((size_t)(t.taps * t.layer.units));
  t.bias = check_between(0, 4) ? check_floats((size_t)t.layer.units) : NULL;
  if (whole) {
    for (int i = 0; i < t.in; i++) t.x[i] = t.x[i] == 0.0f ? 0.0f : (float)check_between(-1, 1);
    for (int i = 0; i < t.taps * t.layer.units; i++) t.kernel[i] = (float)check_between(-1, 1);
    for (int i = 0; t.bias && i < t.layer.units; i++) t.bias[i] = (float)check_between(-2, 2);
  }
  t.y = check_garbage((size_t)t.y_size);
  t.dy = check_floats((size_t)t.y_size);
  for (int i = 0; i < t.y_size; i++)
    if (check_between(0, 2) == 0) t.dy[i] = 0.0f;
  t.winner = check_alloc((size_t)t.y_size);
  memset(t.winner, 99, (size_t)t.y_size);
  t.z = check_alloc(sizeof *t.z * (size_t)t.out);
  exact_sums(&t);
  return t;
}

static void free_case(conv_case *t) {
  free(t->x);
  free(t->kernel);
  free(t->bias);
  free(t->y);
  free(t->dy);
  free(t->winner);
  free(t->z);
}

static const char *describe(const conv_case *t, const char *what) {
  static char text[160];
  const fr_layer *l = &t->layer;
  snprintf(text, sizeof text, "%s of (%d, %d, %d) * %d×%d → %d, stride %d×%d, %s%s%s", what,
           l->input.dims[0], l->input.dims[1], l->input.dims[2], l->kernel_h, l->kernel_w, l->units,
           l->stride_h, l->stride_w, l->padding == FR_SAME ? "same" : "valid",
           t->relu ? ", relu" : "", t->pool ? ", pool" : "");
  return text;
}

#endif
