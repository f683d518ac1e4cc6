#include "synthetic.h"

#include "garment.h"

static void (*const drawings[FR_GARMENT_CLASSES])(garment *) = {
    fr_draw_t_shirt, fr_draw_trousers, fr_draw_pullover, fr_draw_dress, fr_draw_coat,
    fr_draw_sandal,  fr_draw_shirt,    fr_draw_sneaker,  fr_draw_bag,   fr_draw_ankle_boot,
};

int fr_synthetic_label(uint64_t seed, uint32_t index) {
  uint8_t deck[FR_GARMENT_CLASSES];
  dice d = fr_dice(seed, index / FR_GARMENT_CLASSES, DICE_LABELS);
  for (int i = 0; i < FR_GARMENT_CLASSES; i++) { /* Fisher–Yates, inside out */
    int j = below(&d, i + 1);
    deck[i] = deck[j];
    deck[j] = (uint8_t)i;
  }
  return deck[index % FR_GARMENT_CLASSES];
}

void fr_synthetic_garment(uint64_t seed, uint32_t index, int label,
                          uint8_t pixels[FR_GARMENT_PIXELS]) {
  garment g;
  fr_garment_begin(&g, seed, index);
  drawings[label](&g);
  fr_garment_finish(&g, pixels);
}

void fr_synthetic_garments(uint64_t seed, uint32_t first, uint32_t count, uint8_t *images,
                           uint8_t *labels) {
  for (uint32_t i = 0; i < count; i++) {
    labels[i] = (uint8_t)fr_synthetic_label(seed, first + i);
    fr_synthetic_garment(seed, first + i, labels[i], images + (size_t)i * FR_GARMENT_PIXELS);
  }
}
