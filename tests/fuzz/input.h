/* How a fuzzer's bytes are read, and what must hold for the results. Past the last byte, everything
 * is 0. */
#ifndef FR_FUZZ_INPUT_H
#define FR_FUZZ_INPUT_H

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The fuzzing engine treats an abort as a finding and keeps the input. */
#define FUZZ_CHECK(condition)                                                            \
  do {                                                                                   \
    if (condition) break;                                                                \
    fprintf(stderr, "%s:%d: %s does not hold; \"%s\"\n", __FILE__, __LINE__, #condition, \
            fr_last_error());                                                            \
    abort();                                                                             \
  } while (0)

typedef struct {
  const uint8_t *next, *end;
} fuzz_input;

static inline size_t fuzz_left(const fuzz_input *in) { return (size_t)(in->end - in->next); }

static inline int fuzz_byte(fuzz_input *in) { return in->next < in->end ? *in->next++ : 0; }

static inline void fuzz_bytes(fuzz_input *in, void *out, size_t size) {
  size_t there = fuzz_left(in) < size ? fuzz_left(in) : size;
  memset(out, 0, size);
  if (there) memcpy(out, in->next, there);
  in->next += there;
}

/* 0 .. 199 in one byte, or any other number in four more. */
static inline int fuzz_int(fuzz_input *in) {
  int32_t value = fuzz_byte(in);
  if (value >= 200) fuzz_bytes(in, &value, sizeof value);
  return value;
}

/* One byte: 0 .. 191, an unusual number, or a fraction; or eight more for any other. */
static inline double fuzz_number(fuzz_input *in) {
  static const double odd[32] = {-0.0,
                                 -1.0,
                                 -2.0,
                                 0.5,
                                 -0.5,
                                 1e-7,
                                 1e-12,
                                 1e-45,
                                 -1e-3,
                                 1e6,
                                 1e9,
                                 1e300,
                                 -1e300,
                                 DBL_MIN,
                                 DBL_MAX,
                                 -DBL_MAX,
                                 NAN,
                                 INFINITY,
                                 -INFINITY,
                                 255.0,
                                 256.0,
                                 65535.0,
                                 65536.0,
                                 67108864.0,
                                 INT_MAX,
                                 INT_MIN,
                                 2147483648.0,
                                 -2147483649.0,
                                 4294967296.0,
                                 9007199254740991.0,
                                 18446744073709551616.0,
                                 FLT_MAX};
  int byte = fuzz_byte(in);
  if (byte < 192) return byte;
  if (byte < 224) return odd[byte - 192];
  if (byte < 240) return (byte - 224) / 16.0;
  double value;
  fuzz_bytes(in, &value, sizeof value);
  return value;
}

/* A valid list of numbers with a few of them changed. */
static inline void fuzz_change(fuzz_input *in, double *numbers, int count) {
  for (int changes = fuzz_byte(in) % 6; changes > 0; changes--) {
    int at = fuzz_byte(in) % count;
    numbers[at] = fuzz_number(in);
  }
}

/* Arrays of exactly their length, so that the sanitizer catches an access past the end; the caller
 * frees them. */
static inline void *fuzz_array(fuzz_input *in, size_t bytes) {
  void *array = malloc(bytes ? bytes : 1);
  if (!array) abort();
  fuzz_bytes(in, array, bytes);
  return array;
}

/* A refusal has a message. */
static inline int fuzz_accepted(int status) {
  FUZZ_CHECK(status >= FR_OK && status <= FR_OUT_OF_MEMORY);
  if (status != FR_OK) FUZZ_CHECK(strlen(fr_last_error()) > 10);
  return status == FR_OK;
}

#endif
