/* Yosys JSON to gates in evaluation order. SPDX-License-Identifier: Apache-2.0 */
#include "netlist_order.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NETS = 1 << 22 }; /* far above any mapped design here; guards against absurd numbers */

typedef struct {
  const char *path;
  net_list *nl;
  const lib_cell **by_name; /* the library's cells, sorted */
  size_t cells;
  vmac_err *err;
} reader;

/* The net of one entry of a "bits" or "connections" list: yosys numbers nets from 2 and writes the
 * constants as strings. -1 on error. */
static int read_bit(const reader *rd, const cJSON *bit, const char *where) {
  if (cJSON_IsString(bit)) {
    const char *text = bit->valuestring;
    if (!strcmp(text, "0") || !strcmp(text, "1")) return text[0] == '0' ? NET_ZERO : NET_ONE;
    vmac_fail(rd->err, "%s: %.100s: expected a net, '0' or '1', found '%.20s'", rd->path, where,
              text);
    return -1;
  }
  const double value = cJSON_IsNumber(bit) ? bit->valuedouble : -1;
  if (value >= NET_FIRST && value < MAX_NETS && value == (int)value) return (int)value;
  vmac_fail(rd->err, "%s: %.100s: expected a net number from 2 to %d", rd->path, where,
            MAX_NETS - 1);
  return -1;
}

static const cJSON *object_of(const reader *rd, const cJSON *parent, const char *key,
                              const char *where) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(parent, key);
  if (cJSON_IsObject(item)) return item;
  vmac_fail(rd->err, "%s: %.100s: expected an object '%s'", rd->path, where, key);
  return NULL;
}

static void cover_net(net_list *nl, int net) {
  if ((size_t)net >= nl->nets) nl->nets = (size_t)net + 1;
}

static pin_dir direction(const cJSON *port) {
  const cJSON *dir = cJSON_GetObjectItemCaseSensitive(port, "direction");
  if (!cJSON_IsString(dir)) return PIN_OTHER;
  return !strcmp(dir->valuestring, "input")    ? PIN_INPUT
         : !strcmp(dir->valuestring, "output") ? PIN_OUTPUT
                                               : PIN_OTHER;
}

static bool read_port(const reader *rd, const cJSON *item, net_port *port) {
  const cJSON *bits = cJSON_GetObjectItemCaseSensitive(item, "bits"), *bit;
  port->name = strdup(item->string);
  port->dir = direction(item);
  if (port->dir == PIN_OTHER || !cJSON_IsArray(bits))
    return vmac_fail(rd->err, "%s: port %.80s: expected direction input or output, and bits",
                     rd->path, port->name);
  port->net = vmac_alloc((size_t)cJSON_GetArraySize(bits), sizeof(int));
  cJSON_ArrayForEach(bit, bits) {
    const int net = read_bit(rd, bit, port->name);
    if (net < 0) return false;
    if (port->dir == PIN_INPUT && net < NET_FIRST)
      return vmac_fail(rd->err, "%s: input port %.80s is tied to a constant", rd->path, port->name);
    cover_net(rd->nl, net);
    port->net[port->width++] = net;
  }
  return true;
}

static int by_cell_name(const void *a, const void *b) {
  return strcmp((*(const lib_cell *const *)a)->name, (*(const lib_cell *const *)b)->name);
}

/* celllib_cell() walks the library; a flat array names a cell 100,000 times. */
static const lib_cell *find_cell(const reader *rd, const cell_lib *lib, const char *name,
                                 vmac_err *why) {
  lib_cell key = {.name = (char *)(uintptr_t)name};
  const lib_cell *wanted = &key;
  const lib_cell **found =
      bsearch(&wanted, rd->by_name, rd->cells, sizeof *rd->by_name, by_cell_name);
  return found ? *found : celllib_cell(lib, name, why);
}

/* All that a simulation needs of a cell: functions, and of a flip-flop its clock. */
static bool usable(const reader *rd, const net_gate *gate) {
  const lib_cell *cell = gate->cell;
  if (cell->sequential && cell->clock < 0)
    return vmac_fail(rd->err,
                     "%s: %.80s: expected gates and plain flip-flops, found cell %s, which is a "
                     "latch, a scan cell or has a state table",
                     rd->path, gate->name, cell->name);
  if (cell->pins > NET_PINS)
    return vmac_fail(rd->err, "%s: %.80s: cell %s: expected at most %d pins, found %zu", rd->path,
                     gate->name, cell->name, NET_PINS, cell->pins);
  for (size_t p = 0; p < cell->pins; p++) {
    const cell_pin *pin = &cell->pin[p];
    if (pin->dir == PIN_INPUT && gate->net[p] < 0)
      return vmac_fail(rd->err, "%s: %.80s: input pin %s is unconnected", rd->path, gate->name,
                       pin->name);
    if (pin->dir == PIN_OUTPUT && !pin->function.op)
      return vmac_fail(rd->err, "%s: %.80s: pin %s of cell %s has no function in the library",
                       rd->path, gate->name, pin->name, cell->name);
  }
  if (cell->sequential && !cell->next.op)
    return vmac_fail(rd->err, "%s: %.80s: cell %s has no next_state in the library", rd->path,
                     gate->name, cell->name);
  return true;
}

static bool read_gate(const reader *rd, const cJSON *item, const cell_lib *lib, net_gate *gate) {
  const cJSON *type = cJSON_GetObjectItemCaseSensitive(item, "type"), *pin;
  const cJSON *pins = object_of(rd, item, "connections", item->string);
  vmac_err why;
  gate->name = strdup(item->string);
  if (!pins) return false;
  if (!cJSON_IsString(type))
    return vmac_fail(rd->err, "%s: cell %.80s has no type", rd->path, gate->name);
  gate->cell = find_cell(rd, lib, type->valuestring, &why);
  if (!gate->cell)
    return vmac_fail(rd->err, "%s: cell %.80s: %.300s", rd->path, gate->name, why.text);
  gate->net = vmac_alloc(gate->cell->pins, sizeof(int));
  for (size_t p = 0; p < gate->cell->pins; p++) gate->net[p] = -1;
  cJSON_ArrayForEach(pin, pins) {
    const int at = celllib_pin(gate->cell, pin->string, &why);
    if (at < 0) return vmac_fail(rd->err, "%s: %.80s: %.300s", rd->path, gate->name, why.text);
    if (cJSON_GetArraySize(pin) != 1)
      return vmac_fail(rd->err, "%s: %.80s: pin %.40s: expected one bit, found %d", rd->path,
                       gate->name, pin->string, cJSON_GetArraySize(pin));
    if ((gate->net[at] = read_bit(rd, cJSON_GetArrayItem(pin, 0), gate->name)) < 0) return false;
    cover_net(rd->nl, gate->net[at]);
  }
  return usable(rd, gate);
}

static int small_int(const cJSON *item, const char *key) {
  const cJSON *number = cJSON_GetObjectItemCaseSensitive(item, key);
  return cJSON_IsNumber(number) && number->valuedouble > 0 && number->valuedouble < MAX_NETS
             ? (int)number->valuedouble
             : 0;
}

/* Bit names as the netlist's Verilog has them: [7:2] starts at bit 2. A net of several names keeps
 * a port's where it has one, because yosys lists ports first. */
static bool read_names(const reader *rd, const cJSON *netnames) {
  net_list *nl = rd->nl;
  const cJSON *item, *bit;
  nl->name = vmac_alloc(nl->nets, sizeof *nl->name);
  cJSON_ArrayForEach(item, netnames) {
    const cJSON *bits = cJSON_GetObjectItemCaseSensitive(item, "bits");
    const int width = cJSON_GetArraySize(bits);
    const int offset = small_int(item, "offset"), up = small_int(item, "upto");
    int i = 0;
    cJSON_ArrayForEach(bit, bits) {
      const int index = offset + (up ? width - 1 - i : i);
      i++;
      const bool number = cJSON_IsNumber(bit);
      const double net = number ? bit->valuedouble : -1;
      if (!(net >= NET_FIRST && net < (double)nl->nets) || nl->name[(size_t)net]) continue;
      char text[256];
      snprintf(text, sizeof text, width > 1 || offset ? "%.200s[%d]" : "%.200s", item->string,
               index);
      nl->name[(size_t)net] = strdup(text);
    }
  }
  for (size_t n = 0; n < nl->nets; n++) {
    char text[32];
    snprintf(text, sizeof text, "net#%zu", n);
    if (!nl->name[n]) nl->name[n] = strdup(text);
  }
  return true;
}

/* ---- whole file -------------------------------------------------------------------------------
 */

static bool read_module(const reader *rd, const cJSON *module, const cell_lib *lib) {
  net_list *nl = rd->nl;
  const cJSON *ports = object_of(rd, module, "ports", module->string), *item;
  const cJSON *cells = ports ? object_of(rd, module, "cells", module->string) : NULL;
  const cJSON *names = cells ? object_of(rd, module, "netnames", module->string) : NULL;
  if (!names) return false;
  nl->module = strdup(module->string);
  nl->nets = NET_FIRST;
  nl->port = vmac_alloc((size_t)cJSON_GetArraySize(ports), sizeof *nl->port);
  nl->gate = vmac_alloc((size_t)cJSON_GetArraySize(cells), sizeof *nl->gate);
  cJSON_ArrayForEach(item, ports) if (!read_port(rd, item, &nl->port[nl->ports++])) return false;
  cJSON_ArrayForEach(item, cells) {
    if (!read_gate(rd, item, lib, &nl->gate[nl->gates++])) return false;
  }
  return read_names(rd, names) && netlist_drivers(rd->path, nl, rd->err) &&
         netlist_order(rd->path, nl, rd->err) && netlist_clock(rd->path, nl, rd->err);
}

net_list *netlist_load(const char *path, const cell_lib *lib, vmac_err *err) {
  size_t size;
  uint8_t *text = vmac_read_file(path, &size, err);
  if (!text) return NULL;
  cJSON *root = cJSON_ParseWithLength((const char *)text, size);
  const char *stop = cJSON_GetErrorPtr();
  reader rd = {
      .path = path, .nl = vmac_alloc(1, sizeof(net_list)), .cells = lib->cells, .err = err};
  rd.by_name = vmac_alloc(lib->cells, sizeof *rd.by_name);
  for (size_t i = 0; i < lib->cells; i++) rd.by_name[i] = &lib->cell[i];
  qsort(rd.by_name, lib->cells, sizeof *rd.by_name, by_cell_name);
  bool good = root != NULL;
  if (!good) {
    int line = 1;
    for (const uint8_t *at = text; stop && at < (const uint8_t *)stop && at < text + size; at++)
      line += *at == '\n';
    vmac_fail(err, "%s:%d: not JSON (truncated?)", path, line);
  }
  const cJSON *modules = good ? object_of(&rd, root, "modules", "top level") : NULL;
  good = modules != NULL;
  if (good && cJSON_GetArraySize(modules) != 1)
    good =
        vmac_fail(err, "%s: expected one flat module, found %d", path, cJSON_GetArraySize(modules));
  if (good && !cJSON_IsObject(modules->child))
    good = vmac_fail(err, "%s: the module is no object", path);
  good = good && read_module(&rd, modules->child, lib);
  cJSON_Delete(root);
  free(text);
  free(rd.by_name);
  if (good) return rd.nl;
  netlist_free(rd.nl);
  return NULL;
}

void netlist_free(net_list *nl) {
  if (!nl) return;
  for (size_t g = 0; g < nl->gates; g++) {
    free(nl->gate[g].name);
    free(nl->gate[g].net);
  }
  for (size_t i = 0; i < nl->ports; i++) {
    free(nl->port[i].name);
    free(nl->port[i].net);
  }
  for (size_t n = 0; nl->name && n < nl->nets; n++) free(nl->name[n]);
  free(nl->name);
  free(nl->gate);
  free(nl->port);
  free(nl->module);
  free(nl);
}

const net_port *netlist_port(const net_list *nl, const char *name, pin_dir dir, size_t width,
                             vmac_err *err) {
  for (size_t i = 0; i < nl->ports; i++) {
    const net_port *port = &nl->port[i];
    if (!strcmp(port->name, name) && port->dir == dir && port->width == width) return port;
  }
  vmac_fail(err, "module %.80s: expected an %s port %s of %zu bits", nl->module,
            dir == PIN_INPUT ? "input" : "output", name, width);
  return NULL;
}

double netlist_area(const net_list *nl) {
  double sum = 0;
  for (size_t g = 0; g < nl->gates; g++) sum += nl->gate[g].cell->area;
  return sum;
}

double netlist_leakage(const net_list *nl) {
  double sum = 0;
  for (size_t g = 0; g < nl->gates; g++) sum += nl->gate[g].cell->leakage;
  return sum;
}

double *netlist_loads(const net_list *nl, double output_load) {
  double *load = vmac_alloc(nl->nets, sizeof *load);
  for (size_t g = 0; g < nl->gates; g++)
    for (size_t p = 0; p < nl->gate[g].cell->pins; p++)
      if (nl->gate[g].cell->pin[p].dir == PIN_INPUT)
        load[nl->gate[g].net[p]] += nl->gate[g].cell->pin[p].cap;
  for (size_t i = 0; i < nl->ports; i++)
    for (size_t b = 0; nl->port[i].dir == PIN_OUTPUT && b < nl->port[i].width; b++)
      load[nl->port[i].net[b]] += output_load;
  return load;
}
