/* Activations that few networks have, one number at a time: compiled to be small. */
#ifndef FR_CURVES_H
#define FR_CURVES_H

#include "activation.h"

/* f(x) */
float fr_curve(fr_activation f, float x);

/* f'(x), from y = f(x); x is read only where fr_activation_needs_input. */
float fr_curve_slope(fr_activation f, float x, float y);

#endif
