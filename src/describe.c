#include "describe.h"

#include "base/text.h"
#include "model.h"

#define FR_WORD(id, name)       " " name
#define FR_LAYER(id, name, ...) " " #name

static const char *const lists[][2] = {
    {
        "layer",
#include "layers.def"
    },
    {"activation", FR_ACTIVATION_LIST(FR_WORD)},
    {"padding", FR_PADDING_LIST(FR_WORD)},
    {"distribution", FR_INIT_LIST(FR_WORD)},
    {"fan", FR_FAN_LIST(FR_WORD)},
    {"fill", FR_FILL_LIST(FR_WORD)},
    {"interpolation", FR_INTERPOLATION_LIST(FR_WORD)},
    {"optimizer", FR_OPTIMIZER_LIST(FR_WORD)},
    {"loss", FR_LOSS_LIST(FR_WORD)},
    {"score", FR_SCORE_LIST(FR_WORD)},
    {"dtype", FR_DTYPE_LIST(FR_WORD)},
};

#undef FR_LAYER
#undef FR_WORD

#define FR_NUMBER(name, number) {name, number},

typedef struct {
  const char *name;
  int value;
} fr_number;

static const fr_number limits[] = {
    {"maxBatch", FR_MAX_BATCH},     {"maxElements", FR_MAX_ELEMENTS}, {"maxLayers", FR_MAX_LAYERS},
    {"maxRank", FR_MAX_RANK},       {"maxSources", FR_MAX_SOURCES},   {"maxStates", FR_MAX_STATES},
    {"maxThreads", FR_MAX_THREADS}, {"maxUnits", FR_MAX_UNITS},       {"maxWindow", FR_MAX_WINDOW},
};
static const fr_number doubles[] = {FR_DOUBLE_ARGUMENTS(FR_NUMBER)};

#undef FR_NUMBER

#define COUNT(array) (sizeof(array) / sizeof *(array))

typedef struct {
  char text[2048];
  size_t used;
} fr_page;

#define WRITE(page, ...) \
  (page)->used +=        \
      fr_text((page)->text + (page)->used, sizeof(page)->text - (page)->used, __VA_ARGS__)

static void write_numbers(fr_page *page, const char *what, const fr_number *numbers, size_t count) {
  for (size_t i = 0; i < count; i++)
    WRITE(page, "%s %s %d\n", what, numbers[i].name, numbers[i].value);
}

const char *fr_describe(void) {
  static fr_page page;
  page.used = 0;
  for (size_t i = 0; i < COUNT(lists); i++) WRITE(&page, "list %s%s\n", lists[i][0], lists[i][1]);
  write_numbers(&page, "limit", limits, COUNT(limits));
  write_numbers(&page, "double", doubles, COUNT(doubles));
  return page.text;
}
