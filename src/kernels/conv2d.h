/* Two-dimensional convolution (cross-correlation, as in Keras), alone or fused with ReLU and a 2×2
 * max-pool. Images are height × width × channels.
 *
 * Forward, each output is summed in one order: bias, then kernel rows, then (kernel column, input
 * channel). Backward, only live gradients count: pooling leaves one in four and ReLU drops some of
 * these, so both products walk lists of the entries that are not zero. Where the fused pool's
 * window sees nothing but zeros, as a picture's background is, neither pass multiplies. */
#ifndef FR_CONV2D_H
#define FR_CONV2D_H

#include "base/shape.h"

enum {
  FR_CONV_BLOCK = 8, /* output channels computed together */
  FR_CONV_GROUP = 4, /* samples whose kernel gradients are computed together, at most */
  FR_CONV_SLACK = 16 /* floats that must be readable after every input image */
};

/* How much memory fr_conv2d_* work in, in floats; allocated once by the caller. Chunks that run
 * side by side need an image and lists each, and share the packed kernels. */
typedef struct {
  int packed; /* kernel by blocks of FR_CONV_BLOCK output channels */
  int rows; /* kernel as the backward pass reads it, by pieces of its rows */
  int image; /* a group of padded images, each with slack */
  int lists; /* lists of live windows and gradients: 4-byte words */
} fr_conv2d_sizes;

/* pooled: whether the 2×2 max-pool is fused. */
fr_conv2d_sizes fr_conv2d_measure(const fr_window *w, int pooled);

/* How many samples fr_conv2d_backward_kernel should be given: with few outputs, several. */
int fr_conv2d_group(const fr_window *w, int pooled);

/* The floats of one padded image, with slack. */
int fr_conv2d_image(const fr_window *w);

/* kernel (kh, kw, in, out), bias (out) or NULL → packed: per block its kernel then its bias. */
void fr_conv2d_pack(const fr_window *w, const float *kernel, const float *bias, float *packed);

/* kernel (kh, kw, in, out) → rows (kh, pieces, out, width): each kernel row, kw · in long, is cut
 * into pieces, the last one filled up with zeros. */
void fr_conv2d_pack_rows(const fr_window *w, const float *kernel, float *rows);

/* The image with its padding: a copy in `scratch`, or `image` itself if there is none. */
const float *fr_conv2d_pad(const fr_window *w, const float *image, float *scratch);

/* The other way: image (in_h, in_w, in) = what lies within the padding of `padded`. */
void fr_conv2d_crop(const fr_window *w, const float *padded, float *image);

/* padded (padded_h, padded_w, in) → y (out_h, out_w, out), ReLU if `relu`. */
void fr_conv2d_forward(const fr_window *w, const float *padded, const float *packed, int relu,
                       float *y);

/* The same, then 2×2 max-pool with stride 2 → y (out_h / 2, out_w / 2, out); winner (same shape),
 * or NULL: which of the window's four positions was largest, the first if several. */
void fr_conv2d_pool_forward(const fr_window *w, const float *padded, const float *packed, int relu,
                            void *lists, float *y, uint8_t *winner);

/* The gradient of one image's outputs, before the activation. */
typedef struct {
  const float *dy;
  const uint8_t *winner; /* of the fused pool, whose shape dy then has; or NULL */
} fr_conv2d_delta;

/* Adds n samples, at most fr_conv2d_group, to the kernel's gradient, drows (kh, pieces, out, width).
 * Their images lie in one array. */
typedef struct {
  const float *padded;
  fr_conv2d_delta delta;
} fr_conv2d_sample;
void fr_conv2d_backward_kernel(const fr_window *w, const fr_conv2d_sample *samples, int n,
                               void *lists, float *drows);

/* Adds one image to the bias's gradient, dbias (out). */
void fr_conv2d_backward_bias(const fr_window *w, const fr_conv2d_delta *delta, float *dbias);

/* dx (in_h, in_w, in) = dL/dx of one image; rows: from fr_conv2d_pack_rows; scratch: one padded
 * image. */
void fr_conv2d_backward_input(const fr_window *w, const float *rows, const fr_conv2d_delta *delta,
                              void *lists, float *scratch, float *dx);

/* drows (kh, pieces, out, width) → dkernel (kh, kw, in, out). */
void fr_conv2d_unpack_rows(const fr_window *w, const float *drows, float *dkernel);

#endif
