/* Formatting compared with the C library's, and the small math functions with its long doubles. */
#include "check.h"
#include "base/numeric.h"
#include "base/text.h"

#define CHECK_SAME(...)                                                                        \
  do {                                                                                         \
    char want[64], got[64];                                                                    \
    int length = snprintf(want, sizeof want, __VA_ARGS__);                                     \
    size_t used = fr_text(got, sizeof got, __VA_ARGS__);                                       \
    CHECK(used == (size_t)length && strcmp(got, want) == 0, "\"%s\", want \"%s\"", got, want); \
  } while (0)

/* The same characters or, where the sixth digit is almost a tie, the other neighbour. */
static void nearly_same(double value) {
  char want[64], got[64];
  snprintf(want, sizeof want, "%g", value);
  fr_text(got, sizeof got, "%g", value);
  double unit = value == 0.0 ? 0.0 : pow(10.0, floor(log10(fabs(value))) - 5.0);
  int is_tie = fabs(fabs(strtod(got, NULL) - value) - unit / 2.0) <= 1e-9 * unit;
  CHECK(strcmp(got, want) == 0 || is_tie, "\"%s\", want \"%s\"", got, want);
}

static void reals(void) {
  static const double values[] = {0.0,          -0.0,
                                  1.0,          0.1,
                                  0.25,         1.5,
                                  100000.0,     999999.0,
                                  999999.4,     999999.5,
                                  1e6,          1e7,
                                  123456.5,     1e-4,
                                  1.25e-4,      9.99999e-5,
                                  1e-5,         1e-7,
                                  1e-12,        1e22,
                                  1e300,        1e-300,
                                  0.3333333333, 2.0 / 3.0,
                                  1e-304,       1.2345678e-307,
                                  4.5e-320,     4.9406564584124654e-324,
                                  DBL_MIN,      DBL_MAX,
                                  INFINITY,     -INFINITY,
                                  -2.5e-3,      1e15,
                                  77312.4};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    CHECK_SAME("%g", values[i]);
    CHECK_SAME("%g", -values[i]);
  }
  CHECK_SAME("%g", fabs((double)NAN));
  for (int i = 0; i < 40000; i++) {
    double value = i % 2 ? ldexp(check_float(), check_between(-60, 60))
                         : (double)check_between(-100000, 100000) / check_between(1, 1000);
    nearly_same(value);
  }
}

static void the_rest(void) {
  CHECK_SAME("%d %d %d", 0, INT32_MAX, INT32_MIN);
  CHECK_SAME("%u", UINT32_MAX);
  CHECK_SAME("%lld %lld", (long long)INT64_MAX, (long long)INT64_MIN);
  CHECK_SAME("%02x %08x %08x", 7u, 0x803u, 0xdeadbeefu);
  CHECK_SAME("%.0f %.0f", 9912422.0, 0.4);
  char huge[32]; /* larger than any long long */
  fr_text(huge, sizeof huge, "%.0f %.0f", -1e300, fabs((double)NAN));
  CHECK(strcmp(huge, "-1e+300 nan") == 0, "\"%s\"", huge);
  CHECK_SAME("layer %s: %s", "conv2d", "");
  CHECK_SAME("50%% of %d", 4);
  char cut[4] = "###";
  CHECK(fr_text(cut, sizeof cut, "%s", "abcdef") == 3 && strcmp(cut, "abc") == 0, "\"%s\"", cut);
  CHECK(fr_text(cut, 0, "%d", 12) == 0 && cut[0] == 'a', "\"%s\": no room was written to", cut);
}

static void logarithms(void) {
  for (int i = 0; i < 20000; i++) {
    double x = ldexp(fabs(check_float()) + 1e-9, check_between(-40, 40));
    double want = (double)logl((long double)x);
    CHECK_NEAR(fr_log(x), want, 4e-16 * fmax(1.0, fabs(want)), "ln");
  }
  CHECK(fr_log(1.0) == 0.0, "%g", fr_log(1.0));
  CHECK(isnan(fr_log((double)NAN)), "%g", fr_log((double)NAN));
}

static void powers(void) {
  static const double bases[] = {0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 10.0};
  for (size_t b = 0; b < sizeof bases / sizeof *bases; b++)
    for (int n = 0; n < 300; n++) {
      double want = (double)powl((long double)bases[b], n);
      CHECK_NEAR(fr_power(bases[b], (uint64_t)n), want, 4e-14 * want, "power");
    }
  CHECK(fr_power(0.9, 1000000000u) == 0.0, "%g", fr_power(0.9, 1000000000u));
}

int main(void) {
  reals();
  the_rest();
  logarithms();
  powers();
  return check_report("text", 60000);
}
