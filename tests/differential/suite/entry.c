/* What an exception entry stacks: registers, alignment, flags, ITSTATE. */
#include "suite.h"

static const char *frame_name;

static void show_frame(uint32_t *frame, uint32_t exc_return) {
  for (unsigned i = 0; i < 8; i++) {
    check_n(frame_name, i, frame[i]);
  }
  check_n(frame_name, 8, exc_return);
  check_n(frame_name, 9, (uint32_t)frame & 7u);
  check_n(frame_name, 10, ICSR & 0x1ff);
  check_n(frame_name, 11, MRS("control"));
}

/* Known values in the stacked registers; `code` pends or calls. r0: ISPR, r1: 1. */
#define WITH_KNOWN_REGISTERS(code)                                               \
  __asm__ volatile(                                                              \
      "push {r4-r7}\n\tldr r0, =0xe000e200\n\tmovs r1, #1\n\tmovs r2, #0x22\n\t" \
      "movs r3, #0x33\n\tmov r12, r3\n\tmov lr, r2\n\t" code                     \
      "\n\tpop {r4-r7}\n\t"                                                      \
      ".align 2\n\t"                                                             \
      "b 9f\n\t.ltorg\n9:" ::                                                    \
          : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory")

static void frames(void) {
  handlers[IRQ0] = show_frame;
  handlers[SVCALL] = show_frame;
  handlers[PENDSV] = show_frame;
  ISER = 1;
  frame_name = "irq";
  WITH_KNOWN_REGISTERS("str r1, [r0]\n\tdsb\n\tisb");
  frame_name = "irq_odd";
  WITH_KNOWN_REGISTERS("sub sp, #4\n\tstr r1, [r0]\n\tdsb\n\tisb\n\tadd sp, #4");
  frame_name = "svc";
  WITH_KNOWN_REGISTERS("svc #3");
  frame_name = "svc_odd";
  WITH_KNOWN_REGISTERS("sub sp, #4\n\tsvc #255\n\tadd sp, #4");
  frame_name = "flags_n";
  WITH_KNOWN_REGISTERS("movs r2, #0\n\tsubs r2, #1\n\tsvc #0");
  frame_name = "flags_zc";
  WITH_KNOWN_REGISTERS("movs r2, #0\n\tcmp r2, r2\n\tsvc #0");
  frame_name = "flags_v";
  WITH_KNOWN_REGISTERS("movs r2, #1\n\tlsls r2, r2, #31\n\tcmp r2, r1\n\tsvc #0");
}

#if V7M
static void in_it_block(void) {
  handlers[IRQ0] = show_frame;
  handlers[SVCALL] = show_frame;
  ISER = 1;
  frame_name = "it_irq_first";
  WITH_KNOWN_REGISTERS(
      "cmp r1, r1\n\titttt eq\n\tstreq r1, [r0]\n\taddeq r4, #1\n\taddeq r4, #1\n\t"
      "addeq r4, #1");
  frame_name = "it_irq_second";
  WITH_KNOWN_REGISTERS(
      "cmp r1, r1\n\titttt eq\n\taddeq r4, #1\n\tstreq r1, [r0]\n\taddeq r4, #1\n\t"
      "addeq r4, #1");
  frame_name = "it_irq_third";
  WITH_KNOWN_REGISTERS(
      "cmp r1, r2\n\titett ne\n\taddne r4, #1\n\taddeq r4, #2\n\tstrne r1, [r0]\n\t"
      "addne r4, #1");
  frame_name = "it_irq_last";
  WITH_KNOWN_REGISTERS("cmp r1, r1\n\titt eq\n\taddeq r4, #1\n\tstreq r1, [r0]\n\tnop");
  frame_name = "it_svc_first";
  WITH_KNOWN_REGISTERS("cmp r1, r1\n\titte eq\n\tsvceq #1\n\taddeq r4, #1\n\taddne r4, #1");
  frame_name = "it_svc_middle";
  WITH_KNOWN_REGISTERS("cmp r1, r2\n\tittt lt\n\taddlt r4, #1\n\tsvclt #1\n\taddlt r4, #1");
  frame_name = "it_svc_last";
  WITH_KNOWN_REGISTERS("cmp r1, r2\n\titt lt\n\taddlt r4, #1\n\tsvclt #1");
  frame_name = "it_svc_skipped";
  WITH_KNOWN_REGISTERS("cmp r1, r2\n\titte lt\n\taddlt r4, #1\n\taddlt r4, #1\n\tsvcge #1");
}

static void skip_in_it(uint32_t *frame, uint32_t exc_return) {
  show_frame(frame, exc_return);
  check_fault("it_fault");
  skip(frame);
  frame[XPSR] &= ~0x0600fc00u;
}

static void it_resumes(void) {
  uint32_t result = 0;
  handlers[SVCALL] = note_entry;
  __asm__ volatile(
      "cmp %0, %0\n\titttt eq\n\taddeq %0, #1\n\tsvceq #1\n\taddeq %0, #16\n\t"
      "addeq %0, #32"
      : "+r"(result)::"cc", "memory");
  check("all", result);
  __asm__ volatile(
      "cmp %0, #0\n\tittee ne\n\taddne %0, #1\n\tsvcne #1\n\taddeq %0, #16\n\t"
      "addeq %0, #32"
      : "+r"(result)::"cc", "memory");
  check("skips", result);
  check_order("svc");
  frame_name = "it_load";
  handlers[BUSFAULT] = skip_in_it;
  enable_faults();
  WITH_KNOWN_REGISTERS(
      "ldr r3, =0x30000000\n\tcmp r1, r1\n\tittt eq\n\taddeq r4, #1\n\tldreq r2, "
      "[r3]\n\taddeq r4, #1");
}

static void no_alignment(void) {
  CCR = 0;
  barrier();
  handlers[SVCALL] = show_frame;
  frame_name = "even";
  WITH_KNOWN_REGISTERS("svc #3");
  frame_name = "odd";
  WITH_KNOWN_REGISTERS("sub sp, #4\n\tsvc #255\n\tadd sp, #4");
  CCR = 0x200;
}
#endif

static uint32_t process_stack[64] __attribute__((aligned(8)));

static void on_process_stack(void) {
  handlers[SVCALL] = show_frame;
  handlers[IRQ0] = show_frame;
  ISER = 1;
  for (unsigned odd = 0; odd < 2; odd++) {
    MSR("psp", (uint32_t)(process_stack + 60 - odd));
    MSR("control", 2);
    frame_name = odd ? "psp_odd" : "psp";
    WITH_KNOWN_REGISTERS("svc #1");
    frame_name = odd ? "psp_irq_odd" : "psp_irq";
    WITH_KNOWN_REGISTERS("str r1, [r0]\n\tdsb\n\tisb");
    check_n("psp_after", odd, MRS("psp"));
    check_n("control_after", odd, MRS("control"));
    MSR("control", 0);
  }
}

static void change_frame(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  frame[R0] = 0x11111111;
  frame[R3] = 0x33333333;
  frame[R12] = 0x12121212;
  frame[XPSR] = (frame[XPSR] & 0x07ffffffu) | 0xa0000000u;
}

static void changed_frame(void) {
  handlers[SVCALL] = change_frame;
  uint32_t r0, r3, r12, flags;
  __asm__ volatile("svc #0\n\tmov %0, r0\n\tmov %1, r3\n\tmov %2, r12\n\tmrs %3, apsr"
                   : "=r"(r0), "=r"(r3), "=r"(r12), "=r"(flags)::"r0", "r3", "r12", "cc");
  check("r0", r0);
  check("r3", r3);
  check("r12", r12);
  check("flags", flags);
}

#if V7M
static void nothing(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
}

static void exclusives(void) {
  handlers[IRQ0] = nothing;
  handlers[SVCALL] = nothing;
  ISER = 1;
  static uint32_t word;
  uint32_t alone, across, svc, cleared, value;
  __asm__ volatile("ldrex %1, [%2]\n\tadd %1, #1\n\tstrex %0, %1, [%2]"
                   : "=&r"(alone), "=&r"(value)
                   : "r"(&word)
                   : "memory");
  __asm__ volatile(
      "ldrex %1, [%2]\n\tadd %1, #1\n\tstr %4, [%3]\n\tdsb\n\tisb\n\tstrex %0, %1, [%2]"
      : "=&r"(across), "=&r"(value)
      : "r"(&word), "r"(0xe000e200), "r"(1)
      : "memory");
  __asm__ volatile("ldrex %1, [%2]\n\tadd %1, #1\n\tsvc #0\n\tstrex %0, %1, [%2]"
                   : "=&r"(svc), "=&r"(value)
                   : "r"(&word)
                   : "memory");
  __asm__ volatile("ldrex %1, [%2]\n\tadd %1, #1\n\tclrex\n\tstrex %0, %1, [%2]"
                   : "=&r"(cleared), "=&r"(value)
                   : "r"(&word)
                   : "memory");
  check("alone", alone);
  check("across_irq", across);
  check("across_svc", svc);
  check("clrex", cleared);
  check("word", word);
}
#endif

void suite_entry(void) {
  group("frame");
  frames();
  group("process");
  on_process_stack();
  group("changed");
  changed_frame();
#if V7M
  group("it");
  in_it_block();
  group("it_resume");
  it_resumes();
  group("stkalign");
  no_alignment();
  group("exclusive");
  exclusives();
#endif
}
