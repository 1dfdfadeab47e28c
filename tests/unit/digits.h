/* The digits that ship with netc, as tests of what reads data share them. */
#ifndef NET_TESTS_DIGITS_H
#define NET_TESTS_DIGITS_H

#include "tests/unit/unit.h"

#include "runtime/data/data.h"

static NetData digits;

/* Opens them with the shape and the parts of a request: what a test program's set up returns. */
static inline int unit_open_digits(NetDataRequest request) {
    NetError error = {0};
    request.kind = "digits";
    request.classes = request.outputs = 10;
    if (net_data_open(&request, &digits, &error)) return 0;
    fputs(error.text, stderr);
    return -1;
}

static inline int unit_close_digits(void **state) {
    (void)state;
    net_data_close(&digits);
    return 0;
}

#endif
