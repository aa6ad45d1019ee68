/* What pjlib says of itself. */
#include <pjsua-lib/pjsua.h>
#include <unistd.h>

#include "sip.h"

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

static void to_stderr(int level, const char *text, int length)
{
    (void)level;
    if (write(STDERR_FILENO, text, (size_t)length) < 0)
        return; /* nobody reads the log: nothing to be done */
}

void tip_log(int level)
{
    pj_log_set_log_func(&to_stderr);
    pj_log_set_level(level);
}
