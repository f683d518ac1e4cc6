#include "curves.h"

#include "base/numeric.h"

static const float selu_scale = 1.05070098735548f, selu_alpha = 1.67326324235438f;

/* tanh(softplus(x)) is p / (p + 2), where p = e²ˣ + 2 eˣ. From 20 on, it is 1. */
static float mish_product(float x) {
  float e = expf(x < 20.0f ? x : 20.0f);
  return e * (e + 2.0f);
}

float fr_curve(fr_activation f, float x) {
  switch (f) {
    case FR_ELU: return x > 0.0f ? x : expm1f(x);
    case FR_SELU: return selu_scale * (x > 0.0f ? x : selu_alpha * expm1f(x));
    case FR_SOFTPLUS: return (x > 0.0f ? x : 0.0f) + (float)log1p(expf(-fabsf(x)));
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
    case FR_SOFTPLUS: return -expm1f(-y);
    case FR_MISH: {
      float p = mish_product(x), q = p + 2.0f;
      return x > 20.0f ? 1.0f : p / q + x * (4.0f * (p + 1.0f) / q / q) / (1.0f + expf(-x));
    }
    default: return x <= -3.0f ? 0.0f : x >= 3.0f ? 1.0f : (2.0f * x + 3.0f) / 6.0f;
  }
}

void fr_log_softmax_forward(float *y, int n) {
  float largest = y[0];
  for (int i = 1; i < n; i++) largest = y[i] > largest ? y[i] : largest;
  float sum = 0.0f;
  for (int i = 0; i < n; i++) sum += expf(y[i] - largest);
  float shift = (float)fr_log(sum);
  for (int i = 0; i < n; i++) y[i] = y[i] - largest - shift;
}

/* dx_i = dy_i - e^y_i Σ_j dy_j */
void fr_log_softmax_backward(const float *y, float *dy, int n) {
  float sum = 0.0f;
  for (int i = 0; i < n; i++) sum += dy[i];
  for (int i = 0; i < n; i++) dy[i] -= expf(y[i]) * sum;
}
