/* The Memory Protection Unit: PMSAv7, and PMSAv6 as its subset.
 *
 * Eight regions. Sources: ARMv7-M B3.5, ARMv6-M B3.5. Addresses in the Private
 * Peripheral Bus are never checked (the default map rules there). */
#ifndef TORNWORD_SIM_MACHINE_MPU_H
#define TORNWORD_SIM_MACHINE_MPU_H

#include <stdbool.h>
#include <stdint.h>

enum { MPU_REGIONS = 8, MPU_ENABLE = 1, MPU_HFNMIENA = 2, MPU_PRIVDEFENA = 4 };

struct mpu {
  uint32_t control, number;
  uint32_t base[MPU_REGIONS];       /* as RBAR reads: ADDR, REGION */
  uint32_t attributes[MPU_REGIONS]; /* RASR */
};

enum mpu_access { MPU_READ, MPU_WRITE, MPU_FETCH };

/* Whether the access is allowed. `negative`: execution priority is below 0
 * (HardFault, NMI, FAULTMASK), where the MPU is off unless HFNMIENA. */
bool mpu_allows(const struct mpu *mpu, uint32_t address, enum mpu_access access,
                bool privileged, bool negative);

/* Registers at offsets 0xd90 to 0xdbc of the System Control Space. */
uint32_t mpu_read(const struct mpu *mpu, uint32_t offset);
void mpu_write(struct mpu *mpu, uint32_t offset, uint32_t value);

#endif
