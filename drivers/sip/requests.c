/* Requests that pjsua does not serve, handed to Python and answered by it; requests of our own outside its dialogs.

   The module stands before pjsip's dialog layer, which would answer 481 to whatever has a To tag it does not know:
   subscriptions kept in Python have tags that begin with TAG. In-dialog requests of calls pass by.

   pjsua would also answer an INVITE with Replaces by itself and end the call it names. So the header is checked here and
   taken out: the box sees it in the text and decides. */
#define _GNU_SOURCE
#include <pjsip.h>
#include <pjsip_ua.h>
#include <pjsua-lib/pjsua.h>
#include <string.h>
#include <unistd.h>

#include "blocks.h"
#include "sip.h"

#define TAG "tip-"
#define PATIENCE_NS 10000000000u /* nobody answered for so long: forgotten, the far end tries again */
#define RETRY_AFTER_S 5

typedef struct waiting {
    PJ_DECL_LIST_MEMBER(struct waiting);
    int id, status, taken;
    uint64_t since_ns;
    pjsip_rx_data *rdata; /* a clone; NULL where a request of ours had no answer */
} waiting;

static struct {
    pj_pool_t *pool;
    waiting all, idle; /* all: oldest first */
    int most, fd, next_id;
    uint64_t seen, refused, expired, repeated;
} requests;

static pj_bool_t on_rx_request(pjsip_rx_data *rdata);

static pjsip_module module = {
    .name = {"tipring-requests", 16},
    .id = -1,
    .priority = PJSIP_MOD_PRIORITY_UA_PROXY_LAYER - 1,
    .on_rx_request = &on_rx_request,
};

static pj_str_t text_of(const char *text)
{
    return pj_str((char *)(text ? text : ""));
}

static void forget(waiting *one)
{
    if (one->rdata)
        pjsip_rx_data_free_cloned(one->rdata);
    one->rdata = NULL;
    pj_list_erase(one);
    pj_list_push_back(&requests.idle, one);
}

static void forget_old(uint64_t now)
{
    while (!pj_list_empty(&requests.all) && now - requests.all.next->since_ns > PATIENCE_NS) {
        forget(requests.all.next);
        requests.expired++;
    }
}

static waiting *remember(int id, int status, pjsip_rx_data *rdata)
{
    if (pj_list_empty(&requests.idle))
        return NULL;
    waiting *one = requests.idle.next;
    pj_list_erase(one);
    one->id = id;
    one->status = status;
    one->taken = 0;
    one->since_ns = tip_now_ns();
    one->rdata = NULL;
    if (rdata && pjsip_rx_data_clone(rdata, 0, &one->rdata) != PJ_SUCCESS)
        one->rdata = NULL;
    pj_list_push_back(&requests.all, one);
    uint64_t more = 1;
    if (requests.fd >= 0 && write(requests.fd, &more, sizeof more) < 0)
        return one; /* full: whoever reads it has enough to do */
    return one;
}

/* A REFER within a call is ours as well: pjsua would place the call itself, here the box decides. */
static int is_ours(const pjsip_rx_data *rdata)
{
    const pj_str_t *tag = &rdata->msg_info.to->tag;
    if (pj_stricmp2(&rdata->msg_info.msg->line.req.method.name, "REFER") == 0)
        return 1;
    switch (rdata->msg_info.msg->line.req.method.id) {
    case PJSIP_INVITE_METHOD:
    case PJSIP_ACK_METHOD:
    case PJSIP_CANCEL_METHOD:
    case PJSIP_BYE_METHOD:
        return 0;
    case PJSIP_REGISTER_METHOD:
        return 1;
    default:
        return tag->slen == 0 || pj_strncmp2(tag, TAG, sizeof TAG - 1) == 0;
    }
}

/* The same request again, before anybody answered it (RFC 3261 17.2.3: branch, sent-by, method). */
static int waits_already(const pjsip_rx_data *rdata)
{
    for (waiting *one = requests.all.next; one != &requests.all; one = one->next)
        if (one->status == 0 && one->rdata &&
            pj_strcmp(&one->rdata->msg_info.via->branch_param, &rdata->msg_info.via->branch_param) == 0 &&
            pj_strcmp(&one->rdata->msg_info.cid->id, &rdata->msg_info.cid->id) == 0 &&
            one->rdata->msg_info.cseq->cseq == rdata->msg_info.cseq->cseq &&
            pj_sockaddr_cmp(&one->rdata->pkt_info.src_addr, &rdata->pkt_info.src_addr) == 0)
            return 1;
    return 0;
}

static void refuse(pjsip_rx_data *rdata)
{
    pjsip_hdr later;
    pjsip_retry_after_hdr *hdr = pjsip_retry_after_hdr_create(rdata->tp_info.pool, RETRY_AFTER_S);
    pj_list_init(&later);
    pj_list_push_back(&later, hdr);
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, PJSIP_SC_SERVICE_UNAVAILABLE, NULL, &later, NULL);
    requests.refused++;
}

/* RFC 3891 3: what names no dialog of ours, tags and all, is answered 481. */
static pj_bool_t take_replaces_out(pjsip_rx_data *rdata)
{
    const pj_str_t name = {"Replaces", 8};
    pjsip_replaces_hdr *hdr = pjsip_msg_find_hdr_by_name(rdata->msg_info.msg, &name, NULL);
    if (!hdr)
        return PJ_FALSE;
    int second = pjsip_msg_find_hdr_by_name(rdata->msg_info.msg, &name, hdr->next) != NULL;
    if (second || !pjsip_ua_find_dialog(&hdr->call_id, &hdr->to_tag, &hdr->from_tag, PJ_FALSE)) {
        int status = second ? PJSIP_SC_BAD_REQUEST : PJSIP_SC_CALL_TSX_DOES_NOT_EXIST;
        pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, status, NULL, NULL, NULL);
        return PJ_TRUE;
    }
    pj_list_erase(hdr);
    return PJ_FALSE;
}

/* A REFER moves a call: who sends it must know both tags of its dialog (RFC 3261 12.2.2). */
static pj_bool_t is_refer_of_nobody(pjsip_rx_data *rdata)
{
    const pj_str_t *tag = &rdata->msg_info.to->tag;
    if (tag->slen == 0 || pj_stricmp2(&rdata->msg_info.msg->line.req.method.name, "REFER") != 0 ||
        pjsip_ua_find_dialog(&rdata->msg_info.cid->id, tag, &rdata->msg_info.from->tag, PJ_FALSE))
        return PJ_FALSE;
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, PJSIP_SC_CALL_TSX_DOES_NOT_EXIST, NULL, NULL, NULL);
    return PJ_TRUE;
}

static pj_bool_t on_rx_request(pjsip_rx_data *rdata)
{
    if (rdata->msg_info.msg->line.req.method.id == PJSIP_INVITE_METHOD)
        return take_replaces_out(rdata);
    if (is_refer_of_nobody(rdata))
        return PJ_TRUE;
    if (!is_ours(rdata))
        return PJ_FALSE;
    requests.seen++;
    forget_old(tip_now_ns());
    if (waits_already(rdata)) {
        requests.repeated++;
        return PJ_TRUE;
    }
    requests.next_id = requests.next_id % 0x3fffffff + 1;
    waiting *one = remember(requests.next_id, 0, rdata);
    if (one && !one->rdata)
        forget(one);
    if (!one || !one->rdata)
        refuse(rdata);
    return PJ_TRUE;
}

int tip_requests_start(int most, int fd)
{
    memset(&requests, 0, sizeof requests);
    requests.pool = pjsua_pool_create("tipring-requests", 4000, 4000);
    pj_list_init(&requests.all);
    pj_list_init(&requests.idle);
    waiting *room = pj_pool_calloc(requests.pool, (unsigned)most, sizeof *room);
    for (int i = 0; i < most; i++)
        pj_list_push_back(&requests.idle, &room[i]);
    requests.most = most;
    requests.fd = fd;
    return pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module);
}

void tip_requests_stop(void)
{
    if (module.id < 0)
        return;
    while (!pj_list_empty(&requests.all))
        forget(requests.all.next);
    pjsip_endpt_unregister_module(pjsua_get_pjsip_endpt(), &module);
}

/* What stands behind the head, as it came. */
static pj_str_t body_of(const pjsip_rx_data *rdata)
{
    pj_str_t body = {NULL, 0};
    const char *text = rdata->pkt_info.packet, *end = text + rdata->pkt_info.len;
    while (text < end && (*text == '\r' || *text == '\n'))
        text++;
    const char *head = memmem(text, (size_t)(end - text), "\r\n\r\n", 4);
    if (head)
        body = (pj_str_t){(char *)head + 4, end - head - 4};
    return body;
}

/* Strategy: pjsip's own printer of bodies is not asked. Of several parts that are none it says that they are 70004 bytes long
   (PJ_EINVAL), and pjsip_msg_print ends the text there, behind the buffer (seen in 2.17). */
static size_t print(pjsip_rx_data *rdata, char *text, size_t room)
{
    pjsip_msg_body none = {0}, *body = rdata->msg_info.msg->body ? rdata->msg_info.msg->body : &none;
    pjsip_msg_body parsed = *body;
    pj_str_t raw = body_of(rdata);
    body->data = raw.ptr;
    body->len = (unsigned)raw.slen;
    body->print_body = &pjsip_print_text_body;
    pj_ssize_t length = pjsip_msg_print(rdata->msg_info.msg, text, room);
    body->data = parsed.data;
    body->len = parsed.len;
    body->print_body = parsed.print_body;
    return length > 0 && (size_t)length < room ? (size_t)length : 0;
}

static void describe(const waiting *one, tip_request *about, char *text, size_t room)
{
    memset(about, 0, sizeof *about);
    about->id = one->id;
    about->status = one->status;
    if (!one->rdata)
        return;
    about->port = one->rdata->pkt_info.src_port;
    snprintf(about->source, sizeof about->source, "%s", one->rdata->pkt_info.src_name);
    snprintf(about->transport, sizeof about->transport, "%s", one->rdata->tp_info.transport->type_name);
    about->length = (int)print(one->rdata, text, room);
}

int tip_requests_take(tip_request *about, char *text, size_t room)
{
    waiting *one = requests.all.next;
    while (one != &requests.all && one->taken)
        one = one->next;
    if (one == &requests.all)
        return 0;
    one->taken = 1;
    describe(one, about, text, room);
    if (one->status)
        forget(one); /* an answer to a request of ours wants none */
    return 1;
}

static void add_header(pjsip_tx_data *tdata, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    if (!colon)
        return;
    pj_str_t name = {(char *)line, colon - line}, value = {(char *)colon + 1, (pj_ssize_t)length - (colon - line) - 1};
    pj_strtrim(&value);
    if (pj_stricmp2(&name, "Route") == 0) { /* pjsip itself must understand where to send */
        pj_str_t route = pj_str("Route"), own;
        pj_strdup_with_null(tdata->pool, &own, &value);
        void *hdr = pjsip_parse_hdr(tdata->pool, &route, own.ptr, (pj_size_t)own.slen, NULL);
        if (hdr)
            pjsip_msg_add_hdr(tdata->msg, hdr);
        return;
    }
    pjsip_msg_add_hdr(tdata->msg, (pjsip_hdr *)pjsip_generic_string_hdr_create(tdata->pool, &name, &value));
}

static void add_headers(pjsip_tx_data *tdata, const char *lines)
{
    for (const char *line = lines ? lines : ""; *line;) {
        size_t length = strcspn(line, "\n");
        add_header(tdata, line, length);
        line += length + (line[length] == '\n');
    }
}

static void add_body(pjsip_tx_data *tdata, const char *content_type, const char *body, int length)
{
    const char *slash = content_type ? strchr(content_type, '/') : NULL;
    if (!slash || length <= 0)
        return;
    pj_str_t type = {(char *)content_type, slash - content_type}, subtype = text_of(slash + 1);
    pj_str_t text = {(char *)body, length};
    tdata->msg->body = pjsip_msg_body_create(tdata->pool, &type, &subtype, &text);
}

/* A refusal, or what costs nothing to say again, is not remembered for 32 s: a flood would fill the memory with it
   (RFC 3261 8.2.7). */
static int is_forgettable(const pjsip_rx_data *rdata, const pjsip_tx_data *tdata)
{
    return tdata->msg->line.status.code >= 300 ||
           rdata->msg_info.msg->line.req.method.id == PJSIP_OPTIONS_METHOD;
}

static pj_status_t send_answer(pjsip_rx_data *rdata, pjsip_tx_data *tdata)
{
    pjsip_transaction *tsx;
    if (is_forgettable(rdata, tdata))
        return pjsip_endpt_send_response2(pjsua_get_pjsip_endpt(), rdata, tdata, NULL, NULL);
    pj_status_t status = pjsip_tsx_create_uas2(&module, rdata, NULL, &tsx);
    if (status != PJ_SUCCESS) {
        pjsip_tx_data_dec_ref(tdata);
        return status;
    }
    pjsip_tsx_recv_msg(tsx, rdata);
    return pjsip_tsx_send_msg(tsx, tdata);
}

static waiting *by_id(int id)
{
    for (waiting *one = requests.all.next; one != &requests.all; one = one->next)
        if (one->id == id && one->status == 0)
            return one;
    return NULL;
}

int tip_requests_answer(int id, int status, const char *reason, const char *to_tag, const char *headers,
                        const char *content_type, const char *body, int length)
{
    waiting *one = by_id(id);
    if (!one || status < 200)
        return one ? PJ_EINVAL : PJ_ENOTFOUND;
    pjsip_tx_data *tdata;
    pj_str_t why = text_of(reason);
    pj_status_t done = pjsip_endpt_create_response(pjsua_get_pjsip_endpt(), one->rdata, status,
                                                   why.slen ? &why : NULL, &tdata);
    if (done == PJ_SUCCESS) {
        pj_str_t tag = text_of(to_tag);
        if (tag.slen)
            pj_strdup(tdata->pool, &PJSIP_MSG_TO_HDR(tdata->msg)->tag, &tag);
        add_headers(tdata, headers);
        add_body(tdata, content_type, body, length);
        done = send_answer(one->rdata, tdata);
    }
    forget(one);
    return done;
}

void tip_requests_drop(int id)
{
    waiting *one = by_id(id);
    if (one)
        forget(one);
}

static void on_answer(void *token, pjsip_event *event)
{
    pjsip_transaction *tsx = event->body.tsx_state.tsx;
    int heard = event->type == PJSIP_EVENT_TSX_STATE && event->body.tsx_state.type == PJSIP_EVENT_RX_MSG;
    if (module.id >= 0)
        remember((int)(intptr_t)token, tsx->status_code, heard ? event->body.tsx_state.src.rdata : NULL);
}

static void *header(pj_pool_t *pool, const char *name, const char *value)
{
    pj_str_t own, called = text_of(name), text = text_of(value);
    pj_strdup_with_null(pool, &own, &text);
    return value && *value ? pjsip_parse_hdr(pool, &called, own.ptr, (pj_size_t)own.slen, NULL) : NULL;
}

static pj_status_t create(pj_pool_t *pool, const char *method, const char *uri, const char *from, const char *to,
                          const char *contact, const char *call_id, int cseq, pjsip_tx_data **tdata)
{
    pjsip_method asked;
    pj_str_t name = text_of(method), target = text_of(uri), own;
    pjsip_method_init(&asked, pool, &name);
    pj_strdup_with_null(pool, &own, &target);
    void *uri_of = pjsip_parse_uri(pool, own.ptr, (pj_size_t)own.slen, 0);
    void *from_of = header(pool, "From", from), *to_of = header(pool, "To", to);
    if (!uri_of || !from_of || !to_of)
        return PJSIP_EINVALIDURI;
    return pjsip_endpt_create_request_from_hdr(pjsua_get_pjsip_endpt(), &asked, uri_of, from_of, to_of,
                                               header(pool, "Contact", contact), header(pool, "Call-ID", call_id),
                                               cseq, NULL, tdata);
}

int tip_requests_send(int id, const char *method, const char *uri, const char *from, const char *to,
                      const char *contact, const char *call_id, int cseq, const char *headers,
                      const char *content_type, const char *body, int length)
{
    pjsip_tx_data *tdata;
    pj_pool_t *pool = pjsua_pool_create("tipring-request", 2000, 2000);
    pj_status_t status = create(pool, method, uri, from, to, contact, call_id, cseq, &tdata);
    pj_pool_release(pool);
    if (status != PJ_SUCCESS)
        return status;
    add_headers(tdata, headers);
    add_body(tdata, content_type, body, length);
    return pjsip_endpt_send_request(pjsua_get_pjsip_endpt(), tdata, -1, (void *)(intptr_t)id, &on_answer);
}

void tip_requests_counts(uint64_t *four)
{
    four[0] = requests.seen;
    four[1] = requests.refused;
    four[2] = requests.expired;
    four[3] = requests.repeated;
}
