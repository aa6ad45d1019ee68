/* What a server refuses whoever asks (RFC 3261 8.2): said statelessly, before transactions, dialogs and Python. */
#include <pjsip.h>
#include <pjsua-lib/pjsua.h>
#include <string.h>

#include "sip.h"

static pj_bool_t on_rx_request(pjsip_rx_data *rdata);

static pjsip_module module = {
    .name = {"tipring-refusals", 16},
    .id = -1,
    .priority = PJSIP_MOD_PRIORITY_TSX_LAYER - 1,
    .on_rx_request = &on_rx_request,
};

static const char *const METHODS[] = {"INVITE", "ACK",    "CANCEL", "BYE",       "OPTIONS", "REGISTER", "PRACK",
                                      "UPDATE", "INFO",   "REFER",  "SUBSCRIBE", "NOTIFY",  "MESSAGE",  "PUBLISH"};
static const char ALLOW[] =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, INFO, REFER, SUBSCRIBE, NOTIFY, MESSAGE";
/* Headers that come once (RFC 3261 20), as bits of pjsip's types. */
static const unsigned char SINGLE[] = {PJSIP_H_CALL_ID,      PJSIP_H_CONTENT_LENGTH, PJSIP_H_CONTENT_TYPE, PJSIP_H_CSEQ,
                                       PJSIP_H_FROM,         PJSIP_H_MAX_FORWARDS,   PJSIP_H_TO};

static uint64_t refused;

uint64_t tip_refusals_count(void)
{
    return refused;
}

static void refuse(pjsip_rx_data *rdata, int status, const char *name, const char *value)
{
    pjsip_hdr headers;
    pj_list_init(&headers);
    if (name) {
        pj_str_t named = pj_str((char *)name), told = pj_str((char *)value);
        pj_list_push_back(&headers, pjsip_generic_string_hdr_create(rdata->tp_info.pool, &named, &told));
    }
    refused++;
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, status, NULL, &headers, NULL);
}

static int is_known(const pjsip_method *method)
{
    for (unsigned i = 0; i < PJ_ARRAY_SIZE(METHODS); i++)
        if (pj_strcmp2(&method->name, METHODS[i]) == 0)
            return 1;
    return 0;
}

static int is_repeated(const pjsip_msg *msg)
{
    int seen[sizeof SINGLE] = {0};
    for (const pjsip_hdr *hdr = msg->hdr.next; hdr != &msg->hdr; hdr = hdr->next)
        for (unsigned i = 0; i < sizeof SINGLE; i++)
            if (hdr->type == SINGLE[i] && seen[i]++)
                return 1;
    return 0;
}

static int is_reachable(const pjsip_uri *uri)
{
    return PJSIP_URI_SCHEME_IS_SIP(uri) || PJSIP_URI_SCHEME_IS_SIPS(uri) || PJSIP_URI_SCHEME_IS_TEL(uri);
}

/* Several parts, and not one: pjsip trips over it (requests.c). */
static int is_empty(const pjsip_msg_body *body)
{
    return body && pj_stricmp2(&body->content_type.type, "multipart") == 0 && !pjsip_multipart_get_first_part(body);
}

/* Extensions it wants that nobody here has, as Unsupported's value (8.2.2.3); empty: none. */
static void wanted_in_vain(const pjsip_msg *msg, char *text, size_t room)
{
    const pjsip_require_hdr *wants = NULL;
    const void *from = NULL;
    size_t length = 0;
    *text = '\0';
    while ((wants = pjsip_msg_find_hdr(msg, PJSIP_H_REQUIRE, from)) != NULL) {
        for (unsigned i = 0; i < wants->count; i++) {
            const pj_str_t *tag = &wants->values[i];
            if (pjsip_endpt_has_capability(pjsua_get_pjsip_endpt(), PJSIP_H_SUPPORTED, NULL, tag) ||
                (size_t)tag->slen + 3 > room - length)
                continue;
            length += (size_t)snprintf(text + length, room - length, "%s%.*s", length ? ", " : "", (int)tag->slen,
                                       tag->ptr);
        }
        from = wants->next;
    }
}

/* A description we could not read; none, or several parts of which one may be SDP, will do. */
static int is_other_media(const pjsip_msg *msg)
{
    const pjsip_media_type *type = msg->body ? &msg->body->content_type : NULL;
    if (!type || msg->line.req.method.id != PJSIP_INVITE_METHOD || pj_stricmp2(&type->type, "multipart") == 0)
        return 0;
    return pj_stricmp2(&type->type, "application") != 0 || pj_stricmp2(&type->subtype, "sdp") != 0;
}

/* About a call that ended while its dialog stands yet: pjsip would leave it unanswered, and both would stay for good. */
static int is_too_late(pjsip_rx_data *rdata)
{
    const pjsip_method *method = &rdata->msg_info.msg->line.req.method;
    const pj_str_t *tag = &rdata->msg_info.to->tag;
    int is_calls = method->id == PJSIP_INVITE_METHOD || pj_strcmp2(&method->name, "UPDATE") == 0 ||
                   pj_strcmp2(&method->name, "PRACK") == 0 || pj_strcmp2(&method->name, "INFO") == 0;
    pjsip_dialog *dialog;
    pjsip_inv_session *call;
    pj_str_t key;
    if (!is_calls || !tag->slen)
        return 0;
    dialog = pjsip_ua_find_dialog(&rdata->msg_info.cid->id, tag, &rdata->msg_info.from->tag, PJ_FALSE);
    call = dialog ? pjsip_dlg_get_inv_session(dialog) : NULL;
    if (!call || call->state != PJSIP_INV_STATE_DISCONNECTED)
        return 0;
    /* Once more what was answered before it ended: its transaction knows. */
    return pjsip_tsx_create_key(rdata->tp_info.pool, &key, PJSIP_ROLE_UAS, method, rdata) == PJ_SUCCESS &&
           !pjsip_tsx_layer_find_tsx(&key, PJ_FALSE);
}

static pj_bool_t on_rx_request(pjsip_rx_data *rdata)
{
    const pjsip_msg *msg = rdata->msg_info.msg;
    const pjsip_method *method = &msg->line.req.method;
    char unsupported[256];
    int status = 0;
    if (!is_known(method))
        status = PJSIP_SC_NOT_IMPLEMENTED;
    else if (pjsip_method_cmp(method, &rdata->msg_info.cseq->method) != 0 || is_repeated(msg))
        status = PJSIP_SC_BAD_REQUEST;
    else if (is_empty(msg->body))
        status = PJSIP_SC_BAD_REQUEST;
    else if (!is_reachable(msg->line.req.uri))
        status = PJSIP_SC_UNSUPPORTED_URI_SCHEME;
    else if (is_too_late(rdata))
        status = PJSIP_SC_CALL_TSX_DOES_NOT_EXIST;
    if (method->id == PJSIP_ACK_METHOD)
        return status != 0; /* an ACK is never answered */
    if (status) {
        refuse(rdata, status, status == PJSIP_SC_NOT_IMPLEMENTED ? "Allow" : NULL, ALLOW);
        return PJ_TRUE;
    }
    if (is_other_media(msg)) {
        refuse(rdata, PJSIP_SC_UNSUPPORTED_MEDIA_TYPE, "Accept", "application/sdp");
        return PJ_TRUE;
    }
    wanted_in_vain(msg, unsupported, sizeof unsupported);
    if (method->id == PJSIP_CANCEL_METHOD || !*unsupported)
        return PJ_FALSE;
    refuse(rdata, PJSIP_SC_BAD_EXTENSION, "Unsupported", unsupported);
    return PJ_TRUE;
}

int tip_refusals_start(void)
{
    refused = 0;
    return pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &module);
}

void tip_refusals_stop(void)
{
    if (module.id >= 0)
        pjsip_endpt_unregister_module(pjsua_get_pjsip_endpt(), &module);
}
