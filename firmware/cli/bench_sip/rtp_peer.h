/* Telephones of a bench: sockets that speak G.711 to whoever speaks to them and measure when his packets come.

   One thread, no clock of its own: `tip_peer_run` works for a while and returns. Streams are spread over the 20 ms, as
   those of independent telephones are. Arrival is the kernel's time stamp, so that a late reader changes no figure. */
#ifndef TIPRING_RTP_PEER_H
#define TIPRING_RTP_PEER_H
#include <stdint.h>

#define TIP_PEER_BINS 10000 /* of 100 us: one second */

/* cdef */
typedef struct tip_peer tip_peer;
typedef struct {
    uint64_t received, sent;
    uint64_t lost;      /* sequence numbers that did not come */
    uint64_t gaps;      /* between two packets of one stream */
    uint64_t gap_most_us;
    uint64_t gaps_excused;     /* during which the machine stood still: in no other figure of gaps */
    uint64_t ticks_stood;      /* of 20 ms, lost to standstills of the machine on the core that lost most */
    uint64_t longest_stood_us; /* since it was opened */
    uint64_t turn_late; /* own turns that began more than 5 ms late: the bench itself stood still */
    uint32_t speaking;  /* streams from which something came in the last half second */
} tip_peer_counts;

/* Binds `count` even UDP ports of 127.0.0.1 from `first_port` on and the odd ones after them; NULL: errno says why. */
tip_peer *tip_peer_open(int first_port, int count);
/* Speaks and listens for `ms`. */
void tip_peer_run(tip_peer *peer, int ms);
/* From now on; forgets what was measured. */
void tip_peer_measure(tip_peer *peer);
void tip_peer_counts_of(tip_peer *peer, tip_peer_counts *counts);
/* Upper end in us of the step of 100 us within which a share of all gaps lies; 0 for none. */
uint64_t tip_peer_gap_us(tip_peer *peer, double share);
void tip_peer_close(tip_peer *peer);
/* cdef */
#endif
