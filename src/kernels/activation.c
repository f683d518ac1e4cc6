#include "activation.h"

#include <math.h>
#include <stddef.h>

#include "curves.h"
#include "simd.h"

static void relu_forward(float *y, int n) {
  for (int i = 0; i < n; i++) y[i] = y[i] < 0.0f ? 0.0f : y[i];
}

static void relu_backward(const float *y, float *dy, int n) {
  for (int i = 0; i < n; i++) dy[i] = fr_masked(dy[i], y[i] > 0.0f);
}

static float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

static void sigmoid_forward(float *y, int n) {
  for (int i = 0; i < n; i++) y[i] = sigmoid(y[i]);
}

static void sigmoid_backward(const float *y, float *dy, int n) {
  for (int i = 0; i < n; i++) dy[i] *= y[i] * (1.0f - y[i]);
}

/* Shifted by the maximum, so that no exponential overflows. */
static void softmax_forward(float *y, int n) {
  float largest = y[0];
  for (int i = 1; i < n; i++) largest = y[i] > largest ? y[i] : largest;
  float sum = 0.0f;
  for (int i = 0; i < n; i++) sum += y[i] = expf(y[i] - largest);
  for (int i = 0; i < n; i++) y[i] /= sum;
}

/* dx_i = y_i (dy_i - Σ_j y_j dy_j) */
static void softmax_backward(const float *y, float *dy, int n) {
  float dot = 0.0f;
  for (int i = 0; i < n; i++) dot += y[i] * dy[i];
  for (int i = 0; i < n; i++) dy[i] = y[i] * (dy[i] - dot);
}

static void relu6_forward(float *y, int n) {
  for (int i = 0; i < n; i++) y[i] = y[i] < 0.0f ? 0.0f : y[i] > 6.0f ? 6.0f : y[i];
}

static void relu6_backward(const float *y, float *dy, int n) {
  for (int i = 0; i < n; i++) dy[i] = fr_masked(dy[i], y[i] > 0.0f && y[i] < 6.0f);
}

static void leaky_relu_forward(float slope, float *y, int n) {
  for (int i = 0; i < n; i++) y[i] = y[i] < 0.0f ? slope * y[i] : y[i];
}

static void leaky_relu_backward(float slope, const float *y, float *dy, int n) {
  for (int i = 0; i < n; i++) dy[i] = y[i] > 0.0f ? dy[i] : slope * dy[i];
}

static void tanh_forward(float *y, int n) {
  for (int i = 0; i < n; i++) y[i] = tanhf(y[i]);
}

static void tanh_backward(const float *y, float *dy, int n) {
  for (int i = 0; i < n; i++) dy[i] *= 1.0f - y[i] * y[i];
}

/* Φ(x): the share of a standard normal variable below x */
static float normal_share(float x) { return 0.5f * erfcf(-x * 0.70710678118654752f); }

static void gelu_forward(float *y, int n) {
  for (int i = 0; i < n; i++) y[i] *= normal_share(y[i]);
}

static void gelu_backward(const float *x, float *dy, int n) {
  const float density = 0.39894228040143268f; /* 1 / √2π */
  for (int i = 0; i < n; i++)
    dy[i] *= normal_share(x[i]) + x[i] * density * expf(-0.5f * x[i] * x[i]);
}

static void swish_forward(float *y, int n) {
  for (int i = 0; i < n; i++) y[i] *= sigmoid(y[i]);
}

static void swish_backward(const float *x, float *dy, int n) {
  for (int i = 0; i < n; i++) {
    float s = sigmoid(x[i]);
    dy[i] *= s * (1.0f + x[i] * (1.0f - s));
  }
}

int fr_activation_needs_input(fr_activation f) {
  return f == FR_GELU || f == FR_SWISH || f == FR_MISH || f == FR_HARD_SWISH;
}

void fr_activation_forward(fr_activation f, float slope, float *y, int rows, int width, int stride,
                           int channels) {
  for (int r = 0; r < rows; r++, y += stride) switch (f) {
      case FR_RELU: relu_forward(y, width); break;
      case FR_SIGMOID: sigmoid_forward(y, width); break;
      case FR_SOFTMAX:
        for (int i = 0; i < width; i += channels) softmax_forward(y + i, channels);
        break;
      case FR_RELU6: relu6_forward(y, width); break;
      case FR_LEAKY_RELU: leaky_relu_forward(slope, y, width); break;
      case FR_GELU: gelu_forward(y, width); break;
      case FR_TANH: tanh_forward(y, width); break;
      case FR_SWISH: swish_forward(y, width); break;
      case FR_LOG_SOFTMAX:
        for (int i = 0; i < width; i += channels) fr_log_softmax_forward(y + i, channels);
        break;
      case FR_LINEAR: return;
      default:
        for (int i = 0; i < width; i++) y[i] = fr_curve(f, y[i]);
    }
}

void fr_activation_backward(fr_activation f, float slope, const float *x, const float *y, float *dy,
                            int rows, int width, int stride, int channels) {
  for (int r = 0; r < rows; r++, y += stride, dy += stride) switch (f) {
      case FR_RELU: relu_backward(y, dy, width); break;
      case FR_SIGMOID: sigmoid_backward(y, dy, width); break;
      case FR_SOFTMAX:
        for (int i = 0; i < width; i += channels) softmax_backward(y + i, dy + i, channels);
        break;
      case FR_RELU6: relu6_backward(y, dy, width); break;
      case FR_LEAKY_RELU: leaky_relu_backward(slope, y, dy, width); break;
      case FR_GELU: gelu_backward(x + (ptrdiff_t)r * stride, dy, width); break;
      case FR_TANH: tanh_backward(y, dy, width); break;
      case FR_SWISH: swish_backward(x + (ptrdiff_t)r * stride, dy, width); break;
      case FR_LOG_SOFTMAX:
        for (int i = 0; i < width; i += channels) fr_log_softmax_backward(y + i, dy + i, channels);
        break;
      case FR_LINEAR: return;
      default:
        for (int i = 0; i < width; i++)
          dy[i] *= fr_curve_slope(f, x ? x[(ptrdiff_t)r * stride + i] : 0.0f, y[i]);
    }
}
