/* What the figures were measured on, as far as the system tells.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* The first line of a file, without its end; or "unknown". */
static void first_line(const char *path, char *text, int size) {
  snprintf(text, (size_t)size, "unknown");
  FILE *f = fopen(path, "r");
  if (!f) return;
  if (!fgets(text, size, f)) snprintf(text, (size_t)size, "unknown");
  text[strcspn(text, "\n")] = 0;
  fclose(f);
}

/* The value of the first line `key : value` of /proc/cpuinfo, or "unknown". Caller frees. */
static char *cpuinfo(const char *key) {
  FILE *f = fopen("/proc/cpuinfo", "r");
  char *line = NULL, *value = NULL;
  size_t size = 0;
  while (f && !value && getline(&line, &size, f) > 0) {
    char *colon = strchr(line, ':');
    if (!colon || strncmp(line, key, strlen(key))) continue;
    line[strcspn(line, "\n")] = 0;
    value = strdup(colon + 1 + (colon[1] == ' '));
  }
  if (f) fclose(f);
  free(line);
  return value ? value : strdup("unknown");
}

/* Those of the processor's flags that decide which kernels run, and how it is virtualized. */
static void print_flags(FILE *f) {
  static const char *const matter[] = {"avx2",     "bmi2",       "avx512f",      "avx512bw",
                                       "avx512vl", "avx512vbmi", "avx512_vbmi2", "avx512_vnni",
                                       "avx_vnni", "amx_int8",   "hypervisor"};
  char *flags = cpuinfo("flags"), *rest = flags, *word;
  fprintf(f, "# flags     ");
  while ((word = strtok_r(rest, " ", &rest)))
    for (size_t i = 0; i < sizeof matter / sizeof *matter; i++)
      if (!strcmp(word, matter[i])) fprintf(f, " %s", word);
  fprintf(f, "\n");
  free(flags);
}

void bench_machine(FILE *f, const bench_options *options) {
  char *model = cpuinfo("model name"), *mhz = cpuinfo("cpu MHz");
  char governor[64], load[64], cache[3][32];
  const char *cpu = "/sys/devices/system/cpu/cpu0";
  char path[128];
  snprintf(path, sizeof path, "%s/cpufreq/scaling_governor", cpu);
  first_line(path, governor, sizeof governor);
  static const int index_of[] = {0, 2, 3}; /* 1 holds instructions */
  for (int i = 0; i < 3; i++) {
    snprintf(path, sizeof path, "%s/cache/index%d/size", cpu, index_of[i]);
    first_line(path, cache[i], sizeof cache[i]);
  }
  first_line("/proc/loadavg", load, sizeof load);
  fprintf(f, "# processor  %s, %ld cores, caches %s %s %s\n", model, sysconf(_SC_NPROCESSORS_ONLN),
          cache[0], cache[1], cache[2]);
  print_flags(f);
  fprintf(f, "# frequency  %s MHz at the start, governor %s\n", mhz, governor);
  fprintf(f, "# level      %s at most\n", vmac_isa_name(vmac_isa_best()));
#ifdef __clang__
  fprintf(f, "# compiler   clang %s\n", __clang_version__);
#else
  fprintf(f, "# compiler   gcc %s\n", __VERSION__);
#endif
  fprintf(f, "# load       %s at the start\n", load);
  if (options->small) fprintf(f, "# run        short: its times mean nothing\n");
  free(model);
  free(mhz);
}

void bench_machine_end(FILE *f) {
  char load[64];
  first_line("/proc/loadavg", load, sizeof load);
  fprintf(f, "# load       %s at the end\n", load);
}
