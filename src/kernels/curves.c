#include "curves.h"

#include <math.h>

static const float selu_scale = 1.05070098735548f, selu_alpha = 1.67326324235438f;

/* eˣ - 1, accurate near zero (Higham, Accuracy and Stability of Numerical Algorithms, 1.14.1) */
static float exp_less_one(float x) {
  float u = expf(x);
  if (u == 1.0f) return x;
  return u - 1.0f == -1.0f ? -1.0f : (u - 1.0f) * x / logf(u);
}

/* log(1 + t), accurate near zero */
static float log_of_more(float t) {
  float u = 1.0f + t;
  return u == 1.0f ? t : logf(u) * t / (u - 1.0f);
}

/* tanh(softplus(x)) is p / (p + 2), where p = e²ˣ + 2 eˣ. From 20 on, it is 1. */
static float mish_product(float x) {
  float e = expf(x < 20.0f ? x : 20.0f);
  return e * (e + 2.0f);
}

float fr_curve(fr_activation f, float x) {
  switch (f) {
    case FR_ELU: return x > 0.0f ? x : exp_less_one(x);
    case FR_SELU: return selu_scale * (x > 0.0f ? x : selu_alpha * exp_less_one(x));
    case FR_SOFTPLUS: return (x > 0.0f ? x : 0.0f) + log_of_more(expf(x > 0.0f ? -x : x));
    case FR_MISH: {
      float p = mish_product(x);
      return x * (p / (p + 2.0f));
    }
    default: { /* hard swish */
      float part = (x + 3.0f) / 6.0f;
      return x * (part < 0.0f ? 0.0f : part > 1.0f ? 1.0f : part);
    }
  }
}

float fr_curve_slope(fr_activation f, float x, float y) {
  switch (f) {
    case FR_ELU: return y > 0.0f ? 1.0f : y + 1.0f;
    case FR_SELU: return y > 0.0f ? selu_scale : y + selu_scale * selu_alpha;
    case FR_SOFTPLUS: return -exp_less_one(-y);
    case FR_MISH: {
      float p = mish_product(x), q = p + 2.0f;
      return x > 20.0f ? 1.0f : p / q + x * (4.0f * (p + 1.0f) / q / q) / (1.0f + expf(-x));
    }
    default: return x <= -3.0f ? 0.0f : x >= 3.0f ? 1.0f : (2.0f * x + 3.0f) / 6.0f;
  }
}
