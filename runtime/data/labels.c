#include "runtime/data/labels.h"

#include <stdio.h>
#include <string.h>

bool net_label_wrong_at(const char *place, const char *label, const NetClasses *classes, NetError *error) {
    char next[NET_COUNT_TEXT];
    snprintf(next, sizeof next, "%lld", (long long)classes->count);
    long long outputs = classes->outputs > 0 ? classes->outputs : classes->count;
    return net_fail(error, NET_ENVIRONMENT,
                    "%s: label %s, but the last layer has %lld output%s (classes 0 to %lld)%s "
                    "[label-range]",
                    place, label, outputs, outputs == 1 ? "" : "s", (long long)classes->count - 1,
                    strcmp(label, next) == 0 ? "; are the labels numbered from 1?" : "");
}

bool net_label_wrong(const char *path, int64_t item, const char *label, const NetClasses *classes, NetError *error) {
    char place[NET_ERROR_TEXT], text[NET_COUNT_TEXT];
    snprintf(place, sizeof place, "%s: item %s", path, net_count(text, (uint64_t)item));
    return net_label_wrong_at(place, label, classes, error);
}

bool net_label_check(const char *path, int64_t item, int64_t label, const NetClasses *classes, NetError *error) {
    char text[NET_COUNT_TEXT];
    if (label >= 0 && label < classes->count) return true;
    snprintf(text, sizeof text, "%lld", (long long)label);
    return net_label_wrong(path, item, text, classes, error);
}

bool net_classes_match(const char *place, int64_t count, const char *what, const char *list, const NetClasses *classes,
                       NetError *error) {
    char have[NET_COUNT_TEXT], want[NET_COUNT_TEXT], advice[64] = "";
    int64_t outputs = classes->outputs > 0 ? classes->outputs : classes->count;
    if (count == classes->count) return true;
    snprintf(advice, sizeof advice, "; write 'dense %lld activation=softmax'", (long long)count);
    bool listed = list[0] != '\0';
    if (count == 1)
        return net_fail(error, NET_ENVIRONMENT, "%s 1 %s%s%s%s; two or more are to be told apart [label-range]", place,
                        what, listed ? " (" : "", list, listed ? ")" : "");
    return net_fail(error, NET_ENVIRONMENT, "%s %s %s%s%s%s, but the last layer has %s output%s%s [label-range]", place,
                    net_count(have, (uint64_t)count), what, listed ? " (" : "", list, listed ? ")" : "",
                    net_count(want, (uint64_t)outputs), net_plural((uint64_t)outputs), advice);
}

bool net_labels_count(const char *path, int64_t labels, int64_t images, NetError *error) {
    char have[NET_COUNT_TEXT], want[NET_COUNT_TEXT];
    return labels == images || net_fail(error, NET_ENVIRONMENT, "%s: %s label%s for %s image%s [count-mismatch]", path,
                                        net_count(have, (uint64_t)labels), net_plural((uint64_t)labels),
                                        net_count(want, (uint64_t)images), net_plural((uint64_t)images));
}
