/* Batch normalization (Ioffe & Szegedy, arXiv:1502.03167): each channel, the last axis, less its
 * mean over the batch and the picture, divided by its deviation, then stretched and shifted:
 *   y = gamma · (x - mean) / √(variance + epsilon) + beta
 * In training mean and (biased) variance are the batch's, in inference the moving averages. The
 * sums over the batch come in parts, one for each chunk of samples, added up in a fixed order. */
#ifndef FR_NORMALIZE_H
#define FR_NORMALIZE_H

/* What the channels of the batch at hand are normalized with; each (channels). */
typedef struct {
  int channels;
  float *mean, *variance;
  float *gain; /* gamma / √(variance + epsilon) */
  float *shift; /* beta */
} fr_norm;

/* sums (channels) += Σ x over `positions` of one sample (positions, channels). */
void fr_norm_add(const fr_norm *m, const float *x, int positions, float *sums);

/* sums (channels) += Σ (x - mean)². */
void fr_norm_add_squares(const fr_norm *m, const float *x, int positions, float *sums);

/* out (channels) = the parts' sums, divided by `count`. */
void fr_norm_average(const fr_norm *m, const float *const parts[], int count_of_parts, double count,
                     float *out);

/* Fills gain and shift; gamma, beta (channels) or NULL: ones, zeros. */
void fr_norm_prepare(const fr_norm *m, const float *gamma, const float *beta, float epsilon);

/* x (positions, channels) → y */
void fr_norm_forward(const fr_norm *m, const float *x, int positions, float *y);

/* sums (2, channels) += Σ dy · (x - mean), then Σ dy, of one sample. */
void fr_norm_add_gradients(const fr_norm *m, const float *x, const float *dy, int positions,
                           float *sums);

/* dx = gain · (dy - mean of dy - (x - mean) / (variance + epsilon) · mean of dy · (x - mean));
 * slopes (2, channels): the last factor with its division, then the mean of dy. */
void fr_norm_backward(const fr_norm *m, const float *x, const float *dy, int positions,
                      const float *slopes, float *dx);

#endif
