#include "text.h"

#include <math.h>

#include "numeric.h"

typedef struct {
  char *out;
  size_t used, size;
} fr_writer;

static void put(fr_writer *w, char c) {
  if (w->used + 1 < w->size) w->out[w->used++] = c;
}

static void put_text(fr_writer *w, const char *text) {
  while (*text) put(w, *text++);
}

/* At least `width` digits, zeros before. */
static void put_whole(fr_writer *w, unsigned long long value, unsigned base, int width) {
  char digits[24];
  int n = 0;
  do digits[n++] = "0123456789abcdef"[value % base];
  while (value /= base);
  while (n < width) digits[n++] = '0';
  while (n) put(w, digits[--n]);
}

static void put_signed(fr_writer *w, long long value) {
  if (value < 0) put(w, '-');
  put_whole(w, value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value, 10, 1);
}

/* The `count` last digits of a number, a point behind the first `whole` of them, no zeros at the
 * end. */
static void put_digits(fr_writer *w, unsigned long long digits, int count, int whole) {
  char text[24];
  for (int i = count; i--; digits /= 10) text[i] = (char)('0' + digits % 10);
  while (count > whole && text[count - 1] == '0') count--;
  for (int i = 0; i < count; i++) {
    if (i == whole && i > 0) put(w, '.');
    put(w, text[i]);
  }
}

static double ten_to(int exponent) {
  double power = fr_power(10.0, (uint64_t)(exponent < 0 ? -exponent : exponent));
  return exponent < 0 ? 1.0 / power : power;
}

static void put_exponent(fr_writer *w, int exponent) {
  put(w, 'e');
  put(w, exponent < 0 ? '-' : '+');
  put_whole(w, (unsigned)(exponent < 0 ? -exponent : exponent), 10, 2);
}

/* Six significant digits, as %g has them. */
static void put_real(fr_writer *w, double value) {
  if (signbit(value)) put(w, '-');
  value = fabs(value);
  if (!isfinite(value)) {
    put_text(w, isnan(value) ? "nan" : "inf");
    return;
  }
  const int shift =
      value > 0.0 && value < 1e-290 ? 30 : 0; /* it would take a power of ten that no double is */
  value *= ten_to(shift);
  int exponent = 0; /* value = digits · 10^(exponent - 5) */
  while (value >= ten_to(exponent + 1)) exponent++;
  while (value > 0.0 && value < ten_to(exponent)) exponent--;
  double scaled = exponent > 5 ? value / ten_to(exponent - 5) : value * ten_to(5 - exponent);
  unsigned long long digits = (unsigned long long)rint(scaled);
  if (digits == 1000000) {
    digits = 100000;
    exponent++;
  }
  exponent -= shift;
  if (exponent < -4 || exponent > 5) {
    put_digits(w, digits, 6, 1);
    put_exponent(w, exponent);
  } else if (exponent >= 0) {
    put_digits(w, digits, 6, exponent + 1);
  } else {
    put_text(w, "0.");
    for (int i = -1; i > exponent; i--) put(w, '0');
    put_digits(w, digits, 6, 0);
  }
}

/* Without decimals, or as %g has it if that would be too long. */
static void put_rounded(fr_writer *w, double value) {
  if (fabs(value) < 1e18) put_signed(w, (long long)rint(value));
  else put_real(w, value);
}

size_t fr_format(char *out, size_t size, const char *format, va_list arguments) {
  fr_writer w = {out, 0, size};
  for (; *format; format++) {
    if (*format != '%') {
      put(&w, *format);
      continue;
    }
    int width = 1;
    for (format++; *format == '.' || (*format >= '0' && *format <= '9'); format++)
      if (*format > '0') width = *format - '0';
    int is_long = *format == 'l';
    while (*format == 'l') format++;
    switch (*format) {
      case 'd':
        put_signed(&w, is_long ? va_arg(arguments, long long) : va_arg(arguments, int));
        break;
      case 'u': put_whole(&w, va_arg(arguments, unsigned), 10, 1); break;
      case 'x': put_whole(&w, va_arg(arguments, unsigned), 16, width); break;
      case '%': put(&w, '%'); break;
      case 's': put_text(&w, va_arg(arguments, const char *)); break;
      case 'f': put_rounded(&w, va_arg(arguments, double)); break;
      default: put_real(&w, va_arg(arguments, double));
    }
  }
  if (size) out[w.used] = '\0';
  return w.used;
}

size_t fr_text(char *out, size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  size_t used = fr_format(out, size, format, arguments);
  va_end(arguments);
  return used;
}
