/* gnuplot as a child process. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/gnuplot.h"

extern char **environ;

static bool run_gnuplot(FILE *script, FILE *image, vmac_err *err) {
  char *argv[] = {"gnuplot", "-d", NULL}; /* -d: not the user's start-up file */
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(script), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(image), STDOUT_FILENO);
  pid_t child;
  const int failed = posix_spawnp(&child, "gnuplot", &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed)
    return vmac_fail(err, "cannot start gnuplot: %s; on Debian: apt install gnuplot-nox",
                     strerror(failed));
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return vmac_fail(err, "lost gnuplot: %s", strerror(errno));
  if (status) return vmac_fail(err, "gnuplot failed (wait status %d)", status);
  return true;
}

/* Whole or not at all: the image is checked before the file is made. */
static bool draw(FILE *script, FILE *image, const char *path, vmac_err *err) {
  if (fflush(script) || lseek(fileno(script), 0, SEEK_SET))
    return vmac_fail(err, "cannot write a temporary file: %s", strerror(errno));
  if (!run_gnuplot(script, image, err)) return false;
  const off_t size = lseek(fileno(image), 0, SEEK_END);
  uint8_t *png = vmac_alloc(size > 0 ? (size_t)size : 0, 1);
  bool good = size >= 8 && pread(fileno(image), png, (size_t)size, 0) == size &&
              !memcmp(png, "\x89PNG\r\n\x1a\n", 8);
  if (!good) vmac_fail(err, "gnuplot gave no PNG image (%lld bytes)", (long long)size);
  good = good && vmac_write_file(path, png, (size_t)size, err);
  free(png);
  return good;
}

void cli_gnuplot(const char *path, void (*write)(FILE *script, void *context), void *context) {
  FILE *script = tmpfile(), *image = tmpfile();
  if (!script || !image) cli_die("cannot make a temporary file: %s", strerror(errno));
  write(script, context);
  vmac_err err;
  if (!draw(script, image, path, &err)) cli_die("%s", err.text);
  fclose(script);
  fclose(image);
}
