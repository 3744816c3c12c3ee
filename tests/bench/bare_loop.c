#include "tests/bench/bare_loop.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicorn/unicorn.h>

enum { FLASH_SIZE = 0x40000, RAM_SIZE = 0x10000, UNDO_MOST = 4096, SYSTICK = 15 };
static const uint32_t RAM_BASE = 0x20000000, SCS = 0xe000e000, SYST_CSR = 0x10;

struct undo_word {
  uint8_t *where;
  uint32_t old;
};

struct logged {
  uint32_t address;
  uint8_t size, write;
  uint64_t value;
};
enum { LOG_MOST = 1 << 16 };

struct bare {
  uc_engine *uc;
  uc_context *context;
  uint8_t *flash, *ram;
  struct undo_word undo[UNDO_MOST];
  unsigned undone;
  struct logged log[LOG_MOST];
  unsigned logged;
  bool probes, nested, enabled, over;
  uint32_t handler;
  uint64_t limit;
  struct bare_result result;
};

double bench_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint32_t get(struct bare *b, int reg) {
  uint32_t value = 0;
  uc_reg_read(b->uc, reg, &value);
  return value;
}

static void set(struct bare *b, int reg, uint32_t value) {
  uc_reg_write(b->uc, reg, &value);
}

static void probe(struct bare *b, uint32_t pc) {
  static const int saved[6] = {UC_ARM_REG_R0, UC_ARM_REG_R1,  UC_ARM_REG_R2,
                               UC_ARM_REG_R3, UC_ARM_REG_R12, UC_ARM_REG_LR};
  uint32_t sp = get(b, UC_ARM_REG_SP);
  uint32_t xpsr = get(b, UC_ARM_REG_XPSR);
  uint32_t frame = (sp - 32) & ~(sp & 4U);
  uint8_t *host = b->ram + (frame - RAM_BASE);
  uint8_t below[32];
  uint32_t words[8];
  uc_context_save(b->uc, b->context);
  for (unsigned i = 0; i < 6; i++) {
    words[i] = get(b, saved[i]);
  }
  words[6] = pc;
  words[7] = xpsr | 1U << 24;
  memcpy(below, host, sizeof below);
  memcpy(host, words, sizeof words);
  set(b, UC_ARM_REG_SP, frame);
  set(b, UC_ARM_REG_LR, 0xfffffff9);
  set(b, UC_ARM_REG_XPSR, (xpsr & 0xf80f0000U) | 1U << 24 | SYSTICK);
  set(b, UC_ARM_REG_APSR_NZCV, xpsr & 0xf0000000U);
  b->nested = true;
  b->undone = 0;
  uc_emu_start(b->uc, b->handler | 1U, 0, 0, 0);
  b->nested = false;
  while (b->undone > 0) {
    b->undone--;
    memcpy(b->undo[b->undone].where, &b->undo[b->undone].old, 4);
  }
  memcpy(host, below, sizeof below);
  uc_context_restore(b->uc, b->context);
  b->result.probes++;
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
  struct bare *b = user;
  (void)size;
  if (b->nested) {
    return;
  }
  if (b->result.boundaries++ >= b->limit) {
    b->over = true;
    uc_emu_stop(uc);
    return;
  }
  if (b->enabled) {
    probe(b, (uint32_t)address);
  }
}

static void on_memory(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
                      int64_t value, void *user) {
  struct bare *b = user;
  uint64_t offset = address - RAM_BASE;
  bool write = type == UC_MEM_WRITE;
  (void)uc;
  b->log[b->logged++ % LOG_MOST] =
      (struct logged){(uint32_t)address, (uint8_t)size, write, (uint64_t)value};
  if (write && b->nested && offset + 4 <= RAM_SIZE && b->undone < UNDO_MOST) {
    struct undo_word *word = &b->undo[b->undone++];
    word->where = b->ram + offset;
    memcpy(&word->old, word->where, 4);
  }
}

static void on_interrupt(uc_engine *uc, uint32_t number, void *user) {
  (void)number;
  (void)user;
  uc_emu_stop(uc);
}

static uint64_t scs_read(uc_engine *uc, uint64_t offset, unsigned size, void *user) {
  (void)uc;
  (void)offset;
  (void)size;
  (void)user;
  return 0;
}

static void scs_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value,
                      void *user) {
  struct bare *b = user;
  (void)uc;
  (void)size;
  if (offset == SYST_CSR) {
    b->enabled = b->probes && (value & 3U) == 3U;
  }
}

static void *function_pointer(void (*function)(void)) {
  void *pointer = NULL;
  memcpy(&pointer, &function, sizeof pointer);
  return pointer;
}

static void prepare(struct bare *b, const struct image *image) {
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  uc_hook hook = 0;
  b->flash = aligned_alloc(4096, FLASH_SIZE);
  b->ram = aligned_alloc(4096, RAM_SIZE);
  memset(b->flash, 0xff, FLASH_SIZE);
  memset(b->ram, 0, RAM_SIZE);
  for (size_t i = 0; i < count; i++) {
    if (segments[i].size > 0 && segments[i].address + segments[i].size <= FLASH_SIZE) {
      memcpy(b->flash + segments[i].address, segments[i].bytes, segments[i].size);
    }
  }
  uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &b->uc);
  uc_ctl_set_cpu_model(b->uc, UC_CPU_ARM_CORTEX_M3);
  uc_mem_map_ptr(b->uc, 0, FLASH_SIZE, UC_PROT_READ | UC_PROT_EXEC, b->flash);
  uc_mem_map_ptr(b->uc, RAM_BASE, RAM_SIZE, UC_PROT_ALL, b->ram);
  uc_mmio_map(b->uc, SCS, 0x1000, scs_read, b, scs_write, b);
  uc_hook_add(b->uc, &hook, UC_HOOK_CODE, function_pointer((void (*)(void))on_code), b, 1, 0);
  uc_hook_add(b->uc, &hook, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE,
              function_pointer((void (*)(void))on_memory), b, 1, 0);
  uc_hook_add(b->uc, &hook, UC_HOOK_INTR, function_pointer((void (*)(void))on_interrupt), b, 1,
              0);
  uc_context_alloc(b->uc, &b->context);
}

/* From reset until `boundaries` were executed, with or without probes. */
static struct bare_result run(const struct image *image, uint64_t boundaries, bool probes) {
  struct bare *b = calloc(1, sizeof *b);
  const uint32_t *vectors = NULL;
  image_vector_words(image, &vectors);
  b->limit = boundaries;
  b->probes = probes;
  b->handler = vectors[SYSTICK] & ~1U;
  prepare(b, image);
  set(b, UC_ARM_REG_XPSR, 1U << 24);
  set(b, UC_ARM_REG_APSR_NZCV, 0);
  set(b, UC_ARM_REG_MSP, vectors[0]);
  double start = bench_now();
  uc_emu_start(b->uc, vectors[1] | 1U, 0, 0, 0);
  b->result.seconds = bench_now() - start;
  struct bare_result result = b->result;
  uc_context_free(b->context);
  uc_close(b->uc);
  free(b->flash);
  free(b->ram);
  free(b);
  return result;
}

struct bare_result bare_loop(const struct image *image, uint64_t boundaries) {
  return run(image, boundaries, true);
}

double bare_run(const struct image *image, uint64_t boundaries) {
  return run(image, boundaries, false).seconds;
}
