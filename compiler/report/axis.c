#include "compiler/report/axis.h"

#include <math.h>

Axis axis_of(bool log, bool share, double low, double high, double at, double to) {
    if (log) {
        double down = floor(log10(low) * 2 + 1e-9) / 2, up = ceil(log10(high) * 2 - 1e-9) / 2;
        up = up - down < 0.5 ? down + 0.5 : up;
        return (Axis){true, share, pow(10, down), pow(10, up), at, to};
    }
    if (!(high - low > 1e-12 * (fabs(low) + fabs(high)))) {
        double room = low == 0 ? 1 : fabs(low) / 10;
        low -= low > 0 || low < 0 ? room : 0;
        high += room;
    }
    return (Axis){false, share, low, high, at, to};
}

double axis_place(const Axis *axis, double value) {
    if (isnan(value) || (axis->log && !(value > 0))) {
        return (double)NAN;
    }
    double share = axis->log ? (log10(value) - log10(axis->low)) / (log10(axis->high) - log10(axis->low))
                             : (value - axis->low) / (axis->high - axis->low);
    return axis->at + share * (axis->to - axis->at);
}

/* 1, 2 or 5 times a power of ten, at least `least`. */
static double round_step(double least) {
    double power = pow(10, floor(log10(least)));
    double times = least / power;
    return (times <= 1.0000001 ? 1 : times <= 2.0000001 ? 2 : times <= 5.0000001 ? 5 : 10) * power;
}

/* "10⁻³" */
static const char *power_text(Arena *arena, int power) {
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    const char *text = "";
    if (power >= 0 && power < 4) {
        return arena_format(arena, "%.0f", pow(10, power));
    }
    for (int rest = power < 0 ? -power : power; rest > 0; rest /= 10) {
        text = arena_format(arena, "%s%s", digits[rest % 10], text);
    }
    return arena_format(arena, "10%s%s", power < 0 ? "⁻" : "", text);
}

static const char *tick_text(Arena *arena, const Axis *axis, double value, double step) {
    value = fabs(value) < step / 1e6 ? 0 : value;
    if (axis->share) {
        double percent = 100 * step;
        int digits = percent >= 1 ? 0 : percent >= 0.1 ? 1 : percent >= 0.01 ? 2 : 3;
        return arena_format(arena, "%.*f %%", digits, 100 * value);
    }
    double largest = fmax(fabs(axis->low), fabs(axis->high));
    return value == 0 || largest < 1e5 || largest >= 1e9 ? arena_format(arena, "%.6g", value)
           : largest >= 1e6                              ? arena_format(arena, "%.6gM", value / 1e6)
                                                         : arena_format(arena, "%.6gk", value / 1e3);
}

static size_t log_ticks(Arena *arena, const Axis *axis, int wanted, Tick ticks[TICKS]) {
    static const double often[] = {1, 2, 5}, few[] = {1};
    double low = log10(axis->low), high = log10(axis->high);
    bool close = high - low < 2;
    int step = (int)ceil((high - low) / wanted - 1e-9);
    step = step < 1 ? 1 : step;
    size_t count = 0;
    for (int power = (int)floor(low); power <= (int)ceil(high); power++) {
        for (size_t i = 0; i < (close ? COUNT_OF(often) : COUNT_OF(few)); i++) {
            double times = close ? often[i] : few[i], value = times * pow(10, power), place = log10(value);
            bool within = place > low - 1e-9 && place < high + 1e-9;
            if (!within || power % step != 0 || count == TICKS) {
                continue;
            }
            bool plain = close && power > -4 && power < 4;
            const char *text = axis->share   ? arena_format(arena, "%.3g %%", 100 * value)
                               : plain       ? arena_format(arena, "%.3g", value)
                               : times < 1.5 ? power_text(arena, power)
                                             : "";
            ticks[count++] = (Tick){value, text};
        }
    }
    return count;
}

size_t axis_ticks(Arena *arena, const Axis *axis, int wanted, Tick ticks[TICKS]) {
    if (axis->log) {
        return log_ticks(arena, axis, wanted, ticks);
    }
    double step = round_step((axis->high - axis->low) / wanted);
    size_t count = 0;
    for (double k = ceil(axis->low / step - 1e-9); k * step <= axis->high + step * 1e-9 && count < TICKS; k++) {
        ticks[count++] = (Tick){k * step, tick_text(arena, axis, k * step, step)};
    }
    return count;
}
