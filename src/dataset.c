#include "dataset.h"

#include "base/random.h"
#include "kernels/simd.h"

enum { MAGIC_LABELS = 0x801, MAGIC_IMAGES = 0x803, GZIP_MAGIC = 0x1f8b };

static uint32_t big_endian(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static fr_status check_magic(const uint8_t *head, uint32_t *magic) {
  *magic = big_endian(head);
  if (*magic >> 16 == GZIP_MAGIC)
    return fr_fail(FR_BAD_DATA, "idx: the file is still gzip-compressed; decompress it first");
  if (*magic >> 16 != 0)
    return fr_fail(FR_BAD_DATA, "idx: magic number must begin with two zero bytes, got 0x%08x",
                   *magic);
  if ((*magic >> 8 & 0xff) != 8)
    return fr_fail(FR_BAD_DATA, "idx: element type must be 0x08 (unsigned byte), got 0x%02x",
                   *magic >> 8 & 0xff);
  if (*magic != MAGIC_LABELS && *magic != MAGIC_IMAGES)
    return fr_fail(FR_BAD_DATA, "idx: rank must be 1 (labels) or 3 (images), got %u",
                   *magic & 0xff);
  return FR_OK;
}

static fr_status check_side(const char *name, uint32_t side) {
  if (side >= 1 && side <= FR_IDX_MAX_SIDE) return FR_OK;
  return fr_fail(FR_BAD_DATA, "idx: %s must be 1..%d, got %u", name, FR_IDX_MAX_SIDE, side);
}

static fr_status check_length(const fr_idx *h, double file_bytes) {
  double expected = h->data_offset + (double)h->count * h->rows * h->columns;
  if (!(file_bytes >= expected)) /* a NaN too */
    return fr_fail(FR_BAD_DATA, "idx: the file is cut short: %d %s need %.0f bytes, got %.0f",
                   h->count, h->rank == 1 ? "labels" : "images", expected, file_bytes);
  if (file_bytes > expected)
    return fr_fail(FR_BAD_DATA,
                   "idx: %.0f bytes follow the last of the %d %s; expected %.0f in all",
                   file_bytes - expected, h->count, h->rank == 1 ? "labels" : "images", expected);
  return FR_OK;
}

fr_status fr_idx_parse_header(const uint8_t *head, uint32_t head_bytes, double file_bytes,
                              fr_idx *out) {
  if (head_bytes < 4)
    return fr_fail(FR_BAD_DATA, "idx: a header is at least 8 bytes, got %u", head_bytes);
  uint32_t magic;
  fr_status status = check_magic(head, &magic);
  if (status) return status;

  uint32_t header_bytes = magic == MAGIC_LABELS ? 8 : FR_IDX_HEADER_BYTES;
  if (head_bytes < header_bytes)
    return fr_fail(FR_BAD_DATA, "idx: a header of rank %u is %u bytes, got %u", magic & 0xff,
                   header_bytes, head_bytes);
  uint32_t count = big_endian(head + 4);
  if (count < 1 || count > INT32_MAX)
    return fr_fail(FR_BAD_DATA, "idx: count must be 1..%d, got %u", INT32_MAX, count);

  uint32_t rows = 1, columns = 1;
  if (magic == MAGIC_IMAGES) {
    rows = big_endian(head + 8);
    columns = big_endian(head + 12);
    if ((status = check_side("rows", rows)) || (status = check_side("columns", columns)))
      return status;
  }
  *out = (fr_idx){.rank = (int32_t)(magic & 0xff),
                  .count = (int32_t)count,
                  .rows = (int32_t)rows,
                  .columns = (int32_t)columns,
                  .data_offset = (int32_t)header_bytes};
  return check_length(out, file_bytes);
}

void fr_shuffle(uint64_t seed, uint64_t epoch_start, int count, uint32_t *order) {
  for (int i = 0; i < count; i++) order[i] = (uint32_t)i;
  uint32_t bits[4];
  for (int i = count - 1, drawn = 0; i > 0; i--, drawn++) {
    if (drawn % 4 == 0)
      fr_random_block(seed, FR_STREAM_SHUFFLE, epoch_start, (uint32_t)(drawn / 4), bits);
    /* bits · (i + 1) / 2^32; its bias is below count / 2^32 */
    uint32_t j = (uint32_t)((uint64_t)bits[drawn % 4] * (uint32_t)(i + 1) >> 32);
    uint32_t swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  }
}

void fr_scale_pixels(const uint8_t *bytes, int count, float *floats) {
  const f32x4 full = f4_splat(255.0f);
  int i = 0;
  for (; i + FR_LANES <= count; i += FR_LANES)
    f4_store(floats + i, f4_div(f4_from_bytes(bytes + i), full));
  if (i == count) return;
  uint8_t tail[FR_LANES] = {0};
  memcpy(tail, bytes + i, (size_t)(count - i));
  f4_store(floats + i, f4_div(f4_from_bytes(tail), full));
}

int fr_dtype_bytes(fr_dtype dtype) { return dtype == FR_UINT8 ? 1 : (int)sizeof(float); }

void fr_load_samples(const void *samples, fr_dtype dtype, int count, float *floats) {
  if (dtype == FR_UINT8) fr_scale_pixels(samples, count, floats);
  else memcpy(floats, samples, sizeof *floats * (size_t)count);
}
