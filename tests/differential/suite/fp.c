/* The FP context: extended frames, at once and lazily. */
#include "suite.h"

#if FPU

static const char *frame_name;
static bool touches;

static void show(uint32_t *frame, uint32_t exc_return) {
  check_n(frame_name, 0, exc_return);
  check_n(frame_name, 1, MRS("control"));
  check_n(frame_name, 2, FPCCR & 0xc000017bu);
  check_n(frame_name, 3, FPCAR - (uint32_t)frame);
  check_n(frame_name, 4, (uint32_t)frame & 7u);
  check_n(frame_name, 5, frame[XPSR]);
  if (touches) {
    __asm__ volatile("vmov.f32 s0, #9.0\n\tvmov.f32 s15, #9.0" ::: "memory");
    check_n(frame_name, 6, FPCCR & 0xc000017bu);
    check_n(frame_name, 7, MRS("control"));
  }
  if ((exc_return & 16u) == 0 && (FPCCR & 1u) == 0) {
    for (unsigned i = 8; i < 25; i++) {
      check_n(frame_name, i + 8, frame[i]);
    }
  }
}

static void fill(void) {
  __asm__ volatile(
      "vmov.f32 s0, #1.0\n\tvmov.f32 s1, #2.0\n\tvmov.f32 s2, #3.0\n\tvmov.f32 s3, #4.0\n\t"
      "vmov.f32 s4, #5.0\n\tvmov.f32 s5, #6.0\n\tvmov.f32 s6, #7.0\n\tvmov.f32 s7, #8.0\n\t"
      "vmov.f32 s8, #1.5\n\tvmov.f32 s9, #2.5\n\tvmov.f32 s10, #3.5\n\tvmov.f32 s11, #4.5\n\t"
      "vmov.f32 s12, #5.5\n\tvmov.f32 s13, #6.5\n\tvmov.f32 s14, #7.5\n\tvmov.f32 s15, #8.5\n\t"
      "vmov.f32 s16, #0.5");
}

static void show_registers(const char *name) {
  uint32_t s0, s15, s16, fpscr;
  __asm__ volatile("vmov %0, s0\n\tvmov %1, s15\n\tvmov %2, s16\n\tvmrs %3, fpscr"
                   : "=r"(s0), "=r"(s15), "=r"(s16), "=r"(fpscr));
  check_n(name, 0, s0);
  check_n(name, 1, s15);
  check_n(name, 2, s16);
  check_n(name, 3, fpscr);
  check_n(name, 4, MRS("control"));
}

static void one(const char *name, uint32_t fpccr, bool touch) {
  MSR("control", 0);
  FPCCR = fpccr;
  barrier();
  touches = touch;
  frame_name = name;
  __asm__ volatile("svc #0" ::: "memory");
  fill();
  check_n(name, 0x40, MRS("control"));
  __asm__ volatile("vmsr fpscr, %0\n\tsvc #0" ::"r"(0x00c00000) : "memory");
  show_registers(name);
  __asm__ volatile("sub sp, #4\n\tsvc #0\n\tadd sp, #4" ::: "memory");
  __asm__ volatile("vmsr fpscr, %0" ::"r"(0));
}

static void modes(void) {
  handlers[SVCALL] = show;
  one("lazy", 0xc0000000, false);
  one("lazy_touch", 0xc0000000, true);
  one("eager", 0x80000000, false);
  one("eager_touch", 0x80000000, true);
  one("off", 0, false);
  FPCCR = 0xc0000000;
}

static void nested(uint32_t *frame, uint32_t exc_return) {
  check_n("outer", 0, exc_return);
  check_n("outer", 1, FPCAR - (uint32_t)frame);
  pend(1);
  check_n("outer", 2, FPCCR & 0xc000017bu);
  fill();
  check_n("outer", 3, FPCCR & 0xc000017bu);
  pend(1);
  check_n("outer", 4, FPCCR & 0xc000017bu);
}

static void inner(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  check_n("inner", 0, exc_return);
  check_n("inner", 1, FPCCR & 0xc000017bu);
}

static void default_status(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  uint32_t fpscr;
  __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr));
  check("fpdscr", fpscr);
}

static void skip_nocp(uint32_t *frame, uint32_t exc_return) {
  check("exc_return", exc_return);
  check_fault("nocp");
  CPACR = 0xf00000;
  barrier();
  (void)frame;
}

static void no_access(uint32_t value) {
  handlers[USAGEFAULT] = handlers[HARDFAULT] = skip_nocp;
  MSR("control", 0);
  CPACR = value;
  barrier();
  __asm__ volatile("vmov.f32 s1, #1.0");
  check_n("cpacr", value, CPACR);
}

static uint32_t process_stack[64] __attribute__((aligned(8)));

/* Privileged code on the process stack: CPACR lets it in, and its frame come back. */
static void privileged_only(void) {
  uint32_t s1;
  handlers[SVCALL] = note_entry;
  handlers[USAGEFAULT] = skip_nocp;
  FPCCR = 0x80000000;
  CPACR = 0x500000;
  barrier();
  MSR("psp", (uint32_t)(process_stack + 60));
  MSR("control", 2);
  __asm__ volatile("vmov.f32 s1, #2.0\n\tsvc #0\n\tvmov %0, s1" : "=r"(s1)::"memory");
  MSR("control", 0);
  check("s1", s1);
  check_order("order");
  CPACR = 0xf00000;
  FPCCR = 0xc0000000;
  barrier();
}

void suite_fp(void) {
  CPACR = 0xf00000;
  barrier();
  group("fp");
  modes();
  group("fp_nest");
  handlers[SVCALL] = nested;
  handlers[IRQ0] = inner;
  set_priority(SVCALL, 0x80);
  ISER = 1;
  fill();
  __asm__ volatile("svc #0" ::: "memory");
  show_registers("after");
  group("fp_status");
  handlers[SVCALL] = default_status;
  FPDSCR = 0x03c00000;
  fill();
  __asm__ volatile("svc #0" ::: "memory");
  FPDSCR = 0;
  group("fp_psp");
  enable_faults();
  privileged_only();
  group("fp_off");
  enable_faults();
  no_access(0);
  group("fp_off_hard");
  no_access(0);
  MSR("control", 0);
}
#endif
