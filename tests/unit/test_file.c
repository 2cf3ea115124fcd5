/* TEST RATIONALE: whole files, and several that belong together.
 *   State space: one file, new and over an old one; a batch whose every file is written, whose last
 *   cannot be, that was dropped; what is kept read back; one name twice; a device and a pipe among
 *   them; names of all lengths. Signals that end the program: sent as soon as a file lies beside its place; then all files of
 *   the batch are new or all are old, and none lies beside. Parameters: 8 files of 4 MiB, so that the
 *   signal comes between.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "cmocka_all.h"

static char folder[64];

static const char *in_folder(const char *name) {
  static char path[4][128 + NAME_MAX];
  static int at;
  char *to = path[at++ % 4];
  snprintf(to, sizeof path[0], "%s/%s", folder, name);
  return to;
}

static int begin(void **state) {
  (void)state;
  strcpy(folder, "/tmp/varimac-file.XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

/* Files in the folder; with `end` in their names, or all where it is NULL. */
static int count(const char *end) {
  int n = 0;
  DIR *dir = opendir(folder);
  for (struct dirent *e; (e = readdir(dir));)
    n += *e->d_name != '.' && (!end || strstr(e->d_name, end));
  closedir(dir);
  return n;
}

static int end(void **state) {
  (void)state;
  char command[96];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static void put(const char *name, const char *text) {
  vmac_err err;
  if (!vmac_write_file(in_folder(name), text, strlen(text), &err)) fail_msg("%s", err.text);
}

static void expect(const char *name, const char *text) {
  vmac_err err;
  size_t size;
  uint8_t *bytes = vmac_read_file(in_folder(name), &size, &err);
  if (!bytes) fail_msg("%s", err.text);
  assert_string_equal((char *)bytes, text);
  assert_int_equal(size, strlen(text));
  free(bytes);
}

static void test_one(void **state) {
  (void)state;
  vmac_err err;
  put("a", "old");
  expect("a", "old");
  put("a", "new");
  expect("a", "new");
  assert_false(vmac_write_file(in_folder("none/a"), "x", 1, &err));
  assert_non_null(strstr(err.text, "none/a: cannot write 1 bytes: No such file"));
  assert_int_equal(count(NULL), 1);
}

/* What can be begun can be ended: there is room for the name of what lies beside it. */
static void test_name(void **state) {
  (void)state;
  vmac_err err;
  char name[NAME_MAX + 1];
  size_t longest = 0;
  for (size_t n = 1; n < sizeof name; n++) {
    memset(name, 'n', n);
    name[n] = 0;
    if (!vmac_can_write(in_folder(name), &err)) {
      assert_non_null(strstr(err.text, "expected a name of at most"));
      break;
    }
    put(name, "x");
    longest = n;
  }
  assert_in_range(longest, 200, NAME_MAX - 12); /* .part and 7 digits of a process */
}

static void test_json(void **state) {
  (void)state;
  vmac_err err;
  assert_true(vmac_write_json(in_folder("a"), cJSON_CreateString("x"), &err));
  expect("a", "\"x\"\n");
  assert_false(vmac_write_json(in_folder("b"), NULL, &err));
  assert_non_null(strstr(err.text, "b: cannot write: not enough memory"));
  assert_int_equal(count(NULL), 1);
}

static void test_batch(void **state) {
  (void)state;
  vmac_err err;
  put("a", "old");
  vmac_files_begin();
  put("a", "new");
  put("b", "new b");
  assert_false(vmac_write_file(in_folder("b"), "x", 1, &err));
  assert_non_null(strstr(err.text, "two outputs into one file"));
  expect("a", "new"); /* kept */
  expect("b", "new b");
  assert_int_equal(count(NULL), 1); /* not written */
  assert_true(vmac_files_end(true, &err));
  expect("a", "new");
  expect("b", "new b");
  assert_int_equal(count(NULL), 2);
  put("a", "alone"); /* the batch is over */
  expect("a", "alone");
}

static void test_none(void **state) {
  (void)state;
  vmac_err err = {"because"};
  put("a", "old");
  vmac_files_begin();
  put("a", "new");
  put("b", "new b");
  assert_false(vmac_files_end(false, &err));
  assert_string_equal(err.text, "because");
  vmac_files_begin();
  put("a", "new");
  put("b", "new b");
  put("none/c", "new c");
  assert_false(vmac_files_end(true, &err));
  assert_non_null(strstr(err.text, "none/c: cannot write"));
  vmac_files_begin();
  put("a", "new");
  assert_true(vmac_write_file("/dev/full", "x", 1, &err));
  assert_false(vmac_files_end(true, &err));
  assert_non_null(strstr(err.text, "/dev/full: cannot write"));
  expect("a", "old");
  assert_int_equal(count(NULL), 1);
}

static void test_special(void **state) {
  (void)state;
  vmac_err err;
  struct stat info;
  char text[8] = "";
  assert_int_equal(mkfifo(in_folder("pipe"), 0666), 0);
  const pid_t reader = fork();
  if (!reader) {
    FILE *f = fopen(in_folder("pipe"), "r"), *to = fopen(in_folder("read"), "w");
    fputs(fgets(text, sizeof text, f), to);
    fclose(to);
    _exit(0);
  }
  vmac_files_begin();
  put("a", "new");
  put("pipe", "through");
  assert_true(vmac_write_file("/dev/null", "x", 1, &err));
  assert_true(vmac_write_file("/dev/null", "y", 1, &err)); /* twice one device is nobody's loss */
  expect("pipe", "through");
  assert_true(vmac_files_end(true, &err));
  assert_int_equal(waitpid(reader, NULL, 0), reader);
  expect("read", "through");
  assert_int_equal(stat(in_folder("pipe"), &info), 0);
  assert_true(S_ISFIFO(info.st_mode));
}

enum { FILES = 8, BYTES = 4 << 20 };

static void write_many(uint8_t value) {
  uint8_t *bytes = vmac_alloc(BYTES, 1);
  vmac_err err;
  memset(bytes, value, BYTES);
  vmac_files_begin();
  for (int i = 0; i < FILES; i++) {
    char name[8];
    snprintf(name, sizeof name, "%d", i);
    vmac_write_file(in_folder(name), bytes, BYTES, &err);
  }
  if (!vmac_files_end(true, &err)) _exit(3);
  free(bytes);
}

static void test_signal(void **state) {
  (void)state;
  static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
  write_many(1);
  for (int s = 0; s < 3; s++) {
    const pid_t writer = fork();
    if (!writer) {
      signal(ends[s], SIG_DFL); /* whatever began the test may ignore it */
      write_many((uint8_t)(2 + s));
      _exit(0);
    }
    int status;
    pid_t ended = 0;
    while (!count(".part") && !(ended = waitpid(writer, &status, WNOHANG))) continue;
    if (ended) fail_msg("the writer ended before anything was seen of it: larger files");
    kill(writer, ends[s]);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == ends[s]); /* it ended by it, later */
    assert_int_equal(count(".part"), 0);
    assert_int_equal(count(NULL), FILES);
    for (int i = 0; i < FILES; i++) {
      char name[8];
      vmac_err err;
      size_t size;
      snprintf(name, sizeof name, "%d", i);
      uint8_t *bytes = vmac_read_file(in_folder(name), &size, &err);
      assert_int_equal(size, BYTES);
      assert_int_equal(bytes[0], 2 + s); /* whole batches alone take their places */
      assert_int_equal(bytes[BYTES - 1], 2 + s);
      free(bytes);
    }
  }
}

/* One that is ignored stays so. */
static void test_ignored(void **state) {
  (void)state;
  vmac_err err;
  struct sigaction act = {.sa_handler = SIG_IGN}, before, now;
  sigaction(SIGHUP, &act, &before);
  assert_true(vmac_write_file(in_folder("a"), "x", 1, &err));
  sigaction(SIGHUP, &before, &now);
  assert_true(now.sa_handler == SIG_IGN);
}

/* Nor does it hide one that ends the program. */
static void test_ignored_among(void **state) {
  (void)state;
  write_many(1);
  const pid_t writer = fork();
  if (!writer) {
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    write_many(2);
    _exit(0);
  }
  int status;
  pid_t ended = 0;
  while (!count(".part") && !(ended = waitpid(writer, &status, WNOHANG))) continue;
  if (ended) fail_msg("the writer ended before anything was seen of it: larger files");
  kill(writer, SIGTERM);
  nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* two at once may come in either order */
  kill(writer, SIGHUP);
  assert_int_equal(waitpid(writer, &status, 0), writer);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
  assert_int_equal(count(NULL), FILES);
}

/* One file by two names. */
static void test_twice(void **state) {
  (void)state;
  vmac_err err;
  char other[256];
  put("a", "old");
  snprintf(other, sizeof other, "%s/../%s/a", folder, strrchr(folder, '/') + 1);
  vmac_files_begin();
  put("a", "new");
  assert_true(vmac_write_file(other, "x", 1, &err));
  assert_false(vmac_files_end(true, &err));
  assert_non_null(strstr(err.text, "two outputs into one file"));
  expect("a", "old");
  assert_int_equal(count(NULL), 1);
}

static void test_limit(void **state) {
  (void)state;
  static uint8_t bytes[1 << 16];
  put("a", "old");
  const pid_t writer = fork();
  if (!writer) {
    vmac_err err;
    const struct rlimit limit = {1024, 1024};
    setrlimit(RLIMIT_FSIZE, &limit);
    _exit(vmac_write_file(in_folder("a"), bytes, sizeof bytes, &err) ? 1
          : strstr(err.text, "cannot write 65536 bytes")             ? 0
                                                                     : 2);
  }
  int status;
  assert_int_equal(waitpid(writer, &status, 0), writer);
  assert_int_equal(status, 0);
  expect("a", "old");
  assert_int_equal(count(NULL), 1);
}

/* An input that was replaced while we ran: its number is free for what we write next. */
static void test_number(void **state) {
  (void)state;
  const pid_t writer = fork();
  if (!writer) {
    vmac_err err;
    size_t size;
    put("in", "input");
    vmac_guard_inputs();
    free(vmac_read_file(in_folder("in"), &size, &err));
    if (vmac_write_file(in_folder("in"), "x", 1, &err)) _exit(1);
    for (int i = 0; i < 100; i++) {
      unlink(in_folder("in"));
      for (int k = 0; k < 2; k++)
        if (!vmac_write_file(in_folder("out"), "x", 1, &err)) _exit(2);
    }
    _exit(0);
  }
  int status;
  assert_int_equal(waitpid(writer, &status, 0), writer);
  assert_int_equal(status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_one, begin, end),
      cmocka_unit_test_setup_teardown(test_name, begin, end),
      cmocka_unit_test_setup_teardown(test_json, begin, end),
      cmocka_unit_test_setup_teardown(test_batch, begin, end),
      cmocka_unit_test_setup_teardown(test_none, begin, end),
      cmocka_unit_test_setup_teardown(test_special, begin, end),
      cmocka_unit_test_setup_teardown(test_signal, begin, end),
      cmocka_unit_test_setup_teardown(test_ignored, begin, end),
      cmocka_unit_test_setup_teardown(test_ignored_among, begin, end),
      cmocka_unit_test_setup_teardown(test_twice, begin, end),
      cmocka_unit_test_setup_teardown(test_limit, begin, end),
      cmocka_unit_test_setup_teardown(test_number, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
