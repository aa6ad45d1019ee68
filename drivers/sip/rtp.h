/* A call's RTP transport as we run it: whom its packets are taken from, where ours go, who is told. */
#ifndef TIP_RTP_H
#define TIP_RTP_H
#include <pjmedia/transport.h>
#include <pthread.h>

#define TIP_RTP_MOST (4 * PJSUA_MAX_CALLS)

/* Whom it listens to. */
typedef struct {
    pj_sockaddr named, named_rtcp; /* by SDP */
    pj_sockaddr heard; /* the one that is listened to */
    pj_sockaddr peer;  /* where its signalling comes from */
    int is_known, candidates;
    uint64_t last_ns;
} tip_rtp_far;

/* An address that one thread sets while others send there. */
typedef struct {
    pj_sockaddr at[2];
    int now;
} tip_rtp_target;

typedef struct {
    pthread_mutex_t lock; /* held while its packets are told above, and by whoever changes whom they are told to */
    pjmedia_transport *transport;
    pjmedia_transport_op op, *below;
    int call, rtp_fd, rtcp_fd;
    int is_started, is_muxed;
    void *user_data;
    void (*rtp)(pjmedia_tp_cb_param *); /* NULL: not attached */
    void (*rtcp)(void *, void *, pj_ssize_t);
    tip_rtp_far far;
    tip_rtp_target rtp_to, rtcp_to;
    pj_sockaddr rtp_from, rtcp_from; /* heard since it was attached */
    int rtcp_strays;
} tip_rtp;

extern tip_rtp tip_rtp_all[TIP_RTP_MOST];
extern int tip_rtp_used; /* none beyond */

/* 1: this packet is the far end's. */
int tip_rtp_is_right(tip_rtp_far *far, const pj_sockaddr *from, uint64_t now);
int tip_rtcp_is_right(const tip_rtp_far *far, const pj_sockaddr *from);
void tip_rtp_is_named(tip_rtp_far *far, const pj_sockaddr *rtp, const pj_sockaddr *rtcp);

/* Hosts that are not the far end's are heard no more, from the kernel on; again where its addresses changed. */
void tip_rtp_filter(const tip_rtp *one);
void tip_rtp_unfilter(const tip_rtp *one);
/* By the kernel, since its sockets were opened. */
uint64_t tip_rtp_dropped(const tip_rtp *one);
void tip_rtp_count_dropped(const tip_rtp *one);

static inline void tip_rtp_aim(tip_rtp_target *target, const pj_sockaddr *address)
{
    int next = !target->now;
    target->at[next] = *address;
    __atomic_store_n(&target->now, next, __ATOMIC_RELEASE);
}

static inline const pj_sockaddr *tip_rtp_aimed(const tip_rtp_target *target)
{
    return &target->at[__atomic_load_n(&target->now, __ATOMIC_ACQUIRE)];
}

/* What waits in the sockets is told to whoever is attached. By one thread, a tick each; never waits. */
void tip_rtp_read(void);
void tip_rtp_reader_start(void);
/* RTCP of it is read from now on, or no more. */
int tip_rtp_watch(int number);
void tip_rtp_unwatch(int number);
#endif
