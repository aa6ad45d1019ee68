/* What pjlib says of itself. */
#include <pjsip.h>
#include <pjsua-lib/pjsua.h>
#include <unistd.h>

#include "blocks.h"
#include "sip.h"

#define LINES_A_SECOND 20

void tip_limits(int *four)
{
    four[0] = PJSUA_MAX_CALLS;
    four[1] = PJSUA_MAX_CONF_PORTS;
    four[2] = PJ_IOQUEUE_MAX_HANDLES;
    four[3] = PJSIP_MAX_PKT_LEN;
}

const char *tip_version(void)
{
    return pj_get_version();
}

void tip_strerror(int status, char *text, size_t room)
{
    pj_str_t told = pj_strerror(status, text, room);
    (void)told;
}

/* pjlib's log tells of every packet that cannot be read, whole: what others send may not fill our disk. */
static int is_too_much(void)
{
    static uint64_t second, lines;
    uint64_t now = tip_now_ns() / 1000000000u;
    if (now != second) {
        second = now;
        lines = 0;
    }
    return ++lines > LINES_A_SECOND;
}

static void to_stderr(int level, const char *text, int length)
{
    if (level < 4 && is_too_much())
        return; /* from 4 on somebody reads it now */
    if (write(STDERR_FILENO, text, (size_t)length) < 0)
        return; /* nobody reads the log: nothing to be done */
}

void tip_timers(int t1, int t2, int t4, int patience)
{
    pjsip_tsx_set_timers((unsigned)t1, (unsigned)t2, (unsigned)t4, (unsigned)patience);
}

void tip_log(int level)
{
    pj_log_set_log_func(&to_stderr);
    pj_log_set_level(level);
}
