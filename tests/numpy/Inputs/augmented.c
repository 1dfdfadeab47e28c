/* What augmentation makes of a picture of floats on standard input, for COUNT items, on standard output.
 *
 *     augmented C H W COUNT EPOCH SEED shift rotate scale shear alpha sigma erase noise flip alternating edge */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/augment.h"

int main(int argc, char **argv) {
    if (argc != 18) return 2;
    const int64_t sides[3] = {atoll(argv[1]), atoll(argv[2]), atoll(argv[3])};
    const NetAugment setting = {.shift = atof(argv[7]),
                                .rotate = atof(argv[8]),
                                .scale = atof(argv[9]),
                                .shear = atof(argv[10]),
                                .alpha = atof(argv[11]),
                                .sigma = atof(argv[12]),
                                .erase = atof(argv[13]),
                                .noise = atof(argv[14]),
                                .flip = atoi(argv[15]) != 0,
                                .alternating = atoi(argv[16]) != 0,
                                .edge = atoi(argv[17]) != 0};
    size_t values = (size_t)(sides[0] * sides[1] * sides[2]);
    NetError error;
    NetAugmenter *augmenter = net_augmenter_new(&setting, sides, &error);
    if (augmenter == NULL) return 3;
    float *room = net_alloc(net_augmenter_room(augmenter), sizeof *room, &error);
    float *old = net_alloc(values, sizeof *old, &error), *new = net_alloc(values, sizeof *new, &error);
    if (room == NULL || old == NULL || new == NULL || fread(old, sizeof *old, values, stdin) != values) return 3;
    for (uint32_t item = 0; item < (uint32_t)atoll(argv[4]); item++) {
        memcpy(new, old, values * sizeof *old);
        net_augmenter_draw(augmenter, strtoull(argv[6], NULL, 10), (uint32_t)atoll(argv[5]), item, new, room);
        if (fwrite(new, sizeof *new, values, stdout) != values) return 3;
    }
    free(room);
    free(old);
    free(new);
    net_augmenter_free(augmenter);
    return 0;
}
