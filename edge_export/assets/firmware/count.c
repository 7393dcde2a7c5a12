/* A plugin of QEMU: counts how often each instruction of a firmware is executed, and writes `address count` lines at the
   end to the file named by `out=`. QEMU's header is in no package, so the functions it needs are declared here. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*call)(uint64_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *of, int add, void *to, uint64_t number);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*call)(uint64_t, void *), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *of);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
#define PLACES (1 << 21) /* of two bytes each: 4 MB, from a multiple of that */
static uint64_t counts[PLACES];
static char out[4096];

static void translated(uint64_t id, struct qemu_plugin_tb *block)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *one = qemu_plugin_tb_get_insn(block, i);
        qemu_plugin_register_vcpu_insn_exec_inline(one, 0, &counts[qemu_plugin_insn_vaddr(one) / 2 % PLACES], 1);
    }
}

static void ended(uint64_t id, void *data)
{
    (void)id, (void)data;
    FILE *file = fopen(out, "w");
    for (size_t i = 0; file && i < PLACES; i++)
        if (counts[i]) fprintf(file, "%zu %" PRIu64 "\n", 2 * i, counts[i]);
    if (file) fclose(file);
}

__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id, const void *about, int argc, char **argv)
{
    (void)about;
    for (int i = 0; i < argc; i++)
        if (!strncmp(argv[i], "out=", 4)) snprintf(out, sizeof out, "%s", argv[i] + 4);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, 0);
    return 0;
}
