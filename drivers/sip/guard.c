/* Whom transports listen to, decided before a byte is parsed: budgets of packets and caps on connections, by source.

   Sources are told apart by address, IPv6 by its /64. Tables are bounded whatever arrives: what loses its row is what had
   its whole budget left, and a source without a row shares the budget of all strangers. */
#define _GNU_SOURCE
#include <pjsip.h>
#include <pjsua-lib/pjsua.h>
#include <string.h>
#include <sys/random.h>

#include "blocks.h"
#include "sip.h"

#define ROWS 4096
#define PROBES 8
#define NETWORKS 256
#define CONNECTIONS 2048
#define SECOND_NS 1000000000u

/* A bucket as one number: when it is full again. */
typedef struct {
    uint8_t key[16];
    uint64_t full_ns, deaf_ns; /* deaf: blocked until then */
    uint32_t connections, used;
} source_row;

typedef struct {
    uint8_t key[16];
    int bits, rate, burst;
} network;

static struct {
    source_row row[ROWS];
    network net[NETWORKS];
    int nets;
    struct {
        const pjsip_transport *transport;
        source_row *row;
    } held[CONNECTIONS];
    tip_guard_limits limits;
    tip_guard_counts counts;
    uint64_t all_ns;
    uint32_t seed;
    pjsip_tp_state_callback next;
    int on;
} guard;

void tip_hook_packets(int (*asked)(pjsip_rx_data *rdata));
void tip_hook_names(int (*asked)(const pj_str_t *name));

static void key_of(const pj_sockaddr *address, uint8_t *key)
{
    memset(key, 0, 16);
    if (address->addr.sa_family == PJ_AF_INET) {
        key[10] = key[11] = 0xff;
        memcpy(key + 12, &address->ipv4.sin_addr, 4);
        return;
    }
    memcpy(key, &address->ipv6.sin6_addr, 16);
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (memcmp(key, mapped, sizeof mapped) != 0)
        memset(key + 8, 0, 8);
}

static int key_of_text(const char *text, uint8_t *key)
{
    pj_sockaddr address;
    pj_str_t name = pj_str((char *)text);
    if (pj_sockaddr_parse(PJ_AF_UNSPEC, 0, &name, &address) != PJ_SUCCESS)
        return 0;
    key_of(&address, key);
    return 1;
}

static int is_in(const network *net, const uint8_t *key)
{
    int whole = net->bits / 8, rest = net->bits % 8;
    if (memcmp(net->key, key, (size_t)whole) != 0)
        return 0;
    return !rest || ((net->key[whole] ^ key[whole]) >> (8 - rest)) == 0;
}

static const network *network_of(const uint8_t *key)
{
    for (int i = 0; i < guard.nets; i++)
        if (is_in(&guard.net[i], key))
            return &guard.net[i];
    return NULL;
}

static int can_be_forgotten(const source_row *row, uint64_t now)
{
    return !row->connections && row->full_ns <= now && row->deaf_ns <= now;
}

static source_row *row_of(const uint8_t *key, uint64_t now)
{
    uint32_t place = pj_hash_calc(guard.seed, key, 16) % ROWS;
    source_row *free_row = NULL;
    for (unsigned i = 0; i < PROBES; i++) {
        source_row *row = &guard.row[(place + i) % ROWS];
        if (row->used && memcmp(row->key, key, 16) == 0)
            return row;
        if (!free_row && (!row->used || can_be_forgotten(row, now)))
            free_row = row;
    }
    if (!free_row)
        return NULL;
    memset(free_row, 0, sizeof *free_row);
    memcpy(free_row->key, key, 16);
    free_row->used = 1;
    return free_row;
}

/* Generic cell rate algorithm (ITU-T I.371): `burst` at once, then `rate` a second. */
static int take(uint64_t *full_ns, uint64_t now, int rate, int burst)
{
    if (rate <= 0)
        return 1;
    uint64_t every = SECOND_NS / (unsigned)rate, most = every * (unsigned)(burst > 0 ? burst : 1);
    uint64_t full = *full_ns > now ? *full_ns : now;
    if (full - now > most - every)
        return 0;
    *full_ns = full + every;
    return 1;
}

static int take_of_all(uint64_t now)
{
    int taken = take(&guard.all_ns, now, guard.limits.all_rate, guard.limits.all_rate);
    guard.counts.over_all += !taken;
    return taken;
}

static int take_of_source(source_row *row, const network *net, uint64_t now)
{
    int rate = net ? net->rate : guard.limits.rate, burst = net ? net->burst : guard.limits.burst;
    int taken = take(&row->full_ns, now, rate, burst);
    guard.counts.over_budget += !taken;
    return taken;
}

static int is_heard(const pj_sockaddr *source)
{
    uint8_t key[16];
    uint64_t now = tip_now_ns();
    key_of(source, key);
    const network *net = network_of(key);
    source_row *row = row_of(key, now);
    if (row && row->deaf_ns > now) {
        guard.counts.blocked++;
        return 0;
    }
    if (row && !take_of_source(row, net, now))
        return 0;
    return net || take_of_all(now);
}

static int is_stream(const pjsip_transport *transport)
{
    return !(transport->flag & PJSIP_TRANSPORT_DATAGRAM);
}

/* A stream that is not heard out has lost its framing: it ends. */
static int admit(pjsip_rx_data *rdata)
{
    pjsip_transport *transport = rdata->tp_info.transport;
    int stream = is_stream(transport);
    if (stream && transport->dir == PJSIP_TP_DIR_OUTGOING)
        return 1;
    int heard = is_heard(&rdata->pkt_info.src_addr);
    if (!heard)
        tip_drops_count(&rdata->pkt_info.src_addr, PJ_ETOOMANY);
    else
        heard = tip_framing_holds(rdata);
    guard.counts.heard += (unsigned)heard;
    if (!heard && stream)
        pjsip_transport_shutdown2(transport, PJ_TRUE);
    return heard;
}

/* pjsip would stand still until DNS answers, and so would every call: who places calls looks names up beforehand. */
static int may_look_up(const pj_str_t *name)
{
    (void)name;
    guard.counts.names++;
    return 0;
}

static int place_of(const pjsip_transport *transport)
{
    for (int i = 0; i < CONNECTIONS; i++)
        if (guard.held[i].transport == transport)
            return i;
    return -1;
}

static int is_full(const source_row *row)
{
    const tip_guard_limits *limits = &guard.limits;
    return (limits->connections > 0 && row->connections >= (unsigned)limits->connections) ||
           (limits->connections_all > 0 && guard.counts.connections >= (unsigned)limits->connections_all);
}

/* pjsip's timer for it starts when the last user of a transport leaves; TLS has none. */
static void wait_for_a_message(pjsip_transport *transport)
{
    if (guard.limits.silent_s <= 0)
        return;
    transport->initial_timeout = (unsigned)guard.limits.silent_s;
    pjsip_transport_add_ref(transport);
    pjsip_transport_dec_ref(transport);
}

static void came(pjsip_transport *transport)
{
    uint8_t key[16];
    key_of(&transport->key.rem_addr, key);
    source_row *row = row_of(key, tip_now_ns());
    int place = place_of(NULL);
    if (!row || place < 0 || is_full(row)) {
        guard.counts.connections_refused++;
        pjsip_transport_shutdown2(transport, PJ_TRUE);
        return;
    }
    guard.held[place].transport = transport;
    guard.held[place].row = row;
    row->connections++;
    guard.counts.connections++;
    wait_for_a_message(transport);
}

static void went(const pjsip_transport *transport)
{
    int place = place_of(transport);
    if (place < 0)
        return;
    guard.held[place].row->connections--;
    guard.counts.connections--;
    guard.held[place].transport = NULL;
}

static void on_state(pjsip_transport *transport, pjsip_transport_state state, const pjsip_transport_state_info *info)
{
    if (is_stream(transport) && transport->dir == PJSIP_TP_DIR_INCOMING) {
        if (state == PJSIP_TP_STATE_CONNECTED)
            came(transport);
        else if (state == PJSIP_TP_STATE_DESTROY)
            went(transport);
    }
    if (guard.next)
        guard.next(transport, state, info);
}

int tip_guard_start(void)
{
    pjsip_tpmgr *manager = pjsip_endpt_get_tpmgr(pjsua_get_pjsip_endpt());
    memset(&guard, 0, sizeof guard);
    if (getrandom(&guard.seed, sizeof guard.seed, GRND_NONBLOCK) < 0)
        guard.seed = (uint32_t)tip_now_ns();
    guard.next = pjsip_tpmgr_get_state_cb(manager);
    guard.on = 1;
    tip_hook_packets(&admit);
    tip_hook_names(&may_look_up);
    return pjsip_tpmgr_set_state_cb(manager, &on_state);
}

void tip_guard_stop(void)
{
    if (!guard.on)
        return;
    guard.on = 0;
    tip_hook_packets(NULL);
    tip_hook_names(NULL);
    pjsip_tpmgr_set_state_cb(pjsip_endpt_get_tpmgr(pjsua_get_pjsip_endpt()), guard.next);
}

void tip_guard_limit(const tip_guard_limits *limits)
{
    guard.limits = *limits;
    guard.nets = 0;
}

int tip_guard_network(const char *address, int bits, int rate, int burst)
{
    network *net = &guard.net[guard.nets];
    int most = strchr(address, ':') ? 128 : 32;
    if (guard.nets == NETWORKS)
        return PJ_ETOOMANY;
    if (bits < 0 || bits > most || !key_of_text(address, net->key))
        return PJ_EINVAL;
    net->bits = 128 - most + bits;
    net->rate = rate;
    net->burst = burst;
    guard.nets++;
    return PJ_SUCCESS;
}

int tip_guard_block(const char *address, int for_s)
{
    uint8_t key[16];
    uint64_t now = tip_now_ns();
    if (!key_of_text(address, key))
        return PJ_EINVAL;
    source_row *row = row_of(key, now);
    if (!row)
        return PJ_ETOOMANY;
    row->deaf_ns = for_s > 0 ? now + (uint64_t)for_s * SECOND_NS : 0;
    return PJ_SUCCESS;
}

void tip_guard_read(tip_guard_counts *counts)
{
    *counts = guard.counts;
}
