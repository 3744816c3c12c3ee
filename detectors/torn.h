/* torn's own: the state that torn.c (accesses) and torn_suspicion.c (what they
 * mean) share. Not for others.
 *
 * Most leaves are only ever accessed whole; of these one byte is kept (`busy`,
 * 0). A leaf becomes busy with its first partial access: from then on each byte
 * knows the write operation it comes from, until every operation on the leaf is
 * over. Operations on a leaf are numbered in the order in which they begin. */
#ifndef TORNWORD_DETECTORS_TORN_H
#define TORNWORD_DETECTORS_TORN_H

#include "detectors/piece.h"
#include "detectors/registry.h"

enum {
  TORN_WRITERS = 4,
  TORN_READERS = 3,
  TORN_SUSPICIONS = 8,
  TORN_GAP = 64, /* own boundaries that two pieces of one operation may be apart */
};

/* A write operation: the pieces that one activation stored into the leaf. */
struct torn_writer {
  struct context context;
  uint32_t serial;      /* in the leaf's numbering */
  uint8_t bytes;        /* stored so far */
  bool over;            /* complete, or given up: a partial store by design */
  uint64_t time;        /* own time of the newest piece */
  uint64_t before;      /* the leaf's value before the first piece */
  uint64_t value;       /* the bytes stored */
  struct access newest; /* piece */
};

/* A read operation: the pieces that one activation read of the leaf. */
struct torn_reader {
  struct torn_reading {
    uint32_t serial;
    uint32_t end;    /* the first operation that made a byte stale; 0: none */
    uint64_t time;   /* own time of the newest piece */
    uint64_t value;  /* the bytes read */
    uint8_t bytes;   /* read so far */
    uint8_t stale;   /* of these: written by another context since */
    uint8_t sources; /* bit 0: settled contents, bit i + 1: writer i */
    bool reported;   /* torn, and said so */
  } now;
  struct context context;
  uint64_t before; /* the leaf's value at the first piece */
  struct access first;
  struct access disturber; /* the write that made the first byte stale */
};

struct torn_leaf {
  uint32_t serial;             /* of the newest operation */
  uint32_t floor;              /* operations up to this one are settled */
  uint8_t source[PIECE_BYTES]; /* of each byte: 0 settled, or 1 + writer */
  struct torn_writer writer[TORN_WRITERS];
  struct torn_reader reader[TORN_READERS];
};

enum torn_suspect {
  TORN_NOTHING,   /* a free entry */
  TORN_HALF_SEEN, /* someone read an operation halfway: torn if it goes on to complete */
  TORN_CLOBBERED, /* a whole write came over half an operation: will the rest follow? */
  TORN_MIXED,     /* it did, and memory holds bytes of both: torn if someone reads them */
  TORN_DISTURBED, /* someone read half, and the leaf was written: will it read the rest? */
  TORN_COMPOSED,  /* a reader got bytes of two operations: torn unless it looks again */
};

struct torn_suspicion {
  uint8_t suspect;        /* enum torn_suspect */
  uint8_t opened;         /* the run that opened it */
  uint8_t sources;        /* CLOBBERED: the whole write; MIXED: the two that stand mixed */
  uint8_t offending;      /* COMPOSED: the bytes that were stale when the last was read */
  uint32_t serial;        /* HALF_SEEN, CLOBBERED, DISTURBED: the operation cut in half */
  struct context context; /* who decides it by what it does next */
  uint64_t time;          /* HALF_SEEN, CLOBBERED, DISTURBED: own time of that operation */
  struct sighting sighting;
};

struct torn_state {
  struct torn_restart {
    struct context context;
    uint32_t pc;
    bool seen;
  } restart;     /* the newest instruction that began again */
  uint32_t held; /* suspicions held */
  struct torn_suspicion suspicion[TORN_SUSPICIONS];
  struct torn_leaf leaf[]; /* then one byte `busy` for each leaf */
};

/* torn_suspicion.c. All take the state as it is right after the access. */

/* A piece was read into `reader`; true if it does not belong to the same read
 * operation after all (another statement's). */
bool torn_read_seen(struct detection *d, const struct torn_state *s, unsigned reader,
                    const struct event *read, struct piece piece);
/* A piece was written by the leaf's writer with this index. */
void torn_write_seen(struct detection *d, const struct torn_state *s, unsigned writer,
                     const struct event *write);
/* Another context's write made stale what `reader` has read so far. */
void torn_disturbed(struct detection *d, const struct torn_state *s,
                    const struct torn_reader *reader, const struct event *write);
/* That read operation is over, or begins anew. */
void torn_reading_over(struct detection *d, const struct torn_state *s, uint32_t leaf,
                       const struct torn_reader *reader);
/* The operation will not go on: what was suspected of it is dropped. */
void torn_given_up(struct detection *d, const struct torn_state *s, uint32_t leaf,
                   unsigned writer);
/* Before each event, while any suspicion is held: settles what it decides. */
void torn_settle(struct detection *d, const struct torn_state *s, const struct event *event);
/* Settles all: nothing more will happen. */
void torn_settle_all(struct detection *d, const struct torn_state *s);
bool torn_is_suspected(const struct torn_state *s, uint32_t leaf);

/* Whether the operation with this newest piece can still go on. */
static inline bool torn_in_time(const struct detection *d, struct context context,
                                uint64_t time, uint64_t now) {
  unsigned level = nesting_level(d->nesting, context);
  return level != NESTING_NONE && nesting_time(d->nesting, level, now) - time <= TORN_GAP;
}

static inline bool torn_is_open(const struct detection *d, const struct torn_leaf *leaf,
                                const struct torn_writer *writer, uint64_t now) {
  return writer->serial > leaf->floor && !writer->over &&
         torn_in_time(d, writer->context, writer->time, now);
}

#endif
