/* What programs on the simulated core share: registers, masks, printing.
 *
 * Nothing here uses floating point, so that the FP context changes only where a
 * test says so. Addresses: ARMv7-M B3.2 to B3.5. */
#ifndef TARGET_H
#define TARGET_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define REGISTER8(address) (*(volatile uint8_t *)(address))
#define REGISTER16(address) (*(volatile uint16_t *)(address))

#define ICTR REGISTER(0xe000e004u)
#define ACTLR REGISTER(0xe000e008u)
#define SYST_CSR REGISTER(0xe000e010u)
#define SYST_RVR REGISTER(0xe000e014u)
#define SYST_CVR REGISTER(0xe000e018u)
#define SYST_CALIB REGISTER(0xe000e01cu)
#define ISER REGISTER(0xe000e100u)
#define ICER REGISTER(0xe000e180u)
#define ISPR REGISTER(0xe000e200u)
#define ICPR REGISTER(0xe000e280u)
#define IABR REGISTER(0xe000e300u)
#define IPR(n) REGISTER(0xe000e400u + 4u * (n))
#define IPR_BYTE(n) REGISTER8(0xe000e400u + (n))
#define CPUID REGISTER(0xe000ed00u)
#define ICSR REGISTER(0xe000ed04u)
#define VTOR REGISTER(0xe000ed08u)
#define AIRCR REGISTER(0xe000ed0cu)
#define SCR REGISTER(0xe000ed10u)
#define CCR REGISTER(0xe000ed14u)
#define SHPR(n) REGISTER(0xe000ed14u + 4u * (n)) /* 1 to 3 */
#define SHPR_BYTE(exception) REGISTER8(0xe000ed14u + (exception))
#define SHCSR REGISTER(0xe000ed24u)
#define CFSR REGISTER(0xe000ed28u)
#define HFSR REGISTER(0xe000ed2cu)
#define DFSR REGISTER(0xe000ed30u)
#define MMFAR REGISTER(0xe000ed34u)
#define BFAR REGISTER(0xe000ed38u)
#define CPACR REGISTER(0xe000ed88u)
#define MPU_TYPE REGISTER(0xe000ed90u)
#define MPU_CTRL REGISTER(0xe000ed94u)
#define MPU_RNR REGISTER(0xe000ed98u)
#define MPU_RBAR REGISTER(0xe000ed9cu)
#define MPU_RASR REGISTER(0xe000eda0u)
#define DEMCR REGISTER(0xe000edfcu)
#define STIR REGISTER(0xe000ef00u)
#define FPCCR REGISTER(0xe000ef34u)
#define FPCAR REGISTER(0xe000ef38u)
#define FPDSCR REGISTER(0xe000ef3cu)

#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__)
#define V7M 1
#else
#define V7M 0
#endif
#if defined(__ARM_FP)
#define FPU 1
#else
#define FPU 0
#endif

/* Where no memory is, on no board. */
#define HOLE 0x30000000u

#define MRS(name)                                     \
  ({                                                  \
    uint32_t value_;                                  \
    __asm__ volatile("mrs %0, " name : "=r"(value_)); \
    value_;                                           \
  })
#define MSR(name, value) \
  __asm__ volatile("msr " name ", %0\n\tisb" ::"r"((uint32_t)(value)) : "memory")

static inline void barrier(void) {
  __asm__ volatile("dsb\n\tisb" ::: "memory");
}

static inline uint32_t semihosting(uint32_t call, const void *argument) {
  register uint32_t r0 __asm__("r0") = call;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

/* Privileged code only: the oracle refuses semihosting elsewhere. What the call
 * leaves in r0 is not defined: a fault soon after would show it in its frame. */
static inline void print(const char *text) {
  semihosting(0x04, text);
  __asm__ volatile("movs r0, #0" ::: "r0", "cc");
}

static inline void exit_program(void) {
  semihosting(0x18, (const void *)0x20026);
}

static inline char *append_hex(char *to, uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) {
    *to++ = "0123456789abcdef"[value >> shift & 15u];
  }
  return to;
}

static inline char *append(char *to, const char *text) {
  while (*text != 0) {
    *to++ = *text++;
  }
  return to;
}

#endif
