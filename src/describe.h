/* What JavaScript has to know about the core, so that no number is written on both sides. */
#ifndef FR_DESCRIBE_H
#define FR_DESCRIBE_H

/* The exported functions that take a double, and which argument it is; all others are integers of
 * 32 bits. */
#define FR_DOUBLE_ARGUMENTS(X) \
  X("fr_idx_header", 2)        \
  X("fr_epoch_order", 2)       \
  X("fr_set_steps", 1)

/* Lines of words, owned by the module:
 *   list NAME VALUE …    an enumeration's names, in order from 0
 *   limit NAME NUMBER
 *   double FUNCTION ARGUMENT */
const char *fr_describe(void);

#endif
