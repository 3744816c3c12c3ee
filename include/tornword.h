/* libtornword: checks a Cortex-M firmware image for races between its handlers and
 * the code that they interrupt, from a program of your own. See tornword(3).
 *
 *   struct tornword_error error;
 *   struct tornword_firmware *firmware = tornword_load("firmware.elf", NULL, &error);
 *   struct tornword_result *result = tornword_check(firmware, &error);
 *   for (size_t i = 0; i < tornword_finding_count(result); i++)
 *     puts(tornword_finding(result, i)->text);
 *
 * The library prints nothing and never exits; only when memory runs out it aborts.
 * What the firmware does wrong is a finding; what the caller does wrong is an error.
 * Handles share nothing with each other, so that threads can use one each: a firmware
 * and its results are one thread's at a time. Structs may gain members at their end
 * in later versions: only the library makes those that it hands out. */
#ifndef TORNWORD_H
#define TORNWORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TORNWORD_API __attribute__((visibility("default")))

/* "0.1.0". Static. */
TORNWORD_API const char *tornword_version(void);

/* Why something was refused. The caller's storage; may be NULL where it is asked
 * for. Untouched where nothing is wrong. */
struct tornword_error {
  char file[256];    /* the file that is wrong; "" if none is */
  unsigned line;     /* in that file, from 1; 0 if none is meant */
  char message[512]; /* one line, with file and line: what, where, what would be right */
};

/* An image with its options: everything that a run follows from. */
struct tornword_firmware;

/* An option of `tornword check`, without the dashes: {"horizon", "2000"}. The value of
 * one that takes none, as "no-prune", is NULL. */
struct tornword_option {
  const char *name;
  const char *value;
};

/* Loads an image: ELF, Intel HEX, S-records, UF2, DFU or raw bytes. `options` ends with
 * a row whose name is NULL, and may be NULL; all are copied. They are those of
 * tornword(1) that say what is run and what counts: among them "scenario", "chip",
 * "config", "symbols", "core", "interrupts", "horizon", "depth", "max-instructions",
 * "suppressions", "baseline", "severity" and "jobs" (1 if it is not given: the library
 * makes other processes only when it is told to). `path` may be NULL with a scenario
 * that names its image. NULL on failure; else to be freed with tornword_unload. */
TORNWORD_API struct tornword_firmware *tornword_load(const char *path,
                                                     const struct tornword_option *options,
                                                     struct tornword_error *error);
/* Frees it; its results must be free already. NULL is allowed. */
TORNWORD_API void tornword_unload(struct tornword_firmware *firmware);

/* What is worth knowing of the image and its description and is no error, one line
 * each: `index` counts from 0, NULL is behind the last. The firmware's. */
TORNWORD_API const char *tornword_note(const struct tornword_firmware *firmware, size_t index);

/* What a check or a replay has shown. It borrows the firmware. */
struct tornword_result;

/* Lets every enabled interrupt in at every place of the run. The same firmware gives
 * the same result. NULL if the image cannot be run or an option does not fit; else to
 * be freed with tornword_result_free. */
TORNWORD_API struct tornword_result *tornword_check(struct tornword_firmware *firmware,
                                                    struct tornword_error *error);

/* Runs one schedule: a token of a finding, or "@FILE" with a saved schedule. Its result
 * has the findings of that run, usually one, and no certificate. NULL for what is no
 * token, or one of another image, other options or another version of the model; else
 * to be freed with tornword_result_free. */
TORNWORD_API struct tornword_result *tornword_replay(struct tornword_firmware *firmware,
                                                     const char *token,
                                                     struct tornword_error *error);

/* NULL is allowed. */
TORNWORD_API void tornword_result_free(struct tornword_result *result);

/* The values are the exit codes of `tornword check`. */
enum tornword_verdict {
  TORNWORD_CLEAN = 0,    /* everything was decided, and nothing found */
  TORNWORD_FINDINGS = 1, /* at least one finding counts */
  TORNWORD_PARTIAL = 3   /* nothing found, but not everything was decided */
};
TORNWORD_API enum tornword_verdict tornword_result_verdict(
    const struct tornword_result *result);

/* What a check has decided, and how far: what silence means. */
struct tornword_certificate {
  bool complete;         /* every place was decided */
  unsigned depth;        /* injected interrupts of one run */
  uint64_t instructions; /* executed by the run without injections */
  uint64_t exceptions;   /* taken by it on the way */
  uint64_t places;       /* where an exception could be taken */
  /* Pairs of a place and an exception: each is counted once. */
  uint64_t probed, equivalent, masked, disabled, withheld;
  uint64_t branches; /* runs that were continued behind the handler */
  const char *end;   /* how the run ended, in words */
  const char *text;  /* the whole certificate as `tornword check` prints it */
};
/* The result's; NULL for a replay's. */
TORNWORD_API const struct tornword_certificate *tornword_result_certificate(
    const struct tornword_result *result);

enum tornword_severity { TORNWORD_NOTE, TORNWORD_WARNING, TORNWORD_ERROR };

/* One access to data (or the step at which the firmware faulted). */
struct tornword_access {
  const char *context; /* "thread mode", "SysTick", "IRQ 5 (UART0_Handler)" */
  unsigned exception;  /* its number, 0 for thread mode */
  bool writes;
  uint32_t pc;
  uint32_t address;
  unsigned size;        /* bytes; 0 if it is no access */
  uint64_t value;       /* these bytes */
  const char *function; /* NULL if unknown, as is the file */
  const char *file;     /* as the debug information names it */
  unsigned line;        /* 0 if unknown */
};

struct tornword_finding {
  const char *id;       /* 16 hex digits: the same for the same defect in a later build */
  const char *kind;     /* "torn-write": a name of docs/kinds */
  const char *outcome;  /* "harmful", "order-dependent", "latent", "benign", "unranked" */
  const char *variable; /* "X.member[2]"; NULL if the defect is not about data */
  const char *type;     /* of the variable, in words; NULL likewise */
  const struct tornword_access *victim;   /* of what was interrupted; NULL if there is none */
  const struct tornword_access *intruder; /* of what came between; NULL likewise */
  const char *interrupt;                  /* the exception that was injected; NULL if none */
  const char *token;                      /* for tornword_replay */
  const char *reproduce;                  /* a command line that replays it */
  const char *text;                       /* all of it as `tornword check` prints it */
  uint64_t places;                        /* that showed it */
  enum tornword_severity severity;
};
/* Findings that count: at or above "severity", neither suppressed nor in the baseline. */
TORNWORD_API size_t tornword_finding_count(const struct tornword_result *result);
/* By severity, kind, variable and code location; `index` counts from 0, NULL is behind
 * the last. The result's, with all that it points to. */
TORNWORD_API const struct tornword_finding *tornword_finding(
    const struct tornword_result *result, size_t index);

/* Writes a report to a file, whole or not at all. `format` is one of --format's: "text",
 * "json", "html", "sarif", "junit". For the page of a check with several jobs, its places
 * are decided once more, in the calling process: that is where its map comes from. */
TORNWORD_API bool tornword_write(const struct tornword_result *result, const char *format,
                                 const char *path, struct tornword_error *error);

#ifdef __cplusplus
}
#endif

#endif
