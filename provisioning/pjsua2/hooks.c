/* Linked into pjproject's library in front of functions of its own (`ld --wrap`), so that whoever holds an endpoint may
   be asked first. Nothing is changed while no hook is set. */
#include <pjlib.h>
#include <pjsip.h>

typedef int (*tip_admit_fn)(pjsip_rx_data *rdata);
typedef int (*tip_name_fn)(const pj_str_t *name);

static tip_admit_fn admit;
static tip_name_fn may_look_up;

/* Asked with each packet before it is parsed; 0: it was never heard. */
void tip_hook_packets(tip_admit_fn asked)
{
    admit = asked;
}

/* Asked before DNS is; 0: there is no such name. Numeric addresses are no names. */
void tip_hook_names(tip_name_fn asked)
{
    may_look_up = asked;
}

pj_ssize_t __real_pjsip_tpmgr_receive_packet(pjsip_tpmgr *mgr, pjsip_rx_data *rdata);
pj_ssize_t __wrap_pjsip_tpmgr_receive_packet(pjsip_tpmgr *mgr, pjsip_rx_data *rdata);

pj_ssize_t __wrap_pjsip_tpmgr_receive_packet(pjsip_tpmgr *mgr, pjsip_rx_data *rdata)
{
    if (admit && rdata->pkt_info.len > 0 && !admit(rdata))
        return rdata->pkt_info.len;
    return __real_pjsip_tpmgr_receive_packet(mgr, rdata);
}

/* An IPv6 address may name its interface (RFC 4007 11). */
static int is_name(const pj_str_t *host)
{
    unsigned char unused[16];
    pj_str_t address = *host;
    for (pj_ssize_t i = 0; i < host->slen; i++)
        if (host->ptr[i] == '%')
            address.slen = i;
    if (address.slen <= 0 || address.slen >= PJ_INET6_ADDRSTRLEN)
        return host->slen > 0;
    return pj_inet_pton(PJ_AF_INET, &address, unused) != PJ_SUCCESS &&
           pj_inet_pton(PJ_AF_INET6, &address, unused) != PJ_SUCCESS;
}

static int is_refused(const pj_str_t *host)
{
    return may_look_up && is_name(host) && !may_look_up(host);
}

pj_status_t __real_pj_getaddrinfo(int af, const pj_str_t *name, unsigned *count, pj_addrinfo ai[]);
pj_status_t __wrap_pj_getaddrinfo(int af, const pj_str_t *name, unsigned *count, pj_addrinfo ai[]);

pj_status_t __wrap_pj_getaddrinfo(int af, const pj_str_t *name, unsigned *count, pj_addrinfo ai[])
{
    return is_refused(name) ? PJ_ERESOLVE : __real_pj_getaddrinfo(af, name, count, ai);
}

pj_status_t __real_pj_gethostbyname(const pj_str_t *name, pj_hostent *he);
pj_status_t __wrap_pj_gethostbyname(const pj_str_t *name, pj_hostent *he);

pj_status_t __wrap_pj_gethostbyname(const pj_str_t *name, pj_hostent *he)
{
    return is_refused(name) ? PJ_ERESOLVE : __real_pj_gethostbyname(name, he);
}
