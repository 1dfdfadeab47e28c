#include "runtime/data/augment.h"

#include "runtime/base/elementary.h"
#include "runtime/base/rng.h"
#include "runtime/data/elastic.h"
#include "runtime/data/warp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PI 0x1.921fb54442d18p+1

enum { AXES = 2 };

/* Units of the random numbers: what one transformation draws is no other's. */
enum { UNIT_AFFINE, UNIT_ELASTIC, UNIT_FLIP, UNIT_ERASE, UNIT_NOISE };

struct NetAugmenter {
    NetAugment setting;
    NetWarp warp;
    NetElastic elastic;
    int64_t erased[AXES]; /* rows and columns of the rectangle */
};

/* What the random numbers of one picture are counted by. */
typedef struct {
    uint64_t seed;
    uint32_t epoch, item;
} Draw;

/* ---- the setting ---- */

static bool moves(const NetAugment *a) {
    return !a->expand && (a->shift > 0 || a->rotate > 0 || a->scale > 0 || a->shear > 0);
}

static bool bends(const NetAugment *a) { return a->alpha > 0 && a->sigma > 0; }

bool net_augment_draws(const NetAugment *a) { return moves(a) || bends(a) || a->flip || a->erase > 0 || a->noise > 0; }

bool net_augment_acts(const NetAugment *augment) { return net_augment_draws(augment) || augment->expand; }

int64_t net_augment_copies(const NetAugment *augment) { return augment->expand ? NET_AUGMENT_COPIES : 1; }

const char *net_augment_text(const NetAugment *a, char out[NET_AUGMENT_TEXT]) {
    const struct {
        const char *name;
        double value;
    } amounts[] = {{"shift", a->shift}, {"rotate", a->rotate}, {"scale", a->scale},
                   {"shear", a->shear}, {"erase", a->erase},   {"noise", a->noise}};
    const struct {
        const char *text;
        bool on;
    } words[] = {{"flip=horizontal", a->flip},
                 {"alternating=true", a->alternating},
                 {"fill=edge", a->edge},
                 {"expand=true", a->expand}};
    int length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        if (amounts[i].value > 0)
            length += snprintf(out + length, (size_t)(NET_AUGMENT_TEXT - length), " %s=%g", amounts[i].name,
                               amounts[i].value);
    }
    if (bends(a))
        length += snprintf(out + length, (size_t)(NET_AUGMENT_TEXT - length), " elastic=[%g, %g]", a->alpha, a->sigma);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].on) length += snprintf(out + length, (size_t)(NET_AUGMENT_TEXT - length), " %s", words[i].text);
    }
    return length > 0 ? out + 1 : out;
}

bool net_augment_suits(const NetAugment *augment, const int64_t picture[3], NetError *error) {
    int64_t least = picture[1] < picture[2] ? picture[1] : picture[2];
    if (augment->shift < (double)least) return true;
    return net_fail(error, NET_USAGE, "shift=%g moves a picture of %lldx%lld out of sight", augment->shift,
                    (long long)picture[1], (long long)picture[2]);
}

/* ---- the machine ---- */

/* One side of the rectangle that is a share of the area: the rectangle has the picture's form. */
static int64_t erased_side(double share, int64_t side) {
    int64_t part = (int64_t)floor(sqrt(share) * (double)side + 0.5);
    return share > 0 && part < 1 ? 1 : part;
}

NetAugmenter *net_augmenter_new(const NetAugment *augment, const int64_t picture[3], NetError *error) {
    enum { SIDES = 3, MOST = INT32_MAX / 2 }; /* values that 32 bits reach, with what lies around them */
    if ((picture[1] + SIDES) * (picture[2] + SIDES) > MOST) {
        net_fail(error, NET_ENVIRONMENT, "augment: pictures of %lldx%lld are too large", (long long)picture[1],
                 (long long)picture[2]);
        return NULL;
    }
    NetAugmenter *augmenter = net_alloc(1, sizeof *augmenter, error);
    if (augmenter == NULL) return NULL;
    augmenter->setting = *augment;
    augmenter->warp =
        (NetWarp){.channels = picture[0], .height = picture[1], .width = picture[2], .edge = augment->edge};
    for (int axis = 0; axis < AXES; axis++) augmenter->erased[axis] = erased_side(augment->erase, picture[1 + axis]);
    if (!bends(augment) ||
        net_elastic_init(&augmenter->elastic, augment->alpha, augment->sigma, picture[1], picture[2], error))
        return augmenter;
    net_augmenter_free(augmenter);
    return NULL;
}

void net_augmenter_free(NetAugmenter *augmenter) {
    if (augmenter != NULL) net_elastic_free(&augmenter->elastic);
    free(augmenter);
}

const NetAugment *net_augmenter_setting(const NetAugmenter *augmenter) { return &augmenter->setting; }

/* Random words are drawn so many at a time. */
enum { DRAWN = 4 * NET_LANES };

static size_t word_room(const NetAugmenter *augmenter) {
    size_t values = (size_t)(augmenter->warp.height * augmenter->warp.width);
    return bends(&augmenter->setting) ? (values + DRAWN - 1) / DRAWN * DRAWN : 0;
}

size_t net_augmenter_room(const NetAugmenter *augmenter) {
    const NetAugment *setting = &augmenter->setting;
    size_t room = moves(setting) || bends(setting) ? net_warp_room(&augmenter->warp) : 0;
    return room + (bends(setting) ? net_elastic_room(&augmenter->elastic) : 0) + word_room(augmenter);
}

/* ---- random numbers ---- */

static void draw_block(const Draw *draw, uint32_t unit, uint32_t block, uint32_t word[4]) {
    net_rng_block(draw->seed, NET_RNG_AUGMENT, unit, block, draw->item, draw->epoch, word);
}

/* Words DRAWN * part ... of a unit. */
static void draw_words(const Draw *draw, uint32_t unit, uint32_t part, uint32_t word[4][NET_LANES]) {
    net_rng_blocks(draw->seed, NET_RNG_AUGMENT, unit, part * NET_LANES, draw->item, draw->epoch, word);
}

/* Uniform in (-limit, limit). */
static double within(double limit, uint32_t word) { return limit * ((2.0 * word + 1) * 0x1p-32 - 1); }

/* ---- the affine map ---- */

static double sine(double degrees) { return degrees == 0 ? 0 : net_sine(degrees / 180 * PI); } /* 0 is common */

/* By the half angle: 1 at 0, to the last bit. */
static double cosine(double degrees) {
    double half = sine(degrees / 2);
    return 1 - 2 * half * half;
}

/* m takes a place of the new picture to the old one's: what is done last is undone first. Rows count down, so that this
 * turns against the clock. */
static void invert(const NetMotion *motion, const NetWarp *warp, double m[6]) {
    double s = sine(motion->angle), c = cosine(motion->angle), t = sine(motion->shear) / cosine(motion->shear);
    double x = (double)(warp->width - 1) / 2, y = (double)(warp->height - 1) / 2, f = motion->factor;
    m[0] = (c - t * s) / f;
    m[1] = -(s + t * c) / f;
    m[3] = s / f;
    m[4] = c / f;
    m[2] = x - m[0] * (x + motion->right) - m[1] * (y + motion->down);
    m[5] = y - m[3] * (x + motion->right) - m[4] * (y + motion->down);
}

void net_augmenter_move(const NetAugmenter *augmenter, const NetMotion *motion, float *picture, float *room) {
    double m[6];
    invert(motion, &augmenter->warp, m);
    net_warp_affine(&augmenter->warp, m, room);
    net_warp_apply(&augmenter->warp, picture, room);
}

static NetMotion draw_motion(const NetAugment *setting, const Draw *draw) {
    uint32_t word[2][4];
    for (uint32_t i = 0; i < 2; i++) draw_block(draw, UNIT_AFFINE, i, word[i]);
    return (NetMotion){.right = within(setting->shift, word[0][0]),
                       .down = within(setting->shift, word[0][1]),
                       .angle = within(setting->rotate, word[0][2]),
                       .factor = 1 + within(setting->scale, word[0][3]),
                       .shear = within(setting->shear, word[1][0])};
}

/* ---- the others ---- */

static void bend(const NetAugmenter *augmenter, const Draw *draw, float *picture, float *room) {
    static const double itself[6] = {1, 0, 0, 0, 1, 0};
    const NetWarp *warp = &augmenter->warp;
    float *fields = room + net_warp_room(warp);
    uint32_t *word = (uint32_t *)(void *)(fields + net_elastic_room(&augmenter->elastic));
    for (uint32_t part = 0; part < word_room(augmenter) / DRAWN; part++)
        draw_words(draw, UNIT_ELASTIC, part, (uint32_t(*)[NET_LANES])(word + (size_t)part * DRAWN));
    NetPlaces places = net_warp_places(warp, room);
    net_warp_affine(warp, itself, room);
    net_elastic_move(&augmenter->elastic, word, places.u, places.v, fields);
    net_warp_apply(warp, picture, room);
}

static void flip(const NetAugmenter *augmenter, const Draw *draw, float *picture) {
    const NetWarp *warp = &augmenter->warp;
    bool alternating = augmenter->setting.alternating;
    const Draw once = {draw->seed, 0, draw->item};
    uint32_t word[4];
    draw_block(alternating ? &once : draw, UNIT_FLIP, 0, word);
    bool turned = word[0] >> 31;
    if (alternating && draw->epoch % 2 == 1) turned = !turned;
    for (int64_t y = 0; turned && y < warp->channels * warp->height; y++) {
        float *row = picture + y * warp->width;
        for (int64_t left = 0, right = warp->width - 1; left < right; left++, right--) {
            float kept = row[left];
            row[left] = row[right];
            row[right] = kept;
        }
    }
}

static void erase(const NetAugmenter *augmenter, const Draw *draw, float *picture) {
    const NetWarp *warp = &augmenter->warp;
    int64_t height = augmenter->erased[0], width = augmenter->erased[1];
    uint32_t word[4];
    draw_block(draw, UNIT_ERASE, 0, word);
    int64_t top = (int64_t)((uint64_t)word[0] * (uint64_t)(warp->height - height + 1) >> 32);
    int64_t left = (int64_t)((uint64_t)word[1] * (uint64_t)(warp->width - width + 1) >> 32);
    for (int64_t c = 0; c < warp->channels; c++)
        for (int64_t y = top; y < top + height; y++)
            memset(picture + (c * warp->height + y) * warp->width + left, 0, (size_t)width * sizeof *picture);
}

static void add_noise(const NetAugmenter *augmenter, const Draw *draw, float *picture) {
    const NetWarp *warp = &augmenter->warp;
    int64_t values = warp->channels * warp->height * warp->width;
    for (int64_t first = 0; first < values; first += DRAWN) {
        uint32_t word[4][NET_LANES];
        draw_words(draw, UNIT_NOISE, (uint32_t)(first / DRAWN), word);
        for (int64_t i = 0; i < DRAWN && first + i < values; i++) {
            double normal = net_rng_normal((word[i / NET_LANES][i % NET_LANES] + 0.5) * 0x1p-32);
            picture[first + i] += (float)(augmenter->setting.noise * normal);
        }
    }
}

void net_augmenter_draw(const NetAugmenter *augmenter, uint64_t seed, uint32_t epoch, uint32_t item, float *picture,
                        float *room) {
    const NetAugment *setting = &augmenter->setting;
    const Draw draw = {seed, epoch, item};
    if (moves(setting)) {
        const NetMotion motion = draw_motion(setting, &draw);
        net_augmenter_move(augmenter, &motion, picture, room);
    }
    if (bends(setting)) bend(augmenter, &draw, picture, room);
    if (setting->flip) flip(augmenter, &draw, picture);
    if (setting->erase > 0) erase(augmenter, &draw, picture);
    if (setting->noise > 0) add_noise(augmenter, &draw, picture);
}

/* ---- the fixed set ---- */

/* Units of so many bytes move up by `by`, or down where that is below 0. The outermost stays where it was, as the edge.
 */
static void shift_units(unsigned char *at, int64_t count, size_t unit_bytes, int64_t by, bool edge) {
    size_t kept = (size_t)(count - llabs(by)) * unit_bytes, gap = (size_t)llabs(by) * unit_bytes;
    unsigned char *first = by > 0 ? at : at + kept; /* of what comes in */
    const unsigned char *outermost = by > 0 ? at : at + (size_t)(count - 1) * unit_bytes;
    memmove(by > 0 ? at + gap : at, by > 0 ? at : at + gap, kept);
    if (!edge) memset(first, 0, gap);
    for (size_t i = 0; edge && i < gap; i += unit_bytes)
        if (first + i != outermost) memcpy(first + i, outermost, unit_bytes);
}

void net_augmenter_copy(const NetAugmenter *augmenter, int64_t copy, size_t value_bytes, void *picture) {
    static const int axis_of[NET_AUGMENT_COPIES] = {0, 0, 0, 1, 1}, sign[NET_AUGMENT_COPIES] = {0, 1, -1, 1, -1};
    const NetWarp *warp = &augmenter->warp;
    int64_t by = sign[copy] * (int64_t)augmenter->setting.shift;
    size_t row_bytes = (size_t)warp->width * value_bytes;
    unsigned char *at = picture;
    for (int64_t c = 0; by != 0 && c < warp->channels; c++, at += (size_t)warp->height * row_bytes) {
        if (axis_of[copy] == 0) {
            shift_units(at, warp->height, row_bytes, by, warp->edge);
        } else {
            for (int64_t y = 0; y < warp->height; y++)
                shift_units(at + (size_t)y * row_bytes, warp->width, value_bytes, by, warp->edge);
        }
    }
}
