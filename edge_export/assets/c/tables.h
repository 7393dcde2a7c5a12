/* What a compiler is told besides C99. */
#ifndef TABLES_H
#define TABLES_H
#include <stdint.h>

#ifndef LINE
#define LINE 64 /* bytes of a line of the cache */
#endif
#ifdef __GNUC__
#define TABLE __attribute__((used, aligned(LINE))) /* stays in the file, and begins where a line does */
#define ALIGNED __attribute__((aligned(LINE)))
#define APART __attribute__((noinline))          /* is not mixed with what is around it */

#define IN_ORDER(vector) __asm__("" : "+v"(vector)); /* else gcc adds in another order, and runs out of registers */

/* A table that is read where it lies: what is in the file is what is computed with. */
static inline const void *kept(const void *table) {
    __asm__("" : "+r"(table));
    return table;
}
#else
#define TABLE
#define ALIGNED
#define APART
#endif
#endif
