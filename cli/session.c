#include "cli/session.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/output.h"
#include "sim/machine/decode.h"

bool session_open(struct session *session, const struct options *options, struct error *error) {
  *session = (struct session){.options = options};
  const struct image_options image_options = {
      .has_core = options->given[OPTION_CORE],
      .core = options->core,
      .has_vtor = options->given[OPTION_VTOR],
      .vtor = options->vtor,
  };
  session->image = image_load(options->image, &image_options, error);
  if (session->image == NULL) {
    return false;
  }
  session->explorer = explorer_options_default(session->image);
  options_apply(options, &session->explorer);
  session->decoder = decoder_create();
  return true;
}

void session_close(struct session *session) {
  decoder_destroy(session->decoder);
  image_destroy(session->image);
  texts_free(&session->texts);
}

struct report session_report(struct session *session, const struct check *check) {
  const struct options *options = session->options;
  return (struct report){
      .image = session->image,
      .check = check,
      .explorer = &session->explorer,
      .severity = options->severity,
      .shape = options_shape(options, &session->texts),
      .color = options->output == NULL ? options_wants_color(options, STDOUT_FILENO)
                                       : options->color == COLOR_ALWAYS,
      .quiet = options->given[OPTION_QUIET],
      .decoder = session->decoder,
      .texts = &session->texts,
  };
}

bool session_write(struct session *session, const struct check *check, struct error *error) {
  struct output output;
  if (!output_open(&output, session->options->output, error)) {
    return false;
  }
  const struct report report = session_report(session, check);
  if (session->options->format == FORMAT_TEXT) {
    report_text(output.stream, &report);
  } else if (!report_json(output.stream, &report)) {
    output_discard(&output);
    return error_set(error, "cannot write the report");
  }
  return output_close(&output, error);
}

int session_refuse(const char *verb, const struct error *error) {
  struct texts texts = {0};
  fprintf(stderr, "tornword %s: %s\n", verb, texts_clean(&texts, error->message));
  texts_free(&texts);
  return EXIT_INPUT;
}
