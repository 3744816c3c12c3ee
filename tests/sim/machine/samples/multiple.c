/* Instructions with several accesses, cut by a handler that overwrites what they
 * load or store. The test takes SysTick at each beat and looks at what is left. */
#include "firmware/shared/cortexm.h"

uint32_t loaded[4] = {1, 2, 3, 4};
uint32_t stored[4];
uint64_t doubled;
uint32_t bits;
uint32_t crossed[2];

int main(void) {
  systick_start(0x100000);
  for (;;) {
    __asm__ volatile(
        "ldr r0, =loaded\n"
        "movs r2, #0\n movs r3, #0\n movs r4, #0\n movs r5, #0\n"
        "ldmia r0!, {r2-r5}\n"
        "nop\n"
        "ldr r6, =stored\n"
        "movs r0, #1\n movs r2, #2\n movs r3, #3\n movs r4, #4\n"
        "stmia r6!, {r0, r2-r4}\n"
        "nop\n"
        "movs r2, #1\n movs r3, #2\n movs r4, #3\n movs r5, #4\n"
        "ldr r0, =doubled\n"
        "strd r2, r3, [r0], #8\n"
        "nop\n"
        "ldr r1, =crossed\n"
        "movs r6, #7\n"
        "str r6, [r1, #2]\n" /* unaligned, and changes no register */
        "nop\n"
        "cmp r2, r2\n"
        "ldr r0, =stored\n"
        "it eq\n"
        "stmiaeq r0!, {r2-r5}\n" /* in an IT block: it restarts */
        "nop\n"
        "ldr lr, =stored\n"
        "stmia.w lr!, {r2-r5}\n" /* LR is the base */
        "nop\n"
        "ldr r0, =loaded\n"
        "ldmia.w r0!, {r2-r4, lr}\n" /* LR is loaded */
        "nop\n"
        "strd r2, r3, [sp, #-8]!\n" /* the own stack: not cut */
        "ldrd r2, r3, [sp], #8\n"
        "ldr r0, =0x22000000\n" /* bit-band alias of RAM's first word */
        "ldr r1, =bits\n"
        "ubfx r1, r1, #0, #20\n"
        "add r0, r0, r1, lsl #5\n"
        "movs r1, #1\n"
        "str r1, [r0, #12]\n" /* bit 3 of bits */
        "ldr r2, [r0, #12]\n"
        "ldr r3, [r0, #16]\n" ::
            : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "lr", "memory", "cc");
  }
}

void SysTick_Handler(void) {
  for (unsigned i = 0; i < 4; i++) {
    loaded[i] = 11 + i;
    stored[i] = 21 + i;
  }
  doubled = 0x0000001f0000001eull;
}
