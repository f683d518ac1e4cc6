#include "status.h"

#include <stdarg.h>

#include "text.h"

static char last_error[256];

fr_status fr_fail(fr_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fr_format(last_error, sizeof last_error, format, arguments);
  va_end(arguments);
  return status;
}

const char *fr_last_error(void) { return last_error; }

const char *fr_status_name(fr_status status) {
  static const char *const names[FR_STATUSES] = {FR_STATUS_LIST(FR_NAME)};
  return (unsigned)status < FR_STATUSES ? names[status] : "unknown";
}
