/* The registers and instructions that the demo programs need, and no more.
 *
 * Addresses and bits: ARMv6-M (DDI 0419) and ARMv7-M (DDI 0403) Architecture
 * Reference Manuals, B3. Functions that open or close a critical section carry
 * a "memory" clobber: they are compiler barriers too, so that no access to
 * shared data moves over them. */
#ifndef FIRMWARE_SHARED_CORTEXM_H
#define FIRMWARE_SHARED_CORTEXM_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define SYST_CSR REGISTER(0xe000e010u) /* SysTick control and status */
#define SYST_RVR REGISTER(0xe000e014u) /* reload value, 24 bits */
#define SYST_CVR REGISTER(0xe000e018u) /* current value; any write clears it */
#define SYST_CSR_ENABLE (1u << 0)
#define SYST_CSR_TICKINT (1u << 1)
#define SYST_CSR_CLKSOURCE (1u << 2) /* 1: the core's clock */

#define NVIC_ISER0 REGISTER(0xe000e100u) /* a 1 enables that interrupt */
#define NVIC_IPR0 REGISTER(0xe000e400u)  /* priorities of IRQ 0 to 3, a byte each */

#define SCB_ICSR REGISTER(0xe000ed04u)
#define SCB_ICSR_PENDSVSET (1u << 28)
#define SCB_SHPR2 REGISTER(0xe000ed1cu) /* SVCall in bits 31:24 */
#define SCB_SHPR3 REGISTER(0xe000ed20u) /* SysTick in bits 31:24, PendSV in 23:16 */

/* Lets SysTick fire every `period` cycles of the core's clock. */
static inline void systick_start(uint32_t period) {
  SYST_RVR = period - 1;
  SYST_CVR = 0;
  SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
}

/* Keeps the compiler from moving or merging accesses over it; no instruction. */
static inline void compiler_barrier(void) {
  __asm__ volatile("" ::: "memory");
}

static inline void nop(void) {
  __asm__ volatile("nop");
}

static inline void breakpoint(void) {
  __asm__ volatile("bkpt 0");
}

/* PRIMASK: from here on no interrupt is taken, until interrupts_enable. */
static inline void interrupts_disable(void) {
  __asm__ volatile("cpsid i" ::: "memory");
}

static inline void interrupts_enable(void) {
  __asm__ volatile("cpsie i" ::: "memory");
}

static inline void wait_for_interrupt(void) {
  __asm__ volatile("wfi" ::: "memory");
}

static inline void supervisor_call(void) {
  __asm__ volatile("svc 0" ::: "memory");
}

#if defined(__ARM_FP)
/* Coprocessors 10 and 11: before the first floating-point instruction. */
static inline void fpu_enable(void) {
  REGISTER(0xe000ed88u) |= 0xf00000u;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
}
#endif

#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__)
/* BASEPRI: only interrupts with a priority number below `priority` are taken;
 * 0 switches the mask off. ARMv6-M has no such register. */
static inline void basepri_write(uint32_t priority) {
  __asm__ volatile("msr basepri, %0" ::"r"(priority) : "memory");
}
#endif

/* The handlers of the vector table in startup.c that programs replace. */
void SVCall_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
void IRQ0_Handler(void);
void IRQ1_Handler(void);
void IRQ2_Handler(void);

#endif
