/* Synthetic garments: 28×28 grayscale pictures of the ten classes of Fashion-MNIST, drawn from a
 * seed. A picture depends only on (seed, index) and is the same, byte for byte, on every machine
 * and engine. */
#ifndef FR_SYNTHETIC_H
#define FR_SYNTHETIC_H

#include <stdint.h>

enum { FR_GARMENT_CLASSES = 10, FR_GARMENT_PIXELS = 28 * 28 };

/* The class of picture `index`, 0…9. Every ten pictures from a multiple of ten hold each class
 * once. */
int fr_synthetic_label(uint64_t seed, uint32_t index);

/* Draw picture `index` as a garment of class `label` (0…9). pixels: 28 rows × 28 columns. */
void fr_synthetic_garment(uint64_t seed, uint32_t index, int label,
                          uint8_t pixels[FR_GARMENT_PIXELS]);

/* Draw pictures first … first + count − 1 (modulo 2³²). images: [count, 28, 28] bytes, labels:
 * [count] bytes, both owned by the caller. */
void fr_synthetic_garments(uint64_t seed, uint32_t first, uint32_t count, uint8_t *images,
                           uint8_t *labels);

#endif
