/* Beside pjsua: media ports of ours in its bridge, requests it does not serve, garbage its transports dropped.

   Called from the one thread that polls pjsua, after pjsua was initialised. Status is pjlib's: 0 is success. */
#ifndef TIP_SIP_H
#define TIP_SIP_H
#include <stddef.h>
#include <stdint.h>

/* cdef */
/* As compiled in and as running: PJSUA_MAX_CALLS, PJSUA_MAX_CONF_PORTS, PJ_IOQUEUE_MAX_HANDLES, PJSIP_MAX_PKT_LEN. */
void tip_limits(int *four);
const char *tip_version(void);
/* What a status means, into `text`. */
void tip_strerror(int status, char *text, size_t room);
/* pjlib's own log to standard error: 0 nothing, 1 errors, 4 messages too. Any time; again after pjsua was initialised,
   which sets its own. */
void tip_log(int level);

/* A descriptor: any thread that writes a byte to it makes pjsua's poll return. -1 where that cannot be. */
int tip_wake_start(void);
void tip_wake_stop(void);

/* One port a leg of the blocks in `memory`; the bridge is pumped by a thread of ours from now on. Memory must stay
   mapped until tip_media_stop, which must come before pjsua is destroyed. */
int tip_media_start(void *memory, size_t size);
void tip_media_stop(void);
/* The leg speaks to the call's audio and hears it; again after each change of the call's media. */
int tip_media_join(int leg, int call);
int tip_media_part(int leg);
/* 1 where the pump runs under a real-time policy. */
int tip_media_is_realtime(void);

typedef struct {
    int id;          /* for tip_requests_answer; of an answer to a request of ours: the id that was given */
    int status;      /* 0: a request from outside; else the final answer to one of ours */
    int port, length; /* of the text */
    char transport[16], source[64];
} tip_request;

/* Requests outside dialogs but INVITE, ACK, CANCEL wait here, at most `most` at once; the rest is answered 503. `fd` is
   an eventfd that is written for each. */
int tip_requests_start(int most, int fd);
void tip_requests_stop(void);
/* The oldest one that was not taken yet; its whole text in canonical form, cut at `room`. 1 taken, 0 none. */
int tip_requests_take(tip_request *about, char *text, size_t room);
/* Answers with a final status; statefully where it is no refusal. `headers`: lines "Name: value\n". `to_tag`: empty lets pjsip choose. */
int tip_requests_answer(int id, int status, const char *reason, const char *to_tag, const char *headers,
                        const char *content_type, const char *body, int length);
/* Forgets it: the far end hears nothing. */
void tip_requests_drop(int id);
/* Sends a request of our own, outside pjsua's dialogs (NOTIFY of a subscription kept elsewhere); its final answer comes
   by tip_requests_take with `id` and a status. `from`, `to`: name-addr with tag. `cseq` < 0: a random one. */
int tip_requests_send(int id, const char *method, const char *uri, const char *from, const char *to,
                      const char *contact, const char *call_id, int cseq, const char *headers,
                      const char *content_type, const char *body, int length);
/* seen, refused (full), expired (nobody answered), repeated */
void tip_requests_counts(uint64_t *four);

typedef struct {
    char source[64];
    int status;     /* why: pjlib's status */
    uint64_t count;
} tip_drop;

/* Counts what transports could not read, by source and reason, from now on. */
int tip_drops_start(void);
void tip_drops_stop(void);
/* Takes the counts and begins anew; sources that found no room are counted in `others`. Returns the rows filled. */
int tip_drops_take(tip_drop *rows, int most, uint64_t *others);

/* 0: no limit. */
typedef struct {
    int rate, burst; /* packets a second of one source, and how many at once */
    int all_rate;    /* of all sources that are in no network, together */
    int connections, connections_all;
    int silent_s; /* a connection that brought no whole message for so long ends */
} tip_guard_limits;

typedef struct {
    uint64_t heard, over_budget, over_all, blocked, connections, connections_refused, names;
} tip_guard_counts;

/* Decides with each packet, before it is parsed, whether its source is heard; how many connections it may hold; and keeps
   pjsip from asking DNS. Without limits at first. */
int tip_guard_start(void);
void tip_guard_stop(void);
/* From now on; networks are to be told anew. */
void tip_guard_limit(const tip_guard_limits *limits);
/* Sources with a budget of their own each; the first network that fits counts. */
int tip_guard_network(const char *address, int bits, int rate, int burst);
/* Nothing of this source is heard for so long; 0: it is heard again. */
int tip_guard_block(const char *address, int for_s);
void tip_guard_read(tip_guard_counts *counts);

/* Refuses what nobody here has (unknown methods, schemes, extensions, media) and what is no request, statelessly. */
int tip_refusals_start(void);
void tip_refusals_stop(void);
uint64_t tip_refusals_count(void);
/* Requests that could not be read and were answered 400 or 505. */
uint64_t tip_malformed_answered(void);
/* RFC 3261's T1, T2, T4 and 64*T1, ms, for transactions that begin from now on. */
void tip_timers(int t1, int t2, int t4, int patience);

/* From now on a call's audio is taken from its far end alone, and read by the pump: after pjsua was initialised, before
   any call. */
void tip_rtp_start(void);
/* Its signalling comes from there (`address:port`): behind a router its audio may as well. */
int tip_rtp_peer(int call, const char *address);
/* packets of others, and what the kernel dropped; far ends found elsewhere than they said */
void tip_rtp_counts(uint64_t *two);

/* Calls from outside belong to the account whose source they come from, else to the default one. */
void tip_accounts_start(void);
/* A prefix, and a port or 0 for any. */
int tip_account_source(const char *address, int bits, int port, int account);
/* cdef */

#ifdef __PJSIP_H__
/* Counts a packet that is not heard or cannot be read. */
void tip_drops_count(const pj_sockaddr *source, int status);
/* Answers a request that cannot be read, within one budget for all of them. */
void tip_malformed_answer(pjsip_transport *transport, const pj_sockaddr *source, const char *text, size_t length);
/* 0: it says it is longer than it is, or nobody can tell where a stream's next message begins; it was answered. */
int tip_framing_holds(const pjsip_rx_data *rdata);
#endif
#endif
