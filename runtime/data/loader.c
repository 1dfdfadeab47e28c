#include "runtime/data/loader.h"

#include "runtime/abi.h"
#include "runtime/base/rng.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Rows that a slot has room for at least. */
enum { SLOT_ROWS = NET_EVAL_BATCH };

/* Buffers of a batch, or, as it costs more to wake the thread than to copy some rows, of several small ones. */
typedef struct {
    void *input;
    uint32_t *label, *item;
    float *target;     /* NULL: the data has none */
    int64_t first, n;  /* its rows, in the order of the pass */
    atomic_llong next; /* the first of them that nobody makes */
    int64_t made;      /* those that are there */
} Slot;

/* The steps of a pass are cut into portions of one slot each. Whoever opens the slot of a portion, the thread or the
 * caller, counts it, under the lock; from then on anybody may take one of its rows after the other and fill it in,
 * outside of the lock. Its steps are the caller's when all are made; the slot is opened again when they are released
 * and the thread has left it, so that opened - released <= slots. */
struct NetLoader {
    const NetData *data;
    NetRowType type;
    size_t row_bytes; /* of the loader's rows */
    NetCrew crew;     /* count 0: there is none */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool quit;
    bool running; /* a pass is under way */
    bool busy;    /* the thread works outside the lock... */
    Slot *filled; /* ... on the rows of this slot; NULL: on something else */
    NetPass pass;
    bool shared;      /* the crew makes rows */
    int64_t rows;     /* of the pass */
    int64_t batch;    /* rows a batch */
    int64_t steps;    /* where the pass ends */
    int64_t each;     /* steps of a portion */
    int64_t opened;   /* portions whose slot is opened, counted from the epoch's start */
    int64_t taken;    /* steps handed out */
    int64_t released; /* portions whose slot may be opened again */
    NetBatch given;   /* what the caller has */
    int64_t slots;    /* in use for this pass */
    int64_t capacity; /* rows a slot holds */
    bool ordered;     /* order[] is that of this pass, if it has one */
    uint32_t *order;  /* permutation of the part's rows */
    int64_t order_capacity;
    float *room; /* of the thread, then of each of the crew */
    size_t room_each, room_size;
    Slot slot[NET_LOADER_SLOTS];
};

int64_t net_loader_steps(const NetData *data, const NetPass *pass) {
    int64_t rows = net_pass_rows(data, pass);
    if (pass->batch <= 0 || pass->batch >= rows) return rows > 0 ? 1 : 0;
    return (rows + pass->batch - 1) / pass->batch;
}

/* ---- making rows ---- */

/* The rows of a slot from the one on that a step begins with. */
static NetBatch batch_at(const NetLoader *loader, const Slot *slot, int64_t step) {
    int64_t at = step % loader->each * net_padded(loader->batch), left = loader->rows - step * loader->batch;
    return (NetBatch){.input = (unsigned char *)slot->input + (size_t)at * loader->row_bytes,
                      .label = slot->label + at,
                      .target = slot->target != NULL ? slot->target + at * loader->data->targets : NULL,
                      .item = slot->item + at,
                      .n = left < loader->batch ? left : loader->batch,
                      .step = step};
}

/* The rows behind those of a step, which fill up its last vector. */
static void clear_rest(const NetLoader *loader, const Slot *slot, int64_t step) {
    size_t targets = (size_t)loader->data->targets;
    int64_t n = batch_at(loader, slot, step).n, at = step % loader->each * net_padded(loader->batch) + n;
    size_t rest = (size_t)(net_padded(n) - n);
    if (rest == 0) return;
    memset((unsigned char *)slot->input + (size_t)at * loader->row_bytes, 0, rest * loader->row_bytes);
    memset(slot->label + at, 0, rest * sizeof slot->label[0]);
    memset(slot->item + at, 0, rest * sizeof slot->item[0]);
    if (targets > 0) memset(slot->target + (size_t)at * targets, 0, rest * targets * sizeof *slot->target);
}

/* With the lock held: the slot of the next portion, all of whose rows are to be made. */
static Slot *open_slot(NetLoader *loader) {
    int64_t portion = loader->opened++, step = portion * loader->each, end = step + loader->each;
    int64_t most = loader->each * loader->batch;
    Slot *slot = &loader->slot[portion % loader->slots];
    slot->first = step * loader->batch;
    slot->n = loader->rows - slot->first < most ? loader->rows - slot->first : most;
    for (; step < end && step < loader->steps; step++) clear_rest(loader, slot, step);
    slot->made = 0;
    atomic_store(&slot->next, 0);
    return slot;
}

static void make_row(const NetLoader *loader, Slot *slot, int64_t i, float *room) {
    size_t targets = (size_t)loader->data->targets;
    int64_t place = slot->first + i, at = i / loader->batch * net_padded(loader->batch) + i % loader->batch;
    int64_t row = loader->pass.shuffle ? loader->order[place] : place;
    void *to = (unsigned char *)slot->input + (size_t)at * loader->row_bytes;
    NetRow made = net_pass_row(loader->data, &loader->pass, row, loader->type, room, to);
    slot->label[at] = made.label;
    slot->item[at] = made.item;
    if (targets > 0) memcpy(slot->target + (size_t)at * targets, made.targets, targets * sizeof *slot->target);
}

/* Makes rows of a slot as long as there are any that nobody makes; returns how many. */
static int64_t make_rows(const NetLoader *loader, Slot *slot, int number) {
    float *room = loader->room_each > 0 ? loader->room + (size_t)number * loader->room_each : NULL;
    int64_t made = 0;
    for (int64_t i; (i = atomic_fetch_add(&slot->next, 1)) < slot->n; made++) make_row(loader, slot, i, room);
    return made;
}

/* ---- the thread ---- */

static bool has_work(const NetLoader *loader) {
    bool ahead = (!loader->shared || loader->crew.spare) && loader->opened * loader->each < loader->steps;
    return loader->running && (!loader->ordered || (ahead && loader->opened - loader->released < loader->slots));
}

static void *loader_main(void *argument) {
    NetLoader *loader = argument;
    pthread_mutex_lock(&loader->lock);
    for (;;) {
        while (!loader->quit && !has_work(loader)) pthread_cond_wait(&loader->changed, &loader->lock);
        if (loader->quit) break;
        loader->busy = true;
        Slot *slot = loader->filled = loader->ordered ? open_slot(loader) : NULL;
        pthread_mutex_unlock(&loader->lock);
        int64_t made = 0;
        if (slot != NULL)
            made = make_rows(loader, slot, 0);
        else
            net_rng_permutation(loader->pass.seed, NET_RNG_SHUFFLE, 0, loader->pass.epoch, (uint32_t)loader->rows,
                                loader->order);
        pthread_mutex_lock(&loader->lock);
        if (slot != NULL) slot->made += made;
        loader->ordered = true;
        loader->busy = false;
        loader->filled = NULL;
        pthread_cond_broadcast(&loader->changed);
    }
    pthread_mutex_unlock(&loader->lock);
    return NULL;
}

/* ---- the crew ---- */

typedef struct {
    const NetLoader *loader;
    Slot *slot;
    atomic_llong made;
} Share;

static void make_share(void *argument, int number) {
    Share *share = argument;
    atomic_fetch_add(&share->made, make_rows(share->loader, share->slot, 1 + number));
}

/* With the lock held: the crew makes what the thread has not begun of a portion. */
static void share_rows(NetLoader *loader, int64_t portion, Slot *slot) {
    while (loader->opened == portion && loader->filled == slot) /* it was late, and others have made its rows */
        pthread_cond_wait(&loader->changed, &loader->lock);
    if (loader->opened == portion) open_slot(loader);
    if (atomic_load(&slot->next) >= slot->n) return;
    Share share = {.loader = loader, .slot = slot};
    pthread_mutex_unlock(&loader->lock);
    loader->crew.each(loader->crew.context, make_share, &share);
    pthread_mutex_lock(&loader->lock);
    slot->made += atomic_load(&share.made);
}

/* ---- the caller's side ---- */

static void free_slots(NetLoader *loader) {
    for (int i = 0; i < NET_LOADER_SLOTS; i++) {
        free(loader->slot[i].input);
        free(loader->slot[i].label);
        free(loader->slot[i].item);
        free(loader->slot[i].target);
        loader->slot[i] = (Slot){0};
    }
    loader->capacity = 0;
    loader->slots = 0;
}

/* Makes `slots` buffers of at least `rows` rows, unless there are. */
static bool reserve_slots(NetLoader *loader, int64_t slots, int64_t rows, NetError *error) {
    if (loader->capacity >= rows && loader->slots >= slots) return true;
    free_slots(loader);
    size_t count = (size_t)net_padded(rows);
    size_t targets = (size_t)loader->data->targets * sizeof(float); /* bytes a row */
    bool ok = true;
    for (int64_t i = 0; ok && i < slots; i++) {
        Slot *slot = &loader->slot[i];
        slot->input = net_alloc(count, loader->row_bytes, error);
        slot->label = net_alloc(count, sizeof slot->label[0], error);
        slot->item = net_alloc(count, sizeof slot->item[0], error);
        slot->target = targets > 0 ? net_alloc(count, targets, error) : NULL;
        ok = slot->input != NULL && slot->label != NULL && slot->item != NULL && (targets == 0 || slot->target != NULL);
    }
    if (!ok) {
        free_slots(loader);
        return false;
    }
    loader->capacity = net_padded(rows);
    loader->slots = slots;
    return true;
}

/* Zeros for everybody who makes rows. */
static bool reserve_room(NetLoader *loader, const NetPass *pass, NetError *error) {
    size_t each = (net_pass_room(pass) + NET_LANES - 1) / NET_LANES * NET_LANES, size;
    if (!net_multiply(each, (size_t)loader->crew.count + 1, &size))
        return net_fail(error, NET_ENVIRONMENT, "augment: the pictures do not fit into memory");
    loader->room_each = each;
    if (size > 0 && size <= loader->room_size) memset(loader->room, 0, size * sizeof *loader->room);
    if (size <= loader->room_size) return true;
    free(loader->room);
    loader->room = net_alloc(size, sizeof *loader->room, error);
    loader->room_size = loader->room != NULL ? size : 0;
    return loader->room != NULL;
}

static bool reserve_order(NetLoader *loader, int64_t rows, NetError *error) {
    if (loader->order_capacity >= rows) return true;
    free(loader->order);
    loader->order_capacity = 0;
    loader->order = net_alloc((size_t)rows, sizeof loader->order[0], error);
    if (loader->order == NULL) return false;
    loader->order_capacity = rows;
    return true;
}

NetLoader *net_loader_new(const NetData *data, NetRowType type, NetError *error) {
    if (type == NET_ROWS_U8 && data->type != NET_ROWS_U8) {
        net_fail(error, NET_ENVIRONMENT,
                 "%s: holds floats, but the trainer was built to read bytes; build it again where the files are "
                 "[type-mismatch]",
                 data->source);
        return NULL;
    }
    NetLoader *loader = net_alloc(1, sizeof *loader, error);
    if (loader == NULL) return NULL;
    loader->data = data;
    loader->type = type;
    loader->row_bytes = (size_t)data->row_elements * (type == NET_ROWS_U8 ? 1 : sizeof(float));
    pthread_mutex_init(&loader->lock, NULL);
    pthread_cond_init(&loader->changed, NULL);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&loader->thread, NULL, loader_main, loader);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code == 0) return loader;
    net_fail(error, NET_ENVIRONMENT, "cannot start the data thread: %s", strerror(code));
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->lock);
    free(loader);
    return NULL;
}

/* With the lock held: ends the pass and waits until the thread touches nothing of it. */
static void end_pass(NetLoader *loader) {
    loader->running = false;
    while (loader->busy) pthread_cond_wait(&loader->changed, &loader->lock);
}

void net_loader_share(NetLoader *loader, const NetCrew *crew) {
    pthread_mutex_lock(&loader->lock);
    end_pass(loader);
    loader->crew = *crew;
    pthread_mutex_unlock(&loader->lock);
}

bool net_loader_start(NetLoader *loader, const NetPass *pass, NetError *error) {
    int64_t rows = net_pass_rows(loader->data, pass);
    int64_t steps = net_loader_steps(loader->data, pass);
    int64_t batch = pass->batch <= 0 || pass->batch > rows ? rows : pass->batch;
    int64_t each = net_pass_draws(pass) || batch > SLOT_ROWS ? 1 : SLOT_ROWS / net_padded(batch > 0 ? batch : 1);
    int64_t portions = (steps + each - 1) / each, slots = portions < NET_LOADER_SLOTS ? portions : NET_LOADER_SLOTS;
    pthread_mutex_lock(&loader->lock);
    end_pass(loader);
    bool ok =
        rows == 0 || (reserve_slots(loader, slots, each * net_padded(batch), error) &&
                      reserve_room(loader, pass, error) && (!pass->shuffle || reserve_order(loader, rows, error)));
    if (ok) {
        int64_t first = pass->first_step < 0 ? 0 : pass->first_step < steps ? pass->first_step : steps;
        loader->pass = *pass;
        loader->shared = loader->crew.count > 0 && net_pass_draws(pass);
        loader->rows = rows;
        loader->batch = batch;
        loader->steps = steps;
        loader->each = each;
        loader->taken = first;
        loader->opened = loader->released = first / each;
        loader->ordered = !pass->shuffle;
        loader->running = true;
        pthread_cond_broadcast(&loader->changed);
    }
    pthread_mutex_unlock(&loader->lock);
    return ok;
}

const NetBatch *net_loader_next(NetLoader *loader) {
    const NetBatch *batch = NULL;
    pthread_mutex_lock(&loader->lock);
    const int64_t portion = loader->running ? loader->taken / loader->each : 0;
    if (loader->running && loader->released < portion) {
        loader->released = portion;
        pthread_cond_broadcast(&loader->changed);
    }
    if (loader->running && loader->taken < loader->steps) {
        Slot *slot = &loader->slot[portion % loader->slots];
        while (!loader->ordered) pthread_cond_wait(&loader->changed, &loader->lock);
        if (loader->shared) share_rows(loader, portion, slot);
        while (loader->opened == portion || slot->made < slot->n) pthread_cond_wait(&loader->changed, &loader->lock);
        loader->given = batch_at(loader, slot, loader->taken++);
        batch = &loader->given;
    } else
        loader->running = false;
    pthread_mutex_unlock(&loader->lock);
    return batch;
}

void net_loader_stop(NetLoader *loader) {
    pthread_mutex_lock(&loader->lock);
    end_pass(loader);
    pthread_mutex_unlock(&loader->lock);
}

void net_loader_free(NetLoader *loader) {
    if (loader == NULL) return;
    pthread_mutex_lock(&loader->lock);
    end_pass(loader);
    loader->quit = true;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
    pthread_join(loader->thread, NULL);
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->lock);
    free_slots(loader);
    free(loader->order);
    free(loader->room);
    free(loader);
}
