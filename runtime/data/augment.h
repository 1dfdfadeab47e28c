/* What training makes of pictures before a network sees them: the setting `augment`.
 *
 * Drawn changes are, in this order: one affine map about the picture's centre, an elastic deformation (elastic.h), a
 * flip, a rectangle of zeros, noise. What is drawn for a picture depends on (seed, epoch, item) alone, and the result
 * has the same bits on every processor. The other kind is the fixed set: every picture and its four shifts by whole
 * pixels, along one axis each, of bytes or floats.
 *
 * Draws are words of NET_RNG_AUGMENT (runtime/base/rng.h), each transformation a unit of its own. */
#ifndef NET_DATA_AUGMENT_H
#define NET_DATA_AUGMENT_H

#include "runtime/base/error.h"

/* The setting. All 0: pictures stay as they are. */
typedef struct {
    double shift;         /* pixels at most, along each axis; with expand exactly */
    double rotate, shear; /* degrees at most */
    double scale;         /* the factor is in 1 +- scale */
    double alpha, sigma;  /* of the elastic deformation, in pixels */
    double erase;         /* share of the area */
    double noise;         /* standard deviation */
    bool flip;            /* left and right, of every other picture by chance */
    bool alternating;     /* flips are drawn once: in odd epochs the other pictures are turned round */
    bool edge;            /* what comes in is the edge going on, else zeros */
    bool expand;          /* the fixed set */
} NetAugment;

enum { NET_AUGMENT_COPIES = 5, NET_AUGMENT_TEXT = 256 };

/* The least sigma but 0: the square of a much smaller one is no number to divide by. */
#define NET_AUGMENT_SIGMA_LEAST 0.01

/* Whether anything is made of pictures; whether it is drawn; how many rows a picture becomes; what the setting says, as
 * the line of the train block has it, "" where all is 0. */
bool net_augment_acts(const NetAugment *augment);
bool net_augment_draws(const NetAugment *augment);
int64_t net_augment_copies(const NetAugment *augment);
const char *net_augment_text(const NetAugment *augment, char out[NET_AUGMENT_TEXT]);

/* Whether pictures of these channels, rows and columns can be moved so far; else *error says why not. */
bool net_augment_suits(const NetAugment *augment, const int64_t picture[3], NetError *error);

/* The setting with all that it needs for pictures of one size; any thread may use it. NULL: out of memory. */
typedef struct NetAugmenter NetAugmenter;
NetAugmenter *net_augmenter_new(const NetAugment *augment, const int64_t picture[3], NetError *error);
void net_augmenter_free(NetAugmenter *augmenter); /* NULL is fine */
const NetAugment *net_augmenter_setting(const NetAugmenter *augmenter);

/* Floats that each thread lends: zeros at first, and nobody else's until it is done. */
size_t net_augmenter_room(const NetAugmenter *augmenter);

/* Changes a picture as (seed, epoch, item) say. */
void net_augmenter_draw(const NetAugmenter *augmenter, uint64_t seed, uint32_t epoch, uint32_t item, float *picture,
                        float *room);

/* The affine map alone, by amounts that are given: seen from the picture, it is made larger and sheared, then turned,
 * then shifted to the right and down. */
typedef struct {
    double right, down;  /* pixels */
    double angle, shear; /* degrees */
    double factor;
} NetMotion;
void net_augmenter_move(const NetAugmenter *augmenter, const NetMotion *motion, float *picture, float *room);

/* Makes of a picture, whose values have so many bytes, its copy of the fixed set: 0 is itself, then it is shifted down,
 * up, right and left. */
void net_augmenter_copy(const NetAugmenter *augmenter, int64_t copy, size_t value_bytes, void *picture);

#endif
