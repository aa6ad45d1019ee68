#define _GNU_SOURCE
#include "control.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS 1000000
#define TICK_NS 20000000
#define KEPT 256 /* standstills of a core that are remembered */
#define PRIORITY 90

typedef struct {
    tip_control *control;
    pthread_t thread;
    int core;
    _Atomic uint64_t count;
    _Atomic int64_t from_ns[KEPT], to_ns[KEPT];
    _Atomic uint64_t ticks, longest_ns;
} watch;

struct tip_control {
    int cores;
    _Atomic int over;
    watch *watches;
};

static int64_t now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void stood(watch *one, int64_t late_ns)
{
    int64_t to = now_ns(CLOCK_REALTIME);
    uint64_t place = atomic_load(&one->count) % KEPT;
    atomic_store(&one->from_ns[place], to - late_ns);
    atomic_store(&one->to_ns[place], to);
    atomic_fetch_add(&one->ticks, (uint64_t)((late_ns + TICK_NS / 2) / TICK_NS));
    if ((uint64_t)late_ns > atomic_load(&one->longest_ns))
        atomic_store(&one->longest_ns, (uint64_t)late_ns);
    atomic_fetch_add(&one->count, 1);
}

static void before_others(int core)
{
    struct sched_param how = {.sched_priority = PRIORITY};
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(core, &here);
    pthread_setaffinity_np(pthread_self(), sizeof here, &here);
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &how);
}

static void *look(void *given)
{
    watch *one = given;
    before_others(one->core);
    int64_t due = now_ns(CLOCK_MONOTONIC);
    while (!atomic_load(&one->control->over)) {
        due += STEP_NS;
        struct timespec at = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
            ;
        int64_t late = now_ns(CLOCK_MONOTONIC) - due;
        if (late > TIP_CONTROL_LATE_NS)
            stood(one, late);
        if (late > STEP_NS)
            due += late;
    }
    return NULL;
}

static int core_of(const cpu_set_t *allowed, int number)
{
    for (int core = 0; core < CPU_SETSIZE; core++)
        if (CPU_ISSET(core, allowed) && number-- == 0)
            return core;
    return 0;
}

tip_control *tip_control_open(void)
{
    cpu_set_t allowed;
    tip_control *control = calloc(1, sizeof *control);
    if (!control || sched_getaffinity(0, sizeof allowed, &allowed)) {
        free(control);
        return NULL;
    }
    int cores = CPU_COUNT(&allowed);
    control->watches = calloc((size_t)cores, sizeof *control->watches);
    for (; control->watches && control->cores < cores; control->cores++) {
        watch *one = &control->watches[control->cores];
        one->control = control;
        one->core = core_of(&allowed, control->cores);
        if (pthread_create(&one->thread, NULL, look, one))
            break;
    }
    if (control->cores == cores)
        return control;
    tip_control_close(control);
    return NULL;
}

static int one_stood(const watch *one, int64_t from_ns, int64_t to_ns)
{
    uint64_t count = atomic_load(&one->count);
    for (uint64_t i = count; i > 0 && i + KEPT > count; i--) {
        uint64_t place = (i - 1) % KEPT;
        if (atomic_load(&one->to_ns[place]) < from_ns)
            return 0;
        if (atomic_load(&one->from_ns[place]) <= to_ns)
            return 1;
    }
    return 0;
}

int tip_control_stood(const tip_control *control, int64_t from_ns, int64_t to_ns)
{
    for (int i = 0; i < control->cores; i++)
        if (one_stood(&control->watches[i], from_ns, to_ns))
            return 1;
    return 0;
}

uint64_t tip_control_ticks(const tip_control *control)
{
    uint64_t most = 0;
    for (int i = 0; i < control->cores; i++) {
        uint64_t one = atomic_load(&control->watches[i].ticks);
        most = one > most ? one : most;
    }
    return most;
}

uint64_t tip_control_longest_us(const tip_control *control)
{
    uint64_t longest = 0;
    for (int i = 0; i < control->cores; i++) {
        uint64_t one = atomic_load(&control->watches[i].longest_ns) / 1000;
        longest = one > longest ? one : longest;
    }
    return longest;
}

void tip_control_close(tip_control *control)
{
    atomic_store(&control->over, 1);
    for (int i = 0; i < control->cores; i++)
        pthread_join(control->watches[i].thread, NULL);
    free(control->watches);
    free(control);
}
