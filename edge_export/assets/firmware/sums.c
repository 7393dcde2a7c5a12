/* Sums through the network's own rounding: layer, channel and sum are read from a file, and each answer goes into another. */
#include "host.h"
#include "model.c"

uint32_t stack_used(void);
void finish(int code);
int main(void);

void finish(int code) {
    host_call(0x18, (const void *)(code ? 0x20024 : 0x20026));
    for (;;) {}
}

#if FORM == HELIUM /* of four lanes the one that is the channel's */
static inline int8_t lane_of(words_4 four, int32_t channel) {
    int8_t of[4];
    put_bytes(of, four, 4);
    return of[channel & 3];
}
static inline words_4 all_words(int32_t x) {
    const int32_t of[4] = {x, x, x, x};
    return words_at(of);
}
#endif

static int8_t answer(int32_t layer, int32_t channel, int32_t sum) {
    switch (layer) {
{%- for name, four in layers.items() %}
{%- if four %}
#if FORM == HELIUM
    case {{ loop.index0 }}: return lane_of({{ name }}_answers(all_words(sum), channel & ~3), channel);
#else
    case {{ loop.index0 }}: return (int8_t){{ name }}_answer(sum, channel);
#endif
{%- else %}
    case {{ loop.index0 }}: return (int8_t){{ name }}_answer(sum, channel);
{%- endif %}
{%- endfor %}
    }
    return 0;
}

static int32_t in[{{ together }}][3];
static int8_t out[{{ together }}];

int main(void) {
    const int32_t rows = open_file("rows.bin", 1, 8), answers = open_file("answers.bin", 5, 11);
    while (!read_bytes(rows, in, sizeof in)) {
        for (int32_t i = 0; i < {{ together }}; i++) out[i] = answer(in[i][0], in[i][1], in[i][2]);
        if (write_bytes(answers, out, sizeof out)) return 1;
    }
    say("stack 0\n");
    return 0;
}
