#include <math.h>

#include "photo.h"

/* sRGB to linear light (IEC 61966-2-1). */
static float linear(uint8_t value) {
  const float v = (float)value / 255;
  return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

static float lab_curve(float t) {
  return t > 216.0f / 24389 ? cbrtf(t) : (24389.0f / 27 * t + 16) / 116;
}

void fr_lab_of(const fr_photo *photo, fr_lab *lab) {
  float light[256];
  for (int i = 0; i < 256; i++) light[i] = linear((uint8_t)i);
  const uint8_t *pixel = photo->rgba;
  for (int i = 0; i < photo->width * photo->height; i++, pixel += 4) {
    const float r = light[pixel[0]], g = light[pixel[1]], b = light[pixel[2]];
    const float x = lab_curve((0.4124564f * r + 0.3575761f * g + 0.1804375f * b) / 0.95047f);
    const float y = lab_curve(0.2126729f * r + 0.7151522f * g + 0.0721750f * b);
    const float z = lab_curve((0.0193339f * r + 0.1191920f * g + 0.9503041f * b) / 1.08883f);
    lab->l[i] = 116 * y - 16;
    lab->a[i] = 500 * (x - y);
    lab->b[i] = 200 * (y - z);
  }
}
