/* Wakes the thread that waits for pjsua: a socket of ours among pjsip's, so that it can wait for other things too. */
#define _GNU_SOURCE
#include <pjsip.h>
#include <pjsua-lib/pjsua.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sip.h"

static struct {
    pj_pool_t *pool;
    pj_ioqueue_key_t *key;
    pj_ioqueue_op_key_t op;
    int fd;
    char heard[64];
} wake;

static void listen_again(pj_ioqueue_key_t *key)
{
    pj_ssize_t length;
    do {
        length = sizeof wake.heard;
    } while (pj_ioqueue_recv(key, &wake.op, wake.heard, &length, 0) == PJ_SUCCESS);
}

static void on_read(pj_ioqueue_key_t *key, pj_ioqueue_op_key_t *op, pj_ssize_t length)
{
    (void)op;
    if (length > 0)
        listen_again(key);
}

int tip_wake_start(void)
{
    static const pj_ioqueue_callback callback = {.on_read_complete = &on_read};
    int pair[2];
    pj_sock_t ours;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
        return -1;
    ours = pair[0];
    wake.pool = pjsua_pool_create("tipring-wake", 1000, 1000);
    if (pj_ioqueue_register_sock(wake.pool, pjsip_endpt_get_ioqueue(pjsua_get_pjsip_endpt()), ours, NULL, &callback,
                                 &wake.key) != PJ_SUCCESS) {
        close(pair[0]);
        close(pair[1]);
        return -1;
    }
    wake.fd = pair[1];
    pj_ioqueue_op_key_init(&wake.op, sizeof wake.op);
    listen_again(wake.key);
    return wake.fd;
}

void tip_wake_stop(void)
{
    if (!wake.key)
        return;
    pj_ioqueue_unregister(wake.key); /* closes our end */
    close(wake.fd);
    wake.key = NULL;
}
