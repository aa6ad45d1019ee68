/* What transports received and could not read, counted by source and reason; bounded, whatever arrives. */
#include <pjsip.h>
#include <pjsua-lib/pjsua.h>
#include <stddef.h>
#include <string.h>

#include "sip.h"

#define ROWS 1024
#define PROBES 8
#define BLANKS 64 /* leading newlines to look back over */

static struct {
    tip_drop row[ROWS];
    uint64_t others;
    int on;
} drops;

/* The packet's head, which has the source. pjsip's callback gives no more than a place in its buffer: of a datagram
   that is where the packet begins, or after its leading newlines. */
static const pjsip_rx_data *head_of(const pjsip_tp_dropped_data *dropped)
{
    const char *place = dropped->data;
    for (int back = 0; back < BLANKS; back++, place--) {
        const pjsip_rx_data *head = (const void *)(place - offsetof(pjsip_rx_data, pkt_info.packet));
        if ((uintptr_t)head % sizeof(void *) == 0 && head->tp_info.transport == dropped->tp)
            return head;
        if (place[-1] != '\r' && place[-1] != '\n')
            return NULL;
    }
    return NULL;
}

/* NULL where pjsip does not say. */
static const pj_sockaddr *source_of(const pjsip_tp_dropped_data *dropped)
{
    if (!(dropped->tp->flag & PJSIP_TRANSPORT_DATAGRAM))
        return &dropped->tp->key.rem_addr; /* of a connection: its far end */
    const pjsip_rx_data *head = dropped->data ? head_of(dropped) : NULL;
    return head ? &head->pkt_info.src_addr : NULL;
}

static tip_drop *row_of(const char *source, int status)
{
    unsigned place = (pj_hash_calc(0, source, (unsigned)strlen(source)) ^ (unsigned)status * 2654435761u) % ROWS;
    for (unsigned i = 0; i < PROBES; i++) {
        tip_drop *row = &drops.row[(place + i) % ROWS];
        if (!row->count || (row->status == status && strcmp(row->source, source) == 0))
            return row;
    }
    return NULL;
}

void tip_drops_count(const pj_sockaddr *source, int status)
{
    char text[sizeof drops.row[0].source] = "?";
    if (source)
        pj_sockaddr_print(source, text, sizeof text, 0);
    tip_drop *row = row_of(text, status);
    if (!row) {
        drops.others++;
        return;
    }
    memcpy(row->source, text, sizeof text);
    row->status = status;
    row->count++;
}

/* A stream that held more than a message can: where the next one begins nobody knows. */
static void on_drop(pjsip_tp_dropped_data *dropped)
{
    const pj_sockaddr *source = source_of(dropped);
    tip_drops_count(source, dropped->status);
    if (dropped->status == PJSIP_ERXOVERFLOW && !(dropped->tp->flag & PJSIP_TRANSPORT_DATAGRAM))
        pjsip_transport_shutdown2(dropped->tp, PJ_TRUE);
    else if (source && dropped->data && dropped->status != PJ_EIGNORED)
        tip_malformed_answer(dropped->tp, source, dropped->data, dropped->len);
}

int tip_drops_start(void)
{
    memset(&drops, 0, sizeof drops);
    drops.on = 1;
    return pjsip_tpmgr_set_drop_data_cb(pjsip_endpt_get_tpmgr(pjsua_get_pjsip_endpt()), &on_drop);
}

void tip_drops_stop(void)
{
    if (drops.on)
        pjsip_tpmgr_set_drop_data_cb(pjsip_endpt_get_tpmgr(pjsua_get_pjsip_endpt()), NULL);
    drops.on = 0;
}

int tip_drops_take(tip_drop *rows, int most, uint64_t *others)
{
    int filled = 0;
    *others = drops.others;
    for (int i = 0; i < ROWS && filled < most; i++) {
        if (!drops.row[i].count)
            continue;
        rows[filled++] = drops.row[i];
        drops.row[i].count = 0;
    }
    drops.others = 0;
    return filled;
}
