// SPDX-License-Identifier: MIT
// Preloaded into the program, this library counts the calls that change files below one folder and lets one of
// them go wrong: the process dies before, after or in the middle of it, or the disk is full or broken.
//
//   FAULT_UNDER   folder; calls on files elsewhere (standard output, say) are neither counted nor touched
//   FAULT_AT      number of the call that goes wrong, from 1; 0 or nothing: only count
//   FAULT_DO      kill          dies before the call              enospc       no space for this and all later writes
//                 kill_after    dies after it                     enospc_once  no space for this write alone
//                 torn          writes the first half, then dies  eio          this fsync fails
//                                                                 eio_all      this and all later fsyncs fail
//   FAULT_REPORT  file that gets a line for each call, written before the call is made, so that it is whole
//                 however the process ends: NUMBER KIND BYTES OFFSET PATH, behind a rename's path a tab and what
//                 it was called before; the offset of an ftruncate is the new length
//   FAULT_DATA    file that gets what all these writes write, one behind the other
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum what { kNothing, kKill, kKillAfter, kTorn, kEnospc, kEnospcOnce, kEio, kEioAll };
static const char* const kWhat[] = {"", "kill", "kill_after", "torn", "enospc", "enospc_once", "eio", "eio_all"};

static char under[PATH_MAX];
static size_t under_length;
static long at, number;
static enum what what;
static int report = -1, copy = -1;
static int broken;  // What lasts has begun.
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

// Straight to the system: a write through the C library would come back to this file.
static void say(int fd, const void* data, size_t n) {
  if (fd >= 0 && syscall(SYS_write, fd, data, n) != (long)n) _exit(98);
}

static _Noreturn void give_up(const char* why) {
  fprintf(stderr, "fault: %s\n", why);
  _exit(99);
}

static int begin_file(const char* variable) {
  const char* name = getenv(variable);
  if (!name || !*name) return -1;
  const int low = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  // Out of the way of the program's own files, whose numbers should be as they are without us.
  const int fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, 900);
  if (fd < 0) give_up("FAULT_REPORT or FAULT_DATA can't be opened");
  close(low);
  return fd;
}

__attribute__((constructor)) static void begin(void) {
  const char* folder = getenv("FAULT_UNDER");
  if (!folder) return;
  if (!realpath(folder, under)) give_up("FAULT_UNDER is no folder");
  under_length = strlen(under);
  report = begin_file("FAULT_REPORT");
  copy = begin_file("FAULT_DATA");
  const char* place = getenv("FAULT_AT");
  at = place ? atol(place) : 0;
  const char* wish = getenv("FAULT_DO");
  for (size_t i = 1; wish && i < sizeof(kWhat) / sizeof(*kWhat); i++)
    if (strcmp(wish, kWhat[i]) == 0) what = (enum what)i;
  if (at > 0 && what == kNothing) give_up("FAULT_DO is none that is known");
}

static int is_below(const char* path) {
  return under_length > 0 && strncmp(path, under, under_length) == 0 && path[under_length] == '/';
}

static int path_of_fd(int fd, char path[PATH_MAX]) {
  char link[64];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, PATH_MAX - 1);
  if (n <= 0) return 0;
  path[n] = '\0';
  return 1;
}

// The folder is made real, the last part is left as it is: these calls act on names.
static int path_of_name(int folder, const char* name, char path[PATH_MAX]) {
  char whole[PATH_MAX], parent[PATH_MAX];
  if (name[0] == '/') {
    if (strlen(name) >= sizeof(whole)) return 0;
    strcpy(whole, name);
  } else {
    char base[PATH_MAX];
    if (folder == AT_FDCWD ? !getcwd(base, sizeof(base)) : !path_of_fd(folder, base)) return 0;
    if (strlen(base) + strlen(name) + 2 > sizeof(whole)) return 0;
    strcpy(whole, base);
    strcat(strcat(whole, "/"), name);
  }
  char* last = strrchr(whole, '/');
  *last = '\0';
  if (!realpath(*whole ? whole : "/", parent) || strlen(parent) + strlen(last + 1) + 2 > PATH_MAX) return 0;
  strcpy(path, parent);
  strcat(strcat(path, "/"), last + 1);
  return 1;
}

static _Noreturn void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

struct call {
  const char* kind;
  long long offset;
  const struct iovec* pieces;  // Of a write.
  int n_pieces;
  const char* from;  // Of a rename.
};

// Counts the call and says what is to become of it; it dies here if it is to die before the call.
static enum what next(struct call c, const char* path) {
  if (!is_below(path)) return kNothing;
  const int is_write = strstr(c.kind, "write") != NULL, is_sync = strstr(c.kind, "sync") != NULL;
  size_t bytes = 0;
  for (int i = 0; i < c.n_pieces; i++) bytes += c.pieces[i].iov_len;
  pthread_mutex_lock(&one_at_a_time);
  number++;
  char line[2 * PATH_MAX + 100];
  const char* from = c.from && is_below(c.from) ? c.from + under_length + 1 : "";
  const int n = snprintf(line, sizeof(line), "%ld %s %zu %lld %s%s%s\n", number, c.kind, bytes, c.offset,
                         path + under_length + 1, *from ? "\t" : "", from);
  say(report, line, (size_t)n);
  for (int i = 0; i < c.n_pieces; i++) say(copy, c.pieces[i].iov_base, c.pieces[i].iov_len);
  const int now = number == at;
  if (now && what == kKill) die();
  if (now) broken = 1;
  const int lasting = broken && ((what == kEnospc && is_write) || (what == kEioAll && is_sync));
  pthread_mutex_unlock(&one_at_a_time);
  if (lasting) return what;
  if (!now) return kNothing;
  if (what == kTorn && !is_write) die();  // Nothing to tear.
  if (what == kEnospcOnce && !is_write) return kNothing;
  if (what == kEio && !is_sync) return kNothing;
  return what == kEnospc || what == kEioAll ? kNothing : what;
}

static int fails(enum what w) {
  if (w != kEnospc && w != kEnospcOnce && w != kEio && w != kEioAll) return 0;
  errno = w == kEio || w == kEioAll ? EIO : ENOSPC;
  return 1;
}

#define REAL(name)                                                \
  static __typeof__(&name) real;                                  \
  if (!real && !(real = (__typeof__(real))dlsym(RTLD_NEXT, #name))) \
  give_up("no " #name)

// Makes the call and dies after it where that is asked for; `result` keeps errno as the call left it.
#define MAKE(type, call)          \
  const type result = (call);     \
  if (w == kKillAfter) die();     \
  return result

#define ON_FD(...)                                                                             \
  char path[PATH_MAX];                                                                         \
  const int saved = errno;                                                                     \
  const enum what w = path_of_fd(fd, path) ? next((struct call){__VA_ARGS__}, path) : kNothing; \
  errno = saved;                                                                               \
  if (fails(w)) return -1

ssize_t write(int fd, const void* data, size_t n) {
  REAL(write);
  const struct iovec piece = {(void*)data, n};
  ON_FD("write", lseek(fd, 0, SEEK_CUR), &piece, 1, NULL);
  if (w == kTorn) {
    real(fd, data, n / 2);
    die();
  }
  MAKE(ssize_t, real(fd, data, n));
}

#define PWRITE(name, offset_type)                                        \
  ssize_t name(int fd, const void* data, size_t n, offset_type offset) { \
    REAL(name);                                                          \
    const struct iovec piece = {(void*)data, n};                         \
    ON_FD("pwrite", offset, &piece, 1, NULL);                            \
    if (w == kTorn) {                                                    \
      real(fd, data, n / 2, offset);                                     \
      die();                                                             \
    }                                                                    \
    MAKE(ssize_t, real(fd, data, n, offset));                            \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec* pieces, int n_pieces) {
  REAL(writev);
  ON_FD("writev", lseek(fd, 0, SEEK_CUR), pieces, n_pieces, NULL);
  if (w == kTorn) {
    size_t left = 0;
    for (int i = 0; i < n_pieces; i++) left += pieces[i].iov_len;
    left /= 2;
    for (int i = 0; i < n_pieces && left > 0; i++) {
      const struct iovec piece = {pieces[i].iov_base, pieces[i].iov_len < left ? pieces[i].iov_len : left};
      real(fd, &piece, 1);
      left -= piece.iov_len;
    }
    die();
  }
  MAKE(ssize_t, real(fd, pieces, n_pieces));
}

#define SYNC(name)                \
  int name(int fd) {              \
    REAL(name);                   \
    ON_FD(#name, 0, NULL, 0, NULL);              \
    MAKE(int, real(fd));          \
  }
SYNC(fsync)
SYNC(fdatasync)

#define FTRUNCATE(name, size_type)        \
  int name(int fd, size_type size) {      \
    REAL(name);                           \
    ON_FD("ftruncate", size, NULL, 0, NULL);                \
    MAKE(int, real(fd, size));            \
  }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

#define ON_NAME(kind, length, folder, name, from_folder, from)                                          \
  char path[PATH_MAX], old[PATH_MAX];                                                                   \
  const int saved = errno;                                                                              \
  const char* old_name = from;                                                                          \
  const struct call c = {kind, length, NULL, 0, old_name && path_of_name(from_folder, old_name, old) ? old : NULL}; \
  const enum what w = path_of_name(folder, name, path) ? next(c, path) : kNothing;                      \
  errno = saved;                                                                                        \
  if (fails(w)) return -1

int unlink(const char* name) {
  REAL(unlink);
  ON_NAME("unlink", 0, AT_FDCWD, name, 0, NULL);
  MAKE(int, real(name));
}
int unlinkat(int folder, const char* name, int flags) {
  REAL(unlinkat);
  ON_NAME("unlink", 0, folder, name, 0, NULL);
  MAKE(int, real(folder, name, flags));
}
// std::filesystem::remove comes this way, and from here the C library does not pass by unlink above.
int remove(const char* name) {
  REAL(remove);
  ON_NAME("unlink", 0, AT_FDCWD, name, 0, NULL);
  MAKE(int, real(name));
}
int rename(const char* from, const char* to) {
  REAL(rename);
  ON_NAME("rename", 0, AT_FDCWD, to, AT_FDCWD, from);
  MAKE(int, real(from, to));
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  REAL(renameat);
  ON_NAME("rename", 0, to_folder, to, from_folder, from);
  MAKE(int, real(from_folder, from, to_folder, to));
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  REAL(renameat2);
  ON_NAME("rename", 0, to_folder, to, from_folder, from);
  MAKE(int, real(from_folder, from, to_folder, to, flags));
}
int truncate(const char* name, off_t size) {
  REAL(truncate);
  ON_NAME("ftruncate", size, AT_FDCWD, name, 0, NULL);
  MAKE(int, real(name, size));
}
int truncate64(const char* name, off64_t size) {
  REAL(truncate64);
  ON_NAME("ftruncate", size, AT_FDCWD, name, 0, NULL);
  MAKE(int, real(name, size));
}
