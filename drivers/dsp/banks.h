/* Banks of detectors and cancellers over an int16[rows, 160] matrix at 8 kHz: one call a tick for all rows.
   A row of the matrix is `matrix + row * stride` (stride in samples); `active` lists the rows to work on. */
#ifndef TIPRING_BANKS_H
#define TIPRING_BANKS_H

#include <stddef.h>
#include <stdint.h>

/* cdef */
typedef struct tip_dtmf_bank tip_dtmf_bank;
typedef struct tip_fsk_bank tip_fsk_bank;
typedef struct tip_echo_bank tip_echo_bank;

/* Twist limits and threshold in dB and dBm0; filter_dialtone 0 or 1. NULL when memory is out. */
tip_dtmf_bank *tip_dtmf_new(int rows, int filter_dialtone, int twist, int reverse_twist, int threshold);
void tip_dtmf_free(tip_dtmf_bank *bank);
void tip_dtmf_reset(tip_dtmf_bank *bank, int row);
/* Fills events[n][3] with (row, ASCII digit or 0 for its end, sample in the tick); returns n <= max. */
int tip_dtmf_process(tip_dtmf_bank *bank, const int16_t *matrix, ptrdiff_t stride, const intptr_t *active,
                     int count, int32_t *events, int max);

tip_fsk_bank *tip_fsk_new(int rows);
void tip_fsk_free(tip_fsk_bank *bank);
/* standard: 1 Bell 202 (CLASS), 2 V.23 (ETSI CLIP). Returns 0 when memory is out. */
int tip_fsk_start(tip_fsk_bank *bank, int row, int standard);
void tip_fsk_stop(tip_fsk_bank *bank, int row);
/* Messages whose checksum was right, one after the other in `out`: row (2 bytes, little endian), length, bytes.
   Returns the bytes used. */
int tip_fsk_process(tip_fsk_bank *bank, const int16_t *matrix, ptrdiff_t stride, uint8_t *out, int max);

tip_echo_bank *tip_echo_new(int rows, int tail, const int32_t *delays);
void tip_echo_free(tip_echo_bank *bank);
void tip_echo_reset(tip_echo_bank *bank, int row);
/* Keeps the row's filter as it is for the next `ticks` ticks in which it is active. */
void tip_echo_freeze(tip_echo_bank *bank, int row, int ticks);
/* Takes the echo of tx out of rx, in place. Returns the rows that had to go without (memory out). */
int tip_echo_process(tip_echo_bank *bank, int16_t *rx, ptrdiff_t rx_stride, const int16_t *tx,
                     ptrdiff_t tx_stride, const intptr_t *active, int count);
/* The row's impulse response, float[tail]; returns its length, 0 when it has none yet. */
int tip_echo_response(tip_echo_bank *bank, int row, float *out, int max);

/* Evidence of voice on one side of a row. */
typedef struct {
    float low[2]; /* quietest tick of this and the last stretch */
    float last, step, evidence;
    int32_t told, age;
} tip_voice;

typedef struct {
    int32_t now;   /* the tone set that sounds, -1 none */
    int32_t other; /* the set that wants to follow it at once, -1 none */
    int64_t since, seen, silent;
    float least; /* energy a tick below which nothing is a tone: the last burst, fading */
    tip_voice rx, tx;
} tip_progress_row;

/* What is recognised; the arrays belong to the caller. */
typedef struct {
    int32_t sets, columns, kept, early, forget;
    const float *basis;       /* [TIP_TICK][columns], columns a multiple of 4 */
    const int32_t *starts;    /* first column of hum and of each set, and one past the last */
    const uint8_t *modulated; /* [sets] */
    const float *barred;      /* [rows][sets] */
    float *energy;            /* [rows][kept][sets] */
    float *total;             /* [rows][kept] */
    float *sent;              /* [rows][kept]: energy of tx */
    float *last;              /* [rows][sets + 1] */
    tip_progress_row *row;
} tip_progress;

/* One tick; tx may be NULL. Fills events[n][5] with (row, kind, ...) in the rows' order, at most three a row:
   1 edge (old set, new set, tick the old one began; it ended at the row's new `since`), 2 a tone lasts (ticks),
   3 a silence lasts (ticks), 4 voice is new. */
int tip_progress_process(const tip_progress *plan, const int16_t *rx, ptrdiff_t rx_stride, const int16_t *tx,
                         ptrdiff_t tx_stride, const intptr_t *active, int count, int64_t tick, int64_t *events);
/* cdef */

#define TIP_TICK 160

#endif
