/* The depthwise kernels compared with loops in double over ragged shapes: one to three kernels per
 * channel, strides, both paddings, channel counts that do not fill a vector. */
#include "check.h"
#include "kernels/conv2d.h"
#include "kernels/depthwise.h"
#include "stack.h"

enum { SWEEP = 400, IMAGES = 2 };

typedef struct {
  fr_layer layer; /* with its window inferred */
  int in, out, taps;
  float *x, *kernel, *bias, *dy; /* x and dy: of IMAGES images; bias may be NULL */
} depthwise_case;

static fr_layer random_layer(int round) {
  return random_window((fr_layer){.kind = FR_DEPTHWISE_CONV2D, .units = 1 + round % 3}, 3, 8, 13);
}

static depthwise_case make_case(int round) {
  depthwise_case t = {.layer = random_layer(round)};
  t.in = fr_shape_elements(&t.layer.input);
  t.out = fr_shape_elements(&t.layer.output);
  t.taps = t.layer.kernel_h * t.layer.kernel_w * t.layer.output.dims[2];
  t.x = check_floats((size_t)(IMAGES * t.in));
  t.dy = check_floats((size_t)(IMAGES * t.out));
  t.kernel = check_floats((size_t)t.taps);
  t.bias = round % 4 ? check_floats((size_t)t.layer.output.dims[2]) : NULL;
  return t;
}

static void free_case(depthwise_case *t) {
  free(t->x);
  free(t->dy);
  free(t->kernel);
  free(t->bias);
}

/* ---- the same in plain loops ----------------------------------------------------------------- */

static int pad_before(fr_padding padding, int in, int kernel, int stride) {
  int out = (in + stride - 1) / stride, missing = (out - 1) * stride + kernel - in;
  return padding == FR_SAME && missing > 0 ? missing / 2 : 0;
}

/* One product: the input, weight and output that it joins. */
typedef struct {
  int input, weight, output;
} tap;

static void each_tap(const fr_layer *l, void (*visit)(const tap *, void *), void *context) {
  int h = l->input.dims[0], w = l->input.dims[1], in = l->input.dims[2], out = l->output.dims[2];
  int top = pad_before(l->padding, h, l->kernel_h, l->stride_h);
  int left = pad_before(l->padding, w, l->kernel_w, l->stride_w);
  for (int oy = 0; oy < l->output.dims[0]; oy++)
    for (int ox = 0; ox < l->output.dims[1]; ox++)
      for (int ky = 0; ky < l->kernel_h; ky++)
        for (int kx = 0; kx < l->kernel_w; kx++) {
          int iy = oy * l->stride_h + ky - top, ix = ox * l->stride_w + kx - left;
          if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
          for (int c = 0; c < in; c++)
            for (int j = 0; j < l->units; j++) {
              int o = c * l->units + j;
              tap at = {(iy * w + ix) * in + c, (ky * l->kernel_w + kx) * out + o,
                        (oy * l->output.dims[1] + ox) * out + o};
              visit(&at, context);
            }
        }
}

typedef struct {
  const depthwise_case *t;
  int image;
  check_sum *y, *dkernel, *dx;
} exact;

static void visit(const tap *at, void *context) {
  exact *e = context;
  const depthwise_case *t = e->t;
  float x = t->x[e->image * t->in + at->input], dy = t->dy[e->image * t->out + at->output];
  float k = t->kernel[at->weight];
  check_add(&e->y[at->output], x, k);
  check_add(&e->dkernel[at->weight], x, dy);
  check_add(&e->dx[at->input], k, dy);
}

static check_sum *sums(int n) {
  check_sum *s = check_alloc(sizeof *s * (size_t)n);
  for (int i = 0; i < n; i++) s[i] = (check_sum){0};
  return s;
}

/* ---- checks ---------------------------------------------------------------------------------- */

/* An image in the batch arena: the slack after it holds its neighbours' floats. */
static float *with_slack(const float *x, int n) {
  float *image = check_garbage((size_t)n + FR_CONV_SLACK);
  return memcpy(image, x, sizeof *x * (size_t)n);
}

static void check_image(const depthwise_case *t, int image, const exact *e, float *gradients) {
  const fr_window *w = &t->layer.window;
  size_t room = (size_t)fr_conv2d_image(w);
  float *x = with_slack(t->x + image * t->in, t->in), *scratch = check_garbage(room);
  float *y = check_garbage((size_t)t->out), *dx = check_garbage((size_t)t->in);
  float *spare = check_garbage((size_t)fr_depthwise_scratch(w));
  const float *padded = fr_conv2d_pad(w, x, scratch), *dy = t->dy + image * t->out;
  fr_depthwise_forward(w, padded, t->kernel, t->bias, y);
  for (int i = 0; i < t->out; i++) check_sum_near(y[i], &e->y[i], "y");
  fr_depthwise_backward_kernel(w, padded, dy, gradients, gradients + fr_depthwise_bias(w));
  fr_depthwise_backward_input(w, t->kernel, dy, spare, dx);
  for (int i = 0; i < t->in; i++) check_sum_near(dx[i], &e->dx[i], "dx");
  free(x);
  free(scratch);
  free(y);
  free(dx);
  free(spare);
}

static void check_case(const depthwise_case *t) {
  const fr_window *w = &t->layer.window;
  int channels = t->layer.output.dims[2];
  float *gradients = calloc((size_t)fr_depthwise_floats(w), sizeof *gradients);
  exact e = {.t = t, .dkernel = sums(t->taps)};
  for (e.image = 0; e.image < IMAGES; e.image++) { /* gradients add up over images */
    e.y = sums(t->out);
    e.dx = sums(t->in);
    for (int i = 0; i < t->out; i++) check_add(&e.y[i], t->bias ? t->bias[i % channels] : 0.0, 1.0);
    each_tap(&t->layer, visit, &e);
    check_image(t, e.image, &e, gradients);
    free(e.y);
    free(e.dx);
  }
  for (int i = 0; i < t->taps; i++) check_sum_near(gradients[i], &e.dkernel[i], "dkernel");
  check_sum *dbias = sums(channels);
  for (int i = 0; i < IMAGES * t->out; i++) check_add(&dbias[i % channels], t->dy[i], 1.0);
  for (int c = 0; c < channels; c++)
    check_sum_near(gradients[fr_depthwise_bias(w) + c], &dbias[c], "dbias");
  free(dbias);
  free(e.dkernel);
  free(gradients);
}

int main(void) {
  int padded = 0;
  for (int round = 0; round < SWEEP; round++) {
    depthwise_case t = make_case(round);
    padded += t.layer.window.pad_top + t.layer.window.pad_left > 0;
    check_case(&t);
    free_case(&t);
  }
  CHECK(padded > SWEEP / 8, "%d images had padding before them", padded);
  return check_report("depthwise", 150000);
}
