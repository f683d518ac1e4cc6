/* The passes of a convolution that run by Winograd's algorithm. */
#include "kernels/conv2d.h"
#include "kernels/winograd.h"
#include "work.h"

static int share(int n, int task, int tasks) { return (int)((int64_t)n * task / tasks); }

/* ---- kernels --------------------------------------------------------------------------------- */

typedef struct {
  const fr_window *window;
  const float *kernel;
  float *to;
  const float *sums;
} kernel_job;

static void pack_chunk(void *context, int chunk) {
  const kernel_job *job = context;
  int n = job->window->in_c;
  fr_winograd_pack(job->window, job->kernel, share(n, chunk, FR_CHUNKS),
                   share(n, chunk + 1, FR_CHUNKS), job->to);
}

void fr_winograd_step_pack(const fr_step *s, const float *kernel, float *packed) {
  fr_pool_run(FR_CHUNKS, pack_chunk, &(kernel_job){&s->layer->window, kernel, packed, NULL});
}

static void pack_mirrored_chunk(void *context, int chunk) {
  const kernel_job *job = context;
  int n = job->window->out_c;
  fr_winograd_pack_mirrored(job->window, job->kernel, share(n, chunk, FR_CHUNKS),
                            share(n, chunk + 1, FR_CHUNKS), job->to);
}

static void finish_chunk(void *context, int chunk) {
  const kernel_job *job = context;
  int n = job->window->in_c;
  fr_winograd_finish(job->window, job->sums, share(n, chunk, FR_CHUNKS),
                     share(n, chunk + 1, FR_CHUNKS), job->to);
}

/* ---- images ---------------------------------------------------------------------------------- */

/* From images x to images y. Tiles are counted through all of them. */
typedef struct {
  fr_window window, wide;
  int n, tiles; /* images, tiles of each */
  const float *x, *packed, *bias;
  int x_stride, y_stride, winner_stride;
  float *y;
  uint8_t *winner;
  int pool, relu;
  int block, tasks; /* tiles at a time */
  const fr_scratch *scratch;
} image_job;

/* A run of tiles of one image. */
typedef struct {
  int image, first, end;
} tile_run;

static tile_run run_at(int tile, int end, int tiles) {
  int image = tile / tiles, first = tile % tiles;
  return (tile_run){image, first, fr_at_most(tiles, first + end - tile)};
}

/* Small images stay whole; with few of them, each task gets some. */
static int block_of(const fr_window *w, int n, int tasks) {
  int tiles = fr_winograd_tiles(w), rows = fr_winograd_rows(w);
  if (tiles > rows) return rows;
  return fr_at_most(rows, (n + tasks - 1) / tasks * tiles);
}

/* Tiles tile … end - 1 become rows row, row + 1 … of planes with room for `rows`. */
static void transform_tiles(const image_job *job, int tile, int end, int row, int rows,
                            float *image, float *planes) {
  for (int t = tile; t < end;) {
    tile_run run = run_at(t, end, job->tiles);
    const float *x = job->x + (ptrdiff_t)run.image * job->x_stride;
    fr_winograd_input(&job->wide, fr_conv2d_pad(&job->wide, x, image), run.first, run.end,
                      row + t - tile, rows, planes);
    t += run.end - run.first;
  }
}

static void write_tiles(const image_job *job, int tile, int end, const float *products) {
  for (int t = tile; t < end;) {
    tile_run run = run_at(t, end, job->tiles);
    float *y = job->y + (ptrdiff_t)run.image * job->y_stride;
    uint8_t *winner = job->winner ? job->winner + (ptrdiff_t)run.image * job->winner_stride : NULL;
    if (job->pool)
      fr_winograd_pool_output(&job->window, products, run.first, run.end, t - tile, job->block,
                              job->bias, job->relu, y, winner);
    else
      fr_winograd_output(&job->window, products, run.first, run.end, t - tile, job->block,
                         job->bias, job->relu, y);
    t += run.end - run.first;
  }
}

static void image_task(void *context, int task) {
  const image_job *job = context;
  const fr_scratch *scratch = &job->scratch[task];
  int all = job->n * job->tiles, blocks = (all + job->block - 1) / job->block;
  float *planes = scratch->planes;
  float *products = planes + fr_winograd_planes(job->block, job->window.in_c);
  for (int b = share(blocks, task, job->tasks); b < share(blocks, task + 1, job->tasks); b++) {
    int tile = b * job->block, end = fr_at_most(all, tile + job->block);
    transform_tiles(job, tile, end, 0, job->block, scratch->image, planes);
    fr_winograd_multiply(&job->window, planes, job->packed, end - tile, job->block, products);
    write_tiles(job, tile, end, products);
  }
}

static image_job job_of(const fr_work *work, const fr_window *w) {
  int tasks = work->model->tasks;
  return (image_job){.window = *w,
                     .wide = fr_winograd_widen(w),
                     .n = work->n,
                     .tiles = fr_winograd_tiles(w),
                     .block = block_of(w, work->n, tasks),
                     .tasks = tasks,
                     .scratch = work->step->scratch};
}

static void activate_chunk(void *context, int chunk) {
  const fr_work *work = context;
  fr_range range = fr_chunk_range(work->n, chunk);
  for (int i = range.first; i < range.end; i++) fr_activate(work->step, i, 1);
}

void fr_winograd_step_forward(fr_work *work) {
  const fr_model *m = work->model;
  fr_step *s = work->step;
  image_job job = job_of(work, &s->layer->window);
  job.x = s->x;
  job.x_stride = s->x_stride;
  job.y = s->y;
  job.y_stride = s->y_stride;
  job.packed = work->packed;
  job.bias = work->bias;
  job.relu = s->activation == FR_RELU;
  job.pool = s->pool;
  job.winner = m->training ? s->winner : NULL;
  job.winner_stride = s->y_size;
  fr_pool_run(job.tasks, image_task, &job);
  if (s->activation != FR_RELU && s->activation != FR_LINEAR)
    fr_pool_run(FR_CHUNKS, activate_chunk, work);
}

void fr_winograd_step_input(fr_work *work) {
  const fr_model *m = work->model;
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window, mirror = fr_window_mirror(w);
  fr_pool_run(FR_CHUNKS, pack_mirrored_chunk,
              &(kernel_job){w, fr_values_of(m, s->kernel), s->packed, NULL});
  image_job job = job_of(work, &mirror);
  job.x = s->dy;
  job.x_stride = s->y_stride;
  job.y = s->dx;
  job.y_stride = s->x_stride;
  job.packed = s->packed;
  fr_pool_run(job.tasks, image_task, &job);
}

/* ---- gradient of the kernel ------------------------------------------------------------------ */

/* One slab of tiles: transformed side by side, then summed position by position. */
typedef struct {
  image_job images;
  const fr_step *step;
  int tile, end; /* of the slab */
  float *inputs, *gradients, *sums;
} slab_job;

static void slab_task(void *context, int task) {
  const slab_job *job = context;
  const image_job *images = &job->images;
  int count = job->end - job->tile, rows = job->step->slab.rows;
  int tile = job->tile + share(count, task, images->tasks);
  int end = job->tile + share(count, task + 1, images->tasks);
  transform_tiles(images, tile, end, tile - job->tile, rows, images->scratch[task].image,
                  job->inputs);
  for (int t = tile; t < end;) {
    tile_run run = run_at(t, end, images->tiles);
    fr_winograd_gradient(&images->window, fr_dy_of(job->step, run.image), run.first, run.end,
                         t - job->tile, rows, job->gradients);
    t += run.end - run.first;
  }
}

static void position_task(void *context, int position) {
  const slab_job *job = context;
  fr_winograd_accumulate(&job->images.window, position, job->inputs, job->gradients,
                         job->end - job->tile, job->step->slab.rows, job->tile == 0, job->sums);
}

void fr_winograd_step_kernel(fr_work *work) {
  fr_step *s = work->step;
  const fr_window *w = &s->layer->window;
  slab_job job = {
      .images = job_of(work, w), .step = s, .inputs = s->slab.planes, .sums = s->packed};
  job.images.x = s->x;
  job.images.x_stride = s->x_stride;
  job.gradients = job.inputs + fr_winograd_planes(s->slab.rows, w->in_c);
  int all = work->n * job.images.tiles;
  for (; job.tile < all; job.tile = job.end) {
    job.end = fr_at_most(all, job.tile + s->slab.rows);
    fr_pool_run(job.images.tasks, slab_task, &job);
    fr_pool_run(FR_WINOGRAD_POSITIONS, position_task, &job);
  }
  fr_pool_run(FR_CHUNKS, finish_chunk, &(kernel_job){w, NULL, s->gradient, s->packed});
}
