#include "normalize.h"

#include <stddef.h>

#include "simd.h"

/* Channels are taken four vectors at a time, so that their sums stay in registers over all
 * positions; the last few one by one. */
enum { BLOCK = 4 * FR_LANES };

void fr_norm_add(const fr_norm *m, const float *x, int positions, float *sums) {
  int channels = m->channels, c = 0;
  for (; c + BLOCK <= channels; c += BLOCK) {
    f32x4 sum[4];
    for (int v = 0; v < 4; v++) sum[v] = f4_load(sums + c + v * FR_LANES);
    FR_ROLLED
    for (int i = 0; i < positions; i++)
      for (int v = 0; v < 4; v++)
        sum[v] = f4_add(sum[v], f4_load(x + (ptrdiff_t)i * channels + c + v * FR_LANES));
    for (int v = 0; v < 4; v++) f4_store(sums + c + v * FR_LANES, sum[v]);
  }
  for (; c < channels; c++)
    for (int i = 0; i < positions; i++) sums[c] += x[(ptrdiff_t)i * channels + c];
}

void fr_norm_add_squares(const fr_norm *m, const float *x, int positions, float *sums) {
  int channels = m->channels, c = 0;
  for (; c + BLOCK <= channels; c += BLOCK) {
    f32x4 sum[4], mean[4];
    for (int v = 0; v < 4; v++) {
      sum[v] = f4_load(sums + c + v * FR_LANES);
      mean[v] = f4_load(m->mean + c + v * FR_LANES);
    }
    FR_ROLLED
    for (int i = 0; i < positions; i++)
      for (int v = 0; v < 4; v++) {
        f32x4 d = f4_sub(f4_load(x + (ptrdiff_t)i * channels + c + v * FR_LANES), mean[v]);
        sum[v] = f4_madd(sum[v], d, d);
      }
    for (int v = 0; v < 4; v++) f4_store(sums + c + v * FR_LANES, sum[v]);
  }
  for (; c < channels; c++)
    for (int i = 0; i < positions; i++) {
      float d = x[(ptrdiff_t)i * channels + c] - m->mean[c];
      sums[c] += d * d;
    }
}

void fr_norm_average(const fr_norm *m, const float *const parts[], int count_of_parts, double count,
                     float *out) {
  for (int c = 0; c < m->channels; c++) {
    double sum = 0.0;
    for (int i = 0; i < count_of_parts; i++) sum += parts[i][c];
    out[c] = (float)(sum / count);
  }
}

void fr_norm_prepare(const fr_norm *m, const float *gamma, const float *beta, float epsilon) {
  for (int c = 0; c < m->channels; c++) {
    m->gain[c] = (gamma ? gamma[c] : 1.0f) / sqrtf(m->variance[c] + epsilon);
    m->shift[c] = beta ? beta[c] : 0.0f;
  }
}

void fr_norm_forward(const fr_norm *m, const float *x, int positions, float *y) {
  int channels = m->channels;
  for (int i = 0; i < positions; i++, x += channels, y += channels) {
    int c = 0;
    for (; c + FR_LANES <= channels; c += FR_LANES)
      f4_store(y + c, f4_madd(f4_load(m->shift + c), f4_load(m->gain + c),
                              f4_sub(f4_load(x + c), f4_load(m->mean + c))));
    for (; c < channels; c++) y[c] = m->shift[c] + m->gain[c] * (x[c] - m->mean[c]);
  }
}

void fr_norm_add_gradients(const fr_norm *m, const float *x, const float *dy, int positions,
                           float *sums) {
  int channels = m->channels, c = 0;
  float *products = sums, *plain = sums + fr_round_up(channels, FR_LANES);
  for (; c + 2 * FR_LANES <= channels; c += 2 * FR_LANES) {
    f32x4 product[2], sum[2], mean[2];
    for (int v = 0; v < 2; v++) {
      product[v] = f4_load(products + c + v * FR_LANES);
      sum[v] = f4_load(plain + c + v * FR_LANES);
      mean[v] = f4_load(m->mean + c + v * FR_LANES);
    }
    FR_ROLLED
    for (int i = 0; i < positions; i++)
      for (int v = 0; v < 2; v++) {
        ptrdiff_t at = (ptrdiff_t)i * channels + c + v * FR_LANES;
        f32x4 d = f4_load(dy + at);
        product[v] = f4_madd(product[v], d, f4_sub(f4_load(x + at), mean[v]));
        sum[v] = f4_add(sum[v], d);
      }
    for (int v = 0; v < 2; v++) {
      f4_store(products + c + v * FR_LANES, product[v]);
      f4_store(plain + c + v * FR_LANES, sum[v]);
    }
  }
  for (; c < channels; c++)
    for (int i = 0; i < positions; i++) {
      ptrdiff_t at = (ptrdiff_t)i * channels + c;
      products[c] += dy[at] * (x[at] - m->mean[c]);
      plain[c] += dy[at];
    }
}

void fr_norm_backward(const fr_norm *m, const float *x, const float *dy, int positions,
                      const float *slopes, float *dx) {
  int channels = m->channels;
  const float *product = slopes, *plain = slopes + fr_round_up(channels, FR_LANES);
  for (int i = 0; i < positions; i++, x += channels, dy += channels, dx += channels) {
    int c = 0;
    for (; c + FR_LANES <= channels; c += FR_LANES) {
      f32x4 away = f4_sub(f4_load(x + c), f4_load(m->mean + c));
      f32x4 d =
          f4_sub(f4_sub(f4_load(dy + c), f4_load(plain + c)), f4_mul(away, f4_load(product + c)));
      f4_store(dx + c, f4_mul(d, f4_load(m->gain + c)));
    }
    for (; c < channels; c++)
      dx[c] = (dy[c] - plain[c] - (x[c] - m->mean[c]) * product[c]) * m->gain[c];
  }
}
