#ifndef TIPRING_PACE_H
#define TIPRING_PACE_H

/* cdef */
/* Starts the control thread; 0, or errno. Started twice it goes on. */
int tip_pace_start(int period_us);
/* The latest wake-up since the last call, in microseconds. */
long long tip_pace_take_worst_us(void);
void tip_pace_stop(void);
/* Pages of files are fetched now, all others are taken at their first use; none leaves memory again. 0, or errno. */
int tip_lock_memory(void);
/* cdef */

#endif
