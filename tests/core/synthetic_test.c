/* Synthetic garments: the same bytes natively and as WebAssembly, balanced classes, drawn within
 * the frame. */
#include "check.h"
#include "synthetic/api.h"

enum { COUNT = 1000 };

static uint8_t images[COUNT * FR_GARMENT_PIXELS], labels[COUNT];

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static uint64_t hash_of(const uint8_t *bytes, size_t count) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

/* The bytes whose SHA-256 is in tests/datasets/synthetic.test.js. */
static void same_bytes_everywhere(void) {
  fr_synthetic_garments(1, 0, COUNT, images, labels);
  uint64_t drawn = hash_of(images, sizeof images), named = hash_of(labels, sizeof labels);
  CHECK(drawn == 0xb10b024c29f21fc4u, "images hash to %016llx", (unsigned long long)drawn);
  CHECK(named == 0xe36132413dc25259u, "labels hash to %016llx", (unsigned long long)named);
}

/* A picture does not depend on the pictures drawn with it, at either end of the indices. */
static void one_at_a_time(void) {
  static const uint32_t firsts[] = {0, 7, 0x7fffffffu, 0xfffffff0u};
  for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++) {
    fr_synthetic_garments(5, firsts[f], 25, images, labels);
    for (uint32_t i = 0; i < 25; i++) {
      uint8_t alone[FR_GARMENT_PIXELS];
      uint32_t index = firsts[f] + i;
      int label = fr_synthetic_label(5, index);
      CHECK(label == labels[i], "picture %u is of class %d alone, %d in a row", index, label,
            labels[i]);
      fr_synthetic_garment(5, index, label, alone);
      CHECK(memcmp(alone, images + i * FR_GARMENT_PIXELS, sizeof alone) == 0,
            "picture %u differs when drawn alone", index);
    }
  }
}

static void every_class_in_every_ten(void) {
  for (uint32_t first = 0; first < 3000; first += 10) {
    int seen = 0;
    for (uint32_t i = 0; i < 10; i++) seen |= 1 << fr_synthetic_label(9, first + i);
    CHECK(seen == 0x3ff, "classes %03x in the ten from %u", (unsigned)seen, first);
  }
}

static int lit_pixels(const uint8_t *picture) {
  int lit = 0;
  for (int i = 0; i < FR_GARMENT_PIXELS; i++) lit += picture[i] > 0;
  return lit;
}

/* Every class of every seed leaves background around the garment and fills a fair part of the
 * frame. The sanitizers watch the rasteriser meanwhile. */
static void garments_fit(void) {
  for (uint64_t seed = 0; seed < 200; seed++)
    for (int label = 0; label < FR_GARMENT_CLASSES; label++) {
      fr_synthetic_garment(seed << 20, (uint32_t)seed, label, images);
      int lit = lit_pixels(images);
      CHECK(lit > 40 && lit < 720, "class %d of seed %d has %d pixels", label, (int)seed, lit);
    }
}

/* As JavaScript requests pictures. */
static void from_javascript(void) {
  int most = fr_synthetic_most();
  CHECK(fr_synthetic(7, 2, 4, most) == FR_OK, "%s", fr_last_error());
  fr_synthetic_garments(7 + ((uint64_t)2 << 32), 4, (uint32_t)most, images, labels);
  CHECK(memcmp(images, fr_synthetic_images(), (size_t)most * FR_GARMENT_PIXELS) == 0 &&
            memcmp(labels, fr_synthetic_labels(), (size_t)most) == 0,
        "other pictures");
  const int wrong[] = {-1, 0, most + 1};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    CHECK(fr_synthetic(7, 2, 4, wrong[i]) == FR_INVALID_ARGUMENT, "%d are drawn", wrong[i]);
  CHECK(strcmp(fr_status_name(FR_INVALID_ARGUMENT), "invalid-argument") == 0 &&
            strcmp(fr_status_name(FR_STATUSES), "unknown") == 0,
        "%s", fr_status_name(FR_STATUSES));
}

int main(void) {
  from_javascript();
  same_bytes_everywhere();
  one_at_a_time();
  every_class_in_every_ten();
  garments_fit();
  return check_report("synthetic", 2500);
}
