#include "report/model.h"

#include <assert.h>

enum model_core { EVERY_CORE, ONLY_V6M, ONLY_V7M, ONLY_FPU };

struct table_row {
  struct model_row row;
  enum model_core core;
};

static const struct table_row TABLE[] = {
    {{"exceptions",
      "priorities, preemption, tail-chaining, late arrival, escalation, lockup; judged by "
      "QEMU"},
     EVERY_CORE},
    {{"masks", "PRIMASK"}, ONLY_V6M},
    {{"masks", "PRIMASK, BASEPRI, FAULTMASK, priority grouping"}, ONLY_V7M},
    {{"in instructions",
      "STRD, STM, VSTM and unaligned stores are split; LDM and STM continue (EPSR.ICI)"},
     ONLY_V7M},
    {{"in instructions", "STM is split and restarts, as all multiples do"}, ONLY_V6M},
    {{"faults",
      "MemManage, BusFault, UsageFault, HardFault with their status; bus faults are precise"},
     ONLY_V7M},
    {{"FP context", "extended frame, lazy stacking, CPACR"}, ONLY_FPU},
    {{"MPU, privilege", "enforced, but for parts of a multi-word access"}, ONLY_V7M},
    {{"exclusives", "LDREX and STREX; every exception return clears the monitor"}, ONLY_V7M},
    {{"time", "SysTick and CYCCNT count executed instructions, not cycles"}, ONLY_V7M},
    {{"time", "SysTick counts executed instructions, not cycles"}, ONLY_V6M},
    {{"peripherals", "those of --chip, --config and --scenario; others read as last written"},
     EVERY_CORE},
    {{"not modelled", "a second core, DMA as a context, caches, debug events but for BKPT"},
     EVERY_CORE},
};

static bool speaks_of(const struct table_row *row, const struct core_traits *traits) {
  switch (row->core) {
    case ONLY_V6M:
      return !traits->v7m;
    case ONLY_V7M:
      return traits->v7m;
    case ONLY_FPU:
      return traits->has_fpu;
    case EVERY_CORE:
      break;
  }
  return true;
}

size_t model_rows(enum core core, struct model_row rows[MODEL_ROWS]) {
  const struct core_traits *traits = core_traits(core);
  size_t count = 0;
  for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
    if (speaks_of(&TABLE[i], traits)) {
      assert(count < MODEL_ROWS);
      rows[count++] = TABLE[i].row;
    }
  }
  return count;
}
