/* Stands before the C library's file calls of a process (LD_PRELOAD) and makes the disk below one folder slow or
   failing, as a small shared page says. Everything else passes. Compiled when tests need it.  */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct page {
    volatile int64_t sync_us, write_us;   /* each sync and each write takes so long */
    volatile int64_t fail_at, fail_for;   /* operations with these numbers fail; 0: none */
    volatile int64_t error;               /* with this errno */
    volatile int64_t operations;          /* counted, from 1 */
    volatile int64_t longest_write;       /* bytes; 0: any */
    volatile int64_t interrupt_every;     /* each so many-th write is interrupted (EINTR) first; 0: none */
};

static struct page *page;
static char root[PATH_MAX];
static size_t root_length;

__attribute__((constructor)) static void begin(void)
{
    const char *control = getenv("TIPRING_SHIM_PAGE"), *folder = getenv("TIPRING_SHIM_ROOT");
    int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int handle;
    void *found;
    if (!control || !folder || (handle = real_open(control, O_RDWR | O_CLOEXEC)) < 0)
        return;
    found = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    close(handle);
    if (found == MAP_FAILED)
        return;
    root_length = strlen(strncpy(root, folder, sizeof root - 1));
    page = found;
}

static int ours(const char *path)
{
    return page && path && !strncmp(path, root, root_length);
}

static int ours_open(int handle)
{
    char link[64], path[PATH_MAX];
    ssize_t length;
    if (!page)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return ours(path);
}

static void wait_us(int64_t us)
{
    struct timespec left = {us / 1000000, us % 1000000 * 1000};
    while (us > 0 && nanosleep(&left, &left) && errno == EINTR)
        ;
}

/* Whether this operation fails; errno says how. */
static int fails(int64_t us)
{
    int64_t number = __atomic_add_fetch(&page->operations, 1, __ATOMIC_SEQ_CST);
    wait_us(us);
    if (!page->fail_at || number < page->fail_at || number >= page->fail_at + page->fail_for)
        return 0;
    errno = (int)page->error;
    return 1;
}

static size_t shorter(size_t size)
{
    return page && page->longest_write && size > (size_t)page->longest_write ? (size_t)page->longest_write : size;
}

static int interrupted(void)
{
    static int64_t writes;
    if (!page->interrupt_every || ++writes % page->interrupt_every)
        return 0;
    errno = EINTR;
    return 1;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int fsync(int handle)
{
    REAL(fsync);
    return ours_open(handle) && fails(page->sync_us) ? -1 : real(handle);
}

int fdatasync(int handle)
{
    REAL(fdatasync);
    return ours_open(handle) && fails(page->sync_us) ? -1 : real(handle);
}

ssize_t write(int handle, const void *data, size_t size)
{
    REAL(write);
    if (!ours_open(handle))
        return real(handle, data, size);
    return interrupted() || fails(page->write_us) ? -1 : real(handle, data, shorter(size));
}

ssize_t pwrite(int handle, const void *data, size_t size, off_t at)
{
    REAL(pwrite);
    if (!ours_open(handle))
        return real(handle, data, size, at);
    return interrupted() || fails(page->write_us) ? -1 : real(handle, data, shorter(size), at);
}

ssize_t pwrite64(int handle, const void *data, size_t size, off64_t at)
{
    REAL(pwrite64);
    if (!ours_open(handle))
        return real(handle, data, size, at);
    return interrupted() || fails(page->write_us) ? -1 : real(handle, data, shorter(size), at);
}

ssize_t pread(int handle, void *data, size_t size, off_t at)
{
    REAL(pread);
    return ours_open(handle) && fails(0) ? -1 : real(handle, data, size, at);
}

ssize_t pread64(int handle, void *data, size_t size, off64_t at)
{
    REAL(pread64);
    return ours_open(handle) && fails(0) ? -1 : real(handle, data, size, at);
}

int ftruncate(int handle, off_t size)
{
    REAL(ftruncate);
    return ours_open(handle) && fails(0) ? -1 : real(handle, size);
}

int ftruncate64(int handle, off64_t size)
{
    REAL(ftruncate64);
    return ours_open(handle) && fails(0) ? -1 : real(handle, size);
}

int posix_fallocate(int handle, off_t at, off_t size)
{
    REAL(posix_fallocate);
    return ours_open(handle) && fails(page->write_us) ? errno : real(handle, at, size);
}

int posix_fallocate64(int handle, off64_t at, off64_t size)
{
    REAL(posix_fallocate64);
    return ours_open(handle) && fails(page->write_us) ? errno : real(handle, at, size);
}

int unlink(const char *path)
{
    REAL(unlink);
    return ours(path) && fails(0) ? -1 : real(path);
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    return ours(to) && fails(0) ? -1 : real(from, to);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    return ours(path) && fails(0) ? -1 : real(path, mode);
}

static int opened(const char *path, int flags)
{
    return ours(path) && flags & (O_CREAT | O_WRONLY | O_RDWR) && fails(0);
}

#define OPEN(name)                                                  \
    int name(const char *path, int flags, ...)                      \
    {                                                               \
        va_list rest;                                               \
        mode_t mode;                                                \
        REAL(name);                                                 \
        va_start(rest, flags);                                      \
        mode = (mode_t)va_arg(rest, int);                           \
        va_end(rest);                                               \
        return opened(path, flags) ? -1 : real(path, flags, mode);  \
    }

OPEN(open)
OPEN(open64)
