/* The nearest thing to an orthogonal matrix that few matrix products reach, for Muon (Jordan et al.,
 * "Muon: an optimizer for hidden layers", 2024): a matrix U S Vᵀ becomes about U Vᵀ. */
#ifndef FR_ORTHOGONAL_H
#define FR_ORTHOGONAL_H

#include <stddef.h>

/* Floats of memory that fr_orthogonalize needs. */
size_t fr_orthogonal_floats(int rows, int columns);

/* x (rows, columns) = U P(S) Vᵀ in place, where x / ‖x‖ = U S Vᵀ and P is five steps of the
 * iteration s → a s + b s³ + c s⁵ (Newton and Schulz's with Jordan's coefficients), which takes all
 * but the smallest singular values to 0.7 … 1.2. Zeros stay zeros.
 *
 * With A = XᵀX of the smaller side, a step is X → X Q, Q = aI + bA + cA². All of them multiply up to
 * one Q, which is a polynomial of A, as A is after each step: only products of symmetric matrices as
 * wide as the smaller side are needed, of which half is computed, and the last one, X Q. */
void fr_orthogonalize(int rows, int columns, float *x, float *memory);

#endif
