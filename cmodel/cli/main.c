/* varimac: the command line. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

typedef struct {
  const char *name, *line;
  int (*run)(int argc, char **argv);
} command;

#define VMAC_ROW(name, line) {#name, line, cmd_##name},
static const command commands[] = {VMAC_COMMANDS(VMAC_ROW)};
#undef VMAC_ROW
enum { COMMANDS = sizeof commands / sizeof *commands };

static void help(void) {
  printf("varimac: a bench for approximate-multiplier DNN accelerators\n\n"
         "usage: varimac COMMAND [OPTION ...]\n\n");
  for (size_t i = 0; i < COMMANDS; i++) printf("  %-10s %s\n", commands[i].name, commands[i].line);
  printf(
      "\n`varimac COMMAND --help` explains one command, `varimac --version` says which this is.\n"
      "VARIMAC_ISA=portable|avx2|avx512 in the environment holds back vector instructions;\n"
      "results are the same.\n");
}

/* Whatever ended the program, output that was lost (a full disk) is a failure. */
static void close_output(void) {
  errno = 0;
  const int lost = ferror(stdout);
  if (fclose(stdout) == 0 && !lost) return;
  fprintf(stderr, "varimac: standard output: cannot write%s%s\n", errno ? ": " : "",
          errno ? strerror(errno) : ""); /* the reason of an earlier write is gone */
  _exit(1);
}

/* Threads that wait sleep: others may want the processor. OpenMP reads its environment as the program
 * is loaded, so where nothing is said there the program begins once more; if it cannot, it goes on. */
static void wait_passively(char **argv) {
  if (getenv("OMP_WAIT_POLICY") || setenv("OMP_WAIT_POLICY", "passive", 0)) return;
  execv("/proc/self/exe", argv);
}

int main(int argc, char **argv) {
  wait_passively(argv);
  atexit(close_output);
  if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
      !strcmp(argv[1], "help")) {
    help();
    return argc < 2 ? 2 : 0;
  }
  if (!strcmp(argv[1], "--version")) {
    puts("varimac " VMAC_VERSION);
    return 0;
  }
  vmac_guard_inputs();
  vmac_isa isa;
  vmac_err err;
  if (!vmac_isa_choose(&isa, &err)) cli_usage("%s", err.text);
  /* Names of files go into JSON and CSV, which are UTF-8. */
  for (int i = 1; i < argc; i++)
    if (!vmac_is_utf8(argv[i], strlen(argv[i])))
      cli_usage("argument %d: expected UTF-8, found other bytes; give the file another name", i);
  const char *names[COMMANDS];
  for (size_t i = 0; i < COMMANDS; i++) {
    names[i] = commands[i].name;
    if (!strcmp(argv[1], names[i])) return commands[i].run(argc - 1, argv + 1);
  }
  const char *near = vmac_nearest(argv[1], names, COMMANDS);
  cli_usage("no command '%s'%s%s%s; see varimac --help", argv[1], near ? ", did you mean '" : "",
            near ? near : "", near ? "'?" : "");
}
