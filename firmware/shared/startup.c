/* Vector table and reset, shared by all demo programs.
 *
 * Handlers that a program does not define end in default_handler, which stands
 * still: a fault shows as a program that no longer gets anywhere. */
#include <stdint.h>

extern uint32_t __stack_top[];
extern uint32_t __data_load[], __data_start[], __data_end[];
extern uint32_t __bss_start[], __bss_end[];

int main(void);
void Reset_Handler(void);
void default_handler(void);

void default_handler(void) {
  for (;;) {
  }
}

void Reset_Handler(void) {
  const uint32_t *from = __data_load;
  for (uint32_t *to = __data_start; to < __data_end; to++) {
    *to = *from++;
  }
  for (uint32_t *to = __bss_start; to < __bss_end; to++) {
    *to = 0;
  }
  main();
  for (;;) {
  }
}

#define WEAK_HANDLER(name) void name(void) __attribute__((weak, alias("default_handler")))
WEAK_HANDLER(NMI_Handler);
WEAK_HANDLER(HardFault_Handler);
WEAK_HANDLER(MemManage_Handler);
WEAK_HANDLER(BusFault_Handler);
WEAK_HANDLER(UsageFault_Handler);
WEAK_HANDLER(SVCall_Handler);
WEAK_HANDLER(DebugMonitor_Handler);
WEAK_HANDLER(PendSV_Handler);
WEAK_HANDLER(SysTick_Handler);
WEAK_HANDLER(IRQ0_Handler);
WEAK_HANDLER(IRQ1_Handler);
WEAK_HANDLER(IRQ2_Handler);
WEAK_HANDLER(IRQ3_Handler);

struct vector_table {
  uint32_t *stack;
  void (*handlers[19])(void); /* of exceptions 1 to 19: SysTick is 15, IRQ 0 is 16 */
};

__attribute__((section(".isr_vector"), used)) static const struct vector_table vectors = {
    .stack = __stack_top,
    .handlers =
        {
            Reset_Handler,
            NMI_Handler,
            HardFault_Handler,
            MemManage_Handler, /* ARMv7-M only, as are the next two */
            BusFault_Handler,
            UsageFault_Handler,
            0,
            0,
            0,
            0,
            SVCall_Handler,
            DebugMonitor_Handler, /* ARMv7-M only */
            0,
            PendSV_Handler,
            SysTick_Handler,
            IRQ0_Handler,
            IRQ1_Handler,
            IRQ2_Handler,
            IRQ3_Handler,
        },
};
