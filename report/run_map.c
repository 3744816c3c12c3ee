#include "report/run_map.h"

#include <stdlib.h>
#include <string.h>

#include "report/json.h"
#include "sim/error.h"

void run_map_free(struct run_map *map) {
  for (size_t i = 0; i < map->row_count; i++) {
    free(map->rows[i].stretches);
  }
  *map = (struct run_map){0};
}

/* Two stretches become one. */
static void fold(struct stretch *stretches) {
  for (size_t i = 0; i < MAP_STRETCHES; i++) {
    struct stretch sum = {{0}, {0}};
    for (size_t half = 2 * i; half < 2 * i + 2 && half < MAP_STRETCHES; half++) {
      for (unsigned k = 0; k < DECISION_COUNT; k++) {
        sum.decided[k] += stretches[half].decided[k];
      }
      for (unsigned k = 0; k < FINDING_KIND_COUNT; k++) {
        sum.showed[k] += stretches[half].showed[k];
      }
    }
    stretches[i] = sum;
  }
}

static struct map_row *row_of(struct run_map *map, unsigned exception) {
  for (size_t i = 0; i < map->row_count; i++) {
    if (map->rows[i].exception == exception) {
      return &map->rows[i];
    }
  }
  if (map->row_count == MAP_EXCEPTIONS) {
    return NULL;
  }
  struct map_row *row = &map->rows[map->row_count++];
  *row = (struct map_row){.exception = (uint16_t)exception,
                          .stretches = allocate(MAP_STRETCHES, sizeof(struct stretch))};
  return row;
}

/* The stretch that holds the boundary; the map grows as it must. */
static size_t stretch_at(struct run_map *map, uint64_t boundary) {
  map->width = map->width == 0 ? 1 : map->width;
  while (boundary / map->width >= MAP_STRETCHES) {
    for (size_t i = 0; i < map->row_count; i++) {
      fold(map->rows[i].stretches);
    }
    map->width *= 2;
    map->used = (map->used + 1) / 2;
  }
  size_t index = (size_t)(boundary / map->width);
  map->used = index < map->used ? map->used : index + 1;
  return index;
}

static void on_decided(void *argument, const struct place *place, unsigned exception,
                       unsigned decision) {
  struct run_map *map = argument;
  struct map_row *row = row_of(map, exception);
  if (row == NULL) {
    return;
  }
  struct stretch *stretch = &row->stretches[stretch_at(map, place->boundary)];
  stretch->decided[decision]++;
  if (decision == DECISION_PROBED) {
    row->last = 0;
  }
  for (unsigned k = 0; decision == DECISION_EQUIVALENT && k < FINDING_KIND_COUNT; k++) {
    stretch->showed[k] += row->last >> k & 1U;
  }
}

static void on_showed(void *argument, const struct place *place, unsigned exception,
                      enum finding_kind kind) {
  struct run_map *map = argument;
  struct map_row *row = exception != 0 ? row_of(map, exception) : NULL;
  if (row != NULL) {
    row->stretches[stretch_at(map, place->boundary)].showed[kind]++;
    row->last |= 1U << kind;
  }
}

void run_map_listen(struct run_map *map, struct explorer_options *options) {
  options->decided = on_decided;
  options->decided_argument = map;
  options->showed = on_showed;
  options->showed_argument = map;
}

/* One list of numbers for each decision that occurred. */
static json_t *decided_json(const struct run_map *map, const struct map_row *row) {
  json_t *object = json_object();
  for (unsigned k = 0; k < DECISION_COUNT; k++) {
    json_t *list = json_array();
    uint64_t sum = 0;
    for (size_t i = 0; i < map->used; i++) {
      sum += row->stretches[i].decided[k];
      json_array_append_new(list, json_integer(row->stretches[i].decided[k]));
    }
    if (sum > 0) {
      json_put(object, decision_name((enum decision)k), json_incref(list));
    }
    json_decref(list);
  }
  return object;
}

/* [stretch, places] where a finding of the kind was seen. */
static json_t *showed_json(const struct run_map *map, const struct map_row *row) {
  json_t *object = json_object();
  for (unsigned k = 0; k < FINDING_KIND_COUNT; k++) {
    json_t *list = json_array();
    for (size_t i = 0; i < map->used; i++) {
      if (row->stretches[i].showed[k] > 0) {
        json_array_append_new(list,
                              json_pack("[i,i]", (int)i, (int)row->stretches[i].showed[k]));
      }
    }
    if (json_array_size(list) > 0) {
      json_put(object, finding_traits((enum finding_kind)k)->name, json_incref(list));
    }
    json_decref(list);
  }
  return object;
}

static int by_exception(const void *a, const void *b) {
  const struct map_row *one = a;
  const struct map_row *two = b;
  return (int)one->exception - (int)two->exception;
}

json_t *run_map_json(const struct run_map *map, const struct report *report) {
  struct map_row rows[MAP_EXCEPTIONS];
  memcpy(rows, map->rows, sizeof rows);
  qsort(rows, map->row_count, sizeof rows[0], by_exception);
  json_t *list = json_array();
  for (size_t i = 0; i < map->row_count; i++) {
    json_t *row = json_object();
    json_put(row, "exception", json_integer(rows[i].exception));
    json_put(row, "name", json_string(report_exception(report, rows[i].exception)));
    json_put(row, "decided", decided_json(map, &rows[i]));
    json_put(row, "showed", showed_json(map, &rows[i]));
    json_array_append_new(list, row);
  }
  json_t *object = json_object();
  json_put(object, "width", json_count(map->width));
  json_put(object, "used", json_count(map->used));
  json_put(object, "rows", list);
  return object;
}
