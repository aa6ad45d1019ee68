/* The part of call-progress recognition that runs for every row in every tick. The cadences are progress.py's. */
#include <math.h>
#include <string.h>

#include "banks.h"

#define SHARE 0.5f /* of the energy that is not hum */
#define STAY 0.35f /* bonus for the set that sounds already */
#define LEAST_TONE 2.63e6f  /* a tick at -42 dBm0 */
#define LEAST_VOICE 1.05e6f /* a tick at -46 dBm0 */
#define SETTLING 2 /* the first ticks of a burst hold its edge, which looks like any set */
#define LONG_RUN 25
#define FADE 0.97f /* a tick: how long a burst keeps weaker ones from being heard as its next */
#define AGAIN 10

#define ABOVE 8.0f    /* voice over the noise floor, 9 dB */
#define UNEVEN 0.14f  /* mean step of log10 energy from tick to tick: noise has 0.06, speech above 0.3 */
#define STRETCH 50    /* ticks over which the quietest is remembered, twice */
#define SURE 10.0f    /* ticks of voice */
#define LEAK 0.5f
#define ECHO 0.08f    /* so much of what we send may come back, and is nobody's voice */
#define ECHO_TICKS 3

#define MAX_COLUMNS 512

typedef float four __attribute__((vector_size(16)));

enum { EDGE = 1, TONE_LASTS, SILENCE_LASTS, VOICE };

static int hears(tip_voice *voice, float energy, int tonal, float least)
{
    if (++voice->age % STRETCH == 0) {
        voice->low[1] = voice->low[0];
        voice->low[0] = INFINITY;
    }
    if (energy < voice->low[0])
        voice->low[0] = energy;
    const float floor = voice->low[0] < voice->low[1] ? voice->low[0] : voice->low[1];
    const float size = log10f(energy + 100.0f);
    const float step = voice->age > 1 ? fabsf(size - voice->last) : 0;
    voice->last = size;
    voice->step += (step - voice->step) * 0.2f;
    const int voiced = energy > ABOVE * floor && energy > least && voice->step > UNEVEN;
    voice->evidence += tonal ? -LEAK / 2 : voiced ? 1.0f : -LEAK;
    if (voice->evidence < 0)
        voice->evidence = 0;
    if (voice->evidence > 2 * SURE)
        voice->evidence = 2 * SURE;
    return voiced && !tonal;
}

static int newly(tip_voice *voice)
{
    if (voice->evidence == 0)
        voice->told = 0;
    if (voice->evidence < SURE || voice->told)
        return 0;
    voice->told = 1;
    return 1;
}

static float square(const float *x)
{
    float sum[8] = {0};

    for (int i = 0; i < TIP_TICK; i += 8)
        for (int k = 0; k < 8; k++)
            sum[k] += x[i + k] * x[i + k];
    return sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
}

static void project(const tip_progress *plan, const float *x, float *parts)
{
    for (int c = 0; c < plan->columns; c += 16) {
        four sum[4] = {{0}, {0}, {0}, {0}};
        const int lanes = plan->columns - c < 16 ? (plan->columns - c) / 4 : 4;
        const float *at = plan->basis + c;
        for (int i = 0; i < TIP_TICK; i++, at += plan->columns) {
            const four v = {x[i], x[i], x[i], x[i]};
            for (int k = 0; k < lanes; k++) {
                four wave;
                memcpy(&wave, at + 4 * k, sizeof wave);
                sum[k] += v * wave;
            }
        }
        memcpy(parts + c, sum, lanes * sizeof *sum);
    }
}

static float group(const tip_progress *plan, const float *parts, int number)
{
    float sum = 0;

    for (int c = plan->starts[number]; c < plan->starts[number + 1]; c++)
        sum += parts[c] * parts[c];
    return sum;
}

/* Energies of this tick, kept; a 25 Hz envelope is whole only over two ticks. Returns the energy that is not hum. */
static float weigh(const tip_progress *plan, int number, const float *x, int64_t tick, float *shares)
{
    float parts[MAX_COLUMNS];
    float *energy = plan->energy + ((ptrdiff_t) number * plan->kept + tick % plan->kept) * plan->sets;
    float *last = plan->last + (ptrdiff_t) number * (plan->sets + 1);

    project(plan, x, parts);
    float total = square(x) - group(plan, parts, 0);
    if (total < 1)
        total = 1;
    for (int s = 0; s < plan->sets; s++) {
        const float now = group(plan, parts, s + 1);
        energy[s] = plan->modulated[s] ? (now + last[s]) / 2 : now;
        shares[s] = energy[s] / (plan->modulated[s] ? (total + last[plan->sets]) / 2 : total);
        last[s] = now;
    }
    last[plan->sets] = total;
    plan->total[(ptrdiff_t) number * plan->kept + tick % plan->kept] = total;
    return total;
}

static int sounding(const tip_progress *plan, int number, const tip_progress_row *row, const float *shares,
                    int64_t tick)
{
    const float *barred = plan->barred + (ptrdiff_t) number * plan->sets;
    const float *energy = plan->energy + ((ptrdiff_t) number * plan->kept + tick % plan->kept) * plan->sets;
    int best = -1;
    float most = -1;

    for (int s = 0; s < plan->sets; s++) {
        const float score = shares[s] - barred[s] + (s == row->now ? STAY : 0);
        if (score > most) {
            most = score;
            best = s;
        }
    }
    const float least = row->least > LEAST_TONE ? row->least : LEAST_TONE;
    return best >= 0 && shares[best] > SHARE && energy[best] > least ? best : -1;
}

static int tell(int64_t *event, int64_t row, int64_t kind, int64_t a, int64_t b, int64_t c)
{
    const int64_t all[5] = {row, kind, a, b, c};

    memcpy(event, all, sizeof all);
    return 1;
}

static int edge(tip_progress_row *row, int number, int set, int64_t tick, int64_t *event)
{
    const int old = row->now, swap = old >= 0 && set >= 0 && set != old;
    const int settling = swap && row->since >= tick - SETTLING;
    /* From one set to another: real when it is so for two ticks, else the splatter of an edge. */
    const int again = swap && row->other == set;
    const int64_t since = row->since;

    row->other = swap ? set : -1;
    if (settling)
        row->now = set;
    if (settling || !(again || (old >= 0) != (set >= 0)))
        return 0;
    row->now = set;
    row->since = tick - again;
    return tell(event, number, EDGE, old, set, since);
}

static int lasting(const tip_progress *plan, const tip_progress_row *row, int number, int64_t tick, int64_t *event)
{
    const int64_t run = tick - row->since + 1;

    if (row->now >= 0)
        return run >= LONG_RUN && run % AGAIN == 0 ? tell(event, number, TONE_LASTS, run, 0, 0) : 0;
    return run == plan->early || run == plan->forget ? tell(event, number, SILENCE_LASTS, run, 0, 0) : 0;
}

static void floats(const int16_t *samples, float *x)
{
    for (int i = 0; i < TIP_TICK; i++)
        x[i] = samples[i];
}

/* Energy a voice must have to be none of our own echo. */
static float echo_of(const tip_progress *plan, int number, int64_t tick)
{
    const float *sent = plan->sent + (ptrdiff_t) number * plan->kept;
    float most = LEAST_VOICE;

    for (int k = 1; k <= ECHO_TICKS && k <= tick; k++) {
        const float echo = ECHO * sent[(tick - k) % plan->kept];
        most = echo > most ? echo : most;
    }
    return most;
}

int tip_progress_process(const tip_progress *plan, const int16_t *rx, ptrdiff_t rx_stride, const int16_t *tx,
                         ptrdiff_t tx_stride, const intptr_t *active, int count, int64_t tick, int64_t *events)
{
    float x[TIP_TICK], shares[MAX_COLUMNS];
    int told = 0;

    for (int k = 0; k < count; k++) {
        const int number = (int) active[k];
        tip_progress_row *row = &plan->row[number];
        floats(rx + number * rx_stride, x);
        const float total = weigh(plan, number, x, tick, shares);
        told += edge(row, number, sounding(plan, number, row, shares, tick), tick, events + 5 * told);
        told += lasting(plan, row, number, tick, events + 5 * told);
        row->least *= FADE;
        int spoke = hears(&row->rx, total, row->now >= 0, echo_of(plan, number, tick));
        if (newly(&row->rx))
            told += tell(events + 5 * told, number, VOICE, 0, 0, 0);
        float *sent = plan->sent + (ptrdiff_t) number * plan->kept + tick % plan->kept;
        *sent = 0;
        if (tx) {
            floats(tx + number * tx_stride, x);
            *sent = square(x);
            spoke |= hears(&row->tx, *sent, 0, LEAST_VOICE);
        }
        row->silent = spoke ? 0 : row->silent + 1;
        row->seen = tick;
    }
    return told;
}
