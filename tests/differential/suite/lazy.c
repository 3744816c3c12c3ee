/* FP frames that cannot be saved or taken back, and whose they are. */
#include "suite.h"

#if FPU

enum { LAZY = 0xc0000000u, EAGER = 0x80000000u, FPCCR_BITS = 0xc000017bu, FULL = 0xf00000 };
enum { PRIVILEGED_ONLY = 0x500000 };

/* Its second half is protected. */
static uint32_t protected_words[64] __attribute__((aligned(128)));
static uint32_t bad_address, good_address;

static void use_fp(void) {
  __asm__ volatile("vmov.f32 s0, #1.0\n\tvmov.f32 s15, #2.0" ::: "memory");
}

static uint32_t s0(void) {
  uint32_t value;
  __asm__ volatile("vmov %0, s0" : "=r"(value));
  return value;
}

/* The saved state would go where nothing can be written. */
static void touch(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  mark(ipsr());
  check("touch_lr", exc_return);
  check("before", FPCCR & FPCCR_BITS);
  good_address = FPCAR;
  FPCAR = bad_address;
  __asm__ volatile("vmov.f32 s0, #9.0" ::: "memory");
  mark(0xf0);
  check("after", FPCCR & FPCCR_BITS);
  check("pending", SHCSR);
  FPCAR = good_address;
}

static void lazy_error(uint32_t *frame, uint32_t exc_return) {
  mark(ipsr());
  check("error_lr", exc_return);
  check("ipsr", frame[XPSR] & 0x1ff);
  check("fpccr", FPCCR & FPCCR_BITS);
  check_fault("status");
  FPCAR = good_address;
}

static void one(const char *name, uint32_t basepri) {
  MSR("basepri", basepri);
  FPCCR = LAZY;
  use_fp();
  __asm__ volatile("svc #0" ::: "memory");
  check_n(name, 0, s0());
  check_order(name);
  MSR("basepri", 0);
}

static void cannot_save(uint32_t address, unsigned fault) {
  bad_address = address;
  handlers[SVCALL] = touch;
  handlers[BUSFAULT] = handlers[MEMMANAGE] = handlers[HARDFAULT] = lazy_error;
  set_priority(SVCALL, 0x20);
  one("disabled", 0);
  enable_faults();
  set_priority(fault, 0);
  one("enabled", 0);
  set_priority(fault, 0x40);
  one("less_urgent", 0);
  one("was_masked", 0x40);
}

static void protect(void) {
  MPU_RBAR = (uint32_t)(protected_words + 32) | 0x10;
  MPU_RASR = 6u << 1 | 1u; /* 128 bytes: no access */
  MPU_CTRL = 5;            /* on, with the background region */
  barrier();
}

/* Below priority 0 the MPU does not count: neither where the state was to be saved,
 * nor for who asks for it. */
static void from_nmi(void) {
  bad_address = (uint32_t)(protected_words + 32);
  handlers[NMI] = touch;
  handlers[MEMMANAGE] = handlers[HARDFAULT] = lazy_error;
  FPCCR = LAZY;
  MSR("faultmask", 1);
  use_fp();
  ICSR = 1u << 31;
  barrier();
  MSR("faultmask", 0);
  check_order("order");
  check("s0", s0());
}

static void regain(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  mark(ipsr());
  check("nocp_lr", exc_return);
  check_fault("nocp");
  CPACR = FULL;
  barrier();
}

static void lose(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  mark(ipsr());
  check("svc_lr", exc_return);
  check("svc_fpccr", FPCCR & FPCCR_BITS);
  CPACR = 0;
  barrier();
}

/* Saving at once, and taking back, needs access as an instruction does. */
static void without_access(void) {
  handlers[USAGEFAULT] = handlers[HARDFAULT] = regain;
  for (uint32_t priority = 0; priority <= 0x80; priority += 0x40) {
    set_priority(USAGEFAULT, priority);
    set_priority(SVCALL, 0x40);
    handlers[SVCALL] = note_entry;
    FPCCR = EAGER;
    use_fp();
    CPACR = 0;
    __asm__ volatile("dsb\n\tisb\n\tsvc #0" ::: "memory");
    check_n("push", priority, marks);
    marks = mark_count = 0;
    CPACR = FULL;
    barrier();
    handlers[SVCALL] = lose;
    use_fp();
    __asm__ volatile("svc #0" ::: "memory");
    check_n("pop", priority, marks);
    marks = mark_count = 0;
    CPACR = FULL;
    barrier();
    FPCCR = LAZY;
    use_fp();
    __asm__ volatile("svc #0" ::: "memory");
    check_n("kept", priority, marks);
    marks = mark_count = 0;
    CPACR = FULL;
    barrier();
    check_n("kept_s0", priority, s0());
  }
  set_priority(USAGEFAULT, 0);
  set_priority(SVCALL, 0);
}

static void save_for_user(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  mark(ipsr());
  check("user_lr", exc_return);
  check("user_before", FPCCR & FPCCR_BITS);
  __asm__ volatile("vmov.f32 s0, #9.0" ::: "memory");
  check("user_after", FPCCR & FPCCR_BITS);
  MSR("control", MRS("control") & ~1u);
  CPACR = FULL;
  barrier();
}

/* A thread that lost its access has its state saved all the same. */
static void of_another_privilege(void) {
  handlers[SVCALL] = save_for_user;
  handlers[USAGEFAULT] = handlers[HARDFAULT] = regain;
  use_fp();
  CPACR = PRIVILEGED_ONLY;
  MSR("control", MRS("control") | 1u);
  __asm__ volatile("svc #0" ::: "memory");
  check("s0", s0());
  check_order("order");
}

/* A new context takes its modes from FPDSCR, and no more. */
static void new_context(void) {
  uint32_t fpscr;
  FPDSCR = 0x02400000;
  __asm__ volatile("vmsr fpscr, %0" ::"r"(0xf180009f));
  MSR("control", MRS("control") & ~4u);
  __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr));
  check("fpscr", fpscr);
  check("modes", fpscr & 0x07c00000u);
  check("control", MRS("control"));
  __asm__ volatile("vmsr fpscr, %0" ::"r"(0));
  FPDSCR = 0;
}

void suite_lazy(void) {
  group("lsperr");
  cannot_save(HOLE + 0x100, BUSFAULT);
  group("mlsperr");
  protect();
  cannot_save((uint32_t)(protected_words + 32), MEMMANAGE);
  group("mlsperr_last");
  protect();
  cannot_save((uint32_t)(protected_words + 16), MEMMANAGE);
  group("mlsperr_none");
  protect();
  cannot_save((uint32_t)(protected_words + 14), MEMMANAGE);
  group("mlsperr_nmi");
  protect();
  from_nmi();
  group("fp_access");
  enable_faults();
  without_access();
  group("fp_access_hard");
  without_access();
}

void suite_fp_user(void) {
  group("fp_user");
  enable_faults();
  of_another_privilege();
  group("fp_context");
  new_context();
}
#endif
