#include "runtime/data/hash.h"

#include <pthread.h>
#include <sha256.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/cache.h"

enum { PIECE = 1 << 20 };

struct NetDataHash {
    NetDataFile file[NET_FILES]; /* borrowed */
    NetRowType type;
    size_t row_bytes, target_bytes; /* of an example */
    pthread_t thread;
    bool started;          /* there is a thread to join */
    bool found[NET_FILES]; /* those of its rows were not known: to be kept */
    atomic_bool give_up;
    char text[SHA256_DIGEST_STRING_LENGTH];
};

_Static_assert(SHA256_DIGEST_STRING_LENGTH == NET_HASH_TEXT, "64 digits and a NUL");

static void hash_bytes(NetDataHash *hash, SHA2_CTX *context, const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    while (size > 0 && !atomic_load(&hash->give_up)) {
        size_t piece = size < PIECE ? size : PIECE;
        SHA256Update(context, at, piece);
        at += piece;
        size -= piece;
    }
}

/* That of the rows, which may have been found before: then false. */
static bool hash_rows(NetDataHash *hash, NetDataFile *file) {
    SHA2_CTX context;
    if (file->rows_sha256[0] != '\0') return false;
    SHA256Init(&context);
    hash_bytes(hash, &context, file->rows, (size_t)file->count * hash->row_bytes);
    SHA256End(&context, file->rows_sha256);
    return true;
}

static void *hash_all(void *argument) {
    NetDataHash *hash = argument;
    SHA2_CTX context;
    SHA256Init(&context);
    for (int i = 0; i < NET_FILES; i++) {
        NetDataFile *file = &hash->file[i];
        char head[128];
        int length = snprintf(head, sizeof head, "%s %lld rows of %zu bytes\n",
                              hash->type == NET_ROWS_U8 ? "bytes" : "floats", (long long)file->count, hash->row_bytes);
        SHA256Update(&context, (const unsigned char *)head, (size_t)length);
        hash->found[i] = hash_rows(hash, file);
        hash_bytes(hash, &context, file->rows_sha256, strlen(file->rows_sha256));
        if (file->labels != NULL)
            hash_bytes(hash, &context, file->labels, (size_t)file->count * sizeof file->labels[0]);
        if (file->targets != NULL) hash_bytes(hash, &context, file->targets, (size_t)file->count * hash->target_bytes);
    }
    SHA256End(&context, hash->text);
    return NULL;
}

NetDataHash *net_data_hash_start(const NetData *data, NetError *error) {
    NetDataHash *hash = net_alloc(1, sizeof *hash, error);
    if (hash == NULL) return NULL;
    memcpy(hash->file, data->file, sizeof hash->file);
    hash->type = data->type;
    hash->row_bytes = data->row_bytes;
    hash->target_bytes = (size_t)data->targets * sizeof(float);
    atomic_init(&hash->give_up, false);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the main thread */
    hash->started = pthread_create(&hash->thread, NULL, hash_all, hash) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return hash;
}

/* On the caller's thread, as all files are written: which write of a program is the k-th does not depend on time. */
static void keep(NetDataHash *hash) {
    for (int i = 0; i < NET_FILES; i++) {
        if (hash->found[i]) net_cache_keep_hash(&hash->file[i]);
        hash->found[i] = false;
    }
}

const char *net_data_hash_wait(NetDataHash *hash) {
    if (hash->started)
        pthread_join(hash->thread, NULL);
    else if (hash->text[0] == '\0')
        hash_all(hash);
    hash->started = false;
    keep(hash);
    return hash->text;
}

void net_data_hash_free(NetDataHash *hash) {
    if (hash == NULL) return;
    atomic_store(&hash->give_up, true);
    if (hash->started) pthread_join(hash->thread, NULL);
    free(hash);
}
