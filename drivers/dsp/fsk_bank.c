/* Caller ID receivers for FSK (Bell 202 and V.23), made when a row begins to listen. */
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

#include "banks.h"

typedef struct {
    tip_fsk_bank *bank;
    adsi_rx_state_t *rx; /* NULL: not listening */
} fsk_row;

struct tip_fsk_bank {
    int rows;
    fsk_row *row;
    uint8_t *out;
    int used, max;
};

static void message(void *user, const uint8_t *bytes, int length)
{
    fsk_row *row = user;
    tip_fsk_bank *bank = row->bank;
    int number = (int) (row - bank->row);

    if (length < 1 || length > 255 || bank->used + 3 + length > bank->max)
        return;
    uint8_t *out = bank->out + bank->used;
    out[0] = number & 0xFF;
    out[1] = number >> 8;
    out[2] = length;
    memcpy(out + 3, bytes, length);
    bank->used += 3 + length;
}

tip_fsk_bank *tip_fsk_new(int rows)
{
    tip_fsk_bank *bank = calloc(1, sizeof *bank);

    if (!bank)
        return NULL;
    bank->rows = rows;
    if (!(bank->row = calloc(rows, sizeof *bank->row))) {
        free(bank);
        return NULL;
    }
    for (int i = 0; i < rows; i++)
        bank->row[i].bank = bank;
    return bank;
}

void tip_fsk_free(tip_fsk_bank *bank)
{
    for (int i = 0; i < bank->rows; i++)
        tip_fsk_stop(bank, i);
    free(bank->row);
    free(bank);
}

int tip_fsk_start(tip_fsk_bank *bank, int row, int standard)
{
    tip_fsk_stop(bank, row);
    bank->row[row].rx = adsi_rx_init(NULL, standard, message, &bank->row[row]);
    return bank->row[row].rx != NULL;
}

void tip_fsk_stop(tip_fsk_bank *bank, int row)
{
    if (bank->row[row].rx)
        adsi_rx_free(bank->row[row].rx);
    bank->row[row].rx = NULL;
}

int tip_fsk_process(tip_fsk_bank *bank, const int16_t *matrix, ptrdiff_t stride, uint8_t *out, int max)
{
    bank->out = out;
    bank->used = 0;
    bank->max = max;
    for (int i = 0; i < bank->rows; i++)
        if (bank->row[i].rx)
            adsi_rx(bank->row[i].rx, matrix + i * stride, TIP_TICK);
    return bank->used;
}
