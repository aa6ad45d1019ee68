/* The control timer: a thread that does nothing but wake every period and note how late it was. What it suffers, the
   machine did; only what the tick suffers beside that is ours. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "pace.h"

static atomic_llong worst_us;
static atomic_int running;
static pthread_t thread;
static long long period_ns;

static void add_ns(struct timespec *at, long long ns)
{
    at->tv_nsec += ns % 1000000000LL;
    at->tv_sec += ns / 1000000000LL;
    if (at->tv_nsec >= 1000000000L) {
        at->tv_nsec -= 1000000000L;
        at->tv_sec++;
    }
}

static long long slip_us(const struct timespec *due)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - due->tv_sec) * 1000000LL + (now.tv_nsec - due->tv_nsec) / 1000;
}

static void *control(void *unused)
{
    struct timespec due;

    clock_gettime(CLOCK_MONOTONIC, &due);
    while (atomic_load(&running)) {
        long long slip;

        add_ns(&due, period_ns);
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
            ;
        slip = slip_us(&due);
        if (slip > atomic_load(&worst_us))
            atomic_store(&worst_us, slip);
        if (slip * 1000 > 10 * period_ns)
            clock_gettime(CLOCK_MONOTONIC, &due);
    }
    return unused;
}

int tip_pace_start(int period_us)
{
    struct sched_param first = {.sched_priority = 60};
    int error;

    if (atomic_exchange(&running, 1))
        return 0;
    period_ns = period_us * 1000LL;
    atomic_store(&worst_us, 0);
    error = pthread_create(&thread, NULL, control, NULL);
    if (error)
        atomic_store(&running, 0);
    else
        pthread_setschedparam(thread, SCHED_FIFO, &first); /* where allowed */
    return error;
}

long long tip_pace_take_worst_us(void)
{
    return atomic_exchange(&worst_us, 0);
}

void tip_pace_stop(void)
{
    if (atomic_exchange(&running, 0))
        pthread_join(thread, NULL);
}

/* Libraries whose pages no tick enters, or a few that were entered before the first one. */
static int is_seldom_used(const char *map)
{
    return strstr(map, "openblas") || strstr(map, "gfortran") || strstr(map, "libcrypto");
}

/* A page of a file, or one that was swapped out, has to come from a disk; one of nothing but zeros comes at once (who has
   real-time priority may take what is kept for need) and may never be wanted. */
static void fetch(const char *map)
{
    uintptr_t start, end;
    unsigned long inode;
    char may_read;

    if (sscanf(map, "%" SCNxPTR "-%" SCNxPTR " %c%*s %*s %*s %lu", &start, &end, &may_read, &inode) != 4
        || may_read != 'r' || is_seldom_used(map))
        return;
    if (inode)
        mlock((const void *)start, end - start);
    else
        madvise((void *)start, end - start, MADV_WILLNEED);
}

int tip_lock_memory(void)
{
    char map[PATH_MAX + 128];
    FILE *maps;

    malloc_trim(0);
    if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
        return errno;
    maps = fopen("/proc/self/maps", "re");
    if (!maps)
        return errno;
    while (fgets(map, sizeof map, maps))
        fetch(map);
    fclose(maps);
    return 0;
}
