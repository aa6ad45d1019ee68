/* Echo cancellers, one a row, with the reference delayed by the row's loop delay.

   speexdsp adapts whenever it runs and cannot be told not to; a pure tone teaches it nonsense outside the tone's
   frequency. Strategy while frozen: the filter as it was is taken out of speexdsp once and applied here; speexdsp
   itself is fed that filter's own output as if it were the line, so that its error, hence its step, is nothing
   and its history stays that of the line. It goes on from the same weights when the tone is over. */
#include <stdlib.h>
#include <string.h>

#include <speex/speex_echo.h>

#include "banks.h"

/* The reference runs a little ahead of the loop delay, so the filter stays causal if the delay is short-told. */
#define GUARD 16
/* What never exceeds this is line noise (-48 dBm0 at most): its echo is below any line's own noise. */
#define HUSH 96
/* speexdsp's response is Q15 and as large as its transform (two frames), measured on 1.2.1. */
#define SCALE (1.0f / 32767 / (2 * TIP_TICK))

typedef struct {
    SpeexEchoState *state;
    int16_t *past; /* the last `delay` samples of tx, then room for a tick */
    float *taps;   /* frozen impulse response, newest first */
    float *seen;   /* the last tail - 1 samples of the reference, then room for a tick */
    int delay;
    int frozen; /* ticks left */
    int held;   /* taps are those of the present freeze */
    int idle;   /* ticks since anything but noise was sent */
    int rested; /* speexdsp did not see the last tick, which is in `before` */
    int16_t before[TIP_TICK];
    float notch[2], inverse[4];
} echo_row;

struct tip_echo_bank {
    int rows, tail;
    echo_row *row;
};

tip_echo_bank *tip_echo_new(int rows, int tail, const int32_t *delays)
{
    tip_echo_bank *bank = calloc(1, sizeof *bank);

    if (!bank)
        return NULL;
    bank->rows = rows;
    bank->tail = tail;
    if (!(bank->row = calloc(rows, sizeof *bank->row))) {
        free(bank);
        return NULL;
    }
    for (int i = 0; i < rows; i++)
        bank->row[i].delay = delays[i] > GUARD ? delays[i] - GUARD : 0;
    return bank;
}

static void drop(echo_row *row)
{
    if (row->state)
        speex_echo_state_destroy(row->state);
    free(row->past);
    free(row->taps);
    free(row->seen);
    row->state = NULL;
    row->past = NULL;
    row->taps = row->seen = NULL;
}

void tip_echo_free(tip_echo_bank *bank)
{
    for (int i = 0; i < bank->rows; i++)
        drop(&bank->row[i]);
    free(bank->row);
    free(bank);
}

static int make(tip_echo_bank *bank, echo_row *row)
{
    row->past = calloc(row->delay + TIP_TICK, sizeof *row->past);
    row->taps = calloc(bank->tail, sizeof *row->taps);
    row->seen = calloc(bank->tail - 1 + TIP_TICK, sizeof *row->seen);
    row->state = speex_echo_state_init(TIP_TICK, bank->tail);
    if (row->past && row->taps && row->seen && row->state)
        return 1;
    drop(row);
    return 0;
}

void tip_echo_reset(tip_echo_bank *bank, int number)
{
    echo_row *row = &bank->row[number];

    row->frozen = row->held = row->idle = row->rested = 0;
    row->notch[0] = row->notch[1] = 0;
    if (!row->state)
        return;
    speex_echo_state_reset(row->state);
    memset(row->past, 0, (row->delay + TIP_TICK) * sizeof *row->past);
    memset(row->seen, 0, (bank->tail - 1 + TIP_TICK) * sizeof *row->seen);
}

void tip_echo_freeze(tip_echo_bank *bank, int number, int ticks)
{
    echo_row *row = &bank->row[number];

    if (ticks > row->frozen)
        row->frozen = ticks;
}

int tip_echo_response(tip_echo_bank *bank, int number, float *out, int max)
{
    echo_row *row = &bank->row[number];
    spx_int32_t size = 0;

    if (!row->state)
        return 0;
    speex_echo_ctl(row->state, SPEEX_ECHO_GET_IMPULSE_RESPONSE_SIZE, &size);
    spx_int32_t whole[size];
    speex_echo_ctl(row->state, SPEEX_ECHO_GET_IMPULSE_RESPONSE, whole);
    if (size > max)
        size = max;
    for (int i = 0; i < size; i++)
        out[i] = whole[i] * SCALE;
    return size;
}

/* The DC notch speexdsp puts before its canceller at 8 kHz (radius 0.9), so that both ways sound alike. */
static void notched(float mem[2], const int16_t *in, float *out)
{
    const float radius = 0.9f, den2 = 0.81f + 0.7f * 0.01f;

    for (int i = 0; i < TIP_TICK; i++) {
        float v = mem[0] + in[i];
        mem[0] = mem[1] + 2 * (radius * v - in[i]);
        mem[1] = in[i] - den2 * v;
        out[i] = radius * v;
    }
}

static int16_t saturated(float value)
{
    if (value > 32767.0f)
        return 32767;
    if (value < -32768.0f)
        return -32768;
    return (int16_t) (value < 0 ? value - 0.5f : value + 0.5f);
}

static void predict(const float *taps, int tail, const float *seen, float *out)
{
    memset(out, 0, TIP_TICK * sizeof *out);
    for (int k = 0; k < tail; k++) {
        const float tap = taps[k];
        const float *from = seen + tail - 1 - k;
        for (int i = 0; i < TIP_TICK; i++)
            out[i] += tap * from[i];
    }
}

/* What the notch turns into `in`: its inverse, made stable by poles a little inside the circle (10 Hz). */
static void unnotched(float mem[4], const float *in, int16_t *out)
{
    const float radius = 0.9f, den2 = 0.81f + 0.7f * 0.01f, pole = 0.993f;

    for (int i = 0; i < TIP_TICK; i++) {
        float v = (in[i] - 2 * radius * mem[0] + den2 * mem[1]) / radius + 2 * pole * mem[2] - pole * pole * mem[3];
        mem[1] = mem[0];
        mem[0] = in[i];
        mem[3] = mem[2];
        mem[2] = v;
        out[i] = saturated(v);
    }
}

static void pass_frozen(tip_echo_bank *bank, echo_row *row, int number, const int16_t *reference,
                        const float *heard, int16_t *rx)
{
    float echo[TIP_TICK];
    int16_t own[TIP_TICK], unused[TIP_TICK];

    if (!row->held) {
        memset(row->inverse, 0, sizeof row->inverse);
        row->held = tip_echo_response(bank, number, row->taps, bank->tail);
    }
    predict(row->taps, bank->tail, row->seen, echo);
    unnotched(row->inverse, echo, own);
    for (int i = 0; i < TIP_TICK; i++)
        rx[i] = saturated(heard[i] - echo[i]);
    speex_echo_cancellation(row->state, own, reference, unused);
}

/* After a rest speexdsp's notch and emphasis begin from the tick before, so that nothing clicks. */
static void wake(echo_row *row)
{
    static const int16_t nothing[TIP_TICK];
    int16_t unused[TIP_TICK];

    if (row->rested)
        speex_echo_cancellation(row->state, row->before, nothing, unused);
    row->rested = 0;
}

static int silent(const int16_t *samples)
{
    int any = 0;

    for (int i = 0; i < TIP_TICK; i++)
        any |= samples[i] > HUSH || samples[i] < -HUSH;
    return !any;
}

static void one(tip_echo_bank *bank, int number, int16_t *rx, const int16_t *tx)
{
    echo_row *row = &bank->row[number];
    float heard[TIP_TICK];
    int16_t clean[TIP_TICK];

    row->idle = silent(tx) ? row->idle + 1 : 0;
    memcpy(row->past + row->delay, tx, TIP_TICK * sizeof *tx);
    for (int i = 0; i < TIP_TICK; i++)
        row->seen[bank->tail - 1 + i] = row->past[i];
    notched(row->notch, rx, heard);
    if (row->idle > (bank->tail + row->delay) / TIP_TICK + 2) {
        /* Nothing sent can still come back, and speexdsp's own history holds nothing but noise. */
        memcpy(row->before, rx, sizeof row->before);
        row->rested = 1;
        for (int i = 0; i < TIP_TICK; i++)
            rx[i] = saturated(heard[i]);
    } else if (row->frozen > 0) {
        row->frozen--;
        row->rested = 0;
        pass_frozen(bank, row, number, row->past, heard, rx);
    } else {
        row->held = 0;
        wake(row);
        speex_echo_cancellation(row->state, rx, row->past, clean);
        memcpy(rx, clean, sizeof clean);
    }
    memmove(row->past, row->past + TIP_TICK, row->delay * sizeof *row->past);
    memmove(row->seen, row->seen + TIP_TICK, (bank->tail - 1) * sizeof *row->seen);
}

int tip_echo_process(tip_echo_bank *bank, int16_t *rx, ptrdiff_t rx_stride, const int16_t *tx,
                     ptrdiff_t tx_stride, const intptr_t *active, int count)
{
    int without = 0;

    for (int i = 0; i < count; i++) {
        int number = (int) active[i];
        if (!bank->row[number].state && !make(bank, &bank->row[number]))
            without++;
        else
            one(bank, number, rx + number * rx_stride, tx + number * tx_stride);
    }
    return without;
}
