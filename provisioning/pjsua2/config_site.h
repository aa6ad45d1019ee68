/* What pjproject is compiled with (its pjlib/include/pj/config_site.h). Changing a byte here builds anew. */

/* A switchboard's limits; the defaults are a telephone's (4 calls). One conference slot a call and one a leg. */
#define PJSUA_MAX_CALLS 512
#define PJSUA_MAX_CONF_PORTS 1280
#define PJSUA_MAX_ACC 64
#define PJ_IOQUEUE_MAX_HANDLES 4096 /* RTP and RTCP of each call, then connections */
/* One thread polls each queue: with EPOLLEXCLUSIVE, the default, every packet took four epoll_ctl, with neither two. */
#define PJ_IOQUEUE_DEFAULT_EPOLL_FLAGS 0
#define PJSIP_MAX_TRANSPORTS 2048
#define PJSIP_MAX_TSX_COUNT 32767
#define PJSIP_MAX_DIALOG_COUNT 4095
#define PJSIP_MAX_URL_SIZE 1024

/* A message longer than this is dropped and counted; each connection keeps a buffer of it. */
#define PJSIP_MAX_PKT_LEN 16384
#define PJSIP_UDP_SO_RCVBUF_SIZE 2097152
#define PJSIP_UDP_SO_SNDBUF_SIZE 2097152
/* Connections that wait to be accepted; with the default of 5 a heap of idle ones keeps a telephone waiting. How long one
   may say nothing is told each (drivers/sip/guard.c): pjsip's own setting does not hold for TLS. */
#define PJSIP_TCP_TRANSPORT_BACKLOG 128
#define PJSIP_TLS_TRANSPORT_BACKLOG 128

#define PJ_HAS_IPV6 1
#define PJ_LOG_MAX_LEVEL 4
#define PJMEDIA_CONF_USE_AGC 0 /* our fabric mixes; levels stay as they are */
#define PJMEDIA_HAS_VIDEO 0
#define PJMEDIA_RESAMPLE_IMP PJMEDIA_RESAMPLE_LIBSAMPLERATE
#define PJMEDIA_HAS_ILBC_CODEC 0
#define PJMEDIA_HAS_G7221_CODEC 0
#define PJMEDIA_HAS_L16_CODEC 0
#define PJMEDIA_HAS_SRTP 1
#define PJMEDIA_ADVERTISE_RTCP 1
#define PJSIP_HAS_TLS_TRANSPORT 1
