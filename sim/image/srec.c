/* Motorola S-records (srec(5), M68000 Family Programmer's Reference, C).
 *
 * "S" type count address data checksum; the low byte of the sum of all bytes
 * behind the type is 0xff. S0 is a header, S1 to S3 data with 2 to 4 address
 * bytes, S5 and S6 count the data records, S7 to S9 end the file. */
#include "sim/image/blocks.h"
#include "sim/image/formats.h"
#include "sim/image/records.h"

struct srec {
  struct records records;
  struct blocks blocks;
  unsigned data_records;
  unsigned end_line; /* of S7, S8 or S9; 0: not met */
};

/* Address bytes of each type; 0: there is no such type. */
static unsigned address_size(char type) {
  static const uint8_t SIZES[] = {2, 2, 3, 4, 0, 2, 3, 4, 3, 2};
  return type >= '0' && type <= '9' ? SIZES[type - '0'] : 0;
}

static bool check_checksum(const struct records *r, struct error *error) {
  size_t last = r->count - 1;
  uint8_t right = (uint8_t)~records_sum(r, 0, last);
  return r->bytes[last] == right ||
         records_refuse(r, error, "wrong checksum 0x%02x: the bytes give 0x%02x; copy it again",
                        r->bytes[last], right);
}

static bool check_shape(struct records *r, struct error *error) {
  if (r->text[0] != 'S' || r->length < 2) {
    return records_refuse(r, error,
                          "the line does not begin with 'S' and a digit; S-records "
                          "are expected");
  }
  unsigned address = address_size(r->text[1]);
  if (address == 0) {
    return records_refuse(r, error, "there is no record type S%c; there are S0 to S9 but S4",
                          r->text[1]);
  }
  if (!records_decode(r, 2, error)) {
    return false;
  }
  size_t size = r->count > 0 ? 1U + r->bytes[0] : 1;
  if (r->count != size) {
    return records_refuse(r, error,
                          "%s: the record has %zu bytes, its count makes it %zu; copy it again",
                          r->count < size ? "truncated" : "too long", r->count, size);
  }
  if (size < 1U + address + 1) {
    return records_refuse(r, error, "truncated: an S%c record has %u address bytes", r->text[1],
                          address);
  }
  return check_checksum(r, error);
}

static bool take(struct srec *srec, struct image *image, struct error *error) {
  const struct records *r = &srec->records;
  char type = r->text[1];
  unsigned size = address_size(type);
  uint32_t number = records_number(r, 1, size);
  if (type >= '1' && type <= '3') {
    size_t head = 1U + size;
    blocks_add(&srec->blocks, number, r->bytes + head, r->count - head - 1, r->line);
    srec->data_records++;
  } else if ((type == '5' || type == '6') && number != srec->data_records) {
    return records_refuse(r, error,
                          "%u data records are counted here, %u stand above; copy it again",
                          number, srec->data_records);
  } else if (type >= '7') {
    srec->end_line = r->line;
    image->has_entry = number != 0;
    image->entry = number;
  }
  return true;
}

static bool read_all(struct srec *srec, struct image *image, struct error *error) {
  while (records_next(&srec->records)) {
    if (srec->end_line != 0) {
      return records_refuse(&srec->records, error,
                            "a record behind the termination record in line %u; give one file "
                            "at a time",
                            srec->end_line);
    }
    if (!check_shape(&srec->records, error) || !take(srec, image, error)) {
      return false;
    }
  }
  if (srec->end_line == 0) {
    return records_refuse(&srec->records, error,
                          "truncated: no termination record (S7, S8 or S9); copy it again");
  }
  return blocks_finish(&srec->blocks, image, "line", error);
}

bool srec_load(struct image *image, struct error *error) {
  struct srec srec = {.records = records_of(image)};
  bool loaded = read_all(&srec, image, error);
  blocks_fini(&srec.blocks);
  return loaded;
}
