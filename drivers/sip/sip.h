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
/* Answers statefully, with a final status. `headers`: lines "Name: value\n". `to_tag`: empty lets pjsip choose. */
int tip_requests_answer(int id, int status, const char *reason, const char *to_tag, const char *headers,
                        const char *content_type, const char *body, int length);
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
/* cdef */
#endif
