/* The cores that can be simulated, as data.
 *
 * Sources: ARMv6-M Architecture Reference Manual (DDI 0419), ARMv7-M
 * Architecture Reference Manual (DDI 0403), the cores' Technical Reference
 * Manuals. Priority bits are the chip maker's choice on ARMv7-M: the table
 * holds the usual one, --priority-bits overrides it. */
#ifndef TORNWORD_SIM_CORE_H
#define TORNWORD_SIM_CORE_H

#include <stdbool.h>
#include <stdint.h>

enum core { CORE_M0, CORE_M0PLUS, CORE_M3, CORE_M4, CORE_M4F, CORE_M7 };
enum { CORE_COUNT = CORE_M7 + 1 };

struct core_traits {
  const char *name;  /* as --core takes it: "m0", "m4f" */
  const char *title; /* "Cortex-M0" */
  bool v7m;          /* ARMv7-M: BASEPRI, FAULTMASK, wide encodings, exclusives */
  bool has_vtor;     /* ARMv6-M: only the M0+ may have it */
  bool has_fpu;
  bool continues_multiples; /* an interrupted LDM/STM goes on (EPSR.ICI) */
  uint8_t priority_bits;    /* default number of implemented priority bits */
  uint16_t interrupts;      /* external interrupt lines modelled */
  uint32_t cpuid;           /* reset value of CPUID */
};

const struct core_traits *core_traits(enum core core);

/* False when no core has this name (case is ignored; "cortex-m4" works too). */
bool core_by_name(const char *name, enum core *core);

/* "m0, m0+, m3, m4, m4f, m7": for error messages. */
const char *core_names(void);

#endif
