/* Draws an error map through gnuplot. SPDX-License-Identifier: Apache-2.0 */
#include <spawn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/mult_map.h"

extern char **environ;

/* gnuplot's commands and, inline, the (256, 256) errors in ascending order of operand values. */
static void write_script(const vmac_mult *mult, FILE *script) {
  const int low = mult->cls == VMAC_U8 ? 0 : -128;
  vmac_mult_errors errors;
  vmac_mult_measure(mult, &errors);
  fprintf(script, "set terminal pngcairo noenhanced size 900,780\n");
  fprintf(script, "set title '%s: approximate - exact (MRE %.3f %%, zero products left out)'\n",
          mult->name, 100 * errors.mre);
  fprintf(script, "set xlabel 'W, weight'\nset ylabel 'A, activation'\n");
  fprintf(script, "set xrange [%g:%g]\nset yrange [%g:%g]\n", low - 0.5, low + 255.5, low - 0.5,
          low + 255.5);
  const int reach = errors.wce ? errors.wce : 1; /* white stays at no error */
  fprintf(script, "set cbrange [%d:%d]\n", -reach, reach);
  fprintf(script, "set palette defined (-1 '#2166ac', 0 '#ffffff', 1 '#b2182b')\n");
  fprintf(script, "plot '-' matrix using ($1+%d):($2+%d):3 with image notitle\n", low, low);
  for (int32_t a = low; a < low + 256; a++)
    for (int32_t w = low; w < low + 256; w++)
      fprintf(script, "%d%c", vmac_product(mult, a, w) - a * w,
              w == low + 255 ? '\n' : ' ');
  fprintf(script, "e\n");
}

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

bool mult_map(const vmac_mult *mult, const char *path, vmac_err *err) {
  FILE *script = tmpfile(), *image = tmpfile();
  if (!script || !image) {
    vmac_fail(err, "cannot make a temporary file: %s", strerror(errno));
    if (script) fclose(script);
    return false;
  }
  write_script(mult, script);
  bool good = fflush(script) == 0 && lseek(fileno(script), 0, SEEK_SET) == 0;
  if (!good) vmac_fail(err, "cannot write a temporary file: %s", strerror(errno));
  good = good && run_gnuplot(script, image, err);
  const off_t size = lseek(fileno(image), 0, SEEK_END);
  uint8_t *png = vmac_alloc(size > 0 ? (size_t)size : 0, 1);
  if (good && (pread(fileno(image), png, (size_t)size, 0) != size || size < 8 ||
               memcmp(png, "\x89PNG\r\n\x1a\n", 8)))
    good = vmac_fail(err, "gnuplot gave no PNG image (%lld bytes)", (long long)size);
  good = good && vmac_write_file(path, png, (size_t)size, err);
  free(png);
  fclose(script);
  fclose(image);
  return good;
}
