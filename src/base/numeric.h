/* Functions of the mathematics library in a small form: without tables of constants, which would
 * take more room than all of the optimizers. */
#ifndef FR_NUMERIC_H
#define FR_NUMERIC_H

#include <math.h>
#include <stdint.h>

/* ln x to the last bits: x = m · 2^e with m about 1, so that m - 1 is exact. */
static inline double fr_log(double x) {
  int exponent;
  double m = frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m *= 2.0;
    exponent--;
  }
  return exponent * 0.69314718055994531 + log1p(m - 1.0);
}

/* x^n by repeated squaring. */
static inline double fr_power(double x, uint64_t n) {
  double power = 1.0;
  for (; n; n >>= 1, x *= x)
    if (n & 1) power *= x;
  return power;
}

#endif
