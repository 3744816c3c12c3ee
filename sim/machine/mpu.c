#include "sim/machine/mpu.h"

enum {
  MPU_TYPE = 0xd90,
  MPU_CTRL = 0xd94,
  MPU_RNR = 0xd98,
  MPU_RBAR = 0xd9c,
  MPU_RASR = 0xda0,
  MPU_END = 0xdbc
};
enum { RASR_ENABLE = 1, RBAR_VALID = 1 << 4, RASR_XN = 1 << 28 };
static const uint32_t PPB_LOW = 0xe0000000, PPB_HIGH = 0xe0100000;

/* Execute-never in the default map: devices and the system (B3.1). */
static bool default_executable(uint32_t address) {
  bool devices = address >= 0x40000000 && address < 0x60000000;
  return !devices && address < 0xa0000000;
}

static bool covers(const struct mpu *mpu, unsigned i, uint32_t address) {
  uint32_t attributes = mpu->attributes[i];
  unsigned bits = (attributes >> 1 & 31U) + 1U;
  if ((attributes & RASR_ENABLE) == 0 || bits < 5) {
    return false;
  }
  uint32_t base = bits < 32 ? mpu->base[i] & ~((1U << bits) - 1U) : 0;
  uint32_t offset = address - base;
  if (bits < 32 && offset >> bits != 0) {
    return false;
  }
  unsigned part = bits >= 8 ? offset >> (bits - 3) : 0; /* subregions from 256 bytes on */
  return bits < 8 || (attributes >> (8 + part) & 1U) == 0;
}

/* AP field: access permissions (B3.5.9, table B3-15). */
static bool permits(uint32_t attributes, bool write, bool privileged) {
  switch (attributes >> 24 & 7U) {
    case 1:
      return privileged;
    case 2:
      return privileged || !write;
    case 3:
      return true;
    case 5:
      return privileged && !write;
    case 6:
    case 7:
      return !write;
    default:
      return false;
  }
}

bool mpu_allows(const struct mpu *mpu, uint32_t address, enum mpu_access access,
                bool privileged, bool negative) {
  bool fetch = access == MPU_FETCH;
  bool off =
      (mpu->control & MPU_ENABLE) == 0 || (negative && (mpu->control & MPU_HFNMIENA) == 0);
  if ((address >= PPB_LOW && address < PPB_HIGH) || off) {
    return !fetch || default_executable(address);
  }
  for (unsigned i = MPU_REGIONS; i > 0; i--) { /* the highest number wins */
    if (covers(mpu, i - 1, address)) {
      uint32_t attributes = mpu->attributes[i - 1];
      bool executable = (attributes & RASR_XN) == 0 && default_executable(address);
      return permits(attributes, access == MPU_WRITE, privileged) && (!fetch || executable);
    }
  }
  bool background = privileged && (mpu->control & MPU_PRIVDEFENA) != 0;
  return background && (!fetch || default_executable(address));
}

uint32_t mpu_read(const struct mpu *mpu, uint32_t offset) {
  switch (offset) {
    case MPU_TYPE:
      return MPU_REGIONS << 8;
    case MPU_CTRL:
      return mpu->control;
    case MPU_RNR:
      return mpu->number;
    default:
      break;
  }
  bool attributes = ((offset - MPU_RBAR) / 4) % 2 != 0; /* RBAR, RASR and their aliases */
  return attributes ? mpu->attributes[mpu->number] : mpu->base[mpu->number] | mpu->number;
}

void mpu_write(struct mpu *mpu, uint32_t offset, uint32_t value) {
  if (offset == MPU_CTRL) {
    mpu->control = value & 7U;
  } else if (offset == MPU_RNR) {
    mpu->number = value & (MPU_REGIONS - 1U);
  } else if (offset >= MPU_RBAR && offset < MPU_END) {
    bool attributes = ((offset - MPU_RBAR) / 4) % 2 != 0;
    if (attributes) {
      mpu->attributes[mpu->number] = value & 0x173fff3fU;
      return;
    }
    if ((value & RBAR_VALID) != 0) {
      mpu->number = value & (MPU_REGIONS - 1U);
    }
    mpu->base[mpu->number] = value & ~31U;
  }
}
