/* What strangers send is thrown away by the kernel, before it fills the queue a call's packets wait in: of a flood they
   would find it full. Which port of the right host it is, rtp_source.c decides. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <pjsua-lib/pjsua.h>
#include <string.h>
#include <sys/socket.h>

#include "rtp.h"

#define MOST_HOSTS 4
#define SOURCE_IP4 12 /* where an IP head names its source */
#define SOURCE_IP6 8

typedef struct {
    struct sock_filter all[MOST_HOSTS * 9 + 1];
    unsigned short length;
} program;

static void append(program *made, struct sock_filter one)
{
    made->all[made->length++] = one;
}

/* Accepts this host, else goes on behind. */
static void let_in(program *made, const pj_sockaddr *host)
{
    int words = (int)pj_sockaddr_get_addr_len(host) / 4;
    int at = SKF_NET_OFF + (words == 1 ? SOURCE_IP4 : SOURCE_IP6);
    uint32_t address[4];
    memcpy(address, pj_sockaddr_get_addr(host), (size_t)words * 4);
    for (int i = 0; i < words; i++) {
        append(made, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(at + 4 * i)));
        append(made, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohl(address[i]), 0,
                                                  (uint8_t)(2 * (words - i) - 1)));
    }
    append(made, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX));
}

static int is_host(const pj_sockaddr *address)
{
    return pj_sockaddr_has_addr(address);
}

/* An IPv4 packet has another head, however IPv6's sockets name its source. */
static int is_mapped(const pj_sockaddr *address)
{
    static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};
    return address->addr.sa_family == PJ_AF_INET6 && memcmp(pj_sockaddr_get_addr(address), prefix, sizeof prefix) == 0;
}

static int family_of(int fd)
{
    int family = 0;
    socklen_t length = sizeof family;
    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length);
    return family;
}

static void put(int fd, program *made)
{
    struct sock_fprog told = {made->length, made->all};
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &told, sizeof told); /* without it all is judged by us, as of few */
}

void tip_rtp_filter(const tip_rtp *one)
{
    const pj_sockaddr *hosts[MOST_HOSTS] = {&one->far.named, &one->far.named_rtcp, &one->far.peer,
                                            one->far.is_known ? &one->far.heard : &one->far.named};
    program made = {.length = 0};
    int family = family_of(one->rtp_fd);
    for (int i = 0; i < MOST_HOSTS; i++) {
        if (!is_host(hosts[i]))
            continue;
        if (is_mapped(hosts[i]) || hosts[i]->addr.sa_family != family)
            return tip_rtp_unfilter(one);
        let_in(&made, hosts[i]);
    }
    append(&made, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0));
    put(one->rtp_fd, &made);
    put(one->rtcp_fd, &made);
}

void tip_rtp_unfilter(const tip_rtp *one)
{
    int unused = 0;
    setsockopt(one->rtp_fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
    setsockopt(one->rtcp_fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}

static uint64_t dropped_by(int fd)
{
    uint32_t seen[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof seen;
    getsockopt(fd, SOL_SOCKET, SO_MEMINFO, seen, &length);
    return seen[SK_MEMINFO_DROPS];
}

uint64_t tip_rtp_dropped(const tip_rtp *one)
{
    return dropped_by(one->rtp_fd) + dropped_by(one->rtcp_fd);
}
