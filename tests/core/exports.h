/* Declares what src/exports.txt lists; there is no other header for these functions. */
#ifndef FR_EXPORTS_H
#define FR_EXPORTS_H

#include "train.h"

int fr_heap_in_use(double *out);
int fr_idx_header(const uint8_t *head, uint32_t head_bytes, double file_bytes, int32_t out[5]);
int fr_epoch_order(uint32_t seed_low, uint32_t seed_high, double epoch_start, int count,
                   uint32_t *order);
int fr_new(int rank, int d0, int d1, int d2, uint32_t seed_low, uint32_t seed_high, fr_model **out);
int fr_dispose(fr_model *model);
int fr_add(fr_model *model, const double *config, int length);
int fr_build(fr_model *model);
int fr_compile(fr_model *model, const double *config, int length);
int fr_layer_output(const fr_model *model, int layer, int32_t out[4]);
int fr_weight_count(const fr_model *model, int32_t *out);
int fr_weight_shape(const fr_model *model, int index, int32_t out[8]);
int fr_get_weight(const fr_model *model, int index, float *values, int elements);
int fr_set_weight(fr_model *model, int index, const float *values, int elements);
int fr_get_gradient(const fr_model *model, int index, float *values, int elements);
int fr_state_count(const fr_model *model, int32_t *out);
int fr_get_state(const fr_model *model, int which, int index, float *values, int elements);
int fr_set_state(fr_model *model, int which, int index, const float *values, int elements);
int fr_steps(const fr_model *model, double *out);
int fr_set_steps(fr_model *model, double steps);
int fr_fit(fr_model *model, const void *samples, int dtype, const void *targets,
           const float *weights, int n, int batch_size, const double *rates, fr_scores *scores);
int fr_gradients(fr_model *model, const void *samples, int dtype, const void *targets,
                 const float *weights, int n, fr_scores *scores);
int fr_score(fr_model *model, const void *samples, int dtype, const void *targets,
             const float *weights, int n, int batch_size, fr_scores *scores);
int fr_average(fr_model *model, int swap);
int fr_infer(fr_model *model, const void *samples, int dtype, int n, int batch_size,
             float *predictions);
int fr_activations(fr_model *model, int layer, const void *samples, int dtype, int n, int training,
                   float *out);
int fr_classes(const float *p, int n, int classes, int32_t *out);

#endif
