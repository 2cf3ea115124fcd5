/* Whole files. SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* realpath() */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

/* Room for what a file is called before it has its place: .part and a process. */
enum { PART_SUFFIX = 32 };

/* What vmac_write_file() was given since vmac_files_begin(). */
typedef struct {
  char *path, *place, *part; /* part: beside its place, or NULL */
  uint8_t *bytes;
  size_t size;
} file;
static struct {
  bool open;
  file *file;
  size_t count;
} batch;

static file *in_batch(const char *path) {
  for (size_t i = 0; i < batch.count; i++)
    if (!strcmp(batch.file[i].path, path)) return &batch.file[i];
  return NULL;
}

static bool is_link(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISLNK(info.st_mode);
}

/* Ours, where path leads to what it writes into: what is there is of others, or printed before. */
static FILE *stream_of(const char *path) {
  FILE *const stream[] = {stdout, stderr};
  struct stat info, opened;
  for (int i = 0; i < 2 && stat(path, &info) == 0; i++)
    if (fstat(fileno(stream[i]), &opened) == 0 && info.st_dev == opened.st_dev &&
        info.st_ino == opened.st_ino)
      return stream[i];
  return NULL;
}

/* A device, a pipe, and what the shell has opened, which may be a file: written, not replaced. */
static bool is_special(const char *path) {
  static const char *const opened[] = {"/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/"};
  struct stat info;
  for (size_t i = 0; i < sizeof opened / sizeof *opened; i++)
    if (!strncmp(path, opened[i], strlen(opened[i]))) return true;
  return (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) || (is_link(path) && stream_of(path));
}

/* The file that path is, or leads to: one name, however it is written. NULL and errno: there is no
 * such folder, a link leads nowhere. Caller frees. */
static char *place_of(const char *path) {
  if (is_link(path)) return realpath(path, NULL);
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  char *folder = slash ? strndup(path, (size_t)(name - path)) : strdup(".");
  char *real = folder ? realpath(folder, NULL) : NULL;
  free(folder);
  if (!real) return NULL;
  char *place = vmac_alloc(strlen(real) + strlen(name) + 2, 1);
  sprintf(place, "%s/%s", real, name);
  free(real);
  return place;
}

/* Files that were read, where it matters. */
static struct {
  bool guarded;
  struct stat *file;
  size_t count;
} inputs;

void vmac_guard_inputs(void) {
  inputs.guarded = true;
}

static void note_input(const struct stat *info) {
  struct stat *more = vmac_alloc(inputs.count + 1, sizeof *more);
  if (inputs.count) memcpy(more, inputs.file, inputs.count * sizeof *more);
  free(inputs.file);
  inputs.file = more;
  inputs.file[inputs.count++] = *info;
}

static struct stat *input_of(const char *path) {
  struct stat info;
  for (size_t i = 0; inputs.count && stat(path, &info) == 0 && i < inputs.count; i++)
    if (inputs.file[i].st_dev == info.st_dev && inputs.file[i].st_ino == info.st_ino)
      return &inputs.file[i];
  return NULL;
}

bool vmac_is_input(const char *path) {
  return input_of(path);
}

void vmac_own_file(const char *path) {
  for (struct stat *of; (of = input_of(path));) *of = inputs.file[--inputs.count];
}

uint8_t *vmac_read_file(const char *path, size_t *size, vmac_err *err) {
  const file *kept = in_batch(path);
  if (kept) {
    *size = kept->size;
    return memcpy(vmac_alloc(*size + 1, 1), kept->bytes, *size);
  }
  struct stat info; /* asked before opening: a FIFO would block there */
  const bool there = stat(path, &info) == 0;
  FILE *f = there && S_ISREG(info.st_mode) ? fopen(path, "rb") : NULL;
  if (!f) {
    const bool odd = there && !S_ISREG(info.st_mode);
    vmac_fail(err, "%s: cannot read: %s", path, odd ? "not a regular file" : strerror(errno));
    return NULL;
  }
  *size = (size_t)info.st_size;
  uint8_t *bytes = vmac_alloc(*size + 1, 1);
  const size_t got = fread(bytes, 1, *size, f);
  fclose(f);
  if (inputs.guarded) {
#pragma omp critical(vmac_inputs)
    note_input(&info);
  }
  if (got == *size) return bytes;
  free(bytes);
  vmac_fail(err, "%s: read %zu of %zu bytes", path, got, *size);
  return NULL;
}

bool vmac_can_write(const char *path, vmac_err *err) {
  struct stat info;
  if (!strcmp(path, "-"))
    return vmac_fail(err, "-: no file is written that is called so; /dev/stdout is the output");
  if (!*path) return vmac_fail(err, "(empty path): cannot write: no name");
  if (is_link(path) && stat(path, &info))
    return vmac_fail(err, "%s: cannot write: a link that leads nowhere", path);
  const bool special = is_special(path);
  bool good = special && access(path, W_OK) == 0;
  if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
    good = false;
    errno = EISDIR;
  } else if (!special) { /* what counts is the folder */
    char *place = place_of(path), *slash = place ? strrchr(place, '/') : NULL;
    const size_t name = place ? strlen(slash + 1) : 0;
    if (name + PART_SUFFIX > NAME_MAX) {
      free(place);
      return vmac_fail(err, "%s: cannot write: expected a name of at most %d bytes, found %zu",
                       path, NAME_MAX - PART_SUFFIX, name);
    }
    if (place) slash[1] = '\0';
    good = place && access(place, W_OK) == 0;
    const int why = errno;
    free(place);
    errno = why;
  }
  return good || vmac_fail(err, "%s: cannot write: %s", path, strerror(errno));
}

/* ---- signals that end the program wait while files lie beside their places ------------------- */

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXFSZ};
enum { ENDS = sizeof ends / sizeof *ends };
static volatile sig_atomic_t came;

static void note(int signal) {
  came = signal;
}

/* One that is ignored stays so; a limit of size is an error of the write. */
static void hold(struct sigaction *before) {
  struct sigaction act = {.sa_flags = SA_RESTART};
  came = 0;
  for (int i = 0; i < ENDS; i++) {
    act.sa_handler = ends[i] == SIGXFSZ ? SIG_IGN : note;
    sigaction(ends[i], NULL, &before[i]);
    if (before[i].sa_handler != SIG_IGN) sigaction(ends[i], &act, NULL);
  }
}

static void release(const struct sigaction *before) {
  for (int i = 0; i < ENDS; i++) sigaction(ends[i], &before[i], NULL);
  if (came) raise(came);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* To `to`, which may be NULL, and closes it. */
static bool write_all(FILE *to, const file *f, vmac_err *err) {
  const bool ours = to == stdout || to == stderr;
  bool whole = to && fwrite(f->bytes, 1, f->size, to) == f->size && fflush(to) == 0;
  int why = errno;
  if (to && !ours && fclose(to) != 0 && whole) {
    whole = false;
    why = errno;
  }
  return whole || vmac_fail(err, "%s: cannot write %zu bytes: %s", f->path, f->size, strerror(why));
}

static bool write_special(const file *f, vmac_err *err) {
  FILE *ours = stream_of(f->path);
  return write_all(ours ? ours : fopen(f->path, "ab"), f, err);
}

/* A link stays one: the file that it leads to is replaced, with the rights that it had, which its
 * neighbour has from the beginning. */
static bool write_part(file *f, vmac_err *err) {
  struct stat info;
  const bool there = stat(f->place, &info) == 0;
  f->part = vmac_alloc(strlen(f->place) + PART_SUFFIX, 1);
  sprintf(f->part, "%s.part%ld", f->place, (long)getpid());
  unlink(f->part); /* of a process that was killed and had our number */
  const int part = open(f->part, O_WRONLY | O_CREAT | O_EXCL, there ? info.st_mode & 0777 : 0666);
  if (part >= 0 && there) fchmod(part, info.st_mode & 0777); /* whatever the umask takes away */
  return write_all(part < 0 ? NULL : fdopen(part, "wb"), f, err);
}

/* Where the files lie, each of them once. */
static bool find_places(file *of, size_t count, vmac_err *err) {
  struct stat info;
  for (size_t i = 0; i < count; i++) {
    const char *path = of[i].path;
    if (!*path || !strcmp(path, "-") || (is_link(path) && stat(path, &info)))
      return vmac_can_write(path, err);
    if (vmac_is_input(path))
      return vmac_fail(err, "%s: cannot write: it is an input of this run", path);
    if (is_special(path)) continue;
    of[i].place = place_of(path);
    if (!of[i].place)
      return vmac_fail(err, "%s: cannot write %zu bytes: %s", path, of[i].size, strerror(errno));
    for (size_t k = 0; k < i; k++)
      if (of[k].place && !strcmp(of[k].place, of[i].place))
        return vmac_fail(err, "%s: two outputs into one file", path);
  }
  return true;
}

static bool place(file *f, vmac_err *err) {
  if (rename(f->part, f->place))
    return vmac_fail(err, "%s: cannot write: %s", f->path, strerror(errno));
  vmac_own_file(f->place); /* it may have the number of an input that was replaced meanwhile */
  free(f->part);
  f->part = NULL;
  return true;
}

/* Specials first: what they take cannot be taken back, and a pipe may wait for its reader. */
static bool write_files(file *of, size_t count, vmac_err *err) {
  struct sigaction before[ENDS];
  bool good = find_places(of, count, err);
  for (size_t i = 0; good && i < count; i++)
    if (!of[i].place) good = write_special(&of[i], err);
  hold(before);
  for (size_t i = 0; good && i < count; i++)
    if (of[i].place) good = write_part(&of[i], err);
  for (size_t i = 0; good && i < count; i++)
    if (of[i].part) good = place(&of[i], err);
  for (size_t i = 0; i < count; i++) {
    if (of[i].part) unlink(of[i].part);
    free(of[i].part);
    free(of[i].place);
    of[i].part = of[i].place = NULL;
  }
  release(before);
  return good;
}

bool vmac_write_file(const char *path, const void *bytes, size_t size, vmac_err *err) {
  file f = {.path = (char *)(uintptr_t)path, .bytes = (uint8_t *)(uintptr_t)bytes, .size = size};
  if (!batch.open) return write_files(&f, 1, err);
  const file *same = in_batch(path);
  if (same && !is_special(path)) return vmac_fail(err, "%s: two outputs into one file", path);
  file *more = vmac_alloc(batch.count + 1, sizeof *more);
  if (batch.count) memcpy(more, batch.file, batch.count * sizeof *more);
  free(batch.file);
  batch.file = more;
  f.path = strcpy(vmac_alloc(strlen(path) + 1, 1), path);
  f.bytes = memcpy(vmac_alloc(size + 1, 1), bytes, size);
  batch.file[batch.count++] = f;
  return true;
}

void vmac_files_begin(void) {
  batch.open = true;
}

bool vmac_files_end(bool good, vmac_err *err) {
  batch.open = false;
  good = good && write_files(batch.file, batch.count, err);
  for (size_t i = 0; i < batch.count; i++) {
    free(batch.file[i].path);
    free(batch.file[i].bytes);
  }
  free(batch.file);
  batch.file = NULL;
  batch.count = 0;
  return good;
}
