/* Answers to requests that pjsip cannot read (RFC 3261 8.1.3.5 lets a server say 400), made of their own text. And streams
   whose framing is lost (18.3): they are answered once and end.

   The answer goes where the packet came from, never where its Via says; it is shorter than the request, and there is one
   budget for all of them. */
#define _GNU_SOURCE
#include <pjsip.h>
#include <pjsua-lib/pjsua.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "blocks.h"
#include "sip.h"

#define ROOM 4096
#define MOST_VIAS 16
#define A_SECOND 100
#define SECOND_NS 1000000000u

enum { VIA, FROM, TO, CALL_ID, CSEQ, KINDS };

static const struct {
    const char *name, *brief;
} NAMES[KINDS] = {{"Via", "v"}, {"From", "f"}, {"To", "t"}, {"Call-ID", "i"}, {"CSeq", NULL}};

typedef struct {
    const char *at;
    size_t length;
} span;

typedef struct {
    char text[ROOM];
    size_t length;
    int seen[KINDS];
} answer;

static uint64_t full_ns, answered;

uint64_t tip_malformed_answered(void)
{
    return answered;
}

static int is_affordable(void)
{
    uint64_t now = tip_now_ns(), every = SECOND_NS / A_SECOND, full = full_ns > now ? full_ns : now;
    if (full - now > SECOND_NS - every)
        return 0;
    full_ns = full + every;
    return 1;
}

/* The next line with its folded ones (RFC 3261 7.3.1), without the line break; empty: the head is over. */
static span next_line(span *rest)
{
    size_t length = 0;
    for (;;) {
        const char *end = memchr(rest->at + length, '\n', rest->length - length);
        length = end ? (size_t)(end - rest->at) + 1 : rest->length;
        int folded = end && length < rest->length && (rest->at[length] == ' ' || rest->at[length] == '\t');
        if (!folded || length <= 2)
            break;
    }
    span line = {rest->at, length};
    rest->at += length;
    rest->length -= length;
    while (line.length && (line.at[line.length - 1] == '\n' || line.at[line.length - 1] == '\r'))
        line.length--;
    return line;
}

static int is_called(span name, const char *known)
{
    return known && name.length == strlen(known) && strncasecmp(name.at, known, name.length) == 0;
}

/* The part before the colon; `value` is what follows it. */
static span name_of(span line, span *value)
{
    const char *colon = memchr(line.at, ':', line.length);
    span name = {line.at, colon ? (size_t)(colon - line.at) : 0};
    value->at = colon ? colon + 1 : line.at;
    value->length = colon ? line.length - name.length - 1 : 0;
    while (name.length && (name.at[name.length - 1] == ' ' || name.at[name.length - 1] == '\t'))
        name.length--;
    return name;
}

static void add(answer *one, const char *text, size_t length)
{
    if (length >= ROOM - one->length)
        length = ROOM - one->length; /* full: see `send_to` */
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        one->text[one->length + i] = (char)(c < ' ' || c == 0x7f ? ' ' : c);
    }
    one->length += length;
}

static void add_text(answer *one, const char *text)
{
    size_t length = strlen(text);
    if (length >= ROOM - one->length)
        length = ROOM - one->length;
    memcpy(one->text + one->length, text, length);
    one->length += length;
}

static int has_tag(span value)
{
    return memmem(value.at, value.length, "tag", 3) != NULL;
}

static void add_header(answer *one, int kind, span value, const char *source)
{
    char more[96] = "";
    add_text(one, NAMES[kind].name);
    add_text(one, ":");
    add(one, value.at, value.length);
    if (kind == VIA && !one->seen[VIA])
        snprintf(more, sizeof more, ";received=%s", source);
    if (kind == TO && !has_tag(value))
        snprintf(more, sizeof more, ";tag=tip-%08x", pj_hash_calc(0, value.at, (unsigned)value.length));
    add_text(one, more);
    add_text(one, "\r\n");
    one->seen[kind]++;
}

static void take_over(answer *one, span line, const char *source)
{
    span value, name = name_of(line, &value);
    for (int kind = 0; kind < KINDS; kind++)
        if ((is_called(name, NAMES[kind].name) || is_called(name, NAMES[kind].brief)) &&
            one->seen[kind] < (kind == VIA ? MOST_VIAS : 1))
            add_header(one, kind, value, source);
}

/* METHOD SP anything SP SIP/x.y: something that may be answered. */
static int is_request(span line)
{
    size_t method = 0;
    while (method < line.length && line.at[method] > ' ' && line.at[method] < 0x7f)
        method++;
    return method && method < line.length && line.at[method] == ' ' && strncmp(line.at, "SIP/", 4) != 0 &&
           strncmp(line.at, "ACK ", 4) != 0 && memmem(line.at, line.length, " SIP/", 5) != NULL;
}

static int is_other_version(span line)
{
    const char *version = memmem(line.at, line.length, " SIP/", 5);
    return version && (size_t)(line.at + line.length - version) >= 8 && isdigit((unsigned char)version[5]) &&
           strncmp(version, " SIP/2.0", 8) != 0;
}

/* A scheme that nobody here reaches (8.2.2.1); what is no scheme at all is merely wrong. */
static int is_other_scheme(span line)
{
    const char *space = memchr(line.at, ' ', line.length);
    const char *at = space + 1, *end = memchr(at, ':', line.length - (size_t)(at - line.at));
    for (const char *c = at; end && c < end; c++)
        if (!isalnum((unsigned char)*c) && !strchr("+-.", *c))
            return 0;
    span scheme = {at, end ? (size_t)(end - at) : 0};
    return scheme.length && !is_called(scheme, "sip") && !is_called(scheme, "sips") && !is_called(scheme, "tel");
}

static const char *status_line(span line)
{
    if (is_other_version(line))
        return "SIP/2.0 505 Version Not Supported\r\n";
    return is_other_scheme(line) ? "SIP/2.0 416 Unsupported URI Scheme\r\n" : "SIP/2.0 400 Bad Request\r\n";
}

static void send_to(pjsip_transport *transport, const pj_sockaddr *to, const answer *one)
{
    pjsip_tpselector selector = {.type = PJSIP_TPSELECTOR_TRANSPORT};
    selector.u.transport = transport;
    if (one->length == ROOM)
        return;
    pjsip_tpmgr_send_raw(transport->tpmgr, (pjsip_transport_type_e)transport->key.type, &selector, NULL, one->text,
                         one->length, to, pj_sockaddr_get_len(to), NULL, NULL);
    answered++;
}

void tip_malformed_answer(pjsip_transport *transport, const pj_sockaddr *source, const char *text, size_t length)
{
    static answer one;
    char name[PJ_INET6_ADDRSTRLEN + 10];
    span rest = {text, length}, line = next_line(&rest);
    if (!is_request(line) || !is_affordable())
        return;
    memset(&one.seen, 0, sizeof one.seen);
    one.length = 0;
    pj_sockaddr_print(source, name, sizeof name, 0);
    add_text(&one, status_line(line));
    while (rest.length && (line = next_line(&rest)).length)
        take_over(&one, line, name);
    add_text(&one, "Content-Length: 0\r\n\r\n");
    if (one.seen[VIA])
        send_to(transport, source, &one);
}

/* 1: a number that a message can have. */
static int is_length(span value)
{
    while (value.length && (*value.at == ' ' || *value.at == '\t'))
        value.at++, value.length--;
    while (value.length && (value.at[value.length - 1] == ' ' || value.at[value.length - 1] == '\t'))
        value.length--;
    for (size_t i = 0; i < value.length; i++)
        if (!isdigit((unsigned char)value.at[i]))
            return 0;
    return value.length > 0 && value.length < 6;
}

/* A stream must have one (18.3); of a datagram it may not be more than there is. */
static int lengths_hold(span head, size_t room, int stream)
{
    int lengths = 0;
    for (span line = next_line(&head); head.length && line.length; line = next_line(&head)) {
        span value, name = name_of(line, &value);
        if (!is_called(name, "Content-Length") && !is_called(name, "l"))
            continue;
        if (++lengths > 1 || !is_length(value) || (!stream && (size_t)atoi(value.at) > room))
            return 0;
    }
    return lengths == 1 || !stream;
}

int tip_framing_holds(const pjsip_rx_data *rdata)
{
    const char *text = rdata->pkt_info.packet;
    size_t length = (size_t)rdata->pkt_info.len;
    while (length && (*text == '\r' || *text == '\n'))
        text++, length--;
    const char *end = memmem(text, length, "\r\n\r\n", 4);
    size_t head = end ? (size_t)(end - text) + 4 : 0;
    int stream = !(rdata->tp_info.transport->flag & PJSIP_TRANSPORT_DATAGRAM);
    if (!end || lengths_hold((span){text, head}, length - head, stream))
        return 1;
    tip_drops_count(&rdata->pkt_info.src_addr, PJSIP_EINVALIDMSG);
    tip_malformed_answer(rdata->tp_info.transport, &rdata->pkt_info.src_addr, text, length);
    return 0;
}
