/* Lists that are written once, as `#define LIST(X) X(ENUMERATOR, "name") …`: an enumeration, and
 * the names by which JavaScript knows its values (describe.h). */
#ifndef FR_LIST_H
#define FR_LIST_H

#define FR_ENUMERATOR(id, name) FR_##id,
#define FR_NAME(id, name)       name,

#endif
