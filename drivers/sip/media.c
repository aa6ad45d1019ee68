/* Media ports in pjsua's bridge, one a leg, and the thread that pumps the bridge by the box's tick.

   Strategy: the bridge has no clock of its own (no sound device); one get_frame of its master port moves every leg of
   every call by 20 ms, in this thread, without Python. While the box gives no ticks the thread goes on by the
   monotonic clock and silence, so that calls outlive a restart of the switch. */
#define _GNU_SOURCE
#include <pjsua-lib/pjsua.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "blocks.h"
#include "rtp.h"
#include "sip.h"

#define TICK_NS 20000000u
#define PATIENCE_NS 60000000u /* without a tick for so long the box is away */
#define PRIORITY 20
#define SIGNATURE PJMEDIA_SIG_CLASS_PORT_AUD('T', 'I')

typedef struct {
    pjmedia_port base;
    pjsua_conf_port_id slot;
    pjsua_conf_port_id joined; /* the call's slot */
    int number;
} leg_port;

static struct {
    pj_pool_t *pool;
    tip_blocks *blocks;
    uint32_t legs;
    leg_port *leg;
    pjmedia_port *master;
    pj_thread_t *thread;
    int16_t *said, *heard; /* of the block being carried; `said` NULL: silence */
    int stop, realtime;
} media;

static pj_status_t leg_says(pjmedia_port *port, pjmedia_frame *frame)
{
    leg_port *leg = (leg_port *)port;
    if (frame->type == PJMEDIA_FRAME_TYPE_AUDIO && media.heard)
        memcpy(media.heard + leg->number * TIP_BLOCK_SAMPLES, frame->buf,
               frame->size < TIP_BLOCK_SAMPLES * 2 ? frame->size : TIP_BLOCK_SAMPLES * 2);
    return PJ_SUCCESS;
}

static pj_status_t box_says(pjmedia_port *port, pjmedia_frame *frame)
{
    leg_port *leg = (leg_port *)port;
    if (media.said)
        memcpy(frame->buf, media.said + leg->number * TIP_BLOCK_SAMPLES, TIP_BLOCK_SAMPLES * 2);
    else
        memset(frame->buf, 0, TIP_BLOCK_SAMPLES * 2);
    frame->type = PJMEDIA_FRAME_TYPE_AUDIO;
    frame->size = TIP_BLOCK_SAMPLES * 2;
    return PJ_SUCCESS;
}

static pj_status_t leg_gone(pjmedia_port *port)
{
    (void)port; /* its memory goes with the pool */
    return PJ_SUCCESS;
}

static void most(uint64_t *counter, uint64_t value)
{
    if (value > *counter)
        __atomic_store_n(counter, value, __ATOMIC_RELAXED);
}

static void add(uint64_t *counter, uint64_t value)
{
    __atomic_store_n(counter, *counter + value, __ATOMIC_RELAXED);
}

/* One turn of the bridge: every leg of every call by 20 ms. */
static void turn(int16_t *said, int16_t *heard)
{
    int16_t unheard[TIP_BLOCK_SAMPLES];
    pjmedia_frame frame = {.type = PJMEDIA_FRAME_TYPE_NONE, .buf = unheard, .size = sizeof unheard};
    uint64_t began = tip_now_ns();
    tip_rtp_read();
    if (heard)
        memset(heard, 0, (size_t)media.legs * TIP_BLOCK_SAMPLES * sizeof *heard);
    media.said = said;
    media.heard = heard;
    pjmedia_port_get_frame(media.master, &frame);
    uint64_t took = (tip_now_ns() - began) / 1000;
    add(&media.blocks->turn_us, took);
    most(&media.blocks->turn_us_most, took);
    add(&media.blocks->carried, 1);
}

/* Carries block `next`; returns the one after it. Blocks that were overwritten are skipped. */
static uint32_t carry(uint32_t next, uint32_t given)
{
    tip_blocks *blocks = media.blocks;
    if (given - next > TIP_BLOCKS_DEPTH - 1) {
        add(&blocks->skipped, given - next - 1);
        next = given - 1;
    }
    if (given - next > 1)
        add(&blocks->late, 1);
    else
        most(&blocks->wake_us_most, (tip_now_ns() - __atomic_load_n(&blocks->tick_ns, __ATOMIC_RELAXED)) / 1000);
    turn(tip_said(blocks, media.legs, next), tip_heard(blocks, media.legs, next));
    __atomic_store_n(&blocks->done, next + 1, __ATOMIC_RELEASE);
    return next + 1;
}

static uint64_t go_alone(uint64_t due)
{
    uint64_t now = tip_now_ns();
    turn(NULL, NULL);
    add(&media.blocks->alone, 1);
    return due + TICK_NS > now ? due + TICK_NS : now + TICK_NS;
}

static void ask_for_realtime(void)
{
    struct sched_param wanted = {.sched_priority = PRIORITY};
    media.realtime = pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted) == 0;
}

static int pump(void *unused)
{
    (void)unused;
    ask_for_realtime();
    uint32_t next = tip_blocks_tick(media.blocks);
    uint64_t due = tip_now_ns() + PATIENCE_NS;
    while (!__atomic_load_n(&media.stop, __ATOMIC_ACQUIRE)) {
        uint32_t given = tip_blocks_tick(media.blocks);
        uint64_t now = tip_now_ns();
        if (given != next) {
            next = carry(next, given);
            due = tip_now_ns() + PATIENCE_NS;
        } else if (now >= due) {
            due = go_alone(due);
        } else {
            tip_futex_wait(&media.blocks->tick, given, due - now);
        }
    }
    return 0;
}

static pj_status_t add_leg(int number)
{
    leg_port *leg = &media.leg[number];
    char text[16];
    pj_str_t name;
    snprintf(text, sizeof text, "leg%d", number);
    pj_strdup2(media.pool, &name, text);
    leg->number = number;
    leg->joined = PJSUA_INVALID_ID;
    pjmedia_port_info_init(&leg->base.info, &name, SIGNATURE, 8000, 1, 16, TIP_BLOCK_SAMPLES);
    leg->base.put_frame = leg_says;
    leg->base.get_frame = box_says;
    leg->base.on_destroy = leg_gone;
    return pjsua_conf_add_port(media.pool, &leg->base, &leg->slot);
}

static pj_status_t add_legs(void)
{
    media.leg = pj_pool_calloc(media.pool, media.legs, sizeof *media.leg);
    for (uint32_t i = 0; i < media.legs; i++) {
        pj_status_t status = add_leg((int)i);
        if (status != PJ_SUCCESS)
            return status;
    }
    return PJ_SUCCESS;
}

int tip_media_start(void *memory, size_t size)
{
    memset(&media, 0, sizeof media);
    media.blocks = memory;
    media.legs = tip_blocks_legs(memory, size);
    if (!media.legs)
        return PJ_EINVAL;
    media.pool = pjsua_pool_create("tipring-legs", 4000, 4000);
    pj_status_t status = add_legs();
    if (status != PJ_SUCCESS)
        return status;
    media.master = pjsua_set_no_snd_dev();
    if (!media.master)
        return PJ_EUNKNOWN;
    return pj_thread_create(media.pool, "tipring-pump", pump, NULL, 0, 0, &media.thread);
}

void tip_media_stop(void)
{
    if (!media.thread)
        return;
    __atomic_store_n(&media.stop, 1, __ATOMIC_RELEASE);
    pj_thread_join(media.thread);
    pj_thread_destroy(media.thread);
    media.thread = NULL;
    for (uint32_t i = 0; i < media.legs; i++)
        pjsua_conf_remove_port(media.leg[i].slot);
    turn(NULL, NULL); /* the bridge does what was asked of it in its next turn */
    media.master = NULL;
}

static leg_port *leg_of(int number)
{
    return media.master && number >= 0 && (uint32_t)number < media.legs ? &media.leg[number] : NULL;
}

int tip_media_join(int number, int call)
{
    leg_port *leg = leg_of(number);
    pjsua_conf_port_id slot = pjsua_call_get_conf_port(call);
    if (!leg || slot == PJSUA_INVALID_ID)
        return PJ_ENOTFOUND;
    if (leg->joined != slot)
        tip_media_part(number);
    leg->joined = slot;
    pj_status_t status = pjsua_conf_connect(slot, leg->slot);
    return status == PJ_SUCCESS ? pjsua_conf_connect(leg->slot, slot) : status;
}

int tip_media_part(int number)
{
    leg_port *leg = leg_of(number);
    if (!leg)
        return PJ_ENOTFOUND;
    if (leg->joined == PJSUA_INVALID_ID)
        return PJ_SUCCESS;
    /* Where the call has gone its slot has too, and this finds nothing to part. */
    pjsua_conf_disconnect(leg->joined, leg->slot);
    pjsua_conf_disconnect(leg->slot, leg->joined);
    leg->joined = PJSUA_INVALID_ID;
    return PJ_SUCCESS;
}

int tip_media_is_realtime(void)
{
    return media.realtime;
}
