/* Shared by all test programs here: checks that are counted, a last line that says how many ran,
 * and random numbers independent of the core's.
 *
 *   int main(void) {
 *     CHECK(1 + 1 == 2, "1 + 1 is %d", 1 + 1);
 *     return check_report("sums", 1);
 *   } */
#ifndef FR_CHECK_H
#define FR_CHECK_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

static long check_passed, check_failed;

enum { CHECK_SHOWN = 20 /* failures printed in full */ };

/* Counts a check. If it fails, prints where it is and the values. */
#define CHECK(condition, ...)                                        \
  do {                                                               \
    if (condition) {                                                 \
      check_passed++;                                                \
    } else if (check_failed++ < CHECK_SHOWN) {                       \
      printf("FAILED %s:%d: %s: ", __FILE__, __LINE__, #condition);  \
      printf(__VA_ARGS__);                                           \
      printf("\n");                                                  \
      fflush(stdout); /* a sanitizer's exit would lose the output */ \
    }                                                                \
  } while (0)

/* |got - want| <= tolerance; a NaN on either side fails. */
#define CHECK_NEAR(got, want, tolerance, what)                                                 \
  CHECK(fabs((double)(got) - (double)(want)) <= (tolerance), "%s: got %.9g, want %.9g ± %.2g", \
        what, (double)(got), (double)(want), (double)(tolerance))

/* Ends the program; to be used when nothing after this point would make sense. */
static inline void check_abort(const char *why) {
  printf("FAILED: %s\n", why);
  fflush(stdout);
  exit(1);
}

/* The status, and the exact message. */
static inline void check_refused(fr_status got, fr_status want, const char *message) {
  CHECK(got == want, "status %d, want %d, for \"%s\"", (int)got, (int)want, message);
  if (got != FR_OK)
    CHECK(strcmp(fr_last_error(), message) == 0, "\"%s\", want \"%s\"", fr_last_error(), message);
}

/* Prints the number of checks and returns the program's exit status. Fewer checks than `least`
 * means that a sweep did not run. */
static inline int check_report(const char *name, long least) {
  if (check_passed + check_failed < least) {
    printf("FAILED %s: %ld checks ran, at least %ld were meant to\n", name,
           check_passed + check_failed, least);
    check_failed++;
  }
  printf("%s: %ld passed, %ld failed\n", name, check_passed, check_failed);
  fflush(stdout);
  return check_failed != 0;
}

/* ---- random test data: xorshift64* (Vigna, arXiv:1402.6246) ---------------------------------- */

static uint64_t check_state = 0x9E3779B97F4A7C15u;

static inline void check_seed(uint64_t seed) { check_state = seed * 2 + 1; }

static inline uint32_t check_random(void) {
  check_state ^= check_state >> 12;
  check_state ^= check_state << 25;
  check_state ^= check_state >> 27;
  return (uint32_t)(check_state * 0x2545F4914F6CDD1Du >> 32);
}

/* low <= result <= high */
static inline int check_between(int low, int high) {
  return low + (int)(check_random() % (uint32_t)(high - low + 1));
}

/* uniform in [-1, 1) */
static inline float check_float(void) {
  return (float)((double)check_random() / 2147483648.0 - 1.0);
}

/* ---- arrays whose ends the sanitizer watches ------------------------------------------------- */

static inline void *check_alloc(size_t bytes) {
  void *p = malloc(bytes ? bytes : 1);
  if (!p) check_abort("no memory");
  return p;
}

/* For arrays of vectors: WebAssembly's malloc aligns to 8 bytes only. `bytes`: a multiple of 16. */
static inline void *check_alloc_vectors(size_t bytes) {
  void *p = aligned_alloc(16, bytes);
  if (!p) check_abort("no memory");
  return p;
}

/* n floats of NaN: none may be read into a result, and all that belong to the result must be
 * written. */
static inline float *check_garbage(size_t n) {
  float *p = check_alloc(n * sizeof *p);
  for (size_t i = 0; i < n; i++) p[i] = NAN;
  return p;
}

static inline float *check_floats(size_t n) {
  float *p = check_alloc(n * sizeof *p);
  for (size_t i = 0; i < n; i++) p[i] = check_float();
  return p;
}

/* ---- sums whose rounding error is known ------------------------------------------------------ */

/* A sum of products in double, with a bound on the error of the same sum in floats in any order:
 * terms · ε · Σ|products| (Higham, Accuracy and Stability of Numerical Algorithms, §3.1). */
typedef struct {
  double value, magnitude;
  int terms;
} check_sum;

static inline void check_add(check_sum *s, double a, double b) {
  s->value += a * b;
  s->magnitude += fabs(a * b);
  s->terms++;
}

static inline double check_tolerance(const check_sum *s) {
  return (s->terms + 1) * (double)FLT_EPSILON * s->magnitude + s->terms * 1e-30;
}

static inline void check_sum_near(float got, const check_sum *want, const char *what) {
  CHECK_NEAR(got, want->value, check_tolerance(want), what);
}

#endif
