/* The box's side of the shared blocks; knows nothing of SIP. */
#define _GNU_SOURCE
#include "blocks.h"

#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

uint64_t tip_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

long tip_futex_wait(uint32_t *word, uint32_t seen, uint64_t for_ns)
{
    struct timespec left = {.tv_sec = (time_t)(for_ns / 1000000000u), .tv_nsec = (long)(for_ns % 1000000000u)};
    return syscall(SYS_futex, word, FUTEX_WAIT, seen, &left, NULL, 0);
}

static size_t matrix(uint32_t legs)
{
    return (size_t)legs * TIP_BLOCK_SAMPLES * sizeof(int16_t);
}

size_t tip_blocks_size(uint32_t legs)
{
    return TIP_BLOCKS_HEAD + 2 * TIP_BLOCKS_DEPTH * matrix(legs);
}

void tip_blocks_lay(void *memory, uint32_t legs)
{
    tip_blocks *blocks = memory;
    if (blocks->magic == TIP_BLOCKS_MAGIC && blocks->legs == legs)
        return;
    memset(memory, 0, tip_blocks_size(legs));
    blocks->legs = legs;
    __atomic_store_n(&blocks->magic, TIP_BLOCKS_MAGIC, __ATOMIC_RELEASE);
}

uint32_t tip_blocks_legs(void *memory, size_t size)
{
    tip_blocks *blocks = memory;
    if (size < TIP_BLOCKS_HEAD || __atomic_load_n(&blocks->magic, __ATOMIC_ACQUIRE) != TIP_BLOCKS_MAGIC)
        return 0;
    uint32_t legs = blocks->legs;
    return legs && (size - TIP_BLOCKS_HEAD) / (2 * TIP_BLOCKS_DEPTH) / matrix(1) >= legs ? legs : 0;
}

uint32_t tip_blocks_tick(void *memory)
{
    return __atomic_load_n(&((tip_blocks *)memory)->tick, __ATOMIC_ACQUIRE);
}

int tip_blocks_exchange(void *memory, uint32_t legs, uint32_t tick, const int16_t *tx, int16_t *rx)
{
    tip_blocks *blocks = memory;
    memcpy(tip_said(blocks, legs, tick), tx, matrix(legs));
    /* What was carried is one of the last DEPTH blocks: anything else is a liar or a latecomer. */
    int there = tick - __atomic_load_n(&blocks->done, __ATOMIC_ACQUIRE) == 0;
    if (there)
        memcpy(rx, tip_heard(blocks, legs, tick - 1), matrix(legs));
    else
        memset(rx, 0, matrix(legs));
    __atomic_store_n(&blocks->tick_ns, tip_now_ns(), __ATOMIC_RELAXED);
    __atomic_store_n(&blocks->tick, tick + 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &blocks->tick, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    return there;
}

void tip_blocks_counts(void *memory, uint64_t *seven)
{
    tip_blocks *blocks = memory;
    const uint64_t *all[7] = {&blocks->carried, &blocks->late,         &blocks->skipped,     &blocks->alone,
                              &blocks->turn_us, &blocks->turn_us_most, &blocks->wake_us_most};
    for (int i = 0; i < 7; i++)
        seven[i] = __atomic_load_n(all[i], __ATOMIC_RELAXED);
}
