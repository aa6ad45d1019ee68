/* Whether the machine stood still: one thread on each core, before all others, sleeps a millisecond at a time. Where it
   wakes late nobody else could have run there either, so what came late then is nothing of the box's doing. */
#ifndef TIPRING_CONTROL_H
#define TIPRING_CONTROL_H
#include <stdint.h>

#define TIP_CONTROL_LATE_NS 2000000 /* woken so much late: a standstill */

/* cdef */
typedef struct tip_control tip_control;

/* NULL: no memory or no threads. Without the right to real-time scheduling the threads run as others do. */
tip_control *tip_control_open(void);
/* Whether any core stood still at some time between the two (ns, CLOCK_REALTIME), which lie in the last seconds. */
int tip_control_stood(const tip_control *control, int64_t from_ns, int64_t to_ns);
/* Ticks of 20 ms that the standstills took so far, rounded, on the core that lost most. */
uint64_t tip_control_ticks(const tip_control *control);
uint64_t tip_control_longest_us(const tip_control *control);
void tip_control_close(tip_control *control);
/* cdef */
#endif
