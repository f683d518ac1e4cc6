/* Formatting of messages: the part of printf that they need, at a twentieth of its size. */
#ifndef FR_TEXT_H
#define FR_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* Like vsnprintf for %d, %u, %lld, %s, %g, %.0f and %x, the last with a width of one digit that
 * zeros fill, and %%. Returns the characters written, at most size - 1. */
size_t fr_format(char *out, size_t size, const char *format, va_list arguments);

/* The same with the arguments in line. */
size_t fr_text(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
