#include "cli/debug_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CTRL_C = 0x03, ESCAPE = '}', ESCAPE_BIT = 0x20, END_OF_INPUT = -1 };

static bool bind_loopback(struct wire *wire, unsigned port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  socklen_t size = sizeof address;
  int reuse = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  wire->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (wire->listener < 0) {
    return false;
  }
  setsockopt(wire->listener, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  if (bind(wire->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(wire->listener, 1) != 0 ||
      getsockname(wire->listener, (struct sockaddr *)&address, &size) != 0) {
    return false;
  }
  wire->port = ntohs(address.sin_port);
  return true;
}

bool wire_listen(struct wire *wire, unsigned port, struct error *error) {
  *wire = (struct wire){.listener = -1, .connection = -1};
  if (bind_loopback(wire, port)) {
    return true;
  }
  int reason = errno;
  wire_close(wire);
  return error_set(error, "cannot listen on port %u: %s; give another one, or 0 for any", port,
                   strerror(reason));
}

void wire_close(struct wire *wire) {
  wire_hang_up(wire);
  if (wire->listener >= 0) {
    close(wire->listener);
  }
  wire->listener = -1;
}

void wire_hang_up(struct wire *wire) {
  if (wire->connection >= 0) {
    close(wire->connection);
  }
  wire->connection = -1;
  wire->count = wire->next = 0;
  wire->no_acks = false;
}

bool wire_accept(struct wire *wire, struct error *error) {
  int at_once = 1;
  do {
    wire->connection = accept4(wire->listener, NULL, NULL, SOCK_CLOEXEC);
  } while (wire->connection < 0 && (errno == EINTR || errno == ECONNABORTED));
  if (wire->connection < 0) {
    return error_set(error, "cannot accept a connection: %s", strerror(errno));
  }
  setsockopt(wire->connection, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  return true;
}

static int next_byte(struct wire *wire) {
  while (wire->next == wire->count) {
    ssize_t got = recv(wire->connection, wire->received, sizeof wire->received, 0);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return END_OF_INPUT;
    }
    wire->count = (size_t)got;
    wire->next = 0;
  }
  return wire->received[wire->next++];
}

static int hex_digit(int c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

static void send_all(const struct wire *wire, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t sent = send(wire->connection, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) {
      continue;
    }
    if (sent <= 0) {
      return; /* the next receive will see that nobody is there */
    }
    bytes += sent;
    size -= (size_t)sent;
  }
}

/* The content of a packet behind its '$'; false if it is damaged or too long. */
static bool read_content(struct wire *wire, struct packet *packet, bool *closed) {
  unsigned sum = 0;
  unsigned flip = 0;
  bool fits = true;
  packet->length = 0;
  for (int c = next_byte(wire); c != '#'; c = next_byte(wire)) {
    if (c == END_OF_INPUT) {
      *closed = true;
      return false;
    }
    sum += (unsigned)c;
    if (c == ESCAPE) {
      flip = ESCAPE_BIT;
      continue;
    }
    fits = fits && packet->length < PACKET_MOST;
    if (fits) {
      packet->text[packet->length++] = (char)((unsigned)c ^ flip);
    }
    flip = 0;
  }
  int high = hex_digit(next_byte(wire));
  int low = hex_digit(next_byte(wire));
  packet->text[packet->length] = '\0';
  return fits && high >= 0 && low >= 0 && (sum & 0xffU) == (unsigned)(high * 16 + low);
}

enum wire_input wire_receive(struct wire *wire, struct packet *packet) {
  bool closed = false;
  for (;;) {
    int c = next_byte(wire);
    if (c == END_OF_INPUT) {
      return WIRE_CLOSED;
    }
    if (c == CTRL_C) {
      return WIRE_BREAK;
    }
    if (c != '$') {
      continue; /* acknowledgements */
    }
    bool good = read_content(wire, packet, &closed);
    if (closed) {
      return WIRE_CLOSED;
    }
    if (!wire->no_acks) {
      send_all(wire, good ? "+" : "-", 1);
    }
    if (good) {
      return WIRE_PACKET;
    }
  }
}

bool wire_has_break(struct wire *wire) {
  struct pollfd poller = {.fd = wire->connection, .events = POLLIN};
  if (wire->next < wire->count) {
    bool is_break = wire->received[wire->next] == CTRL_C;
    wire->next += is_break ? 1 : 0;
    return is_break;
  }
  if (poll(&poller, 1, 0) <= 0) {
    return false;
  }
  unsigned char byte = 0;
  ssize_t got = recv(wire->connection, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got == 0) {
    return true; /* nobody waits for the end of this movement */
  }
  if (got == 1 && byte == CTRL_C) {
    next_byte(wire);
    return true;
  }
  return false;
}

void wire_send(struct wire *wire, const char *text, size_t length) {
  char piece[512];
  size_t used = 0;
  unsigned sum = 0;
  piece[used++] = '$';
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    bool special = c == '$' || c == '#' || c == ESCAPE || c == '*';
    if (used + 2 > sizeof piece) {
      send_all(wire, piece, used);
      used = 0;
    }
    if (special) {
      piece[used++] = ESCAPE;
      sum += ESCAPE;
      c = (char)(c ^ ESCAPE_BIT);
    }
    piece[used++] = c;
    sum += (unsigned char)c;
  }
  send_all(wire, piece, used);
  snprintf(piece, sizeof piece, "#%02x", sum & 0xffU);
  send_all(wire, piece, 3);
}
