#include <criterion/criterion.h>

#include "tests/detectors/story.h"

enum { STATUS = 0x40000000, OUTPUT = 0x40000010, OTHER = 0x40000020 };

#define LOST(kind_, victim_, intruder_, value_) \
  { kind_, LEAF_NONE, victim_, intruder_, value_, false }
#define RAISES(who_) ENTER(who_), REGISTER_WRITE(who_, 0x210, OTHER, 2, 0, 0), LEAVE(who_)

#define READ_2(at_) REGISTER_READ(MAIN, 0x110, at_, 0), REGISTER_READ(MAIN, 0x110, at_ + 4, 0)
#define READ_8(at_) READ_2(at_), READ_2(at_ + 8), READ_2(at_ + 16), READ_2(at_ + 24)

static const struct story STORIES[] = {
    {"status &= ~1, and a handler raised flag 2 meanwhile (rc_w0)",
     {REGISTER_READ(MAIN, 0x110, STATUS, 1), RAISES(TICK), OPEN(1),
      REGISTER_WRITE(MAIN, 0x114, STATUS, 0, 3, 0), OPEN(0)},
     {LOST(FINDING_FLAG_RMW, 0x110, 0x210, 0)}},
    {"the same by hardware alone",
     {REGISTER_READ(MAIN, 0x110, STATUS, 1), REGISTER_WRITE(MAIN, 0x114, STATUS, 0, 3, 0)},
     {LOST(FINDING_FLAG_RMW, 0x110, 0x114, 0)}},
    {"status = ~1 keeps what rose; nothing rose; another statement",
     {REGISTER_READ(MAIN, 0x110, STATUS, 1), RAISES(TICK),
      REGISTER_WRITE(MAIN, 0x114, STATUS, 0xfffffffe, 3, 2),
      REGISTER_READ(MAIN, 0x110, STATUS, 1), REGISTER_WRITE(MAIN, 0x114, STATUS, 0, 1, 0),
      REGISTER_READ(MAIN, 0x110, STATUS, 1), RAISES(TICK),
      REGISTER_WRITE(MAIN, 0x124, STATUS, 0, 3, 0), OPEN(0)},
     {{0}}},
    {"a reset of all flags, none of which was seen",
     {REGISTER_READ(MAIN, 0x110, STATUS, 0), RAISES(TICK),
      REGISTER_WRITE(MAIN, 0x114, STATUS, 0, 2, 0)},
     {{0}}},
    {"control |= 0x10 writes a 1 back to a flag that nobody had seen (w1c)",
     {REGISTER_READ(MAIN, 0x100, STATUS, 0), REGISTER_READ(MAIN, 0x110, STATUS, 4),
      REGISTER_WRITE(MAIN, 0x114, STATUS, 0x14, 4, 0x10)},
     {LOST(FINDING_FLAG_RMW, 0x110, 0x114, 0x10)}},
    {"a flag that was looked at before is meant; status = status acknowledges all",
     {REGISTER_READ(MAIN, 0x100, STATUS, 4), REGISTER_READ(MAIN, 0x110, STATUS, 4),
      REGISTER_WRITE(MAIN, 0x114, STATUS, 0x14, 4, 0x10), REGISTER_READ(MAIN, 0x100, STATUS, 0),
      REGISTER_READ(MAIN, 0x110, STATUS, 4), REGISTER_WRITE(MAIN, 0x114, STATUS, 4, 4, 0)},
     {{0}}},
    {"output |= 0x10, and a handler's output |= 0x20 meanwhile",
     {REGISTER_READ(MAIN, 0x110, OUTPUT, 0), ENTER(TICK), REGISTER_READ(TICK, 0x210, OUTPUT, 0),
      REGISTER_WRITE(TICK, 0x212, OUTPUT, 0x20, 0, 0x20), LEAVE(TICK), OPEN(1),
      REGISTER_WRITE(MAIN, 0x114, OUTPUT, 0x10, 0x20, 0x10), OPEN(0)},
     {LOST(FINDING_LOST_UPDATE, 0x110, 0x212, 0x10)}},
    {"by a register that sets bits: nothing is put back",
     {REGISTER_READ(MAIN, 0x110, OUTPUT, 0), ENTER(TICK),
      REGISTER_WRITE(TICK, 0x212, OUTPUT + 4, 0x20, 0, 0), LEAVE(TICK), OPEN(1),
      REGISTER_WRITE(MAIN, 0x114, OUTPUT, 0x30, 0x20, 0x30), OPEN(0)},
     {{0}}},
    {"ahead of the read and behind the write",
     {ENTER(TICK), REGISTER_READ(TICK, 0x210, OUTPUT, 0),
      REGISTER_WRITE(TICK, 0x212, OUTPUT, 0x20, 0, 0x20), LEAVE(TICK), OPEN(0),
      REGISTER_READ(MAIN, 0x110, OUTPUT, 0x20),
      REGISTER_WRITE(MAIN, 0x114, OUTPUT, 0x30, 0x20, 0x30), ENTER(TICK),
      REGISTER_READ(TICK, 0x210, OUTPUT, 0x30),
      REGISTER_WRITE(TICK, 0x212, OUTPUT, 0x10, 0x30, 0x10), LEAVE(TICK), OPEN(0)},
     {{0}}},
    {"read again before it is written",
     {REGISTER_READ(MAIN, 0x110, OUTPUT, 0), ENTER(TICK),
      REGISTER_WRITE(TICK, 0x212, OUTPUT, 0x20, 0, 0x20), LEAVE(TICK), OPEN(1),
      REGISTER_READ(MAIN, 0x110, OUTPUT, 0x20), OPEN(0),
      REGISTER_WRITE(MAIN, 0x114, OUTPUT, 0x30, 0x20, 0x30)},
     {{0}}},
    {"a handler between the read and the write of another handler",
     {ARRIVE(UART), REGISTER_READ(UART, 0x110, OUTPUT, 0), ENTER(TICK),
      REGISTER_WRITE(TICK, 0x212, OUTPUT, 0x20, 0, 0x20), LEAVE(TICK), OPEN(1),
      REGISTER_WRITE(UART, 0x114, OUTPUT, 0x10, 0x20, 0x10), OPEN(0), LEAVE(UART)},
     {LOST(FINDING_LOST_UPDATE, 0x110, 0x212, 0x10)}},
    {"a poll is not the beginning of an update: the wait for its write is short",
     {REGISTER_READ(MAIN, 0x110, OUTPUT, 0), ENTER(TICK),
      REGISTER_WRITE(TICK, 0x212, OUTPUT, 0x20, 0, 0x20), LEAVE(TICK), OPEN(1), IDLE(20),
      REGISTER_WRITE(MAIN, 0x130, OTHER, 1, 0, 1), OPEN(0)},
     {{0}}},
    {"the 33rd register is not remembered, and that is told",
     {READ_8(OTHER), READ_8(OTHER + 32), READ_8(OTHER + 64), READ_8(OTHER + 96),
      REGISTER_READ(MAIN, 0x110, STATUS, 1), REGISTER_WRITE(MAIN, 0x114, STATUS, 0, 3, 0),
      FULL},
     {{0}}},
};

Test(register_update, stories) {
  story_check(&register_update_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(register_update, random) {
  story_check_random(&register_update_detector, 11, 200);
}
