#include "algorithm.h"

#include "pointwise.h"
#include "winograd.h"

static fr_algorithm faster(const fr_window *w, float direct) {
  return fr_winograd_pays(w, direct) ? FR_WINOGRAD : FR_DIRECT;
}

/* What fr_conv2d_backward_* take, as a multiple of what all of their products would, if they ran at
 * the speed of the forward pass: of the gradients ReLU leaves about half, and going through lists
 * costs half as much again. A pool leaves so few that they are always faster. */
fr_algorithms fr_choose_algorithms(const fr_window *w, int pooled, int relu) {
  fr_algorithms a = {.forward = faster(w, 1.0f), .input = FR_DIRECT, .kernel = FR_DIRECT};
  if (pooled) return a;
  const fr_window mirror = fr_window_mirror(w);
  float listed = 1.5f * (relu ? 0.5f : 1.0f);
  a.input = fr_pointwise_fits(w) ? FR_POINTWISE : faster(&mirror, listed);
  a.kernel = fr_pointwise_fits(w) ? FR_POINTWISE : faster(w, listed);
  return a;
}
