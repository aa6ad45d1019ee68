/* The control timer: a thread a core that does nothing but wake every period and note how late it was. What it suffers, the
   machine did; only what the tick suffers beside that is ours. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

#include "pace.h"

static atomic_llong worst_us;
static atomic_int running;
#define MOST_CORES 64
static pthread_t threads[MOST_CORES];
static int started;
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

/* On `core`, so that a core taken away by the host is seen whichever one the tick is on. */
static int start_on(int core)
{
    struct sched_param first = {.sched_priority = 60};
    cpu_set_t only;
    int error = pthread_create(&threads[started], NULL, control, NULL);

    if (error)
        return error;
    CPU_ZERO(&only);
    CPU_SET(core, &only);
    pthread_setaffinity_np(threads[started], sizeof only, &only);
    pthread_setschedparam(threads[started], SCHED_FIFO, &first); /* where allowed */
    started++;
    return 0;
}

int tip_pace_start(int period_us)
{
    cpu_set_t ours;
    int core, error = 0;

    if (atomic_exchange(&running, 1))
        return 0;
    period_ns = period_us * 1000LL;
    atomic_store(&worst_us, 0);
    if (sched_getaffinity(0, sizeof ours, &ours))
        error = errno;
    for (core = 0; !error && core < CPU_SETSIZE && started < MOST_CORES; core++)
        if (CPU_ISSET(core, &ours))
            error = start_on(core);
    if (error)
        tip_pace_stop();
    return error;
}

long long tip_pace_take_worst_us(void)
{
    return atomic_exchange(&worst_us, 0);
}

void tip_pace_stop(void)
{
    if (atomic_exchange(&running, 0))
        while (started > 0)
            pthread_join(threads[--started], NULL);
}

int tip_lock_memory(void)
{
    if (mlockall(MCL_CURRENT) == 0 && mlockall(MCL_FUTURE | MCL_ONFAULT) == 0)
        return 0;
    return errno;
}
