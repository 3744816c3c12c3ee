#!/usr/bin/env python3
"""Random small firmwares for the audit: shared variables of every type,
sections of every kind, handlers at several priorities.

A firmware is a function of its seed alone. Statements are numbered as they
are made; those in `drop` are left out of the text while all others stay as
they are, so that a firmware can be shrunk. Nothing here faults or divides;
the thread goes on for ever or sleeps.
"""

import argparse
import random
import sys

WORD_TYPES = ["uint8_t", "uint16_t", "uint32_t", "int8_t", "int16_t", "int32_t"]
ENUMS = ["IDLE = 1", "READY = 2", "BUSY = 0x40", "DONE = 0x123"]
IRQS = range(4)
DEVICES = ["0x40001000u", "0x40001004u", "0x40020010u"]
# With models, see devices.h.
COUNTER, FAST_COUNTER, CAPTURE, COMPARE = "0x40003000u", "0x40003004u", "0x40003008u", "0x4000300cu"
CAPTURED, STATUS, ENABLE, START = "0x40003010u", "0x40003014u", "0x40003018u", "0x4000301cu"
DONE, TURNS = "0x40003020u", "0x40003024u"

PRELUDE = """\
#include <stdbool.h>
#include <stdint.h>

#include "firmware/shared/cortexm.h"

#define NVIC_ICER0 REGISTER(0xe000e180u)
#define NVIC_ISPR0 REGISTER(0xe000e200u)
#define NVIC_ICPR0 REGISTER(0xe000e280u)

enum state { IDLE = 1, READY = 2, BUSY = 0x40, DONE = 0x123 };
enum small { NO, YES, MAYBE } __attribute__((packed));
struct pair {
  uint32_t low;
  uint16_t middle;
  uint8_t high;
};
struct big {
  uint32_t word[5];
};
struct bits {
  unsigned one : 3, two : 7, three : 22;
};
union view {
  uint32_t word;
  uint16_t half[2];
  uint8_t byte[4];
};
"""

COPY = """\
static __attribute__((noinline, unused)) uint32_t sum_of(const struct big *from) {
  struct big copy = *from;
  uint32_t sum = 0;
  for (unsigned i = 0; i < 5; i++) {
    sum += copy.word[i];
  }
  return sum;
}

static __attribute__((noinline, unused)) uint32_t deep(uint32_t seed, unsigned n) {
  volatile uint32_t buffer[6];
  buffer[seed & 3] = seed;
  buffer[5] = n;
  return n == 0 ? buffer[seed & 3] : deep(seed + buffer[5], n - 1) + 1;
}
"""

# Task switch by PendSV, for both architectures.
TASKS = """\
uint32_t *task_sp[2];
uint32_t task_now;
void task_main(void);

__attribute__((used)) uint32_t *switch_task(uint32_t *sp) {
  task_sp[task_now] = sp;
  task_now ^= 1;
  return task_sp[task_now];
}

__attribute__((naked)) void PendSV_Handler(void) {
  __asm__ volatile(
      ".syntax unified\\n mrs r0, psp\\n subs r0, #32\\n stmia r0!, {r4-r7}\\n"
      "mov r4, r8\\n mov r5, r9\\n mov r6, r10\\n mov r7, r11\\n"
      "stmia r0!, {r4-r7}\\n subs r0, #32\\n push {r3, lr}\\n bl switch_task\\n"
      "adds r0, #16\\n ldmia r0!, {r4-r7}\\n"
      "mov r8, r4\\n mov r9, r5\\n mov r10, r6\\n mov r11, r7\\n"
      "subs r0, #32\\n ldmia r0!, {r4-r7}\\n adds r0, #16\\n msr psp, r0\\n"
      "pop {r3, pc}\\n");
}

static void tasks_start(void) {
  uint32_t *frame = (uint32_t *)0x20009000u - 16;
  frame[14] = (uint32_t)task_main | 1u;
  frame[15] = 0x01000000u;
  task_sp[1] = frame;
}
"""

USE_PSP = """\
  __asm__ volatile("msr psp, %0\\n msr control, %1\\n isb" ::"r"(0x20008000u), "r"(2) : "memory");
"""

# A handler whose body is told where its frame is.
FRAME_ENTRY = """\
__attribute__((naked)) void {name}(void) {{
  __asm__ volatile("movs r0, #4\\n mov r1, lr\\n tst r0, r1\\n beq 1f\\n mrs r0, psp\\n"
                   "ldr r1, =body_of_{name}\\n bx r1\\n 1: mrs r0, msp\\n"
                   "ldr r1, =body_of_{name}\\n bx r1\\n .ltorg");
}}

__attribute__((used)) void body_of_{name}(volatile uint32_t *frame) {{
  (void)frame;
"""


class Variable:
    """One shared variable: how it is declared, read (as a number) and written."""

    def __init__(self, rng, number, v7m):
        self.name = f"v{number}"
        kinds = ["word"] * 5 + ["wide"] * 6 + ["enum"] * 3 + ["struct", "big", "bits", "bits",
                 "pointer", "array", "array", "wides", "union", "atomic", "double", "bool"]
        self.kind = rng.choice(kinds)
        self.qualifier = rng.choice(["volatile ", "volatile ", "volatile ", ""])
        self.element = rng.choice(WORD_TYPES)
        self.signed = rng.random() < 0.3
        self.v7m = v7m
        if self.kind == "atomic":
            self.qualifier = ""
            self.element = rng.choice(["uint8_t", "uint16_t", "uint32_t"])
        if self.kind == "pointer":
            self.qualifier = ""

    def declaration(self):
        n, q = self.name, self.qualifier
        return {
            "word": f"{q}{self.element} {n};",
            "wide": f"{q}{'int64_t' if self.signed else 'uint64_t'} {n} = 0x1ffffffffULL;",
            "enum": f"{q}enum {'small' if self.signed else 'state'} {n} = 1;",
            "struct": f"{q}struct pair {n};",
            "big": f"struct big {n};",
            "bits": f"{q}struct bits {n};",
            "pointer": f"uint32_t targets_{n}[2];\nuint32_t *volatile {n} = targets_{n};",
            "array": f"{q}{self.element} {n}[4];",
            "wides": f"{q}uint64_t {n}[2];",
            "union": f"{q}union view {n};",
            "atomic": f"_Atomic {self.element} {n};",
            "double": f"{q}double {n};",
            "bool": f"{q}bool {n};",
        }[self.kind]

    def read(self, rng):
        n = self.name
        i = rng.randrange(2)
        return {
            "word": f"(uint32_t){n}",
            "wide": rng.choice([f"(uint32_t)({n} >> 31)", f"(uint32_t)({n} ^ ({n} >> 32))"]),
            "enum": f"(uint32_t){n}",
            "struct": rng.choice([f"{n}.low", f"{n}.middle", f"(uint32_t)({n}.low + {n}.high)"]),
            "big": rng.choice([f"sum_of(&{n})", f"{n}.word[{i + 1}]"]),
            "bits": rng.choice([f"{n}.one", f"{n}.two", f"(uint32_t)({n}.three + {n}.one)"]),
            "pointer": f"*{n}",
            "array": f"(uint32_t){n}[{i + 1}]",
            "wides": f"(uint32_t)({n}[{i}] >> 30)",
            "union": rng.choice([f"{n}.word", f"{n}.half[1]", f"{n}.byte[{i}]"]),
            "atomic": f"__atomic_load_n(&{n}, __ATOMIC_RELAXED)",
            "double": f"(uint32_t)({n} == 2.5)",
            "bool": f"(uint32_t){n}",
        }[self.kind]

    def write(self, rng, value):
        n = self.name
        i = rng.randrange(2)
        wide = rng.choice([f"{n}++;", f"{n} += 0x80000000u;", f"{n} = (uint64_t){value} << 20;",
                           f"{n} = {value} & 1 ? 0x1111111122222222ULL : 0;"])
        add = f"__atomic_fetch_add(&{n}, 1, __ATOMIC_RELAXED);"
        store = f"__atomic_store_n(&{n}, (uint8_t){value}, __ATOMIC_RELEASE);"
        return {
            "word": rng.choice([f"{n}++;", f"{n} = ({self.element}){value};", f"{n} ^= 5;"]),
            "wide": wide,
            "enum": f"{n} = {value} & 1 ? {'YES' if self.signed else 'DONE'} : "
                    f"{'MAYBE' if self.signed else 'BUSY'};",
            "struct": rng.choice([f"{n}.low = {value};", f"{n}.middle++;",
                                  f"{n} = (struct pair){{{value}, 2, 3}};"]),
            "big": rng.choice([f"{n} = (struct big){{{{{value}, 1, 2, 3, {value}}}}};",
                               f"{n}.word[{i}]++;"]),
            "bits": rng.choice([f"{n}.one++;", f"{n}.two = {value} & 127;", f"{n}.three += 3;"]),
            "pointer": rng.choice([f"{n} = &targets_{n}[{i}];", f"*{n} += 1;"]),
            "array": rng.choice([f"{n}[{i}]++;",
                                 f"for (unsigned i = 0; i < 4; i++) {{ {n}[i] = i + {value}; }}"]),
            "wides": f"{n}[{i}] += 0x100000001ULL;",
            "union": rng.choice([f"{n}.word = {value};", f"{n}.half[1] = {value};",
                                 f"{n}.byte[{i}]++;"]),
            "atomic": rng.choice([add, store]) if self.v7m else store,
            "double": f"{n} = {value} & 1 ? 2.5 : 1e300;",
            "bool": f"{n} = !{n};",
        }[self.kind]


class Firmware:
    def __init__(self, seed, drop=(), devices=False, calm=False):
        self.seed = seed
        self.drop = frozenset(drop)
        self.rng = rng = random.Random(seed)
        self.devices = devices
        self.calm = calm
        self.core = rng.choice(["m0", "m3", "m3"])
        self.v7m = self.core == "m3"
        self.optimisation = rng.choice(["O0", "O1", "O2", "Os"])
        self.care = rng.choice([0.95, 0.6, 0.0])  # how often accesses stand in a section
        self.statements = 0
        self.acting = "thread"  # whose statements are being made
        self.variables = [Variable(rng, i, self.v7m) for i in range(rng.randint(2, 5))]
        self.handlers = self.choose_handlers()
        self.tasks = "PendSV" not in self.handlers and rng.random() < 0.15
        self.psp = self.tasks or rng.random() < 0.15
        self.source = self.write()

    def choose_handlers(self):
        names = ["SysTick", "SysTick", "PendSV", "SVCall"] + [f"IRQ{i}" for i in IRQS]
        return sorted(set(self.rng.choices(names, k=self.rng.randint(1, 3))) |
                      {self.rng.choice(["SysTick", "IRQ0"])})

    def priority(self):
        return self.rng.choice([0, 0x40, 0x80, 0xc0])

    def value(self):
        return self.rng.choice(["turn", "turn", "acc", str(self.rng.randrange(300))])

    # Statements: each returns its lines.

    def access(self, thread):
        rng = self.rng
        v = rng.choice(self.variables)
        if rng.random() < 0.5:
            return [v.write(rng, self.value())]
        read = v.read(rng)
        other = rng.choice(self.variables)
        shape = rng.randrange(4)
        if shape == 0:
            return [f"if (({read}) & 1) {{", *self.access(thread), "}"]
        if shape == 1:
            return [f"if (({read}) == {other.read(rng)}) {{ acc++; }}"]
        return [f"acc += {read};"]

    def around(self, body):
        """A section of one kind."""
        rng = self.rng
        irqs = [h for h in self.handlers if h.startswith("IRQ")]
        kinds = ["primask", "primask", "saved", "systick"]
        kinds += ["basepri"] * 2 if self.v7m else []
        kinds += ["faultmask"] if self.v7m else []
        kinds += ["nvic"] * 2 if irqs else []
        kind = rng.choice(kinds)
        if kind == "primask":
            return ["interrupts_disable();", *body, "interrupts_enable();"]
        if kind == "saved":
            return ['{ uint32_t saved; __asm__ volatile("mrs %0, primask\\n cpsid i" : '
                    '"=r"(saved)::"memory");', *body,
                    '__asm__ volatile("msr primask, %0" ::"r"(saved) : "memory"); }']
        if kind == "faultmask":
            return ['{ uint32_t saved; __asm__ volatile("mrs %0, faultmask\\n cpsid f" : '
                    '"=r"(saved)::"memory");', *body,
                    '__asm__ volatile("msr faultmask, %0" ::"r"(saved) : "memory"); }']
        if kind == "basepri":
            return ['{ uint32_t saved; __asm__ volatile("mrs %0, basepri" : "=r"(saved));',
                    f"basepri_write({self.priority() or 0x20});", *body,
                    "basepri_write(saved); }"]
        if kind == "systick":
            return ["SYST_CSR &= ~SYST_CSR_TICKINT;", *body, "SYST_CSR |= SYST_CSR_TICKINT;"]
        irq = rng.choice(irqs)[3:]
        return [f"NVIC_ICER0 = 1u << {irq};", *body, f"NVIC_ISER0 = 1u << {irq};"]

    def exclusive(self):
        v = next((v for v in self.variables if v.kind in ("word", "union", "array", "wide")), None)
        if not self.v7m or v is None:
            return ["nop();"]
        body = self.rng.choice(["", "nop\\n", "clrex\\n" if self.rng.random() < 0.1 else ""])
        once = self.rng.random() < 0.4
        loop = "" if once or "clrex" in body else "cmp r1, #0\\n bne 1b\\n"
        line = (f'{{ uint32_t failed; __asm__ volatile("1: ldrexb r0, [%1]\\n {body} adds r0, #1\\n '
                f'strexb r1, r0, [%1]\\n {loop} mov %0, r1" : "=r"(failed) : "r"(&{v.name}) '
                f': "r0", "r1", "cc", "memory");')
        return [line, *(["if (failed) {", *self.access(True), "}"] if once else []), "}"]

    def system(self):
        rng = self.rng
        irqs = [h[3:] for h in self.handlers if h.startswith("IRQ")]
        choices = ["acc += deep(acc, %d);" % rng.randrange(3), "nop();",
                   '__asm__ volatile("dsb\\n isb");',
                   f"REGISTER({rng.choice(DEVICES)}) |= {1 << rng.randrange(4)}u;",
                   f"REGISTER({rng.choice(DEVICES)}) &= ~{1 << rng.randrange(4)}u;",
                   f"REGISTER({rng.choice(DEVICES)}) = {self.value()};",
                   f"acc ^= SCB_SHPR3 >> 24;", "acc += SCB_ICSR;"]
        # Nobody pends himself, not over others either: handlers come to an end.
        if self.acting != "PendSV" and ("PendSV" in self.handlers or self.tasks):
            choices += ["SCB_ICSR = SCB_ICSR_PENDSVSET;"] * 3
        if irqs and self.acting in ("thread", "SysTick"):
            choices += [f"NVIC_ISPR0 = 1u << {rng.choice(irqs)};"] * 2
            choices += [f"NVIC_ICPR0 = 1u << {rng.choice(irqs)};"]
        if rng.random() < 0.2:
            choices += [f"SCB_SHPR3 = {self.priority()}u << 24 | {self.priority()}u << 16;"]
        return [rng.choice(choices)]

    def device_check(self, thread):
        return [f"if (REGISTER({self.rng.choice(DEVICES)}) & {1 << self.rng.randrange(4)}u) {{",
                *self.access(thread), "}"]

    def modelled(self, thread):
        """Registers of devices.h."""
        rng = self.rng
        read = rng.choice([COUNTER, COUNTER, FAST_COUNTER, CAPTURED, STATUS, DONE, DONE, TURNS])
        ahead = [f"REGISTER({CAPTURE}) = 1;"] if read == CAPTURED else []
        check = [*ahead, f"if (REGISTER({read}) & {1 << rng.randrange(3)}u) {{",
                 *self.access(thread), "}"]
        writes = [f"REGISTER({COMPARE}) = {rng.randrange(64)};", f"REGISTER({START}) = 1;",
                  f"REGISTER({STATUS}) = 1;", f"REGISTER({ENABLE}) = {rng.randrange(2)};"]
        return check if rng.random() < 0.6 else [rng.choice(writes)]

    def work(self):
        """The thread does something of its own for a while."""
        rng = self.rng
        store = rng.choice(["", "own[i & 7] ^= acc;", "acc += own[i & 7];"])
        return [f"for (unsigned i = 0; i < {rng.randint(10, 80)}; i++) {{",
                f'acc = acc * 3 + i; __asm__ volatile("" : "+r"(acc)); {store}', "}"]

    def bitband(self):
        v = next((v for v in self.variables if v.kind in ("word", "enum", "wide", "union")), None)
        if not self.v7m or v is None:
            return self.access(True)
        alias = f"REGISTER(0x22000000u + ((uint32_t)&{v.name} - 0x20000000u) * 32 + 4)"
        return [self.rng.choice([f"acc += {alias};", f"{alias} = turn & 1;"])]

    def peek(self, thread):
        """The handler looks at what it interrupted, or at time."""
        rng = self.rng
        reg = rng.choice(["r4", "r5", "r6", "r8", "r9", "r10", "r11"])
        looks = [f'__asm__ volatile("mov %0, {reg}" : "=r"(seen));',
                 '__asm__ volatile("mrs %0, xpsr" : "=r"(seen)); seen >>= 28;',
                 '__asm__ volatile("mrs %0, psp" : "=r"(seen)); seen >>= 3;',
                 '__asm__ volatile("mrs %0, msp" : "=r"(seen)); seen >>= 3;',
                 '__asm__ volatile("mrs %0, primask" : "=r"(seen));',
                 "seen = SYST_CVR;", "seen = SYST_CSR >> 16;", "seen = SCB_ICSR >> 26;",
                 "seen = NVIC_ISPR0 | REGISTER(0xe000e300u);"]
        if self.v7m:
            looks += ['__asm__ volatile("mrs %0, basepri" : "=r"(seen)); seen >>= 7;']
        return ["{ uint32_t seen;", rng.choice(looks), "if (seen & 1) {", *self.access(thread),
                "} }"]

    def show(self):
        """The thread leaves something in a register while it does something else."""
        reg = self.rng.choice(["r4", "r5", "r6"])
        value = self.rng.randrange(2)
        return [f'__asm__ volatile("movs {reg}, #{value}\\n nop\\n nop\\n movs {reg}, #0" ::: '
                f'"{reg}", "cc", "memory");']

    def statement(self, thread, frame=False):
        rng = self.rng
        if self.calm and thread and rng.random() < 0.3:
            return self.work()
        if self.devices and rng.random() < 0.35:
            return self.modelled(thread)
        kind = rng.random()
        if kind < 0.5:
            body = [line for _ in range(rng.randint(1, 2)) for line in self.access(thread)]
            if rng.random() < self.care and (thread or rng.random() < 0.2):
                if rng.random() < 0.15:
                    body = self.around(body) + self.access(thread)
                return self.around(body)
            return body
        if kind < 0.62:
            return self.system()
        if kind < 0.70:
            return self.device_check(thread)
        if kind < 0.78:
            return self.exclusive()
        if kind < 0.81:
            return self.bitband()
        if kind < 0.85 and thread:
            return [rng.choice(["wait_for_interrupt();", '__asm__ volatile("wfe");',
                                '__asm__ volatile("sev");'])]
        if kind < 0.90 and thread:
            if "SVCall" in self.handlers:
                return ["supervisor_call();"]
            return self.show()
        if frame and rng.random() < 0.6:
            slot = rng.choice([0, 1, 2, 5, 6, 7])
            return [f"if (frame[{slot}] & {1 << rng.randrange(4)}u) {{", *self.access(thread), "}"]
        return self.show() if thread else self.peek(thread)

    def body(self, count, thread, frame=False):
        lines = []
        for _ in range(count):
            made = self.statement(thread, frame)
            if self.statements not in self.drop:
                lines += [f"  {line}" for line in made]
            self.statements += 1
        return lines

    def handler(self, name):
        self.acting = name
        frame = self.rng.random() < (0.6 if name == "SVCall" else 0.12)
        entry = f"{name}_Handler"
        opening = FRAME_ENTRY.format(name=entry) if frame else f"void {entry}(void) {{\n"
        lines = self.body(self.rng.randint(1, 4), False, frame)
        if self.devices and name == "IRQ0":  # else it came for ever
            lines = [f"  REGISTER({STATUS}) = 1;", *lines]
        return (opening + "  uint32_t acc = handled;\n  uint32_t turn = acc;\n" +
                "\n".join(lines) + "\n  handled = acc + (turn & 0) + 1;\n}\n")

    def declarations(self):
        text = "".join(v.declaration() + "\n" for v in self.variables)
        text += "volatile uint32_t handled;\n"
        text += "volatile uint32_t own[8];\n" if self.calm else ""
        for name in self.handlers + (["PendSV"] if self.tasks else []):
            text += f"void {name}_Handler(void);\nvoid body_of_{name}_Handler(volatile uint32_t *);\n"
        return text + "uint32_t *switch_task(uint32_t *);\nvoid thread_main(void);\n"

    def setup(self):
        rng = self.rng
        lines = [f"  SCB_SHPR3 = {self.priority()}u << 24 | {self.priority()}u << 16;",
                 f"  SCB_SHPR2 = {self.priority()}u << 24;",
                 "  NVIC_IPR0 = " + " | ".join(f"{self.priority()}u << {8 * i}" for i in IRQS) + ";"]
        enabled = sum(1 << int(h[3:]) for h in self.handlers if h.startswith("IRQ"))
        if enabled:
            lines.append(f"  NVIC_ISER0 = {enabled}u;")
        if self.devices:
            lines += [f"  REGISTER({COMPARE}) = {rng.randrange(64)};", f"  REGISTER({ENABLE}) = 1;"]
        period = rng.choice([60, 150, 400])
        if "SysTick" in self.handlers:
            lines.append(f"  systick_start({period});")
        return lines

    def loop(self, name, count, once=False):
        setup = f"void {name}(void) {{\n  uint32_t acc = 0;\n"
        head = "  for (uint32_t turn = 0;; turn++) {\n"
        lines = "\n".join(self.body(count, True)) + "\n"
        sleep = "    wait_for_interrupt();\n" if once else ""
        keep = '    __asm__ volatile("" ::"r"(acc));\n'
        return setup + head + lines + keep + sleep + "  }\n}\n"

    def write(self):
        rng = self.rng
        handlers = "\n".join(self.handler(name) for name in self.handlers)
        self.acting = "thread"
        thread = self.loop("thread_main", rng.randint(3, 8), rng.random() < 0.2)
        other = self.loop("task_main", rng.randint(1, 3)) if self.tasks else ""
        main = ["int main(void) {", *(["  tasks_start();"] if self.tasks else []), *self.setup(),
                *([USE_PSP.rstrip()] if self.psp else []), "  thread_main();", "  return 0;", "}"]
        dropped = f", without {sorted(self.drop)}" if self.drop else ""
        return (f"/* Random firmware {self.seed}{dropped}: cortex-{self.core}, "
                f"-{self.optimisation}. */\n" + PRELUDE + "\n" + self.declarations() + "\n" +
                COPY + "\n" + (TASKS + "\n" if self.tasks else "") + handlers + "\n" + thread +
                "\n" + other + "\n" + "\n".join(main) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--drop", default="", help="numbers of statements to leave out: 1,4")
    parser.add_argument("--devices", action="store_true", help="registers of devices.h too")
    parser.add_argument("--calm", action="store_true", help="long stretches of own work too")
    arguments = parser.parse_args()
    drop = [int(number) for number in arguments.drop.split(",") if number]
    sys.stdout.write(Firmware(arguments.seed, drop, arguments.devices, arguments.calm).source)


if __name__ == "__main__":
    main()
