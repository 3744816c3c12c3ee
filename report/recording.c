#include "report/recording.h"

#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

void recording_free(struct recording *recording) {
  free(recording->steps);
  free(recording->events);
  *recording = (struct recording){0};
}

void recording_add(void *argument, const struct step *step) {
  struct recording *recording = argument;
  array_reserve((void **)&recording->steps, &recording->capacity, recording->count + 1,
                sizeof recording->steps[0]);
  struct recorded *recorded = &recording->steps[recording->count++];
  *recorded = (struct recorded){.step = *step, .first_event = recording->event_count};
  recorded->step.bytes = NULL;
  recorded->step.events = NULL;
  if (step->bytes != NULL) {
    memcpy(recorded->code, step->bytes, step->size < CODE_BYTES ? step->size : CODE_BYTES);
  }
  array_reserve((void **)&recording->events, &recording->event_capacity,
                recording->event_count + step->event_count, sizeof recording->events[0]);
  if (step->event_count > 0) {
    memcpy(recording->events + recording->event_count, step->events,
           step->event_count * sizeof recording->events[0]);
  }
  recording->event_count += step->event_count;
}

const struct event *recording_events(const struct recording *recording, size_t index) {
  return recording->events + recording->steps[index].first_event;
}
