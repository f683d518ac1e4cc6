/* The header of an IDX file: an accepted header implies the file's length, whatever else it says.
 * Input: the length that the file claims, then its first bytes. */
#include "../core/exports.h"
#include "input.h"

static double big_endian(const uint8_t *p) {
  return ((p[0] * 256.0 + p[1]) * 256.0 + p[2]) * 256.0 + p[3];
}

/* The size of a file of pictures with this header. */
static double fitting_length(const uint8_t *head, size_t size) {
  return size < 16 ? 8 : 16 + big_endian(head + 4) * big_endian(head + 8) * big_endian(head + 12);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = {data, data + size};
  enum { AS_IT_IS, ANY, FITTING };
  int which = fuzz_byte(&in) % 3;
  double length = which == ANY ? fuzz_number(&in) : 0.0;
  const uint8_t *head = in.next;
  size_t there = fuzz_left(&in);
  if (which == AS_IT_IS) length = (double)there;
  if (which == FITTING) length = fitting_length(head, there);

  int32_t out[5] = {0};
  if (!fuzz_accepted(fr_idx_header(head, (uint32_t)there, length, out))) {
    FUZZ_CHECK(strncmp(fr_last_error(), "idx: ", 5) == 0);
    FUZZ_CHECK(out[0] == 0 && out[1] == 0);
    return 0;
  }
  int rank = out[0], count = out[1], rows = out[2], columns = out[3], offset = out[4];
  FUZZ_CHECK((rank == 1 && offset == 8) || (rank == 3 && offset == 16));
  FUZZ_CHECK((size_t)offset <= there && count >= 1 && rows >= 1 && columns >= 1);
  FUZZ_CHECK(rows <= FR_IDX_MAX_SIDE && columns <= FR_IDX_MAX_SIDE);
  FUZZ_CHECK(length == offset + (double)count * rows * columns);
  return 0;
}
