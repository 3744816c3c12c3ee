@ How every exception is entered and left, and how a program is run.
@
@ Registers of a program: r0 to r3 and r12 are scratch, r4 to r6 and r8 to r10
@ its data, r7 the handler's frame on its stack, r11 where a fault resumes.
        .syntax unified
        .text

        .section .vectors, "a"
        .word   __stack_top, Reset_Handler
        .rept   46
        .word   entry
        .endr

        .text
        .macro  leave_frame
        mov     sp, r7
        .endm

        .global entry, unwind
        .thumb_func
entry:
#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__)
        push    {r4-r11, lr}
        mov     r7, sp
        mov     r0, sp
        bl      observe
        movs    r1, #0 @ scratch registers are unknown at entry
        movs    r2, #0
        movs    r3, #0
        mov     r12, r1
        mov     r11, r1
        bx      r0

        .global leave_bx, leave_pop, leave_ldr, leave_ldm, leave_bx_low
        .thumb_func
unwind:
        .thumb_func
leave_bx:
        leave_frame
        pop     {r4-r11, lr}
        bx      lr
        .thumb_func
leave_pop:
        leave_frame
        pop     {r4-r11, pc}
        .thumb_func
leave_ldr:
        leave_frame
        pop     {r4-r11}
        ldr     pc, [sp], #4
        .thumb_func
leave_ldm:
        leave_frame
        ldmia.w sp!, {r4-r11, pc}
        .thumb_func
leave_bx_low:
        leave_frame
        pop     {r4-r11}
        pop     {r3}
        bx      r3

@ A return by a bad value: UsageFault INVPC, and its handler repairs it. Not while
@ another one is being repaired (good_return).
        .global leave_bad
        .thumb_func
leave_bad:
        cpsid   f
        isb
        leave_frame
        ldr     r0, [sp, #32]
        ldr     r1, =good_return
        ldr     r2, [r1]
        cmp     r2, #0
        bne     leave_bx
        str     r0, [r1]
        bic     r3, r0, #15
        orr     r3, r3, #5
        pop     {r4-r11}
        add     sp, #4
        bx      r3
        .ltorg
#else
        mov     r0, r8
        mov     r1, r9
        mov     r2, r10
        mov     r3, r11
        push    {lr}
        push    {r0-r3}
        push    {r4-r7}
        mov     r7, sp
        mov     r0, sp
        bl      observe
        movs    r1, #0
        movs    r2, #0
        movs    r3, #0
        mov     r12, r1
        mov     r11, r1
        bx      r0

        .macro  restore_high
        mov     sp, r7
        ldr     r0, [r7, #16]
        mov     r8, r0
        ldr     r0, [r7, #20]
        mov     r9, r0
        ldr     r0, [r7, #24]
        mov     r10, r0
        ldr     r0, [r7, #28]
        mov     r11, r0
        pop     {r4-r7}
        add     sp, #16
        .endm

        .global leave_bx, leave_pop, leave_bx_low
        .thumb_func
unwind:
        .thumb_func
leave_bx:
        restore_high
        pop     {r0}
        mov     lr, r0
        bx      lr
        .thumb_func
leave_pop:
        restore_high
        pop     {pc}
        .thumb_func
leave_bx_low:
        restore_high
        pop     {r3}
        bx      r3
#endif

#if defined(__ARM_FP)
@ The FP registers are unknown at entry: a handler that uses them begins here.
        .global fp_begin
        .thumb_func
fp_begin:
        movs    r0, #0
        vmsr    fpscr, r0
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        vmov.f32 s\n, #2.0
        .endr
        bx      lr
#endif

@ void run_thread(thread body, const uint32_t registers[8]); returns when the
@ program's thread has ended and been made privileged again.
        .global run_thread, program_end, program_finish
        .thumb_func
run_thread:
        push    {r4-r7, lr}
        mov     r4, r8
        mov     r5, r9
        mov     r6, r10
        mov     r7, r11
        push    {r4-r7}
        ldr     r3, =saved_sp
        mov     r2, sp
        str     r2, [r3]
        mov     r3, r0
        ldr     r0, [r1, #12]
        mov     r8, r0
        ldr     r0, [r1, #16]
        mov     r9, r0
        ldr     r0, [r1, #20]
        mov     r10, r0
        movs    r0, #0
        mov     r11, r0
        mov     r12, r0
        mov     lr, r0
        ldr     r4, [r1, #0]
        ldr     r5, [r1, #4]
        ldr     r6, [r1, #8]
        bx      r3

        .thumb_func
program_end:
#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__)
        cpsie   f
        isb
#endif
        ldr     r0, =ending
        movs    r1, #1
        str     r1, [r0]
        svc     #255
        b       program_end
        .thumb_func
program_finish:
        cpsid   i
        movs    r0, #0
        msr     control, r0
        isb
        ldr     r1, =final_registers
        stmia   r1!, {r4-r6}
        mov     r2, r8
        mov     r3, r9
        mov     r4, r10
        stmia   r1!, {r2-r4}
        ldr     r3, =saved_sp
        ldr     r3, [r3]
        mov     sp, r3
        pop     {r4-r7}
        mov     r8, r4
        mov     r9, r5
        mov     r10, r6
        mov     r11, r7
        pop     {r4-r7, pc}
        .ltorg

        .bss
        .balign 4
        .global saved_sp, final_registers
saved_sp: .space 4
final_registers: .space 24
