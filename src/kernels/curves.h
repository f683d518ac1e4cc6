/* Activations that few networks have: compiled to be small. */
#ifndef FR_CURVES_H
#define FR_CURVES_H

#include "activation.h"

/* f(x) */
float fr_curve(fr_activation f, float x);

/* f'(x), from y = f(x); x is read only where fr_activation_needs_input. */
float fr_curve_slope(fr_activation f, float x, float y);

/* y (n): y = log(softmax(y)) */
void fr_log_softmax_forward(float *y, int n);

/* dy (n): dL/df(x) becomes dL/dx, from y = f(x). */
void fr_log_softmax_backward(const float *y, float *dy, int n);

#endif
