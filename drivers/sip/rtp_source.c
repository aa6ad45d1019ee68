/* Whom a call's audio is taken from (SAFETY S5): the address its SDP names; behind a router another port of that host, or
   of the host its signalling comes from, whichever keeps sending first, and from then on nobody else. RTCP: of those
   hosts, from any port.

   Strategy: pjmedia follows whoever sends ten packets between two of the far end's, so packets of others never reach it. */
#include <pjsua-lib/pjsua.h>
#include <string.h>

#include "rtp.h"
#include "sip.h"

#define PROBATION 4            /* packets of one source, before the one that was named sent any */
#define REBOUND_NS 2000000000u /* a router may give the same telephone another port after so long a silence */

static struct {
    uint64_t foreign, learned;
    uint64_t dropped; /* at sockets that are closed */
} counts;

static void listen_to(tip_rtp_far *far, const pj_sockaddr *from)
{
    pj_sockaddr_cp(&far->heard, from);
    far->is_known = 1;
    far->candidates = 0;
}

static int same_host(const pj_sockaddr *one, const pj_sockaddr *other)
{
    return one->addr.sa_family == other->addr.sa_family &&
           memcmp(pj_sockaddr_get_addr(one), pj_sockaddr_get_addr(other), pj_sockaddr_get_addr_len(one)) == 0;
}

static int is_same(const pj_sockaddr *one, const pj_sockaddr *other)
{
    return pj_sockaddr_get_port(one) == pj_sockaddr_get_port(other) && same_host(one, other);
}

/* Nobody was listened to yet, and this is not who was named. */
static int is_accepted(tip_rtp_far *far, const pj_sockaddr *from)
{
    if (!same_host(&far->named, from) && !same_host(&far->peer, from))
        return 0;
    if (far->candidates && is_same(&far->heard, from))
        far->candidates++;
    else
        far->candidates = 1;
    pj_sockaddr_cp(&far->heard, from);
    if (far->candidates < PROBATION)
        return 0;
    listen_to(far, from);
    counts.learned++;
    return 1;
}

static int is_rebound(const tip_rtp_far *far, const pj_sockaddr *from, uint64_t now)
{
    return !is_same(&far->heard, &far->named) && same_host(&far->heard, from) && now - far->last_ns >= REBOUND_NS;
}

static int is_listened_to(tip_rtp_far *far, const pj_sockaddr *from, uint64_t now)
{
    if (is_same(&far->named, from))
        listen_to(far, from);
    else if (!far->is_known)
        return is_accepted(far, from);
    else if (!is_same(&far->heard, from)) {
        if (!is_rebound(far, from, now))
            return 0;
        listen_to(far, from);
    }
    far->last_ns = now;
    return 1;
}

int tip_rtp_is_right(tip_rtp_far *far, const pj_sockaddr *from, uint64_t now)
{
    int right = is_listened_to(far, from, now);
    counts.foreign += !right;
    return right;
}

int tip_rtcp_is_right(const tip_rtp_far *far, const pj_sockaddr *from)
{
    int right = same_host(&far->named_rtcp, from) || same_host(&far->named, from) || same_host(&far->peer, from) ||
                (far->is_known && same_host(&far->heard, from));
    counts.foreign += !right;
    return right;
}

void tip_rtp_is_named(tip_rtp_far *far, const pj_sockaddr *rtp, const pj_sockaddr *rtcp)
{
    if (pj_sockaddr_cmp(&far->named, rtp) != 0)
        far->is_known = far->candidates = 0;
    far->named = *rtp;
    far->named_rtcp = *rtcp;
}

void tip_rtp_count_dropped(const tip_rtp *one)
{
    counts.dropped += tip_rtp_dropped(one);
}

void tip_rtp_counts(uint64_t *two)
{
    two[0] = counts.foreign + counts.dropped;
    for (int i = 0; i < tip_rtp_used; i++)
        if (tip_rtp_all[i].transport)
            two[0] += tip_rtp_dropped(&tip_rtp_all[i]);
    two[1] = counts.learned;
}
