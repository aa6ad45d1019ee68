/* Reads calls' RTP in the pump's turn, just before the bridge takes it: one call of the kernel a leg, no thread to wake.

   Strategy: legs mostly have one packet a tick, so each socket is asked; RTCP is rare, so one epoll tells for all. A flood
   on some ports may cost a turn only so much: every leg is read a little, what goes beyond comes from one budget. */
#define _GNU_SOURCE
#include <pjsua-lib/pjsua.h>
#include <string.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "blocks.h"
#include "rtp.h"
#include "sip.h"

#define AT_ONCE 8
#define BUDGET 2048 /* packets a turn beyond a leg's first ones: a millisecond or two */
#define MOST_RTCP 64
#define ROOM 2048
#define SHORTEST 12 /* RTP's head; less is a router's keep-alive */
#define RTCP_SHORTEST 8
#define RTCP_PROBATION 3

static struct {
    char room[AT_ONCE][ROOM] __attribute__((aligned(16)));
    pj_sockaddr from[AT_ONCE];
    struct iovec part[AT_ONCE];
    struct mmsghdr packet[AT_ONCE];
    int rtcp; /* epoll's */
    int first;
    uint64_t now_ns;
} reader = {.rtcp = -1};

static int receive(int fd)
{
    for (int i = 0; i < AT_ONCE; i++)
        reader.packet[i].msg_hdr.msg_namelen = sizeof reader.from[i];
    int found = recvmmsg(fd, reader.packet, AT_ONCE, MSG_DONTWAIT, NULL);
    return found < 0 ? 0 : found;
}

/* 0 where it is too short or longer than there is room. */
static size_t size_of(int number, size_t shortest)
{
    const struct mmsghdr *packet = &reader.packet[number];
    return packet->msg_hdr.msg_flags & MSG_TRUNC || packet->msg_len < shortest ? 0 : packet->msg_len;
}

/* The far end sends from elsewhere than it said: ours goes there too. */
static void follow(tip_rtp *one, const pj_sockaddr *from)
{
    pj_sockaddr rtcp = *from;
    tip_rtp_aim(&one->rtp_to, from);
    if (pj_sockaddr_has_addr(&one->rtcp_from))
        return; /* that one is known already */
    if (!one->is_muxed)
        pj_sockaddr_set_port(&rtcp, (pj_uint16_t)(pj_sockaddr_get_port(from) + 1));
    tip_rtp_aim(&one->rtcp_to, &rtcp);
}

static void tell_rtp(tip_rtp *one, int number)
{
    pj_sockaddr *from = &reader.from[number];
    size_t size = size_of(number, SHORTEST);
    if (!one->rtp || !size || !tip_rtp_is_right(&one->far, from, reader.now_ns))
        return;
    one->rtp_from = *from;
    pjmedia_tp_cb_param param = {
        .user_data = one->user_data, .pkt = reader.room[number], .size = (pj_ssize_t)size, .src_addr = from};
    one->rtp(&param);
    if (param.rem_switch)
        follow(one, from);
}

static void follow_rtcp(tip_rtp *one, const pj_sockaddr *from)
{
    one->rtcp_strays = pj_sockaddr_cmp(tip_rtp_aimed(&one->rtcp_to), from) == 0 ? 0 : one->rtcp_strays + 1;
    if (one->rtcp_strays < RTCP_PROBATION)
        return;
    one->rtcp_strays = 0;
    tip_rtp_aim(&one->rtcp_to, from);
}

static void tell_rtcp(tip_rtp *one, int number)
{
    pj_sockaddr *from = &reader.from[number];
    size_t size = size_of(number, RTCP_SHORTEST);
    if (!one->rtcp || !size || !tip_rtcp_is_right(&one->far, from))
        return;
    one->rtcp_from = *from;
    follow_rtcp(one, from);
    one->rtcp(one->user_data, reader.room[number], (pj_ssize_t)size);
}

/* What is in the socket, as far as `left` reaches beyond the first ones. */
static void read_rtp(tip_rtp *one, int *left)
{
    int found = AT_ONCE;
    for (int turn = 0; found == AT_ONCE && one->rtp && (!turn || *left > 0); turn++) {
        found = receive(one->rtp_fd);
        for (int i = 0; i < found; i++)
            tell_rtp(one, i);
        *left -= turn ? found : 0;
    }
}

static int is_open(const tip_rtp *one)
{
    return __atomic_load_n(&one->rtp, __ATOMIC_RELAXED) && __atomic_load_n(&one->is_started, __ATOMIC_RELAXED);
}

static void read_leg(tip_rtp *one, int *left)
{
    if (!is_open(one) || pthread_mutex_trylock(&one->lock) != 0)
        return; /* its packets wait in the socket */
    if (is_open(one))
        read_rtp(one, left);
    pthread_mutex_unlock(&one->lock);
}

static void read_leg_rtcp(tip_rtp *one)
{
    if (!is_open(one) || pthread_mutex_trylock(&one->lock) != 0)
        return;
    int found = one->rtcp ? receive(one->rtcp_fd) : 0;
    for (int i = 0; i < found; i++)
        tell_rtcp(one, i);
    pthread_mutex_unlock(&one->lock);
}

void tip_rtp_read(void)
{
    struct epoll_event rtcp[MOST_RTCP];
    int used = __atomic_load_n(&tip_rtp_used, __ATOMIC_ACQUIRE), left = BUDGET;
    if (!used)
        return;
    reader.now_ns = tip_now_ns();
    reader.first = (reader.first + 1) % used; /* whoever comes first takes most of the budget */
    for (int i = 0; i < used; i++)
        read_leg(&tip_rtp_all[(reader.first + i) % used], &left);
    int found = epoll_wait(reader.rtcp, rtcp, MOST_RTCP, 0);
    for (int i = 0; i < found; i++)
        read_leg_rtcp(&tip_rtp_all[rtcp[i].data.u32]);
}

int tip_rtp_watch(int number)
{
    struct epoll_event what = {.events = EPOLLIN, .data.u32 = (uint32_t)number};
    int done = epoll_ctl(reader.rtcp, EPOLL_CTL_ADD, tip_rtp_all[number].rtcp_fd, &what);
    return done == 0 || errno == EEXIST ? PJ_SUCCESS : PJ_RETURN_OS_ERROR(errno);
}

void tip_rtp_unwatch(int number)
{
    epoll_ctl(reader.rtcp, EPOLL_CTL_DEL, tip_rtp_all[number].rtcp_fd, NULL); /* where it was watched */
}

static void lay_out(void)
{
    for (int i = 0; i < AT_ONCE; i++) {
        reader.part[i] = (struct iovec){reader.room[i], ROOM};
        reader.packet[i].msg_hdr =
            (struct msghdr){.msg_name = &reader.from[i], .msg_iov = &reader.part[i], .msg_iovlen = 1};
    }
}

void tip_rtp_reader_start(void)
{
    if (reader.rtcp < 0)
        reader.rtcp = epoll_create1(EPOLL_CLOEXEC);
    lay_out();
}
