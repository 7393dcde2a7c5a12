/* Golden inputs, then the rows of a file, then the clock. What is said is a name and a number a line. */
#include "host.h"
#include "model.h"
#include "golden.h"
#ifndef REPEAT
#define REPEAT {{ repeat }}
#endif

uint32_t stack_used(void);
void finish(int code);

static int8_t in[MODEL_INPUT_SIZE], out[MODEL_OUTPUT_SIZE];

void finish(int code) { /* ends the emulator; a board waits here */
    host_call(0x18, (const void *)(code ? 0x20024 : 0x20026));
    for (;;) {}
}

static void tell(const char *name, uint32_t number) {
    char digits[12], *at = digits + 11;
    *at = 0;
    do *--at = (char)('0' + number % 10);
    while (number /= 10);
    say(name);
    say(" ");
    say(at);
    say("\n");
}

static uint32_t ticks(int32_t count) { /* of the system's timer, which counts down */
    volatile uint32_t *const timer = (volatile uint32_t *)0xE000E010;
    timer[0] = 0;
    timer[1] = 0xFFFFFF;
    timer[2] = 0;
    timer[0] = 5;
    const uint32_t start = timer[2];
    for (int32_t i = 0; i < count; i++) model_invoke(in, out);
    return (start - timer[2]) & 0xFFFFFF;
}

int main(void) {
    int wrong = 0;
    for (int i = 0; i < GOLDEN; i++) {
        model_invoke(golden_inputs[i], out);
        for (int j = 0; j < MODEL_OUTPUT_SIZE; j++) wrong += out[j] != golden_answers[i][j];
    }
    tell("golden_wrong", (uint32_t)wrong);
    const int32_t rows = open_file("rows.bin", 1, 8), answers = rows < 0 ? -1 : open_file("answers.bin", 5, 11);
    uint32_t count = 0;
    for (; answers >= 0 && !read_bytes(rows, in, sizeof in); count++) {
        model_invoke(in, out);
        if (write_bytes(answers, out, sizeof out)) return 1;
    }
    tell("rows", count);
    const uint32_t few = ticks(REPEAT), many = ticks(3 * REPEAT);
    tell("ticks", (many - few) & 0xFFFFFF);
    tell("stack", stack_used());
    return wrong != 0;
}
