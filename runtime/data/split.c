#include "runtime/data/split.h"

#include <math.h>

/* Shares and remainders that differ by less were meant to be equal. */
#define SLACK 1e-9

static bool is_share(double asked) { return asked > 0 && asked < 1; }

NetSplitShares net_split_shares(const double asked[NET_PARTS], bool test_file, double *sum) {
    *sum = 0;
    for (int part = 0; part < (test_file ? NET_PART_TEST : NET_PARTS); part++)
        if (is_share(asked[part])) *sum += asked[part];
    return *sum > 1 + SLACK ? NET_SPLIT_OVER : *sum > 1 - SLACK ? NET_SPLIT_ALL : NET_SPLIT_SOME;
}

/* 0 stays 0, a share becomes a count; one that is too large to be a count stays too large. */
static int64_t rows_of(double asked, int64_t rows) {
    double count = asked < 1 ? floor(asked * (double)rows + 0.5) : floor(asked);
    return !(count > 0) ? 0 : count > INT32_MAX ? INT32_MAX : (int64_t)count;
}

/* Shares that add up to 1, of the first `parts` parts. */
static void divide(const double asked[], int parts, int64_t rows, int64_t count[]) {
    double remainder[NET_PARTS];
    int64_t left = rows;
    for (int part = 0; part < parts; part++) {
        double exact = asked[part] * (double)rows;
        count[part] = (int64_t)floor(exact + SLACK);
        remainder[part] = exact - (double)count[part];
        left -= count[part];
    }
    for (; left > 0; left--) {
        int most = 0;
        for (int part = 1; part < parts; part++)
            if (remainder[part] > remainder[most] + SLACK) most = part;
        count[most]++;
        remainder[most]--;
    }
}

bool net_split_rows(const double asked[NET_PARTS], int64_t train_rows, int64_t test_rows, int64_t count[NET_PARTS]) {
    bool test_file = test_rows > 0;
    int parts = test_file ? NET_PART_TEST : NET_PARTS; /* of the training file */
    double sum;
    for (int part = 0; part < NET_PARTS; part++)
        count[part] = rows_of(asked[part], part < parts ? train_rows : test_rows);
    if (test_file && !(asked[NET_PART_TEST] > 0)) count[NET_PART_TEST] = test_rows;
    if (net_split_shares(asked, test_file, &sum) == NET_SPLIT_ALL) divide(asked, parts, train_rows, count);
    int64_t used = 0;
    for (int part = 0; part < parts; part++) used += count[part];
    if (!(asked[NET_PART_TRAIN] > 0)) {
        count[NET_PART_TRAIN] = train_rows - used;
        used = train_rows;
    }
    bool fits = count[NET_PART_TRAIN] > 0 && used <= train_rows && (!test_file || count[NET_PART_TEST] <= test_rows);
    for (int part = 0; part < NET_PARTS; part++) fits = fits && (count[part] > 0 || !(asked[part] > 0));
    return fits;
}
