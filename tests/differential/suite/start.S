@ Vectors, and the way from them to the handlers that the suite installs.
        .syntax unified
        .section .vectors, "a"
        .global vectors
vectors:
        .word   __stack_top, Reset_Handler
        .rept   46
        .word   dispatch
        .endr

        .text
        .global dispatch
        .thumb_func
dispatch:
        movs    r0, #4
        mov     r1, lr
        tst     r0, r1
        beq     1f
        mrs     r0, psp
        b       2f
1:      mov     r0, sp
2:      push    {r3, lr}
        mrs     r2, ipsr
        lsls    r2, r2, #2
        ldr     r3, =handlers
        ldr     r3, [r3, r2]
        blx     r3
        pop     {r3, pc}
        .ltorg
