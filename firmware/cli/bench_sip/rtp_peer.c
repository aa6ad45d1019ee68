#define _GNU_SOURCE
#include "rtp_peer.h"

#include "control.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLICES 10 /* of 2 ms */
#define SLICE_NS 2000000u
#define SAMPLES 160
#define HEADER 12
#define BATCH 4
#define HALF_SECOND_NS 500000000u
#define LATE_NS 5000000u
#define MATERIAL 8000
#define A_LAW 8

typedef struct {
    int rtp, rtcp;
    struct sockaddr_in far;
    uint32_t ssrc, far_ssrc, stamp;
    uint16_t sequence, far_sequence;
    int known, marked;
    uint64_t heard_ns;  /* own clock */
    int64_t arrived_ns; /* kernel's time stamp of the newest packet */
} stream;

struct tip_peer {
    int count;
    uint32_t slice;
    uint64_t due_ns;
    uint64_t stood_before;
    tip_control *control;
    tip_peer_counts counts;
    uint64_t bins[TIP_PEER_BINS];
    uint8_t said[MATERIAL + SAMPLES];
    stream *streams;
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int bound(int port, int stamped)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1, room = 65536;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if ((stamped && setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on)) ||
        bind(fd, (struct sockaddr *)&here, sizeof here)) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

/* A-law noise in syllables of a quarter of a second: no tone in it, half of the time nearly silent. */
static void make_material(uint8_t *said)
{
    uint32_t dice = 12345;
    for (int i = 0; i < MATERIAL; i++) {
        dice = dice * 1664525u + 1013904223u;
        int loud = (i / 1000) % 2 == 0;
        said[i] = (uint8_t)(((dice >> 24) & (loud ? 0xbf : 0x8f)) ^ 0x55);
    }
    memcpy(said + MATERIAL, said, SAMPLES);
}

tip_peer *tip_peer_open(int first_port, int count)
{
    tip_peer *peer = calloc(1, sizeof *peer);
    if (!peer || !(peer->streams = calloc((size_t)count, sizeof *peer->streams))) {
        free(peer);
        return NULL;
    }
    peer->control = tip_control_open();
    make_material(peer->said);
    for (; peer->count < count; peer->count++) {
        stream *one = &peer->streams[peer->count];
        one->rtcp = -1;
        one->ssrc = 0x54490000u + (uint32_t)peer->count;
        if ((one->rtp = bound(first_port + 2 * peer->count, 1)) < 0 ||
            (one->rtcp = bound(first_port + 2 * peer->count + 1, 0)) < 0) {
            int why = errno;
            if (one->rtp >= 0)
                close(one->rtp);
            tip_peer_close(peer);
            errno = why;
            return NULL;
        }
    }
    return peer;
}

static void say(tip_peer *peer, stream *one)
{
    uint8_t packet[HEADER + SAMPLES] = {0x80, A_LAW};
    uint16_t sequence = htons(one->sequence++);
    uint32_t stamp = htonl(one->stamp), ssrc = htonl(one->ssrc);
    if (!one->marked) {
        packet[1] |= 0x80;
        one->marked = 1;
    }
    memcpy(packet + 2, &sequence, 2);
    memcpy(packet + 4, &stamp, 4);
    memcpy(packet + 8, &ssrc, 4);
    memcpy(packet + HEADER, peer->said + (one->stamp + one->ssrc * 977u) % MATERIAL, SAMPLES);
    one->stamp += SAMPLES;
    if (sendto(one->rtp, packet, sizeof packet, 0, (struct sockaddr *)&one->far, sizeof one->far) > 0)
        peer->counts.sent++;
}

static void count_gap(tip_peer *peer, stream *one, uint16_t sequence, int64_t at_ns)
{
    int64_t gap_us = (at_ns - one->arrived_ns) / 1000;
    int16_t missing = (int16_t)(sequence - one->far_sequence - 1);
    if (missing > 0)
        peer->counts.lost += (uint64_t)missing;
    if (peer->control && tip_control_stood(peer->control, one->arrived_ns, at_ns)) {
        peer->counts.gaps_excused++;
        return;
    }
    if (gap_us < 0)
        gap_us = 0;
    if ((uint64_t)gap_us > peer->counts.gap_most_us)
        peer->counts.gap_most_us = (uint64_t)gap_us;
    peer->bins[gap_us / 100 < TIP_PEER_BINS ? gap_us / 100 : TIP_PEER_BINS - 1]++;
    peer->counts.gaps++;
}

static void hear(tip_peer *peer, stream *one, const uint8_t *packet, size_t size, int64_t at_ns)
{
    uint16_t sequence;
    uint32_t ssrc;
    if (size < HEADER || (packet[0] & 0xc0) != 0x80)
        return;
    memcpy(&sequence, packet + 2, 2);
    memcpy(&ssrc, packet + 8, 4);
    sequence = ntohs(sequence);
    peer->counts.received++;
    if (one->arrived_ns && one->far_ssrc == ssrc)
        count_gap(peer, one, sequence, at_ns);
    else
        one->marked = 0;
    one->known = 1;
    one->far_ssrc = ssrc;
    one->far_sequence = sequence;
    one->arrived_ns = at_ns;
}

static int64_t stamp_of(struct msghdr *message)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec at;
            memcpy(&at, CMSG_DATA(part), sizeof at);
            return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
        }
    return 0;
}

static void listen_to(tip_peer *peer, stream *one, uint64_t now)
{
    uint8_t packets[BATCH][HEADER + 2 * SAMPLES];
    char told[BATCH][CMSG_SPACE(sizeof(struct timespec))];
    struct iovec pieces[BATCH];
    struct mmsghdr messages[BATCH];
    int came;
    do {
        memset(messages, 0, sizeof messages);
        for (int i = 0; i < BATCH; i++) {
            pieces[i] = (struct iovec){.iov_base = packets[i], .iov_len = sizeof packets[i]};
            messages[i].msg_hdr = (struct msghdr){.msg_name = &one->far,
                                                  .msg_namelen = sizeof one->far,
                                                  .msg_iov = &pieces[i],
                                                  .msg_iovlen = 1,
                                                  .msg_control = told[i],
                                                  .msg_controllen = sizeof told[i]};
        }
        came = recvmmsg(one->rtp, messages, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < came; i++)
            hear(peer, one, packets[i], messages[i].msg_len, stamp_of(&messages[i].msg_hdr));
        if (came > 0)
            one->heard_ns = now;
    } while (came == BATCH);
}

static void serve(tip_peer *peer, stream *one)
{
    uint64_t now = now_ns();
    listen_to(peer, one, now);
    if (one->known && now - one->heard_ns < HALF_SECOND_NS)
        say(peer, one);
    else
        one->known = 0;
}

static void wait_until(uint64_t at_ns)
{
    struct timespec at = {.tv_sec = (time_t)(at_ns / 1000000000u), .tv_nsec = (long)(at_ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        ;
}

void tip_peer_run(tip_peer *peer, int ms)
{
    uint64_t end = now_ns() + (uint64_t)ms * 1000000u;
    while (now_ns() < end) {
        uint64_t now = now_ns();
        if (!peer->due_ns || now > peer->due_ns + HALF_SECOND_NS)
            peer->due_ns = now;
        if (now > peer->due_ns + LATE_NS)
            peer->counts.turn_late++;
        for (int i = (int)(peer->slice % SLICES); i < peer->count; i += SLICES)
            serve(peer, &peer->streams[i]);
        peer->slice++;
        peer->due_ns += SLICE_NS;
        wait_until(peer->due_ns);
    }
}

void tip_peer_measure(tip_peer *peer)
{
    memset(&peer->counts, 0, sizeof peer->counts);
    memset(peer->bins, 0, sizeof peer->bins);
    peer->stood_before = peer->control ? tip_control_ticks(peer->control) : 0;
}

void tip_peer_counts_of(tip_peer *peer, tip_peer_counts *counts)
{
    uint64_t now = now_ns();
    *counts = peer->counts;
    if (peer->control) {
        counts->ticks_stood = tip_control_ticks(peer->control) - peer->stood_before;
        counts->longest_stood_us = tip_control_longest_us(peer->control);
    }
    counts->speaking = 0;
    for (int i = 0; i < peer->count; i++)
        counts->speaking += peer->streams[i].known && now - peer->streams[i].heard_ns < HALF_SECOND_NS;
}

uint64_t tip_peer_gap_us(tip_peer *peer, double share)
{
    uint64_t wanted = (uint64_t)(share * (double)peer->counts.gaps + 0.999999), passed = 0;
    if (!peer->counts.gaps)
        return 0;
    for (int i = 0; i < TIP_PEER_BINS; i++)
        if ((passed += peer->bins[i]) >= wanted && passed)
            return (uint64_t)(i + 1) * 100;
    return TIP_PEER_BINS * 100u;
}

void tip_peer_close(tip_peer *peer)
{
    for (int i = 0; i < peer->count; i++) {
        close(peer->streams[i].rtp);
        close(peer->streams[i].rtcp);
    }
    if (peer->control)
        tip_control_close(peer->control);
    free(peer->streams);
    free(peer);
}
