/*
 * For tests only: stands between a program and the C library (LD_PRELOAD).
 *
 * It tells each change of files below LASNA_DISK_ROOT to the journal LASNA_DISK_JOURNAL, so that a test can
 * make the folder as a power cut would have left it. LASNA_DISK_FAIL=N lets the Nth sync fail once with EIO.
 * LASNA_CLOCK names a file with microseconds that are added to the wall clock.
 *
 * A record is six numbers of 64 bits (kind, file, at, other, length, 0) and as many bytes as the length says.
 * A change is told after it was made: a program that dies between the two did not make it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { WRITE = 1, CUT, SYNC, FAIL, MAKE, MAKE_DIR, LINK, UNLINK, RENAME };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_len;
static int journal = -1;
static long fail_at, syncs;
static const char *clock_file;

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("LASNA_DISK_ROOT"), *file = getenv("LASNA_DISK_JOURNAL");
  const char *fail = getenv("LASNA_DISK_FAIL");
  clock_file = getenv("LASNA_CLOCK");
  fail_at = fail ? atol(fail) : 0;
  if (folder && file && realpath(folder, root)) {
    root_len = strlen(root);
    journal = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  }
}

static int below(const char *path) {
  return root_len && !strncmp(path, root, root_len) && (path[root_len] == '/' || !path[root_len]);
}

static void tell(uint64_t kind, uint64_t file, uint64_t at, uint64_t other, const void *bytes, uint64_t length) {
  uint64_t head[6] = {kind, file, at, other, length, 0};
  struct iovec parts[2] = {{head, sizeof head}, {(void *)bytes, length}};
  size_t whole = sizeof head + length;
  /* One call, so that a record is whole or not there. */
  if (syscall(SYS_writev, journal, parts, length ? 2 : 1) != (ssize_t)whole) abort();
}

/* The number of the open file, where it is one of ours; 0 otherwise. */
static uint64_t ours(int fd) {
  struct stat about;
  char name[64], path[PATH_MAX];
  if (journal < 0 || fd == journal || fstat(fd, &about)) return 0;
  if (!S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode)) return 0;
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return below(path) ? about.st_ino : 0;
}

struct place {
  uint64_t folder;
  char name[NAME_MAX + 1];
};

/* The folder and the name of a path; the folder is 0 where it is none of ours. */
static struct place place_of(int dir, const char *path) {
  struct place place = {0};
  struct stat about;
  char whole[PATH_MAX], one[PATH_MAX], two[PATH_MAX], real_dir[PATH_MAX];
  if (journal < 0) return place;
  if (path[0] == '/' || dir == AT_FDCWD) {
    snprintf(whole, sizeof whole, "%s", path);
  } else {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", dir);
    ssize_t length = readlink(name, one, sizeof one - 1);
    if (length <= 0) return place;
    one[length] = 0;
    if (snprintf(whole, sizeof whole, "%s/%s", one, path) >= (int)sizeof whole) return place;
  }
  memcpy(one, whole, sizeof one);
  memcpy(two, whole, sizeof two);
  if (!realpath(dirname(one), real_dir) || !below(real_dir) || stat(real_dir, &about)) return place;
  place.folder = about.st_ino;
  snprintf(place.name, sizeof place.name, "%s", basename(two));
  return place;
}

static uint64_t number_at(int dir, const char *path) {
  struct stat about;
  return fstatat(dir, path, &about, AT_SYMLINK_NOFOLLOW) ? 0 : about.st_ino;
}

static int opened(int dir, const char *path, int flags, mode_t mode) {
  int (*open_it)(int, const char *, int, ...) = real("openat");
  if (journal < 0 || !(flags & (O_CREAT | O_TRUNC))) return open_it(dir, path, flags, mode);
  pthread_mutex_lock(&lock);
  int was = number_at(dir, path) != 0;
  int fd = open_it(dir, path, flags, mode), error = errno;
  uint64_t file = fd < 0 ? 0 : ours(fd);
  if (file && !was) {
    struct place place = place_of(dir, path);
    tell(MAKE, place.folder, 0, file, place.name, strlen(place.name));
  } else if (file && flags & O_TRUNC) {
    tell(CUT, file, 0, 0, NULL, 0);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}

#define MODE_OF(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, int); va_end(rest); }

int open(const char *path, int flags, ...) { MODE_OF(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE_OF(flags) return opened(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE_OF(flags) return opened(dir, path, flags, mode); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* Where the next byte of a plain write goes. */
static off_t place_in(int fd) {
  struct stat about;
  if (fcntl(fd, F_GETFL) & O_APPEND) return fstat(fd, &about) ? 0 : about.st_size;
  off_t at = lseek(fd, 0, SEEK_CUR);
  return at < 0 ? 0 : at;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  ssize_t (*write_it)(int, const void *, size_t) = real("write");
  uint64_t file = ours(fd);
  if (!file) return write_it(fd, bytes, length);
  pthread_mutex_lock(&lock);
  off_t at = place_in(fd);
  ssize_t done = write_it(fd, bytes, length);
  int error = errno;
  if (done > 0) tell(WRITE, file, at, 0, bytes, done);
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

static ssize_t written_at(int fd, const void *bytes, size_t length, off_t at) {
  ssize_t (*write_it)(int, const void *, size_t, off_t) = real("pwrite64");
  uint64_t file = ours(fd);
  if (!file) return write_it(fd, bytes, length, at);
  pthread_mutex_lock(&lock);
  ssize_t done = write_it(fd, bytes, length, at);
  int error = errno;
  if (done > 0) tell(WRITE, file, at, 0, bytes, done);
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return written_at(fd, bytes, length, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) { return written_at(fd, bytes, length, at); }

/* Several parts as one: only ever the first part is taken, which the callers allow. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
  ssize_t (*write_it)(int, const struct iovec *, int) = real("writev");
  if (!ours(fd)) return write_it(fd, parts, count);
  for (int n = 0; n < count; n++)
    if (parts[n].iov_len) return write(fd, parts[n].iov_base, parts[n].iov_len);
  return 0;
}

static ssize_t written_parts_at(int fd, const struct iovec *parts, int count, off_t at) {
  ssize_t (*write_it)(int, const struct iovec *, int, off_t) = real("pwritev64");
  if (!ours(fd)) return write_it(fd, parts, count, at);
  for (int n = 0; n < count; n++)
    if (parts[n].iov_len) return written_at(fd, parts[n].iov_base, parts[n].iov_len, at);
  return 0;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return written_parts_at(fd, parts, count, at); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) { return written_parts_at(fd, parts, count, at); }

/* Ways round the calls above are shut: programs then read and write. */
ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *place, size_t length, unsigned flags) {
  ssize_t (*copy_it)(int, off64_t *, int, off64_t *, size_t, unsigned) = real("copy_file_range");
  if (!ours(to)) return copy_it(from, at, to, place, length, flags);
  errno = ENOSYS;
  return -1;
}

ssize_t sendfile64(int to, int from, off64_t *at, size_t length) {
  ssize_t (*send_it)(int, int, off64_t *, size_t) = real("sendfile64");
  if (!ours(to)) return send_it(to, from, at, length);
  errno = EINVAL;
  return -1;
}

int posix_fallocate64(int fd, off64_t at, off64_t length) {
  int (*grow_it)(int, off64_t, off64_t) = real("posix_fallocate64");
  return ours(fd) ? EOPNOTSUPP : grow_it(fd, at, length);
}

int posix_fallocate(int fd, off_t at, off_t length) { return posix_fallocate64(fd, at, length); }

static int cut(int fd, off_t length) {
  int (*cut_it)(int, off_t) = real("ftruncate64");
  uint64_t file = ours(fd);
  if (!file) return cut_it(fd, length);
  pthread_mutex_lock(&lock);
  int done = cut_it(fd, length), error = errno;
  if (!done) tell(CUT, file, length, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }

static int synced(int fd, const char *name) {
  int (*sync_it)(int) = real(name);
  uint64_t file = ours(fd);
  if (!file) return sync_it(fd);
  pthread_mutex_lock(&lock);
  int done = 0, error = errno;
  if (++syncs == fail_at) {
    tell(FAIL, file, 0, 0, NULL, 0);
    done = -1;
    error = EIO;
  } else {
    /* What is on the disk is the journal's to say; the machine below is not asked. */
    tell(SYNC, file, 0, 0, NULL, 0);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }

static int made_folder(int dir, const char *path, mode_t mode) {
  int (*make_it)(int, const char *, mode_t) = real("mkdirat");
  if (journal < 0) return make_it(dir, path, mode);
  pthread_mutex_lock(&lock);
  int done = make_it(dir, path, mode), error = errno;
  struct place place = done ? (struct place){0} : place_of(dir, path);
  if (place.folder) tell(MAKE_DIR, place.folder, 0, number_at(dir, path), place.name, strlen(place.name));
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

int mkdir(const char *path, mode_t mode) { return made_folder(AT_FDCWD, path, mode); }
int mkdirat(int dir, const char *path, mode_t mode) { return made_folder(dir, path, mode); }

static int unlinked(int dir, const char *path, int flags) {
  int (*unlink_it)(int, const char *, int) = real("unlinkat");
  if (journal < 0) return unlink_it(dir, path, flags);
  pthread_mutex_lock(&lock);
  struct place place = place_of(dir, path);
  int done = unlink_it(dir, path, flags), error = errno;
  if (!done && place.folder) tell(UNLINK, place.folder, 0, 0, place.name, strlen(place.name));
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

int unlink(const char *path) { return unlinked(AT_FDCWD, path, 0); }
int unlinkat(int dir, const char *path, int flags) { return unlinked(dir, path, flags); }
int rmdir(const char *path) { return unlinked(AT_FDCWD, path, AT_REMOVEDIR); }

static int linked(int dir, const char *path, int to_dir, const char *to, int flags) {
  int (*link_it)(int, const char *, int, const char *, int) = real("linkat");
  if (journal < 0) return link_it(dir, path, to_dir, to, flags);
  pthread_mutex_lock(&lock);
  int done = link_it(dir, path, to_dir, to, flags), error = errno;
  struct place place = done ? (struct place){0} : place_of(to_dir, to);
  if (place.folder) tell(LINK, place.folder, 0, number_at(to_dir, to), place.name, strlen(place.name));
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

int link(const char *path, const char *to) { return linked(AT_FDCWD, path, AT_FDCWD, to, 0); }
int linkat(int dir, const char *path, int to_dir, const char *to, int flags) { return linked(dir, path, to_dir, to, flags); }

static int renamed(int dir, const char *path, int to_dir, const char *to) {
  int (*rename_it)(int, const char *, int, const char *) = real("renameat");
  if (journal < 0) return rename_it(dir, path, to_dir, to);
  pthread_mutex_lock(&lock);
  struct place from = place_of(dir, path), place = place_of(to_dir, to);
  int done = rename_it(dir, path, to_dir, to), error = errno;
  if (!done && from.folder && place.folder) {
    char names[2 * NAME_MAX + 2];
    size_t first = strlen(from.name), second = strlen(place.name);
    memcpy(names, from.name, first + 1);
    memcpy(names + first + 1, place.name, second);
    tell(RENAME, place.folder, from.folder, 0, names, first + 1 + second);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

int rename(const char *path, const char *to) { return renamed(AT_FDCWD, path, AT_FDCWD, to); }
int renameat(int dir, const char *path, int to_dir, const char *to) { return renamed(dir, path, to_dir, to); }

/* The wall clock, so many microseconds away from the machine's. */
int clock_gettime(clockid_t which, struct timespec *at) {
  int done = syscall(SYS_clock_gettime, which, at);
  if (done || which != CLOCK_REALTIME || !clock_file) return done;
  char text[32] = {0};
  int fd = syscall(SYS_openat, AT_FDCWD, clock_file, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    if (syscall(SYS_read, fd, text, sizeof text - 1) > 0) {
      long long moved = atoll(text), nanos = at->tv_nsec + moved % 1000000 * 1000;
      at->tv_sec += moved / 1000000 + (nanos < 0 ? -1 : nanos / 1000000000);
      at->tv_nsec = nanos < 0 ? nanos + 1000000000 : nanos % 1000000000;
    }
    syscall(SYS_close, fd);
  }
  return 0;
}
