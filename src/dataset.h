/* Bytes to batches: the header of an IDX file, the order of an epoch, pixels to floats. */
#ifndef FR_DATASET_H
#define FR_DATASET_H

#include <stdint.h>

#include "base/status.h"

/* IDX (http://yann.lecun.com/exdb/mnist): all integers 32-bit big-endian.
 *
 *   .- offset -.- labels (0x00000801) -.- images (0x00000803) -.
 *   |        0 |  magic                |  magic                |
 *   |        4 |  count                |  count                |
 *   |        8 |  labels, 1 byte each  |  rows                 |
 *   |       12 |                       |  columns              |
 *   |       16 |                       |  pixels, row by row   | */
typedef struct {
  int32_t rank;    /* 1: labels, 3: images */
  int32_t count;   /* labels or images */
  int32_t rows;    /* 1 for labels */
  int32_t columns; /* 1 for labels */
  int32_t data_offset; /* bytes before the first label or pixel */
} fr_idx;

enum { FR_IDX_HEADER_BYTES = 16, FR_IDX_MAX_SIDE = 4096 };

/* Reads the header from the first `head_bytes` bytes of a file of `file_bytes` bytes (a double:
 * JavaScript's lengths arrive unharmed) and checks the file's length against it. Returns
 * FR_BAD_DATA, with a different message for each way a file can be wrong. */
fr_status fr_idx_parse_header(const uint8_t *head, uint32_t head_bytes, double file_bytes,
                              fr_idx *out);

/* order[0..count-1] = a permutation of 0..count-1, determined by `seed` and `epoch_start`, the
 * optimizer steps taken before the epoch (Fisher-Yates; Knuth, TAOCP vol. 2, algorithm P). */
void fr_shuffle(uint64_t seed, uint64_t epoch_start, int count, uint32_t *order);

/* What samples are made of: pixels, or numbers that are used as they are. */
#define FR_DTYPE_LIST(X) X(UINT8, "uint8") X(FLOAT32, "float32")
typedef enum { FR_DTYPE_LIST(FR_ENUMERATOR) FR_DTYPES } fr_dtype;

/* Bytes of one element. */
int fr_dtype_bytes(fr_dtype dtype);

/* floats[i] = element i of `samples`, pixels scaled; i < count. Like fr_scale_pixels, may write up
 * to the next multiple of four floats. */
void fr_load_samples(const void *samples, fr_dtype dtype, int count, float *floats);

/* floats[i] = bytes[i] / 255, i < count; writes up to the next multiple of four floats (zeros) and
 * reads `count` bytes only. */
void fr_scale_pixels(const uint8_t *bytes, int count, float *floats);

#endif
