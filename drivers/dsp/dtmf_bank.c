/* DTMF receivers of our own, one a row.

   Why not spandsp's: it weighs two tones in blocks of 102 samples at their nominal frequencies against 82 % of the
   block's energy, so tones 1.5 % off lose up to 1.5 dB there and a third of them is missed (measured; no parameter
   changes it). Strategy: a coarse look every 10 ms at the eight nominal frequencies; when three looks agree, one
   fine look at those 30 ms, which estimates both frequencies, fits both tones and judges what is left over.
   Figures accepted are those of ITU-T Q.24 (frequency, twist, timing). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "banks.h"

#define BLOCK 80   /* 10 ms: 40 ms of tone always hold three whole blocks, 40 ms of pause too */
#define WINDOW 240 /* the fine look */
#define HALF 120
#define FREQUENCIES 8
#define LOW_BAND_HZ 500.0
#define LOW_MAX 40
#define RATE 8000.0
/* Sum of squares of one sample at 0 dBm0. */
#define DBM0_SQUARE (32767.0 * 32767.0 / 2 / 2.0606)

#define COARSE_SHARE 0.42f      /* of the block's energy in both tones */
#define COARSE_SHARE_DIAL 0.04f /* with the dial tone still sounding */
#define DEVIATION 0.023         /* relative; 1.5 % must pass, 3.5 % must not */
#define RESIDUE 0.10            /* what may be left over, against both tones */
#define LOW_ENERGY 0.5          /* what may be below 500 Hz, against both tones */
#define LOW_ENERGY_DIAL 30.0
#define UNEVEN 1.6              /* energy of one half against the other's */
#define HELD_SHARE 0.1f         /* of the energy at the start: still the same key */

static const double NOMINAL[FREQUENCIES] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};
static const char KEYS[] = "123A456B789C*0#D";

typedef struct {
    int16_t recent[WINDOW];
    float z[3][2 * FREQUENCIES];
    int key[3]; /* newest last; -1 none */
    int on;     /* the key that is down, -1 none */
    int missed;
    float level;
} dtmf_row;

/* Four lanes at once, on any processor gcc knows. */
typedef float four __attribute__((vector_size(16)));

struct tip_dtmf_bank {
    int rows, lows, dial;
    double least, twist, reverse; /* energies a sample; ratios */
    four wave[BLOCK][2 * FREQUENCIES / 4];
    float low[LOW_MAX][WINDOW]; /* orthonormal, spans what is below LOW_BAND_HZ */
    dtmf_row *row;
};

typedef struct {
    double amplitude[2], phase_step[2], energy[2], halves[2], low, left;
} fine_look;

static double dot(const float *a, const float *b)
{
    float sum[4] = {0, 0, 0, 0};

    for (int i = 0; i < WINDOW; i += 4)
        for (int k = 0; k < 4; k++)
            sum[k] += a[i + k] * b[i + k];
    return (double) sum[0] + sum[1] + sum[2] + sum[3];
}

static void take_away(float *from, const float *what, double times)
{
    const float factor = (float) times;

    for (int i = 0; i < WINDOW; i++)
        from[i] -= factor * what[i];
}

static double without_low(const tip_dtmf_bank *bank, float *x)
{
    double energy = 0;

    for (int k = 0; k < bank->lows; k++) {
        double part = dot(x, bank->low[k]);
        take_away(x, bank->low[k], part);
        energy += part * part;
    }
    return energy;
}

static void add_low(tip_dtmf_bank *bank, double hz, int sine)
{
    float *x = bank->low[bank->lows];

    for (int i = 0; i < WINDOW; i++)
        x[i] = (float) (sine ? sin(2 * M_PI * hz * i / RATE) : cos(2 * M_PI * hz * i / RATE));
    double before = dot(x, x);
    if (before < 1e-6)
        return;
    without_low(bank, x);
    without_low(bank, x);
    double left = dot(x, x);
    if (left < 1e-3 * before)
        return;
    for (int i = 0; i < WINDOW; i++)
        x[i] /= (float) sqrt(left);
    bank->lows++;
}

static void prepare(tip_dtmf_bank *bank)
{
    for (int i = 0; i < BLOCK; i++)
        for (int f = 0; f < FREQUENCIES; f++) {
            float *wave = (float *) bank->wave[i] + 2 * f;
            wave[0] = (float) cos(2 * M_PI * NOMINAL[f] * i / RATE);
            wave[1] = (float) -sin(2 * M_PI * NOMINAL[f] * i / RATE);
        }
    for (double hz = 0; hz <= LOW_BAND_HZ && bank->lows < LOW_MAX - 1; hz += 25) {
        add_low(bank, hz, 0);
        add_low(bank, hz, 1);
    }
}

static void forget(dtmf_row *row)
{
    memset(row, 0, sizeof *row);
    row->key[0] = row->key[1] = row->key[2] = row->on = -1;
}

tip_dtmf_bank *tip_dtmf_new(int rows, int filter_dialtone, int twist, int reverse_twist, int threshold)
{
    tip_dtmf_bank *bank = calloc(1, sizeof *bank);

    if (!bank || !(bank->row = calloc(rows, sizeof *bank->row))) {
        free(bank);
        return NULL;
    }
    bank->rows = rows;
    bank->dial = filter_dialtone;
    bank->least = DBM0_SQUARE * pow(10, threshold / 10.0);
    bank->twist = pow(10, twist / 10.0);
    bank->reverse = pow(10, reverse_twist / 10.0);
    prepare(bank);
    for (int i = 0; i < rows; i++)
        forget(&bank->row[i]);
    return bank;
}

void tip_dtmf_free(tip_dtmf_bank *bank)
{
    free(bank->row);
    free(bank);
}

void tip_dtmf_reset(tip_dtmf_bank *bank, int row)
{
    forget(&bank->row[row]);
}

/* The key this block looks like, -1 for none; leaves the block's correlations in z. */
static int coarse(const tip_dtmf_bank *bank, const int16_t *samples, float z[2 * FREQUENCIES], float *level)
{
    float x[BLOCK], parts[8] = {0}, sum[2 * FREQUENCIES];
    four s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};

    for (int i = 0; i < BLOCK; i++)
        x[i] = samples[i];
    for (int i = 0; i < BLOCK; i += 8)
        for (int k = 0; k < 8; k++)
            parts[k] += x[i + k] * x[i + k];
    const float energy = parts[0] + parts[1] + parts[2] + parts[3] + parts[4] + parts[5] + parts[6] + parts[7];
    if (energy < bank->least * BLOCK * 0.5)
        return -1;
    for (int i = 0; i < BLOCK; i++) {
        const four *wave = bank->wave[i], v = {x[i], x[i], x[i], x[i]};
        s0 += v * wave[0];
        s1 += v * wave[1];
        s2 += v * wave[2];
        s3 += v * wave[3];
    }
    memcpy(sum, (four[4]){s0, s1, s2, s3}, sizeof sum);
    float power[FREQUENCIES];
    for (int f = 0; f < FREQUENCIES; f++)
        power[f] = sum[2 * f] * sum[2 * f] + sum[2 * f + 1] * sum[2 * f + 1];
    int low = 0, high = 4;
    for (int f = 1; f < 4; f++) {
        low = power[f] > power[low] ? f : low;
        high = power[4 + f] > power[high] ? 4 + f : high;
    }
    memcpy(z, sum, sizeof sum);
    *level = (power[low] + power[high]) * 2 / BLOCK;
    if (*level < energy * (bank->dial ? COARSE_SHARE_DIAL : COARSE_SHARE))
        return -1;
    if (power[low] > 25 * power[high] || power[high] > 25 * power[low])
        return -1;
    return low * 4 + high - 4;
}

/* Where the frequency is, from how far the phase went from block to block. */
static double estimate(const dtmf_row *row, int f)
{
    double re = 0, im = 0, turn = 2 * M_PI * NOMINAL[f] * BLOCK / RATE;

    for (int b = 0; b < 2; b++) {
        const float *old = row->z[b] + 2 * f, *new = row->z[b + 1] + 2 * f;
        re += (double) new[0] * old[0] + (double) new[1] * old[1];
        im += (double) new[1] * old[0] - (double) new[0] * old[1];
    }
    double off = atan2(im, re) - turn;
    off -= 2 * M_PI * floor(off / (2 * M_PI) + 0.5);
    return (turn + off) / BLOCK;
}

static void waves(double step, float *c, float *s)
{
    double re = 1, im = 0, cs = cos(step), sn = sin(step);

    for (int i = 0; i < WINDOW; i++) {
        c[i] = (float) re;
        s[i] = (float) im;
        double next = re * cs - im * sn;
        im = im * cs + re * sn;
        re = next;
    }
}

/* Least squares of x on four vectors by elimination; 0 when they are not independent. */
static int solve(float basis[4][WINDOW], const float *x, double answer[4])
{
    double m[4][5];

    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++)
            m[i][j] = j < i ? m[j][i] : dot(basis[i], basis[j]);
        m[i][4] = dot(basis[i], x);
    }
    for (int i = 0; i < 4; i++) {
        if (m[i][i] < 1)
            return 0;
        for (int r = i + 1; r < 4; r++) {
            double times = m[r][i] / m[i][i];
            for (int c = i; c < 5; c++)
                m[r][c] -= times * m[i][c];
        }
    }
    for (int i = 3; i >= 0; i--) {
        answer[i] = m[i][4];
        for (int c = i + 1; c < 4; c++)
            answer[i] -= m[i][c] * answer[c];
        answer[i] /= m[i][i];
    }
    return 1;
}

/* One tone alone, in two halves: its remaining phase step and how even it is. */
static void halves(const float *x, const float *c, const float *s, double *step, double *uneven)
{
    double re[2] = {0, 0}, im[2] = {0, 0};

    for (int h = 0; h < 2; h++)
        for (int i = h * HALF; i < (h + 1) * HALF; i++) {
            re[h] += (double) x[i] * c[i];
            im[h] -= (double) x[i] * s[i];
        }
    *step = atan2(im[1] * re[0] - re[1] * im[0], re[1] * re[0] + im[1] * im[0]) / HALF;
    double first = re[0] * re[0] + im[0] * im[0], second = re[1] * re[1] + im[1] * im[1];
    *uneven = first > second ? first / (second + 1) : second / (first + 1);
}

static int look(const tip_dtmf_bank *bank, const dtmf_row *row, int key, fine_look *seen)
{
    float x[WINDOW], basis[4][WINDOW], own[4][WINDOW], alone[WINDOW];
    double part[4];

    for (int i = 0; i < WINDOW; i++)
        x[i] = row->recent[i];
    seen->low = without_low(bank, x);
    seen->phase_step[0] = estimate(row, key / 4);
    seen->phase_step[1] = estimate(row, 4 + key % 4);
    for (int round = 0; round < 3; round++) {
        for (int t = 0; t < 2; t++)
            waves(seen->phase_step[t], own[2 * t], own[2 * t + 1]);
        memcpy(basis, own, sizeof own);
        for (int k = 0; k < 4; k++)
            without_low(bank, basis[k]);
        if (!solve(basis, x, part))
            return 0;
        for (int t = 0; t < 2; t++) {
            double step;
            int other = 2 - 2 * t;
            memcpy(alone, x, sizeof x);
            take_away(alone, basis[other], part[other]);
            take_away(alone, basis[other + 1], part[other + 1]);
            halves(alone, own[2 * t], own[2 * t + 1], &step, &seen->halves[t]);
            if (round < 2)
                seen->phase_step[t] += step;
        }
    }
    for (int t = 0; t < 2; t++)
        seen->energy[t] = (part[2 * t] * part[2 * t] + part[2 * t + 1] * part[2 * t + 1]) * WINDOW / 2;
    for (int k = 0; k < 4; k++)
        take_away(x, basis[k], part[k]);
    seen->left = dot(x, x);
    return 1;
}

static int sure(const tip_dtmf_bank *bank, const dtmf_row *row, int key)
{
    fine_look seen;
    const int f[2] = {key / 4, 4 + key % 4};

    if (!look(bank, row, key, &seen))
        return 0;
    double both = seen.energy[0] + seen.energy[1];
    if (both < bank->least * WINDOW || seen.left > RESIDUE * both)
        return 0;
    if (seen.low > both * (bank->dial ? LOW_ENERGY_DIAL : LOW_ENERGY))
        return 0;
    if (seen.energy[0] > bank->twist * seen.energy[1] || seen.energy[1] > bank->reverse * seen.energy[0])
        return 0;
    for (int t = 0; t < 2; t++) {
        double hz = seen.phase_step[t] * RATE / (2 * M_PI);
        if (fabs(hz / NOMINAL[f[t]] - 1) > DEVIATION || seen.halves[t] > UNEVEN)
            return 0;
    }
    return 1;
}

static int tell(int32_t *event, int row, int code, int at)
{
    event[0] = row;
    event[1] = code;
    event[2] = at;
    return 1;
}

static int block(const tip_dtmf_bank *bank, dtmf_row *row, int number, const int16_t *samples, int at,
                 int32_t *event)
{
    float level = 0;

    memmove(row->recent, row->recent + BLOCK, (WINDOW - BLOCK) * sizeof *samples);
    memcpy(row->recent + WINDOW - BLOCK, samples, BLOCK * sizeof *samples);
    memmove(row->z[0], row->z[1], 2 * sizeof row->z[0]);
    row->key[0] = row->key[1];
    row->key[1] = row->key[2];
    int key = row->key[2] = coarse(bank, samples, row->z[2], &level);
    if (key >= 0 && key == row->on && level > HELD_SHARE * row->level) {
        row->missed = 0;
        return 0;
    }
    if (key >= 0 && key != row->on && key == row->key[1] && key == row->key[0] && sure(bank, row, key)) {
        row->on = key;
        row->missed = 0;
        row->level = level;
        return tell(event, number, KEYS[key], at + BLOCK);
    }
    if (row->on >= 0 && ++row->missed >= 2) {
        row->on = -1;
        return tell(event, number, 0, at + BLOCK);
    }
    return 0;
}

int tip_dtmf_process(tip_dtmf_bank *bank, const int16_t *matrix, ptrdiff_t stride, const intptr_t *active,
                     int count, int32_t *events, int max)
{
    int told = 0;

    for (int i = 0; i < count; i++) {
        int number = (int) active[i];
        const int16_t *samples = matrix + number * stride;
        for (int at = 0; at < TIP_TICK && told < max; at += BLOCK)
            told += block(bank, &bank->row[number], number, samples + at, at, events + 3 * told);
    }
    return told;
}
