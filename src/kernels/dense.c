#include "dense.h"

/* ---- layout ---------------------------------------------------------------------------------- */

static int padded_inputs(const fr_dense *d) { return fr_round_up(d->inputs, FR_LANES); }

int fr_dense_panels(const fr_dense *d) { return (padded_inputs(d) + FR_PANEL - 1) / FR_PANEL; }

fr_panel fr_dense_panel(const fr_dense *d, int index) {
  int first = index * FR_PANEL, left = padded_inputs(d) - first;
  return (fr_panel){first, left < FR_PANEL ? left : FR_PANEL, (ptrdiff_t)first * d->units};
}

int fr_dense_packed(const fr_dense *d) { return padded_inputs(d) * d->units; }

void fr_dense_pack(const fr_dense *d, const float *kernel, float *packed) {
  for (int i = 0; i < fr_dense_panels(d); i++) {
    fr_panel p = fr_dense_panel(d, i);
    for (int u = 0; u < d->units; u++)
      for (int k = p.first; k < p.first + p.width; k++)
        *packed++ = k < d->inputs ? kernel[(ptrdiff_t)k * d->units + u] : 0.0f;
  }
}

void fr_dense_unpack(const fr_dense *d, const float *packed, float *kernel) {
  for (int i = 0; i < fr_dense_panels(d); i++) {
    fr_panel p = fr_dense_panel(d, i);
    for (int u = 0; u < d->units; u++)
      for (int k = p.first; k < p.first + p.width; k++, packed++)
        if (k < d->inputs) kernel[(ptrdiff_t)k * d->units + u] = *packed;
  }
}

enum {
  UNROLL = 4, /* vectors a turn of a dot product's loop */
  STRIP = 64  /* inputs whose gradients are computed together */
};

/* ---- forward --------------------------------------------------------------------------------- */

/* partial[i] += kernel · x_i, lane by lane, for n samples of one unit. */
FR_INLINE void dot_1xn(int n, int width, const float *kernel, const float *const x[8],
                       f32x4 *const partial[8]) {
  f32x4 sum[8];
  const float *xs[8];
  for (int i = 0; i < n; i++) {
    sum[i] = *partial[i];
    xs[i] = x[i];
  }
  int k = 0;
  for (; k + UNROLL * FR_LANES <= width; k += UNROLL * FR_LANES, kernel += UNROLL * FR_LANES)
    for (int i = 0; i < n; i++) {
      for (int v = 0; v < UNROLL; v++)
        sum[i] = f4_madd(sum[i], f4_load(kernel + v * FR_LANES), f4_load(xs[i] + v * FR_LANES));
      xs[i] += UNROLL * FR_LANES;
    }
  for (; k < width; k += FR_LANES, kernel += FR_LANES)
    for (int i = 0; i < n; i++) {
      sum[i] = f4_madd(sum[i], f4_load(kernel), f4_load(xs[i]));
      xs[i] += FR_LANES;
    }
  for (int i = 0; i < n; i++) *partial[i] = sum[i];
}

static void dot_group(int n, int width, const float *kernel, const float *const x[8],
                      f32x4 *const partial[8]) {
  switch (n) {
    case 8: dot_1xn(8, width, kernel, x, partial); break;
    case 7: dot_1xn(7, width, kernel, x, partial); break;
    case 6: dot_1xn(6, width, kernel, x, partial); break;
    case 5: dot_1xn(5, width, kernel, x, partial); break;
    case 4: dot_1xn(4, width, kernel, x, partial); break;
    case 3: dot_1xn(3, width, kernel, x, partial); break;
    case 2: dot_1xn(2, width, kernel, x, partial); break;
    default: dot_1xn(1, width, kernel, x, partial);
  }
}

static void dot_listed(int width, const float *kernel, const float *x, int x_stride,
                       const fr_live_entry *entries, int n, f32x4 *partial) {
  for (int size; n > 0; n -= size, entries += size) {
    size = n < 8 ? n : 8;
    const float *xs[8];
    f32x4 *sums[8];
    for (int i = 0; i < size; i++) {
      xs[i] = x + (ptrdiff_t)entries[i].index * x_stride;
      sums[i] = partial + entries[i].index;
    }
    dot_group(size, width, kernel, xs, sums);
  }
}

static void forward_kept(const fr_dense *d, fr_panel p, const float *x, const float *kernel,
                         const fr_live *kept, int first, int end, f32x4 *partial) {
  for (int u = first; u < end; u++)
    dot_listed(p.width, kernel + (ptrdiff_t)u * p.width, x + p.first, d->x_stride,
               fr_live_of_unit(kept, u), kept->unit_count[u],
               partial + (ptrdiff_t)u * kept->samples);
}

/* partial[u][s] += kernel_u · x_s: `units` × `samples` dot products held in registers. */
FR_INLINE void dot_tile(int units, int samples, int width, const float *kernel, const float *x,
                        int x_stride, f32x4 *partial, int batch) {
  f32x4 sum[4][3];
  for (int u = 0; u < units; u++)
    for (int s = 0; s < samples; s++) sum[u][s] = partial[u * batch + s];
  for (int k = 0; k < width; k += FR_LANES) {
    f32x4 xs[3];
    for (int s = 0; s < samples; s++) xs[s] = f4_load(x + s * x_stride + k);
    for (int u = 0; u < units; u++) {
      f32x4 w = f4_load(kernel + u * width + k);
      for (int s = 0; s < samples; s++) sum[u][s] = f4_madd(sum[u][s], w, xs[s]);
    }
  }
  for (int u = 0; u < units; u++)
    for (int s = 0; s < samples; s++) partial[u * batch + s] = sum[u][s];
}

static void dot_all_samples(int units, const fr_dense *d, fr_panel p, const float *x, int batch,
                            const float *kernel, f32x4 *partial) {
  int s = 0;
  for (; s + 3 <= batch; s += 3) {
    const float *xs = x + (ptrdiff_t)s * d->x_stride;
    if (units == 4) dot_tile(4, 3, p.width, kernel, xs, d->x_stride, partial + s, batch);
    else dot_tile(1, 3, p.width, kernel, xs, d->x_stride, partial + s, batch);
  }
  for (; s < batch; s++) {
    const float *xs = x + (ptrdiff_t)s * d->x_stride;
    if (units == 4) dot_tile(4, 1, p.width, kernel, xs, d->x_stride, partial + s, batch);
    else dot_tile(1, 1, p.width, kernel, xs, d->x_stride, partial + s, batch);
  }
}

static void forward_all(const fr_dense *d, fr_panel p, const float *x, int batch,
                        const float *kernel, int first, int end, f32x4 *partial) {
  int u = first;
  for (; u + 4 <= end; u += 4)
    dot_all_samples(4, d, p, x + p.first, batch, kernel + (ptrdiff_t)u * p.width,
                    partial + (ptrdiff_t)u * batch);
  for (; u < end; u++)
    dot_all_samples(1, d, p, x + p.first, batch, kernel + (ptrdiff_t)u * p.width,
                    partial + (ptrdiff_t)u * batch);
}

FR_INLINE float finished(const fr_dense_finish *f, f32x4 sum, float bias) {
  float y = f4_sum(sum) + bias;
  return (f->relu && y < 0.0f ? 0.0f : y) * f->scale;
}

static void finish_unit(const fr_dense *d, const f32x4 *partial, int samples,
                        const fr_dense_finish *f, int u, float *y) {
  float bias = f->bias ? f->bias[u] : 0.0f;
  y += u;
  if (!f->kept) {
    for (int s = 0; s < samples; s++) y[(ptrdiff_t)s * d->y_stride] = finished(f, partial[s], bias);
    return;
  }
  for (int s = 0; s < samples; s++) y[(ptrdiff_t)s * d->y_stride] = 0.0f;
  const fr_live_entry *entries = fr_live_of_unit(f->kept, u);
  for (int i = 0; i < f->kept->unit_count[u]; i++) {
    int s = entries[i].index;
    y[(ptrdiff_t)s * d->y_stride] = finished(f, partial[s], bias);
  }
}

void fr_dense_forward(const fr_dense *d, const float *x, int samples, const float *packed,
                      const fr_dense_finish *finish, int first, int end, f32x4 *partial, float *y) {
  f32x4 *mine = partial + (ptrdiff_t)first * samples;
  memset(mine, 0, sizeof *mine * (size_t)(end - first) * (size_t)samples);
  for (int i = 0; i < fr_dense_panels(d); i++) {
    fr_panel p = fr_dense_panel(d, i);
    if (finish->kept) forward_kept(d, p, x, packed + p.offset, finish->kept, first, end, partial);
    else forward_all(d, p, x, samples, packed + p.offset, first, end, partial);
  }
  for (int u = first; u < end; u++)
    finish_unit(d, partial + (ptrdiff_t)u * samples, samples, finish, u, y);
}

/* ---- backward -------------------------------------------------------------------------------- */

/* Σ_entries value · base[index · stride + v], `vectors` held in registers. */
FR_INLINE void combine_rows(int vectors, const fr_live_entry *entries, int n, const float *base,
                            int stride, f32x4 sum[8]) {
  for (int v = 0; v < vectors; v++) sum[v] = f4_zero();
  for (int i = 0; i < n; i++) {
    f32x4 value = f4_load_splat(&entries[i].value);
    const float *row = base + (ptrdiff_t)entries[i].index * stride;
    for (int v = 0; v < vectors; v++) sum[v] = f4_madd(sum[v], value, f4_load(row + v * FR_LANES));
  }
}

FR_INLINE void store_rows(int vectors, const fr_live_entry *entries, int n, const float *base,
                          int stride, float *out) {
  f32x4 sum[8];
  combine_rows(vectors, entries, n, base, stride, sum);
  for (int v = 0; v < vectors; v++) f4_store(out + v * FR_LANES, sum[v]);
}

static void combine(const fr_live_entry *entries, int n, const float *base, int stride, int width,
                    float *out) {
  int k = 0;
  for (; k + 8 * FR_LANES <= width; k += 8 * FR_LANES)
    store_rows(8, entries, n, base + k, stride, out + k);
  for (; k + 4 * FR_LANES <= width; k += 4 * FR_LANES)
    store_rows(4, entries, n, base + k, stride, out + k);
  for (; k < width; k += FR_LANES) store_rows(1, entries, n, base + k, stride, out + k);
}

/* Strip by strip: the weights of all units in a strip stay in the first-level cache. */
void fr_dense_backward_input(const fr_dense *d, fr_panel panel, const float *packed,
                             const fr_live *live, float *dx) {
  for (int k = 0; k < panel.width; k += STRIP) {
    int width = panel.width - k < STRIP ? panel.width - k : STRIP;
    for (int s = 0; s < live->samples; s++)
      combine(fr_live_of_sample(live, s), live->sample_count[s], packed + panel.offset + k,
              panel.width, width, dx + (ptrdiff_t)s * d->x_stride + panel.first + k);
  }
}

void fr_dense_backward_kernel(const fr_dense *d, fr_panel panel, const float *x,
                              const fr_live *live, int unit, float *drow) {
  combine(fr_live_of_unit(live, unit), live->unit_count[unit], x + panel.first, d->x_stride,
          panel.width, drow);
}

/* `vectors` of the gradient at a time, held in registers: the products hide behind the divisions
 * and square roots of the update before. */
FR_INLINE void adam_rows(int vectors, const fr_live_entry *entries, int n, const float *base,
                         int stride, const fr_adam *adam, float *w, float *m, float *v) {
  f32x4 sum[8];
  combine_rows(vectors, entries, n, base, stride, sum);
  for (int i = 0; i < vectors; i++)
    fr_adam_step(adam, 0, sum[i], w + i * FR_LANES, m + i * FR_LANES, v + i * FR_LANES);
}

void fr_dense_backward_kernel_adam(const fr_dense *d, fr_panel panel, const float *x,
                                   const fr_live *live, int unit, const fr_adam *adam, float *w,
                                   float *m, float *v) {
  const fr_live_entry *entries = fr_live_of_unit(live, unit);
  int n = live->unit_count[unit], k = 0;
  x += panel.first;
  for (; k + 8 * FR_LANES <= panel.width; k += 8 * FR_LANES)
    adam_rows(8, entries, n, x + k, d->x_stride, adam, w + k, m + k, v + k);
  for (; k < panel.width; k += FR_LANES)
    adam_rows(1, entries, n, x + k, d->x_stride, adam, w + k, m + k, v + k);
}

void fr_dense_backward_bias(const fr_live *live, float *dbias) {
  for (int u = 0; u < live->units; u++) {
    const fr_live_entry *entries = fr_live_of_unit(live, u);
    dbias[u] = 0.0f;
    for (int i = 0; i < live->unit_count[u]; i++) dbias[u] += entries[i].value;
  }
}
