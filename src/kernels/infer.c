#include "infer.h"

/* ---- layout ---------------------------------------------------------------------------------- */

int fr_infer_sums(const fr_dense *d) { return fr_round_up(d->units, FR_INFER_BLOCK); }
int fr_infer_blocks(const fr_dense *d) { return fr_infer_sums(d) / FR_INFER_BLOCK; }
int64_t fr_infer_packed(const fr_dense *d) { return (int64_t)fr_infer_sums(d) * d->inputs; }

static int64_t block_offset(const fr_dense *d, int block) {
  return (int64_t)block * FR_INFER_BLOCK * d->inputs;
}

static void pack_block(const fr_dense *d, int block, const float *panels, float *packed) {
  for (int i = 0; i < fr_dense_panels(d); i++) {
    fr_panel p = fr_dense_panel(d, i);
    int inputs = d->inputs - p.first < p.width ? d->inputs - p.first : p.width;
    float *rows = packed + (int64_t)p.first * FR_INFER_BLOCK;
    for (int u = 0; u < FR_INFER_BLOCK; u++) {
      int unit = block * FR_INFER_BLOCK + u;
      const float *weights = panels + p.offset + (int64_t)unit * p.width;
      for (int k = 0; k < inputs; k++)
        rows[k * FR_INFER_BLOCK + u] = unit < d->units ? weights[k] : 0.0f;
    }
  }
}

void fr_infer_pack(const fr_dense *d, const float *panels, float *packed) {
  for (int i = 0; i < fr_infer_blocks(d); i++)
    pack_block(d, i, panels, packed + block_offset(d, i));
}

static int groups_of(int n) { return (n + FR_INFER_SAMPLES - 1) / FR_INFER_SAMPLES; }

/* With too few samples for all threads, the units are shared out too. */
static int unit_parts(const fr_dense *d, int n, int threads) {
  int blocks = fr_infer_blocks(d), wanted = (threads + groups_of(n) - 1) / groups_of(n);
  return wanted < blocks ? wanted : blocks;
}

int fr_infer_parts(const fr_dense *d, int n, int threads) {
  return groups_of(n) * unit_parts(d, n, threads);
}

int fr_infer_most_parts(int n, int threads) { return groups_of(n) + threads; }

fr_infer_part fr_infer_part_of(const fr_dense *d, int n, int threads, int index) {
  int parts = unit_parts(d, n, threads), blocks = fr_infer_blocks(d);
  int first = index / parts * FR_INFER_SAMPLES, end = first + FR_INFER_SAMPLES,
      part = index % parts;
  return (fr_infer_part){first, end < n ? end : n, blocks * part / parts,
                         blocks * (part + 1) / parts};
}

/* ---- forward --------------------------------------------------------------------------------- */

enum { ROW_BYTES = FR_INFER_BLOCK * sizeof(float) };

/* The inputs are followed by zeros up to a whole vector. */
static int list_inputs(const float *x, int inputs, fr_infer_input *list) {
  int n = 0;
  for (int k = 0; k < inputs; k += FR_LANES)
    n += f4_pack_nonzero(f4_load(x + k), k * ROW_BYTES, ROW_BYTES, list + n);
  return n;
}

/* sums (+)= Σ_listed value · row, `vectors` of it held in registers. */
FR_INLINE void add_rows(int vectors, const fr_infer_input *list, int n, const float *rows,
                        int first, float *sums) {
  f32x4 sum[FR_INFER_BLOCK / FR_LANES];
  for (int v = 0; v < vectors; v++) sum[v] = first ? f4_zero() : f4_load(sums + v * FR_LANES);
  FR_ROLLED
  for (int i = 0; i < n; i++) {
    f32x4 value = f4_load_splat(&list[i].value);
    const float *row = (const float *)((const char *)rows + list[i].offset);
    for (int v = 0; v < vectors; v++) sum[v] = f4_madd(sum[v], value, f4_load(row + v * FR_LANES));
  }
  for (int v = 0; v < vectors; v++) f4_store(sums + v * FR_LANES, sum[v]);
}

static void add_block(const fr_dense *d, int block, const fr_infer_input *list, int n,
                      const float *rows, int first, float *sums) {
  int units = d->units - block * FR_INFER_BLOCK;
  if (units > 16) add_rows(8, list, n, rows, first, sums);
  else if (units > 8) add_rows(4, list, n, rows, first, sums);
  else add_rows(2, list, n, rows, first, sums);
}

/* The inputs from `from` on, one panel of them. */
static void add_panel(const fr_dense *d, const fr_infer_part *part, int from, const float *x,
                      const float *packed, fr_infer_input *lists, float *sums) {
  int left = d->inputs - from, inputs = left < FR_INFER_PANEL ? left : FR_INFER_PANEL;
  int samples = part->end - part->first, begin[FR_INFER_SAMPLES + 1] = {0};
  for (int i = 0; i < samples; i++)
    begin[i + 1] = begin[i] + list_inputs(x + (int64_t)(part->first + i) * d->x_stride + from,
                                          inputs, lists + begin[i]);
  for (int b = part->first_block; b < part->end_block; b++) {
    const float *rows = packed + block_offset(d, b) + (int64_t)from * FR_INFER_BLOCK;
    for (int i = 0; i < samples; i++)
      add_block(d, b, lists + begin[i], begin[i + 1] - begin[i], rows, from == 0,
                sums + (int64_t)(part->first + i) * fr_infer_sums(d) + b * FR_INFER_BLOCK);
  }
}

static void finish(const fr_dense *d, const fr_infer_part *part, const float *sums,
                   const float *bias, int relu, float *y) {
  int end =
      part->end_block * FR_INFER_BLOCK < d->units ? part->end_block * FR_INFER_BLOCK : d->units;
  for (int u = part->first_block * FR_INFER_BLOCK; u < end; u++) {
    float z = sums[u] + (bias ? bias[u] : 0.0f);
    y[u] = relu && z < 0.0f ? 0.0f : z;
  }
}

void fr_infer_forward(const fr_dense *d, const fr_infer_part *part, const float *x,
                      const float *packed, const float *bias, int relu, fr_infer_input *lists,
                      float *sums, float *y) {
  for (int from = 0; from < d->inputs; from += FR_INFER_PANEL)
    add_panel(d, part, from, x, packed, lists, sums);
  for (int s = part->first; s < part->end; s++)
    finish(d, part, sums + (int64_t)s * fr_infer_sums(d), bias, relu, y + (int64_t)s * d->y_stride);
}
