/* Whose account a call from outside is: the carrier's it comes from, by address, else the telephones'.

   pjsua would look at To, which names the box whoever calls. */
#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>
#include <string.h>

#include "sip.h"

#define MOST 1024

static struct {
    pj_sockaddr address;
    int bits, port, account;
} known[MOST];
static int count;

static int is_within(const pj_sockaddr *address, const pj_sockaddr *network, int bits)
{
    if (address->addr.sa_family != network->addr.sa_family)
        return 0;
    const unsigned char *one = pj_sockaddr_get_addr(address), *other = pj_sockaddr_get_addr(network);
    int whole = bits / 8, rest = bits % 8;
    if (memcmp(one, other, (size_t)whole) != 0)
        return 0;
    return rest == 0 || ((one[whole] ^ other[whole]) >> (8 - rest)) == 0;
}

static void on_find(const pjsip_rx_data *rdata, pjsua_acc_id *account)
{
    const pj_sockaddr *source = &rdata->pkt_info.src_addr;
    for (int i = 0; i < count; i++)
        if (is_within(source, &known[i].address, known[i].bits) &&
            (!known[i].port || known[i].port == pj_sockaddr_get_port(source))) {
            *account = known[i].account;
            return;
        }
    *account = pjsua_var.default_acc;
}

void tip_accounts_start(void)
{
    count = 0;
    pjsua_var.ua_cfg.cb.on_acc_find_for_incoming = &on_find;
}

int tip_account_source(const char *address, int bits, int port, int account)
{
    pj_str_t text = pj_str((char *)address);
    if (count == MOST)
        return PJ_ETOOMANY;
    pj_status_t status = pj_sockaddr_parse(pj_AF_UNSPEC(), 0, &text, &known[count].address);
    if (status != PJ_SUCCESS)
        return status;
    if (bits < 0 || bits > 8 * (int)pj_sockaddr_get_addr_len(&known[count].address))
        return PJ_EINVAL;
    known[count].bits = bits;
    known[count].port = port;
    known[count].account = account;
    count++;
    return PJ_SUCCESS;
}
