/* Winograd's minimal filtering F(4×4, 3×3) for convolutions with 3×3 kernels and stride 1 (Lavin &
 * Gray, arXiv:1509.09308). A tile of 4×4 outputs takes 36 products per pair of channels instead of
 * 144, one for each of 36 positions:
 *
 *   y = Aᵀ [ Σ_channels (G g Gᵀ) ⊙ (Bᵀ x B) ] A      x: 6×6 inputs, g: 3×3 kernel, y: 4×4 outputs
 *
 * The sums over channels are 36 matrix products, one per position. The gradient of the kernel takes
 * as many: dg = Gᵀ [ Σ_tiles (A dy Aᵀ) ⊙ (Bᵀ x B) ] G. The gradient of the input is a convolution of
 * dy with the mirrored kernel.
 *
 * Transformed tiles lie in planes, one per position: (36, rows, channels), a row per tile. Images
 * come widened, so that tiles at the lower and right edge find zeros. Every sum has one order, which
 * depends on the shapes alone, so results do not depend on how tiles are grouped. */
#ifndef FR_WINOGRAD_H
#define FR_WINOGRAD_H

#include "base/shape.h"

enum {
  FR_WINOGRAD_TILE = 4,
  FR_WINOGRAD_POSITIONS = 36,
  FR_WINOGRAD_BLOCK = 8, /* output channels computed together */
  FR_WINOGRAD_ROWS = 64 /* tiles transformed together, at most: their planes stay in the cache */
};

/* Whether a pass is faster this way than by fr_conv2d_*, which takes `direct` times as long as all of
 * its products would at full speed: 1 for the forward pass. False where it cannot run: it takes 3×3
 * kernels, stride 1 and channels in whole vectors. */
int fr_winograd_pays(const fr_window *w, float direct);

/* The window with its input widened to whole tiles. */
fr_window fr_winograd_widen(const fr_window *w);

/* Tiles of one image, and how many are transformed together: whole images, if they are small. */
int fr_winograd_tiles(const fr_window *w);
int fr_winograd_rows(const fr_window *w);

/* How many tiles of a batch the gradient of the kernel transforms together: what stays in the
 * cache. */
int fr_winograd_slab(const fr_window *w, int batch);

/* Floats of a packed kernel, of planes for `rows` tiles of `channels`, and of both inputs' and
 * outputs' planes. */
int64_t fr_winograd_packed(const fr_window *w);
int64_t fr_winograd_planes(int rows, int channels);
int64_t fr_winograd_room(const fr_window *w, int rows);

/* kernel (3, 3, in, out) → packed (36, blocks of outputs, in, FR_WINOGRAD_BLOCK), for its input
 * channels first … end - 1. */
void fr_winograd_pack(const fr_window *w, const float *kernel, int first, int end, float *packed);

/* The same for the mirrored window (fr_window_mirror), whose input channels are w's outputs; w, kernel: the layer's. */
void fr_winograd_pack_mirrored(const fr_window *w, const float *kernel, int first, int end,
                               float *packed);

/* Tiles first … end - 1 of a widened image become rows row, row + 1 … of planes with room for
 * `rows`; w: the widened window. */
void fr_winograd_input(const fr_window *w, const float *image, int first, int end, int row,
                       int rows, float *planes);

/* products (36, rows, out) = planes (36, rows, in) · packed, for `count` rows of each position. */
void fr_winograd_multiply(const fr_window *w, const float *planes, const float *packed, int count,
                          int rows, float *products);

/* Rows row, row + 1 … of the products become tiles first … end - 1 of y (out_h, out_w, out), with
 * bias (out) or NULL added, then ReLU if `relu`. */
void fr_winograd_output(const fr_window *w, const float *products, int first, int end, int row,
                        int rows, const float *bias, int relu, float *y);

/* The same, then 2×2 max-pool with stride 2 → y (out_h / 2, out_w / 2, out); winner as in
 * fr_conv2d_pool_forward. A window that holds a NaN or an infinity gives NaN. */
void fr_winograd_pool_output(const fr_window *w, const float *products, int first, int end, int row,
                             int rows, const float *bias, int relu, float *y, uint8_t *winner);

/* Tiles first … end - 1 of dy (out_h, out_w, out) become rows row, row + 1 … of planes. */
void fr_winograd_gradient(const fr_window *w, const float *dy, int first, int end, int row,
                          int rows, float *planes);

/* Floats of the sums, of which fr_winograd_accumulate writes one position's. */
int64_t fr_winograd_sums(const fr_window *w);

/* sums (36, in, out) += Σ_rows input planes · gradient planes at one position, or = if `anew`. */
void fr_winograd_accumulate(const fr_window *w, int position, const float *inputs,
                            const float *gradients, int count, int rows, int anew, float *sums);

/* dkernel (3, 3, in, out) = Gᵀ sums G, for input channels first … end - 1. */
void fr_winograd_finish(const fr_window *w, const float *sums, int first, int end, float *dkernel);

#endif
