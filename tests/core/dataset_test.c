/* IDX headers, valid and invalid, each invalid one with its own message; pixels to floats. */
#include "check.h"
#include "dataset.h"

static void put(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (24 - 8 * i));
}

typedef struct {
  uint8_t bytes[FR_IDX_HEADER_BYTES];
} header;

static header header_of(uint32_t magic, uint32_t count, uint32_t rows, uint32_t columns) {
  header h;
  put(h.bytes, magic);
  put(h.bytes + 4, count);
  put(h.bytes + 8, rows);
  put(h.bytes + 12, columns);
  return h;
}

/* Parses from an array of exactly head_bytes, so that the sanitizer catches a read past its end. */
static fr_status parse(header h, uint32_t head_bytes, double file_bytes, fr_idx *out) {
  uint8_t *head = check_alloc(head_bytes);
  memcpy(head, h.bytes, head_bytes);
  fr_status status = fr_idx_parse_header(head, head_bytes, file_bytes, out);
  free(head);
  return status;
}

static void accepts(header h, uint32_t head_bytes, double file_bytes, fr_idx want) {
  fr_idx got = {0};
  fr_status status = parse(h, head_bytes, file_bytes, &got);
  CHECK(status == FR_OK, "refused: %s", fr_last_error());
  CHECK(got.rank == want.rank && got.count == want.count && got.rows == want.rows &&
            got.columns == want.columns && got.data_offset == want.data_offset,
        "rank %d, %d × %d × %d at %d", got.rank, got.count, got.rows, got.columns, got.data_offset);
}

static void valid_headers(void) {
  accepts(header_of(0x803, 60000, 28, 28), 16, 16 + 47040000.0, (fr_idx){3, 60000, 28, 28, 16});
  accepts(header_of(0x803, 10000, 28, 28), 16, 16 + 7840000.0, (fr_idx){3, 10000, 28, 28, 16});
  accepts(header_of(0x801, 60000, 0, 0), 8, 60008, (fr_idx){1, 60000, 1, 1, 8});
  accepts(header_of(0x801, 1, 0xffffffff, 7), 16, 9, (fr_idx){1, 1, 1, 1, 8});
  accepts(header_of(0x803, 1, 1, 1), 16, 17, (fr_idx){3, 1, 1, 1, 16});
  accepts(header_of(0x803, 2, 3, 4096), 16, 16 + 2 * 3 * 4096.0, (fr_idx){3, 2, 3, 4096, 16});
  /* longer than 32 bits can hold */
  accepts(header_of(0x803, 0x7fffffff, 4096, 4096), 16, 16 + 2147483647.0 * 16777216.0,
          (fr_idx){3, 0x7fffffff, 4096, 4096, 16});
  accepts(header_of(0x801, 0x7fffffff, 0, 0), 16, 8 + 2147483647.0,
          (fr_idx){1, 0x7fffffff, 1, 1, 8});
}

static void malformed_headers(void) {
  const header images = header_of(0x803, 2, 28, 28), labels = header_of(0x801, 2, 0, 0);
  static const struct {
    uint32_t magic;
    const char *message;
  } magics[] = {
      {0x1f8b0808, "idx: the file is still gzip-compressed; decompress it first"},
      {0x00010803, "idx: magic number must begin with two zero bytes, got 0x00010803"},
      {0x89504e47, "idx: magic number must begin with two zero bytes, got 0x89504e47"},
      {0x03080000, "idx: magic number must begin with two zero bytes, got 0x03080000"},
      {0x00000d03, "idx: element type must be 0x08 (unsigned byte), got 0x0d"},
      {0x00000003, "idx: element type must be 0x08 (unsigned byte), got 0x00"},
      {0x00000800, "idx: rank must be 1 (labels) or 3 (images), got 0"},
      {0x00000802, "idx: rank must be 1 (labels) or 3 (images), got 2"},
      {0x000008ff, "idx: rank must be 1 (labels) or 3 (images), got 255"},
  };
  fr_idx out;
  for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
    check_refused(parse(header_of(magics[i].magic, 2, 28, 28), 16, 1584, &out), FR_BAD_DATA,
                  magics[i].message);

  for (uint32_t bytes = 0; bytes < 4; bytes++) {
    char message[80];
    snprintf(message, sizeof message, "idx: a header is at least 8 bytes, got %u", bytes);
    check_refused(parse(images, bytes, bytes, &out), FR_BAD_DATA, message);
  }
  for (uint32_t bytes = 4; bytes < 16; bytes++) {
    char message[80];
    snprintf(message, sizeof message, "idx: a header of rank 3 is 16 bytes, got %u", bytes);
    check_refused(parse(images, bytes, 1584, &out), FR_BAD_DATA, message);
    if (bytes >= 8) continue;
    snprintf(message, sizeof message, "idx: a header of rank 1 is 8 bytes, got %u", bytes);
    check_refused(parse(labels, bytes, 10, &out), FR_BAD_DATA, message);
  }

  static const struct {
    uint32_t magic, count, rows, columns;
    double file;
    const char *message;
  } sizes[] = {
      {0x803, 0, 28, 28, 16, "idx: count must be 1..2147483647, got 0"},
      {0x801, 0, 28, 28, 8, "idx: count must be 1..2147483647, got 0"},
      {0x801, 0x80000000, 0, 0, 8 + 2147483648.0,
       "idx: count must be 1..2147483647, got 2147483648"},
      {0x803, 0xffffffff, 28, 28, 16, "idx: count must be 1..2147483647, got 4294967295"},
      {0x803, 2, 0, 28, 16, "idx: rows must be 1..4096, got 0"},
      {0x803, 2, 4097, 28, 229448, "idx: rows must be 1..4096, got 4097"},
      {0x803, 2, 0xffffffff, 28, 229448, "idx: rows must be 1..4096, got 4294967295"},
      {0x803, 2, 28, 0, 16, "idx: columns must be 1..4096, got 0"},
      {0x803, 2, 28, 4097, 229448, "idx: columns must be 1..4096, got 4097"},
      {0x803, 2, 28, 28, 1583, "idx: the file is cut short: 2 images need 1584 bytes, got 1583"},
      {0x803, 2, 28, 28, 16, "idx: the file is cut short: 2 images need 1584 bytes, got 16"},
      {0x801, 2, 0, 0, 9, "idx: the file is cut short: 2 labels need 10 bytes, got 9"},
      {0x803, 2, 28, 28, 1585,
       "idx: 1 bytes follow the last of the 2 images; expected 1584 in all"},
      {0x801, 2, 0, 0, 4000000012.0,
       "idx: 4000000002 bytes follow the last of the 2 labels; expected 10 in all"},
  };
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    check_refused(parse(header_of(sizes[i].magic, sizes[i].count, sizes[i].rows, sizes[i].columns),
                        16, sizes[i].file, &out),
                  FR_BAD_DATA, sizes[i].message);
}

/* Random headers, and valid ones with a few changed bytes: each is accepted or refused without a
 * crash, and an accepted one is consistent. */
static void fuzz(void) {
  enum { ROUNDS = 200000 };
  int accepted = 0, refused = 0, wrong = 0;
  check_seed(2024);
  for (int round = 0; round < ROUNDS; round++) {
    int images = check_between(0, 1), count = check_between(1, 300);
    header h = header_of(images ? 0x803 : 0x801, (uint32_t)count, 28, 28);
    double file_bytes = images ? 16 + count * 784.0 : 8 + count;
    int changes = check_between(0, 3);
    if (check_between(0, 3) == 0) changes = FR_IDX_HEADER_BYTES;
    for (int i = 0; i < changes; i++)
      h.bytes[check_between(0, FR_IDX_HEADER_BYTES - 1)] = (uint8_t)check_random();
    if (check_between(0, 7) == 0) file_bytes = check_random();
    uint32_t head_bytes = check_between(0, 7) ? 16 : (uint32_t)check_between(0, 16);
    fr_idx out = {0};
    fr_fail(FR_OK, "%s", "");
    if (parse(h, head_bytes, file_bytes, &out) == FR_OK) {
      accepted++;
      double bytes = out.data_offset + (double)out.count * out.rows * out.columns;
      wrong += bytes != file_bytes || out.count < 1 || (out.rank != 1 && out.rank != 3);
    } else {
      refused++;
      wrong += strncmp(fr_last_error(), "idx: ", 5) != 0;
    }
  }
  CHECK(wrong == 0, "%d verdicts are wrong or have no message", wrong);
  CHECK(accepted > ROUNDS / 10 && refused > ROUNDS / 10, "%d accepted, %d refused", accepted,
        refused);
}

/* A pixel becomes byte / 255, rounded once, in every lane and tail, and nothing else is written. */
static void scaling(void) {
  for (int count = 0; count <= 300; count += count < 20 ? 1 : 7) {
    int room = (count + 3) / 4 * 4;
    uint8_t *bytes = check_alloc((size_t)count);
    float *floats = check_alloc(sizeof *floats * (size_t)(room + 1));
    for (int i = 0; i < count; i++) bytes[i] = (uint8_t)(i * 37 + count);
    for (int i = 0; i <= room; i++) floats[i] = -1.0f;
    fr_scale_pixels(bytes, count, floats);
    int wrong = 0;
    for (int i = 0; i < count; i++) wrong += floats[i] != (float)bytes[i] / 255.0f;
    for (int i = count; i < room; i++) wrong += floats[i] != 0.0f;
    CHECK(wrong == 0, "%d of %d pixels", wrong, count);
    CHECK(floats[room] == -1.0f, "wrote past the end of %d pixels", count);
    free(bytes);
    free(floats);
  }
  for (int b = 0; b < 256; b++) {
    uint8_t byte = (uint8_t)b;
    float got[4];
    fr_scale_pixels(&byte, 1, got);
    CHECK(got[0] == (float)b / 255.0f, "%d became %.9g", b, (double)got[0]);
  }
}

int main(void) {
  valid_headers();
  malformed_headers();
  fuzz();
  scaling();
  return check_report("dataset", 400);
}
