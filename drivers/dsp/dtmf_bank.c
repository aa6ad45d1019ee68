/* DTMF receivers, one a row. */
#include <stdlib.h>

#include <spandsp.h>

#include "banks.h"

/* spandsp looks at the signal in blocks of this many samples (its header: 102 at 8 kHz). */
#define BLOCK 102

typedef struct {
    tip_dtmf_bank *bank;
    dtmf_rx_state_t *rx;
    int row;
    int phase; /* samples into the present block */
} dtmf_row;

struct tip_dtmf_bank {
    int rows;
    int filter_dialtone, twist, reverse_twist, threshold;
    dtmf_row *row;
    int32_t *events;
    int count, max, at;
};

static void heard(void *user, int code, int level, int delay)
{
    dtmf_row *row = user;
    tip_dtmf_bank *bank = row->bank;

    (void) level;
    (void) delay;
    if (bank->count >= bank->max)
        return;
    int32_t *event = bank->events + 3 * bank->count++;
    event[0] = row->row;
    event[1] = code;
    event[2] = bank->at;
}

static int make(dtmf_row *row)
{
    tip_dtmf_bank *bank = row->bank;

    row->phase = 0;
    if (row->rx)
        dtmf_rx_init(row->rx, NULL, NULL);
    else if (!(row->rx = dtmf_rx_init(NULL, NULL, NULL)))
        return 0;
    dtmf_rx_parms(row->rx, bank->filter_dialtone, bank->twist, bank->reverse_twist, bank->threshold);
    dtmf_rx_set_realtime_callback(row->rx, heard, row);
    return 1;
}

tip_dtmf_bank *tip_dtmf_new(int rows, int filter_dialtone, int twist, int reverse_twist, int threshold)
{
    tip_dtmf_bank *bank = calloc(1, sizeof *bank);

    if (!bank)
        return NULL;
    bank->rows = rows;
    bank->filter_dialtone = filter_dialtone;
    bank->twist = twist;
    bank->reverse_twist = reverse_twist;
    bank->threshold = threshold;
    if (!(bank->row = calloc(rows, sizeof *bank->row))) {
        free(bank);
        return NULL;
    }
    for (int i = 0; i < rows; i++) {
        bank->row[i].bank = bank;
        bank->row[i].row = i;
        if (!make(&bank->row[i])) {
            tip_dtmf_free(bank);
            return NULL;
        }
    }
    return bank;
}

void tip_dtmf_free(tip_dtmf_bank *bank)
{
    for (int i = 0; i < bank->rows; i++)
        if (bank->row[i].rx)
            dtmf_rx_free(bank->row[i].rx);
    free(bank->row);
    free(bank);
}

void tip_dtmf_reset(tip_dtmf_bank *bank, int row)
{
    make(&bank->row[row]);
}

int tip_dtmf_process(tip_dtmf_bank *bank, const int16_t *matrix, ptrdiff_t stride, const intptr_t *active,
                     int count, int32_t *events, int max)
{
    bank->events = events;
    bank->count = 0;
    bank->max = max;
    for (int i = 0; i < count; i++) {
        dtmf_row *row = &bank->row[active[i]];
        const int16_t *samples = matrix + active[i] * stride;
        for (int done = 0; done < TIP_TICK;) {
            int piece = BLOCK - row->phase;
            if (piece > TIP_TICK - done)
                piece = TIP_TICK - done;
            bank->at = done + piece;
            dtmf_rx(row->rx, samples + done, piece);
            row->phase = (row->phase + piece) % BLOCK;
            done += piece;
        }
    }
    return bank->count;
}
