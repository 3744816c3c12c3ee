/* Runs generated programs one after the other, and writes down what each of
 * their exceptions sees: as one hash for each program, or in full (LOG).
 *
 * The generated file defines program_count and program_table. Every exception
 * comes through entry.S to observe(), which names the body to run. */
#include <stdbool.h>
#include <stddef.h>

#include "target.h"

enum { SCRATCH_WORDS = 64, EXCEPTIONS = 24, FUEL = 60, STUCK = -100 };
enum { FRAME_PC = 6, FRAME_XPSR = 7 };
enum { FPSCR_MODES = 0x07c00000 }; /* what FPDSCR gives a new context: README.md */
enum { HARDFAULT = 3, USAGEFAULT = 6, SVCALL = 11 };

/* What entry.S pushed. */
struct saved {
  uint32_t r4, r5, r6, r7, r8, r9, r10, resume, exc_return;
};

typedef void body(void);
struct program {
  uint32_t id;
  body *thread;
  uint32_t registers[6];
  uint32_t shpr[3], ipr[2], prigroup, shcsr, ccr, iser;
  uint32_t fpccr;
  body *handlers[EXCEPTIONS];
};
extern const struct program program_table[];
extern const uint32_t program_count;
extern const uint32_t saved_sp;
extern const uint32_t final_registers[6];
void entry(void);
void unwind(void);
void program_end(void);
void program_finish(void);
void run_thread(body *thread, const uint32_t *registers);
body *observe(struct saved *saved);
void Reset_Handler(void);

/* Used by the generated code. */
uint32_t scratch[SCRATCH_WORDS];
uint32_t exclusive[2];
uint32_t protected_area[16] __attribute__((aligned(64)));
uint32_t good_return; /* the EXC_RETURN of a handler that returns by a bad one */
uint32_t thread_stack[128] __attribute__((aligned(8)));
uint32_t ending;

static const struct program *current;
static uint32_t hash, entries;
static int fuel;

static void note(const char *name, uint32_t value) {
  hash = (hash ^ value) * 0x01000193u;
  hash ^= hash >> 15;
#ifdef LOG
  char line[40];
  char *to = append(append(line, name), " ");
  to = append_hex(to, value);
  *to++ = '\n';
  *to = 0;
  print(line);
#else
  (void)name;
#endif
}

/* The oracle's VECTPENDING leaves BASEPRI and FAULTMASK out. */
static uint32_t icsr_to_compare(void) {
  uint32_t value = ICSR;
#if V7M
  if (MRS("basepri") != 0 || MRS("faultmask") != 0) {
    value &= ~0x1ff000u;
  }
#endif
  return value;
}

static bool near_svc(uint32_t pc) {
  const uint16_t *code = (const uint16_t *)(pc & ~1u);
  return pc < 0x200000 && pc >= 4 && (code[0] >> 8 == 0xdf || code[-1] >> 8 == 0xdf);
}

static void note_frame(const uint32_t *frame, uint32_t exc_return, uint32_t exception) {
  static const char *const names[] = {"r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr"};
  /* Which return address an escalated SVC has is not agreed: see README.md. */
  bool vague = exception == HARDFAULT && near_svc(frame[FRAME_PC]);
  for (unsigned i = 0; i < 8; i++) {
    uint32_t value = vague && i == FRAME_XPSR ? frame[i] & ~0x0600fc00u : frame[i];
    note(names[i], vague && i == FRAME_PC ? 0 : value);
  }
#if FPU
  if ((exc_return & 16u) == 0) {
    note("fpccr", FPCCR & 0xc000017bu); /* bit 10 is the oracle's alone */
    note("fpcar", FPCAR);
    if ((FPCCR & 1u) == 0) {
      for (unsigned i = 8; i < 24; i++) {
        note("fp", frame[i]);
      }
      note("fpscr", frame[24] & FPSCR_MODES);
    }
  }
#else
  (void)exc_return;
#endif
}

static void note_core(void) {
  note("msp", MRS("msp"));
  note("psp", MRS("psp"));
  note("control", MRS("control"));
  note("primask", MRS("primask"));
  note("icsr", icsr_to_compare());
  note("ispr", ISPR);
  note("iser", ISER);
  note("shcsr", SHCSR);
#if V7M
  note("basepri", MRS("basepri"));
  note("faultmask", MRS("faultmask"));
  note("iabr", IABR);
  uint32_t cfsr = CFSR;
  note("cfsr", cfsr);
  note("hfsr", HFSR);
  if ((cfsr & 0x80u) != 0) {
    note("mmfar", MMFAR);
  }
  if ((cfsr & 0x8000u) != 0) {
    note("bfar", BFAR);
  }
#endif
}

/* A fault goes on at the interrupted context's resume point. */
static void resume_behind(uint32_t *frame, struct saved *saved) {
#if V7M
  uint32_t cfsr = CFSR;
  CFSR = cfsr;
  HFSR = HFSR;
  if ((cfsr & 1u << 18) != 0) { /* INVPC: the frame is that of another context */
    saved->exc_return = good_return != 0 ? good_return : saved->exc_return;
    good_return = 0;
    return;
  }
#endif
  uint32_t resume = saved->resume;
  if (resume == 0 || fuel <= 0) {
    resume = (saved->exc_return & 8u) != 0 ? (uint32_t)program_end : (uint32_t)unwind;
  }
  frame[FRAME_PC] = resume & ~1u;
  frame[FRAME_XPSR] = (frame[FRAME_XPSR] & ~0x0600fc00u) | 1u << 24;
}

static void end_program(uint32_t *frame) {
  MSR("control", MRS("control") & ~1u);
  MSR("primask", 1);
#if V7M
  MSR("basepri", 0);
#endif
  frame[FRAME_PC] = (uint32_t)program_finish & ~1u;
  frame[FRAME_XPSR] = (frame[FRAME_XPSR] & ~0x0600fc00u) | 1u << 24;
  ending = 0;
}

body *observe(struct saved *saved) {
  uint32_t exception = MRS("ipsr");
  bool bad = (saved->exc_return & 15u) == 5; /* the frame is that of the good one */
  uint32_t back = bad && good_return != 0 ? good_return : saved->exc_return;
  uint32_t *frame = (back & 4u) != 0 ? (uint32_t *)MRS("psp") : (uint32_t *)(saved + 1);
  entries++;
  if (--fuel < STUCK) {
    print("stuck\n");
    exit_program();
  }
  note("exception", exception);
  note("r4", saved->r4);
  note("r5", saved->r5);
  note("r6", saved->r6);
  note("r8", saved->r8);
  note("r9", saved->r9);
  note("r10", saved->r10);
  note("exc_return", saved->exc_return);
  note_frame(frame, back, exception);
  note_core();
  bool thread = (saved->exc_return & 8u) != 0;
  if (ending != 0 && thread && (exception == SVCALL || exception == HARDFAULT)) {
#if V7M
    HFSR = HFSR;
#endif
    end_program(frame);
    return unwind;
  }
  if (exception >= HARDFAULT && exception <= USAGEFAULT) {
    resume_behind(frame, saved);
  }
  return fuel > 0 && exception < EXCEPTIONS && current->handlers[exception] != NULL
             ? current->handlers[exception]
             : unwind;
}

static void quiet(void) {
  __asm__ volatile("cpsid i" ::: "memory");
  ICER = 0xffffffff;
  ICPR = 0xffffffff;
  ICSR = 1u << 27 | 1u << 25;
  for (unsigned i = 0; i < 8; i++) {
    IPR(i) = 0;
  }
  SHPR(2) = 0;
  SHPR(3) = 0;
#if V7M
  SHPR(1) = 0;
  SHCSR = 0;
  AIRCR = 0x05fa0000;
  CCR = 0x200;
  CFSR = CFSR;
  HFSR = HFSR;
  MSR("basepri", 0);
  MSR("faultmask", 0);
  MPU_CTRL = 0;
#endif
#if FPU
  CPACR |= 0xf00000;
  barrier();
  FPCCR = 0xc0000000;
  __asm__ volatile("vmsr fpscr, %0" ::"r"(0));
  FPDSCR = 0;
  __asm__ volatile(
      "vmov.f32 s0, #1.0\n\tvmov.f32 s1, #2.0\n\tvmov.f32 s2, #3.0\n\tvmov.f32 s3, #4.0\n\t"
      "vmov.f32 s16, #5.0\n\tvmov.f32 s17, #6.0\n\t"
      ".irp n, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\tvmov.f32 s\\n, #1.5\n\t.endr");
#endif
  MSR("control", 0);
  barrier();
}

static void set_up(const struct program *p) {
  IPR(0) = p->ipr[0];
  IPR(1) = p->ipr[1];
  SHPR(2) = p->shpr[1];
  SHPR(3) = p->shpr[2];
#if V7M
  SHPR(1) = p->shpr[0];
  AIRCR = 0x05fa0000 | p->prigroup << 8;
  SHCSR = p->shcsr;
  CCR = p->ccr;
  MPU_RBAR = 0x10;
  MPU_RASR = 3u << 24 | 31u << 1 | 1u; /* all: full access */
  MPU_RBAR = (uint32_t)protected_area | 0x11;
  MPU_RASR = 5u << 1 | 1u; /* 64 bytes: no access */
  MPU_CTRL = 5;            /* on, with the background region */
#endif
#if FPU
  FPCCR = p->fpccr;
#endif
  ISER = p->iser;
  barrier();
}

static void note_end(void) {
  note_core();
  for (unsigned i = 0; i < 6; i++) {
    note("final", final_registers[i]);
  }
  note("ipr0", IPR(0));
  note("ipr1", IPR(1));
  note("shpr1", SHPR(1));
  note("shpr2", SHPR(2));
  note("shpr3", SHPR(3));
  note("aircr", AIRCR);
  note("ccr", CCR);
  for (unsigned i = 0; i < SCRATCH_WORDS; i++) {
    note("scratch", scratch[i]);
  }
  note("exclusive", exclusive[0]);
  note("entries", entries);
}

static void run(const struct program *p) {
  current = p;
  hash = 0x811c9dc5u;
  entries = 0;
  fuel = FUEL;
  ending = good_return = 0;
  for (unsigned i = 0; i < SCRATCH_WORDS; i++) {
    scratch[i] = i * 0x01010101u;
  }
  for (unsigned i = 0; i < 128; i++) {
    thread_stack[i] = 0;
  }
  exclusive[0] = 0;
  MSR("psp", (uint32_t)(thread_stack + 128) - (p->id & 4u));
  quiet();
  set_up(p);
  MSR("primask", 0);
  run_thread(p->thread, p->registers);
  note_end();
  quiet();
}

void Reset_Handler(void) {
  for (uint32_t i = 0; i < program_count; i++) {
    run(&program_table[i]);
    char line[48];
    char *to = append(line, "program.");
    to = append_hex(to, program_table[i].id);
    to = append(to, " ");
    to = append_hex(to, hash);
    to = append(to, " ");
    to = append_hex(to, entries);
    to = append(to, "\n");
    *to = 0;
    print(line);
  }
  exit_program();
}
