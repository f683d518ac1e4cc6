/* Errors are values: every entry point returns a status and leaves a sentence that says what was
 * wrong and what would be right. Nothing here aborts or exits. */
#ifndef FR_STATUS_H
#define FR_STATUS_H

#include "list.h"

/* A value outside its documented range; a file or array that is not what it claims to be; a call
 * that comes too early, such as fit before compile. */
#define FR_STATUS_LIST(X)                 \
  X(OK, "ok")                             \
  X(INVALID_ARGUMENT, "invalid-argument") \
  X(BAD_DATA, "bad-data")                 \
  X(WRONG_STATE, "wrong-state")           \
  X(OUT_OF_MEMORY, "out-of-memory")

typedef enum { FR_STATUS_LIST(FR_ENUMERATOR) FR_STATUSES } fr_status;

/* Records a formatted message (at most 255 bytes are kept) and returns `status`, so that a check
 * reads `return fr_fail(FR_INVALID_ARGUMENT, "dense: units must be ...")`. */
fr_status fr_fail(fr_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The message of the latest failure; owned by the module, valid until the next failure. */
const char *fr_last_error(void);

/* "invalid-argument", …: the code that JavaScript gives its error. */
const char *fr_status_name(fr_status status);

#endif
