/* The wire between gdb and us: packets of the Remote Serial Protocol over one
 * TCP connection at a time, on the loopback interface only.
 *
 * Source: "Debugging with GDB", appendix E (gdb Remote Serial Protocol). */
#ifndef TORNWORD_CLI_DEBUG_WIRE_H
#define TORNWORD_CLI_DEBUG_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/error.h"

enum { PACKET_MOST = 16384 }; /* bytes of a packet's content, as announced to gdb */

struct wire {
  int listener;
  int connection; /* -1: none */
  unsigned port;
  bool no_acks;
  unsigned char received[4096];
  size_t count, next; /* bytes received, and read */
};

struct packet {
  char text[PACKET_MOST + 1]; /* unescaped, NUL behind it */
  size_t length;
};

/* Port 0 is any: wire->port says which. */
bool wire_listen(struct wire *wire, unsigned port, struct error *error);
void wire_close(struct wire *wire);

/* Waits for a debugger. */
bool wire_accept(struct wire *wire, struct error *error);
void wire_hang_up(struct wire *wire);

enum wire_input { WIRE_PACKET, WIRE_BREAK, WIRE_CLOSED };
/* Waits for a packet, or for Ctrl-C. Damaged packets are asked for again. */
enum wire_input wire_receive(struct wire *wire, struct packet *packet);

/* Whether Ctrl-C, or the end of the connection, has arrived. Does not wait. */
bool wire_has_break(struct wire *wire);

/* A reply, of any length. */
void wire_send(struct wire *wire, const char *text, size_t length);

#endif
