#include "runtime/train/weight_member.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/atomic.h"
#include "runtime/train/runs.h"
#include "runtime/train/weight_hash.h"

enum { PREFIX = 24 };

static const char *prefix_of(int64_t member, char out[PREFIX]) {
    snprintf(out, PREFIX, "%" PRId64 ".", member);
    return out;
}

/* How many networks a file says it is of; 0: nothing. */
static int64_t said(const NetSafetensors *file) {
    const char *text = net_safetensors_metadata(file, NET_MEMBERS_KEY);
    int64_t members = text != NULL ? strtoll(text, NULL, 10) : 0;
    return members > 1 ? members : 0;
}

/* Whether a file that says nothing, as others write it, names its tensors as those of several networks. */
static bool is_named(const NetSafetensors *file, int64_t members) {
    for (size_t i = 0; i < file->count; i++) {
        char *end = NULL;
        int64_t member = strtoll(file->tensors[i].name, &end, 10);
        if (end == file->tensors[i].name || *end != '.' || member < 1 || member > members) {
            return false;
        }
    }
    return true;
}

/* "; the networks by themselves are in FOLDER/member-1 and so on", beside the weights of an ensemble's run. */
static void advise_member(const char *path, char *out, size_t room) {
    const char *slash = strrchr(path, '/');
    char *folder = net_text(NULL, "%.*s", slash != NULL ? (int)(slash - path) : 1, slash != NULL ? path : ".");
    char *first = folder != NULL ? net_run_member(folder, 1, NULL) : NULL;
    *out = '\0';
    if (first != NULL && access(first, F_OK) == 0) {
        snprintf(out, room, "; one of them by itself is %s", first);
    }
    free(first);
    free(folder);
}

bool net_weights_suit(const NetSafetensors *file, int64_t members, const char *command, NetError *error) {
    int64_t there = said(file);
    if (there == 0) {
        there = members > 1 && is_named(file, members) ? members : 1;
    }
    if (there == members) {
        return true;
    }
    char has[64] = "one network", wants[64] = "one network", single[NET_ERROR_TEXT / 4] = "";
    char advice[NET_ERROR_TEXT / 4] = "";
    if (there > 1) {
        snprintf(has, sizeof has, "an ensemble of %" PRId64 " networks", there);
    }
    if (members > 1) {
        snprintf(wants, sizeof wants, "an ensemble of %" PRId64, members);
    } else {
        advise_member(file->path, single, sizeof single);
    }
    if (command != NULL) {
        snprintf(advice, sizeof advice, "; %s --set 'ensemble %" PRId64 "' takes them", command, there);
    }
    return net_fail(error, NET_ENVIRONMENT, "%s: it has the weights of %s, this model is %s%s%s [weights-mismatch]",
                    file->path, has, wants, advice, single);
}

bool net_weights_combine_differs(const NetSafetensors *file, int64_t members, const char *combine,
                                 char out[NET_COMBINE_TEXT]) {
    const char *there = net_safetensors_metadata(file, NET_COMBINE_KEY);
    if (members <= 1 || there == NULL || strcmp(there, combine) == 0) {
        return false;
    }
    snprintf(out, NET_COMBINE_TEXT, "there the networks answer together by %.12s, here by %.12s", there, combine);
    return true;
}

bool net_weights_view(const NetSafetensors *file, int64_t members, int64_t member, NetSafetensors *view,
                      NetError *error) {
    char text[PREFIX];
    const char *prefix = prefix_of(member, text);
    size_t length = members > 1 ? strlen(prefix) : 0;
    *view = *file;
    view->count = 0;
    view->tensors = net_alloc(file->count + 1, sizeof *view->tensors, error);
    for (size_t i = 0; i < file->count && view->tensors != NULL; i++) {
        if (strncmp(file->tensors[i].name, prefix, length) == 0) {
            NetTensor *to = &view->tensors[view->count++];
            *to = file->tensors[i];
            to->name += length;
        }
    }
    return view->tensors != NULL;
}

void net_weights_view_free(NetSafetensors *view) { free(view->tensors); }

/* ---- joining ---- */

static bool all_say(const NetSafetensors *files, int64_t members, const NetPair *pair) {
    bool same = true;
    for (int64_t i = 0; i < members; i++) {
        const char *value = net_safetensors_metadata(&files[i], pair->key);
        same = same && value != NULL && strcmp(value, pair->value) == 0;
    }
    return same;
}

/* What takes the place of the files' tensors: the names are owned by it. */
typedef struct {
    NetTensor *tensors;
    char **names;
    size_t count;
} Joined;

static void joined_free(Joined *joined) {
    for (size_t i = 0; joined->names != NULL && i < joined->count; i++) {
        free(joined->names[i]);
    }
    free(joined->names);
    free(joined->tensors);
}

static bool join_tensors(const NetSafetensors *files, int64_t members, Joined *joined, NetError *error) {
    size_t room = 0;
    for (int64_t i = 0; i < members; i++) {
        if (!net_add(room, files[i].count, &room)) {
            return net_fail(error, NET_ENVIRONMENT, "out of memory");
        }
    }
    joined->tensors = net_alloc(room, sizeof *joined->tensors, error);
    joined->names = joined->tensors != NULL ? net_alloc(room, sizeof *joined->names, error) : NULL;
    for (int64_t i = 0; i < members && joined->names != NULL; i++) {
        char prefix[PREFIX];
        for (size_t k = 0; k < files[i].count; k++) {
            NetTensor *to = &joined->tensors[joined->count];
            char *name = net_text(error, "%s%s", prefix_of(i + 1, prefix), files[i].tensors[k].name);
            if (name == NULL) {
                return false;
            }
            *to = files[i].tensors[k];
            to->name = joined->names[joined->count++] = name;
        }
    }
    return joined->names != NULL;
}

bool net_weights_join(const NetSafetensors *files, int64_t members, const char *combine, const char *path,
                      char hash[65], NetError *error) {
    enum { OWN = 2 };
    Joined joined = {.count = 0};
    char number[PREFIX];
    size_t pairs = 0;
    NetPair *metadata = net_alloc(files[0].metadata_count + OWN, sizeof *metadata, error);
    for (size_t i = 0; i < files[0].metadata_count && metadata != NULL; i++) {
        if (all_say(files, members, &files[0].metadata[i])) {
            metadata[pairs++] = files[0].metadata[i];
        }
    }
    bool ok = metadata != NULL && join_tensors(files, members, &joined, error);
    if (ok) {
        snprintf(number, sizeof number, "%" PRId64, members);
        metadata[pairs++] = (NetPair){NET_MEMBERS_KEY, number};
        metadata[pairs++] = (NetPair){NET_COMBINE_KEY, combine};
        ok = net_weights_hash(path, joined.tensors, joined.count, hash, error) &&
             net_safetensors_write(path, joined.tensors, joined.count, metadata, pairs, false, error);
    }
    joined_free(&joined);
    free(metadata);
    return ok;
}
