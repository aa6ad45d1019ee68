/* Below pjmedia's streams (and below SRTP) every UDP transport gets our operations: pjmedia opens and closes the sockets,
   we read and write them.

   Strategy: the transport underneath is never started, so pjlib's ioqueue never reads it. The pump reads (rtp_reader.c) and
   passes by a transport that is being changed; whoever changes one waits for the packet being told, so that nobody is told
   anything after detach. Sending takes no lock. */
#define _GNU_SOURCE
#include <errno.h>
#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "rtp.h"
#include "sip.h"

#define STALE 512 /* packets of before it was attached that are thrown away, at most */

tip_rtp tip_rtp_all[TIP_RTP_MOST];
int tip_rtp_used;

static tip_rtp *of(const pjmedia_transport *transport)
{
    return (tip_rtp *)((char *)transport->op - offsetof(tip_rtp, op));
}

static pj_status_t send_to(tip_rtp *one, int fd, const void *packet, size_t size, const pj_sockaddr *to)
{
    if (!__atomic_load_n(&one->is_started, __ATOMIC_RELAXED))
        return PJ_SUCCESS;
    const struct sockaddr *address = (const struct sockaddr *)to;
    if (sendto(fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL, address, pj_sockaddr_get_len(to)) < 0 && errno != EAGAIN)
        return PJ_RETURN_OS_ERROR(errno);
    return PJ_SUCCESS; /* what a full socket does not take is lost, as on any wire */
}

static pj_status_t send_rtp(pjmedia_transport *transport, const void *packet, pj_size_t size)
{
    tip_rtp *one = of(transport);
    return send_to(one, one->rtp_fd, packet, size, tip_rtp_aimed(&one->rtp_to));
}

static pj_status_t send_rtcp2(pjmedia_transport *transport, const pj_sockaddr_t *to, unsigned length, const void *packet,
                              pj_size_t size)
{
    (void)length; /* is its family's */
    tip_rtp *one = of(transport);
    int fd = one->is_muxed ? one->rtp_fd : one->rtcp_fd;
    return send_to(one, fd, packet, size, to ? to : tip_rtp_aimed(&one->rtcp_to));
}

static pj_status_t send_rtcp(pjmedia_transport *transport, const void *packet, pj_size_t size)
{
    return send_rtcp2(transport, NULL, 0, packet, size);
}

static pj_status_t get_info(pjmedia_transport *transport, pjmedia_transport_info *info)
{
    tip_rtp *one = of(transport);
    pj_status_t status = one->below->get_info(transport, info);
    info->src_rtp_name = one->rtp_from;
    info->src_rtcp_name = one->rtcp_from;
    return status;
}

static void throw_away(int fd)
{
    char unread;
    for (int i = 0; i < STALE && recv(fd, &unread, 1, MSG_DONTWAIT | MSG_TRUNC) >= 0; i++)
        ;
}

static void aim_at(tip_rtp *one, const pjmedia_transport_attach_param *asked)
{
    pj_sockaddr rtcp = asked->rem_rtcp;
    if (!pj_sockaddr_has_addr(&rtcp)) {
        rtcp = asked->rem_addr;
        pj_sockaddr_set_port(&rtcp, (pj_uint16_t)(pj_sockaddr_get_port(&rtcp) + 1));
    }
    one->is_muxed = pj_sockaddr_has_addr(&asked->rem_addr) && pj_sockaddr_cmp(&asked->rem_addr, &rtcp) == 0;
    tip_rtp_is_named(&one->far, &asked->rem_addr, &rtcp);
    tip_rtp_aim(&one->rtp_to, &asked->rem_addr);
    tip_rtp_aim(&one->rtcp_to, &rtcp);
    memset(&one->rtp_from, 0, sizeof one->rtp_from);
    memset(&one->rtcp_from, 0, sizeof one->rtcp_from);
    one->rtcp_strays = 0;
}

static pj_status_t attach(pjmedia_transport *transport, pjmedia_transport_attach_param *asked)
{
    tip_rtp *one = of(transport);
    pjmedia_transport_attach_param unheard = *asked;
    if (!asked->rtp_cb2)
        return PJ_ENOTSUP;
    unheard.user_data = NULL;
    unheard.rtp_cb2 = NULL;
    unheard.rtcp_cb = NULL;
    pj_status_t status = one->below->attach2(transport, &unheard);
    if (status == PJ_SUCCESS)
        status = tip_rtp_watch((int)(one - tip_rtp_all));
    if (status != PJ_SUCCESS)
        return status;
    pthread_mutex_lock(&one->lock);
    aim_at(one, asked);
    tip_rtp_filter(one);
    throw_away(one->rtp_fd);
    one->user_data = asked->user_data;
    one->rtcp = asked->rtcp_cb;
    __atomic_store_n(&one->rtp, asked->rtp_cb2, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&one->lock);
    return PJ_SUCCESS;
}

static void stop(tip_rtp *one)
{
    tip_rtp_unwatch((int)(one - tip_rtp_all));
    pthread_mutex_lock(&one->lock);
    __atomic_store_n(&one->rtp, NULL, __ATOMIC_RELAXED);
    one->rtcp = NULL;
    one->user_data = NULL;
    __atomic_store_n(&one->is_started, 0, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&one->lock);
}

static void detach(pjmedia_transport *transport, void *user_data)
{
    (void)user_data;
    stop(of(transport));
}

static pj_status_t media_start(pjmedia_transport *transport, pj_pool_t *pool, const pjmedia_sdp_session *local,
                               const pjmedia_sdp_session *remote, unsigned media)
{
    (void)pool, (void)local, (void)remote, (void)media;
    __atomic_store_n(&of(transport)->is_started, 1, __ATOMIC_RELAXED);
    return PJ_SUCCESS;
}

static pj_status_t media_stop(pjmedia_transport *transport)
{
    __atomic_store_n(&of(transport)->is_started, 0, __ATOMIC_RELAXED);
    return PJ_SUCCESS;
}

/* pjlib's ioqueue would be looked through with every packet in and out; it takes it ill if it may not forget a socket itself. */
static void hide_from_ioqueue(const tip_rtp *one, int operation)
{
    const int *epoll = pj_ioqueue_get_os_handle(pjmedia_endpt_get_ioqueue(pjsua_var.med_endpt));
    struct epoll_event nothing = {.events = 0};
    epoll_ctl(*epoll, operation, one->rtp_fd, &nothing);
    epoll_ctl(*epoll, operation, one->rtcp_fd, &nothing);
}

static pj_status_t destroy(pjmedia_transport *transport)
{
    tip_rtp *one = of(transport);
    stop(one);
    tip_rtp_count_dropped(one);
    hide_from_ioqueue(one, EPOLL_CTL_ADD);
    transport->op = one->below;
    one->transport = NULL;
    return transport->op->destroy(transport);
}

static void take_over(tip_rtp *one, pjmedia_transport *base, int call)
{
    pjmedia_transport_info info;
    pjmedia_transport_info_init(&info);
    base->op->get_info(base, &info);
    memset((char *)one + sizeof one->lock, 0, sizeof *one - sizeof one->lock);
    one->call = call;
    one->rtp_fd = (int)info.sock_info.rtp_sock;
    one->rtcp_fd = (int)info.sock_info.rtcp_sock;
    one->below = base->op;
    one->op = *base->op;
    one->op.get_info = &get_info;
    one->op.attach2 = &attach;
    one->op.detach = &detach;
    one->op.send_rtp = &send_rtp;
    one->op.send_rtcp = &send_rtcp;
    one->op.send_rtcp2 = &send_rtcp2;
    one->op.media_start = &media_start;
    one->op.media_stop = &media_stop;
    one->op.destroy = &destroy;
    one->transport = base;
    base->op = &one->op;
    hide_from_ioqueue(one, EPOLL_CTL_DEL);
}

static int is_ours(const pjmedia_transport *base)
{
    return base->op->destroy == &destroy;
}

static pjmedia_transport *on_create(pjsua_call_id call, unsigned media, pjmedia_transport *base, unsigned flags)
{
    (void)media, (void)flags;
    if (base->type != PJMEDIA_TRANSPORT_TYPE_UDP || is_ours(base))
        return base;
    for (int i = 0; i < TIP_RTP_MOST; i++)
        if (!tip_rtp_all[i].transport) {
            take_over(&tip_rtp_all[i], base, call);
            if (i >= tip_rtp_used)
                __atomic_store_n(&tip_rtp_used, i + 1, __ATOMIC_RELEASE);
            return base;
        }
    return NULL; /* no call without */
}

static void make_locks(void)
{
    pthread_mutexattr_t how;
    pthread_mutexattr_init(&how);
    pthread_mutexattr_settype(&how, PTHREAD_MUTEX_RECURSIVE); /* whoever is told a packet may detach */
    for (int i = 0; i < TIP_RTP_MOST; i++)
        pthread_mutex_init(&tip_rtp_all[i].lock, &how);
    pthread_mutexattr_destroy(&how);
}

void tip_rtp_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_locks);
    tip_rtp_reader_start();
    pjsua_var.ua_cfg.cb.on_create_media_transport = &on_create;
    pjmedia_endpt_stop_threads(pjsua_var.med_endpt); /* nothing is left for it to read */
}

int tip_rtp_peer(int call, const char *address)
{
    pj_sockaddr peer;
    pj_str_t text = pj_str((char *)address);
    pj_status_t status = pj_sockaddr_parse(pj_AF_UNSPEC(), 0, &text, &peer);
    for (int i = 0; status == PJ_SUCCESS && i < tip_rtp_used; i++)
        if (tip_rtp_all[i].transport && tip_rtp_all[i].call == call) {
            pthread_mutex_lock(&tip_rtp_all[i].lock);
            tip_rtp_all[i].far.peer = peer;
            if (tip_rtp_all[i].rtp)
                tip_rtp_filter(&tip_rtp_all[i]);
            pthread_mutex_unlock(&tip_rtp_all[i].lock);
        }
    return status;
}
