/* The vector table, and what a core does before main: memory gets its first values, the stack a colour. */
#include <stdint.h>

extern uint32_t stack_top, stack_end, data_start, data_end, data_in_flash, bss_start, bss_end;
int main(void);
void finish(int code);

#define COLOUR 0xC0105EEDu

static void stopped(void) { finish(2); } /* a fault: a board would blink now */

static void reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* vectors and floats are off after a reset */
    __asm__ volatile("dsb\n\tisb");
#endif
    uint32_t *from = &data_in_flash;
    for (uint32_t *to = &data_start; to < &data_end;) *to++ = *from++;
    for (uint32_t *to = &bss_start; to < &bss_end;) *to++ = 0;
    uint32_t *here;
    __asm__ volatile("mov %0, sp" : "=r"(here));
    for (uint32_t *to = &stack_end; to < here - 16;) *to++ = COLOUR;
    finish(main());
}

/* The most that the stack has held, in bytes. */
uint32_t stack_used(void) {
    const uint32_t *at = &stack_end;
    while (at < &stack_top && *at == COLOUR) at++;
    return (uint32_t)((const char *)&stack_top - (const char *)at);
}

static const struct {
    const void *stack;
    void (*entries[15])(void);
} vectors __attribute__((used, section(".vectors"))) = {
    &stack_top, {reset, stopped, stopped, stopped, stopped, stopped, 0, 0, 0, 0, stopped, stopped, 0, stopped, stopped}};
