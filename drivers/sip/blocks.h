/* Blocks of 20 ms between the box's tick and a process that has SIP legs, in memory both map.

   The box gives block n (what it says to all legs) and gets block n-1 (what they say): one tick of delay, no lock,
   nobody waits for the other. Either side may die and come back. The box trusts nothing it reads here. */
#ifndef TIP_BLOCKS_H
#define TIP_BLOCKS_H
#include <stddef.h>
#include <stdint.h>

#define TIP_BLOCK_SAMPLES 160
#define TIP_BLOCKS_DEPTH 4
#define TIP_BLOCKS_HEAD 4096
#define TIP_BLOCKS_MAGIC 0x54495042u

typedef struct {
    uint32_t magic, legs;
    uint32_t tick; /* blocks given by the box; a futex */
    uint32_t done; /* blocks carried by the other side */
    /* By the side with the legs. */
    uint64_t carried; /* blocks moved, with the box or alone */
    uint64_t late;    /* carried when the box had already given the next one */
    uint64_t skipped; /* given and never carried */
    uint64_t alone;   /* moved by its own clock, because the box gave none */
    uint64_t turn_us, turn_us_most;
    uint64_t wake_us_most; /* from the box's tick until its block was begun */
    uint64_t tick_ns;      /* when the box gave its newest block; CLOCK_MONOTONIC */
} tip_blocks;

static inline int16_t *tip_said(tip_blocks *blocks, uint32_t legs, uint32_t block)
{
    int16_t *first = (int16_t *)((char *)blocks + TIP_BLOCKS_HEAD);
    return first + (size_t)(block % TIP_BLOCKS_DEPTH) * legs * TIP_BLOCK_SAMPLES;
}

static inline int16_t *tip_heard(tip_blocks *blocks, uint32_t legs, uint32_t block)
{
    return tip_said(blocks, legs, block) + (size_t)TIP_BLOCKS_DEPTH * legs * TIP_BLOCK_SAMPLES;
}

uint64_t tip_now_ns(void);
long tip_futex_wait(uint32_t *word, uint32_t seen, uint64_t for_ns);

/* cdef */
size_t tip_blocks_size(uint32_t legs);
/* Lays the memory out, unless it is so already: then counting goes on where it was. */
void tip_blocks_lay(void *memory, uint32_t legs);
/* Legs of a memory that was laid out and fits into `size`; 0 of any other. */
uint32_t tip_blocks_legs(void *memory, size_t size);
uint32_t tip_blocks_tick(void *memory);
/* Gives `tx` as block `tick` and puts what the legs said a tick before into `rx` (`int16[legs, 160]` both).
   1 where that block was there, 0 where it is late and `rx` is silence. Never waits. */
int tip_blocks_exchange(void *memory, uint32_t legs, uint32_t tick, const int16_t *tx, int16_t *rx);
/* carried, late, skipped, alone, turn_us, turn_us_most, wake_us_most */
void tip_blocks_counts(void *memory, uint64_t *seven);
/* cdef */
#endif
