#ifndef MODEL_H
#define MODEL_H

#define MODEL_INPUT_SHAPE {10}
#define MODEL_INPUT_SIZE 10
#define MODEL_OUTPUT_SHAPE {1}
#define MODEL_OUTPUT_SIZE 1

void model_invoke(const float *in, float *out);

#endif
