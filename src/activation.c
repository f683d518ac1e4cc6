#include "activation.h"

#include <math.h>

#include "simd.h"

static void relu_forward(float *y, int n) {
  for (int i = 0; i < n; i++) y[i] = y[i] < 0.0f ? 0.0f : y[i];
}

static void relu_backward(const float *y, float *dy, int n) {
  for (int i = 0; i < n; i++) dy[i] = fr_masked(dy[i], y[i] > 0.0f);
}

static void sigmoid_forward(float *y, int n) {
  for (int i = 0; i < n; i++) y[i] = 1.0f / (1.0f + expf(-y[i]));
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

void fr_activation_forward(fr_activation f, float *y, int rows, int width, int stride,
                           int channels) {
  for (int r = 0; r < rows; r++, y += stride) {
    if (f == FR_RELU) relu_forward(y, width);
    if (f == FR_SIGMOID) sigmoid_forward(y, width);
    if (f == FR_SOFTMAX)
      for (int i = 0; i < width; i += channels) softmax_forward(y + i, channels);
  }
}

void fr_activation_backward(fr_activation f, const float *y, float *dy, int rows, int width,
                            int stride, int channels) {
  for (int r = 0; r < rows; r++, y += stride, dy += stride) {
    if (f == FR_RELU) relu_backward(y, dy, width);
    if (f == FR_SIGMOID) sigmoid_backward(y, dy, width);
    if (f == FR_SOFTMAX)
      for (int i = 0; i < width; i += channels) softmax_backward(y + i, dy + i, channels);
  }
}
