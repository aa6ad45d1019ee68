/* Echo cancellers, one a row, with the reference delayed by the row's loop delay.

   speexdsp adapts whenever it runs and cannot be told not to; a pure tone teaches it nonsense outside the tone's
   frequency. Strategy while frozen: the filter as it was is taken out of speexdsp once and applied here; speexdsp
   itself is fed that filter's own output as if it were the line, so that its error, hence its step, is nothing
   and its history stays that of the line. It goes on from the same weights when the tone is over.

   A tone is known some ticks after it began, and by then it may have taught the filter its nonsense. So the filter
   is kept every few ticks, and a freeze takes the better of the present one and that of before the tone, judged by
   what each leaves over in ticks of before the tone. */
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

#define BACK 10    /* ticks looked back: a tone is known after half of them */
#define JUDGED 3   /* the oldest of them, by which two filters are compared */
#define KEPT 3     /* filters kept */
#define KEEP_EVERY 4
#define ADDS 1.25f /* less may be chance: echo taken out of a loud voice can add a little */
#define FADE 8     /* samples, from the canceller's output to the line's own and back */

typedef struct {
    SpeexEchoState *state;
    int16_t *past;  /* the last `delay` samples of tx, then room for a tick */
    float *taps;    /* frozen impulse response, newest first */
    float *kept;    /* filters of so many times KEEP_EVERY ticks ago, newest first */
    float *seen;    /* the last BACK ticks and tail - 1 samples of the reference, then room for a tick */
    float *line;    /* what came from the line in the last BACK ticks, oldest first */
    int unkept;     /* ticks since a filter was kept */
    int aside;      /* the canceller was left out of the last tick */
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
    free(row->kept);
    free(row->seen);
    free(row->line);
    row->state = NULL;
    row->past = NULL;
    row->taps = row->kept = row->seen = row->line = NULL;
}

void tip_echo_free(tip_echo_bank *bank)
{
    for (int i = 0; i < bank->rows; i++)
        drop(&bank->row[i]);
    free(bank->row);
    free(bank);
}

static size_t seen_size(const tip_echo_bank *bank)
{
    return BACK * TIP_TICK + bank->tail - 1 + TIP_TICK;
}

static int make(tip_echo_bank *bank, echo_row *row)
{
    row->past = calloc(row->delay + TIP_TICK, sizeof *row->past);
    row->taps = calloc(bank->tail, sizeof *row->taps);
    row->kept = calloc(KEPT * bank->tail, sizeof *row->kept);
    row->seen = calloc(seen_size(bank), sizeof *row->seen);
    row->line = calloc(BACK * TIP_TICK, sizeof *row->line);
    row->state = speex_echo_state_init(TIP_TICK, bank->tail);
    if (row->past && row->taps && row->kept && row->seen && row->line && row->state)
        return 1;
    drop(row);
    return 0;
}

void tip_echo_reset(tip_echo_bank *bank, int number)
{
    echo_row *row = &bank->row[number];

    row->frozen = row->held = row->idle = row->rested = row->unkept = row->aside = 0;
    row->notch[0] = row->notch[1] = 0;
    if (!row->state)
        return;
    speex_echo_state_reset(row->state);
    memset(row->past, 0, (row->delay + TIP_TICK) * sizeof *row->past);
    memset(row->kept, 0, KEPT * bank->tail * sizeof *row->kept);
    memset(row->seen, 0, seen_size(bank) * sizeof *row->seen);
    memset(row->line, 0, BACK * TIP_TICK * sizeof *row->line);
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

static void keep(tip_echo_bank *bank, echo_row *row, int number)
{
    if (++row->unkept < KEEP_EVERY)
        return;
    row->unkept = 0;
    memmove(row->kept + bank->tail, row->kept, (KEPT - 1) * bank->tail * sizeof *row->kept);
    tip_echo_response(bank, number, row->kept, bank->tail);
}

/* Energy a filter would have left over in the oldest ticks remembered. */
static float left_over(const tip_echo_bank *bank, const echo_row *row, const float *taps)
{
    float echo[TIP_TICK], sum = 0;

    for (int tick = 0; tick < JUDGED; tick++) {
        const float *line = row->line + tick * TIP_TICK;
        predict(taps, bank->tail, row->seen + tick * TIP_TICK, echo);
        for (int i = 0; i < TIP_TICK; i++)
            sum += (line[i] - echo[i]) * (line[i] - echo[i]);
    }
    return sum;
}

static int hold(tip_echo_bank *bank, echo_row *row, int number)
{
    const float *before = row->kept + (KEPT - 1) * bank->tail;

    memset(row->inverse, 0, sizeof row->inverse);
    if (!tip_echo_response(bank, number, row->taps, bank->tail))
        return 0;
    if (left_over(bank, row, before) < left_over(bank, row, row->taps))
        memcpy(row->taps, before, bank->tail * sizeof *row->taps);
    for (int k = 0; k < KEPT; k++)
        memcpy(row->kept + k * bank->tail, row->taps, bank->tail * sizeof *row->taps);
    row->unkept = 0;
    return 1;
}

static void pass_frozen(tip_echo_bank *bank, echo_row *row, int number, const int16_t *reference,
                        const float *heard, int16_t *rx)
{
    float echo[TIP_TICK];
    int16_t own[TIP_TICK], unused[TIP_TICK];

    if (!row->held)
        row->held = hold(bank, row, number);
    predict(row->taps, bank->tail, row->seen + BACK * TIP_TICK, echo);
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

/* What was learnt from a few notes may be worse than nothing for the next: a canceller that adds is left out. */
static void only_less(echo_row *row, const float *heard, int16_t *rx)
{
    float before = 0, after = 0, share = row->aside;

    for (int i = 0; i < TIP_TICK; i++) {
        before += heard[i] * heard[i];
        after += (float) rx[i] * rx[i];
    }
    row->aside = after > ADDS * before;
    for (int i = 0; i < TIP_TICK && (share || row->aside); i++) {
        share += ((float) row->aside - share) / FADE;
        rx[i] = saturated(share * heard[i] + (1 - share) * rx[i]);
    }
}

static void one(tip_echo_bank *bank, int number, int16_t *rx, const int16_t *tx)
{
    echo_row *row = &bank->row[number];
    float heard[TIP_TICK];
    int16_t clean[TIP_TICK];

    row->idle = silent(tx) ? row->idle + 1 : 0;
    memcpy(row->past + row->delay, tx, TIP_TICK * sizeof *tx);
    for (int i = 0; i < TIP_TICK; i++)
        row->seen[BACK * TIP_TICK + bank->tail - 1 + i] = row->past[i];
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
        keep(bank, row, number);
    }
    only_less(row, heard, rx);
    memmove(row->past, row->past + TIP_TICK, row->delay * sizeof *row->past);
    memmove(row->seen, row->seen + TIP_TICK, (seen_size(bank) - TIP_TICK) * sizeof *row->seen);
    memmove(row->line, row->line + TIP_TICK, (BACK - 1) * TIP_TICK * sizeof *row->line);
    memcpy(row->line + (BACK - 1) * TIP_TICK, heard, sizeof heard);
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
