/* The suffix of a DFU file (USB Device Firmware Upgrade 1.1, appendix B): the
 * last 16 bytes name the device and hold a CRC of everything before it. */
#include <string.h>

#include "sim/image/formats.h"

enum { SUFFIX = 16, SIGNATURE_AT = 8, LENGTH_AT = 11, CRC_AT = 12, PRODUCT_AT = 2 };

/* CRC-32 as in IEEE 802.3, without the inversion at the end. */
static uint32_t crc_of(const uint8_t *bytes, size_t size) {
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    for (unsigned bit = 0; bit < 8; bit++) {
      crc = crc >> 1 ^ (0xedb88320U & (0U - (crc & 1U)));
    }
  }
  return crc;
}

static unsigned half(const uint8_t *bytes) {
  return bytes[0] | (unsigned)bytes[1] << 8;
}

bool dfu_has_suffix(const struct image *image) {
  return image->file_size > SUFFIX &&
         memcmp(image->file + image->file_size - SUFFIX + SIGNATURE_AT, "UFD", 3) == 0;
}

bool dfu_check(struct image *image, size_t *size, struct error *error) {
  if (!dfu_has_suffix(image)) {
    return true;
  }
  const uint8_t *suffix = image->file + image->file_size - SUFFIX;
  uint8_t length = suffix[LENGTH_AT];
  if (length < SUFFIX || length >= image->file_size) {
    return error_set(error, "%s: its DFU suffix says that it has %u bytes; 16 are expected",
                     image->path, length);
  }
  uint32_t written = 0;
  memcpy(&written, suffix + CRC_AT, sizeof written);
  uint32_t right = crc_of(image->file, image->file_size - sizeof written);
  if (written != right) {
    return error_set(error,
                     "%s: wrong checksum 0x%08x in the DFU suffix: the bytes give 0x%08x; copy "
                     "it again",
                     image->path, written, right);
  }
  image_note(image, "a DFU file for USB device %04x:%04x: its suffix of %u bytes is left out",
             half(suffix + PRODUCT_AT + 2), half(suffix + PRODUCT_AT), length);
  *size = image->file_size - length;
  return true;
}
