/* Equal nests once.
 *
 * Layers of equal shapes, training and evaluation, steps of equal tensors: their nests differ in nothing but where the
 * tensors lie. So a nest gets a pointer to each tensor that it touches, a region, and addresses are told from there:
 *
 *     train_dense2(param + 1024, scratch + 512, scratch + 0)    train_dense3(param + 2048, scratch + 0, scratch + 512)
 *
 * are calls of one function when all else is the same, which is settled by comparing the nests as lists of numbers. Of
 * the body, made in memory that is used again, only the first one is kept: what a network of many equal layers takes is
 * a list of regions for each of its nests.
 *
 * Printers promise that what is written through one pointer is not reached through another (restrict, noalias). Most
 * tensors of a nest are apart, lanes that mean nothing included; loop_reach() tells. Those that may not be share a
 * region. */
#include <string.h>

#include "compiler/loop/loop_build.h"
#include "compiler/loop/reach.h"
#include "runtime/abi.h"

/* All accesses of a tensor with the same strides by chunk and task, and of one kind. */
typedef struct {
    bool known, write;
    int64_t low, high, chunk, task;
} Range;

typedef struct {
    Buffer buffer;
    int64_t begin; /* origin_of() */
    VEC(Range) ranges;
    int joined; /* the piece whose region it shares; itself */
    int region; /* of a piece that stands for itself; -1: not numbered yet */
} Piece;

typedef struct {
    Arena *arena; /* the code's, of the regions */
    Arena *scratch;
    const Code *code;
    Nest *nest;
    VEC(Piece) pieces;
    VEC(int64_t) text; /* all that the nest says, but for its regions' buffers and origins */
} Share;

/* ---- pieces ---- */
/* What is small or indexed by image alone is known by its buffer's own pointer; what vectors are loaded from keeps the
 * buffer's alignment. */
static int64_t origin_of(Buffer buffer, int64_t begin) {
    if (buffer <= BUFFER_SCRATCH) return begin & ~(int64_t)(LOOP_LANES - 1);
    return buffer == BUFFER_LOG ? begin : 0;
}

static int piece_at(Share *s, Buffer buffer, int64_t begin) {
    begin = origin_of(buffer, begin);
    for (size_t i = 0; i < s->pieces.count; i++)
        if (s->pieces.at[i].buffer == buffer && s->pieces.at[i].begin == begin) return (int)i;
    const Piece piece = {.buffer = buffer, .begin = begin, .joined = (int)s->pieces.count, .region = -1};
    vec_push(s->scratch, &s->pieces, piece);
    return piece.joined;
}

static void note(void *context, const Reached *r) {
    Share *s = context;
    const int number = piece_at(s, r->address->buffer, r->address->begin);
    Piece *piece = &s->pieces.at[number];
    for (size_t i = 0; i < piece->ranges.count; i++) {
        Range *range = &piece->ranges.at[i];
        if (range->known != r->known || range->write != r->write || range->chunk != r->chunk || range->task != r->task)
            continue;
        if (r->low < range->low) range->low = r->low;
        if (r->high > range->high) range->high = r->high;
        return;
    }
    vec_push(s->scratch, &piece->ranges, ((Range){r->known, r->write, r->low, r->high, r->chunk, r->task}));
}

static int64_t first_of(const Range *r, int64_t task) { return r->low + (task < 0 ? task * (NET_SLOTS - 1) : 0); }
static int64_t last_of(const Range *r, int64_t task) { return r->high + (task > 0 ? task * (NET_SLOTS - 1) : 0); }

/* Tasks that a nest tells apart by number are those of slots. */
static bool are_apart(const Range *a, const Range *b) {
    if (!a->write && !b->write) return true;
    if (!a->known || !b->known || a->chunk != b->chunk) return false;
    const bool together = a->task == b->task; /* both move alike */
    return last_of(a, together ? 0 : a->task) < first_of(b, together ? 0 : b->task) ||
           last_of(b, together ? 0 : b->task) < first_of(a, together ? 0 : a->task);
}

static bool pieces_are_apart(const Piece *a, const Piece *b) {
    if (a->buffer != b->buffer) return true;
    for (size_t i = 0; i < a->ranges.count; i++)
        for (size_t j = 0; j < b->ranges.count; j++)
            if (!are_apart(&a->ranges.at[i], &b->ranges.at[j])) return false;
    return true;
}

static int stands_for(const Share *s, int piece) {
    while (s->pieces.at[piece].joined != piece) piece = s->pieces.at[piece].joined;
    return piece;
}

/* The piece that begins first stands for those it is joined with. */
static void join_pieces(Share *s) {
    for (int i = 0; i < (int)s->pieces.count; i++)
        for (int j = 0; j < i; j++) {
            if (pieces_are_apart(&s->pieces.at[i], &s->pieces.at[j])) continue;
            const int a = stands_for(s, i), b = stands_for(s, j);
            const bool a_first = s->pieces.at[a].begin < s->pieces.at[b].begin;
            s->pieces.at[a_first ? b : a].joined = a_first ? a : b;
        }
}

/* ---- what a nest says ---- */
static void say(Share *s, int64_t number) { vec_push(s->scratch, &s->text, number); }

/* Pointers of one kind may stand for each other: of floats, aligned as the runtime's buffers are. */
static int64_t pointer_kind(const Share *s, Buffer buffer) {
    const bool given = s->code->exports && buffer == BUFFER_BATCH; /* the caller's memory */
    return buffer <= BUFFER_SCRATCH && !given ? BUFFER_COUNT : buffer;
}

static int region_of(Share *s, Buffer buffer, int64_t begin) {
    const int number = stands_for(s, piece_at(s, buffer, begin));
    Piece *piece = &s->pieces.at[number];
    if (piece->region < 0) {
        piece->region = (int)s->nest->regions.count;
        vec_push(s->arena, &s->nest->regions, ((Region){.buffer = buffer, .origin = piece->begin}));
    }
    say(s, piece->region);
    say(s, pointer_kind(s, buffer));
    return piece->region;
}

static void say_terms(Share *s, const Address *address, int64_t origin) {
    say(s, address->base - origin);
    say(s, address->term_count);
    for (int i = 0; i < address->term_count; i++) {
        say(s, address->term[i].var);
        say(s, address->term[i].stride);
    }
}

static void say_address(Share *s, Address *address, bool write) {
    address->region = region_of(s, address->buffer, address->begin);
    Region *region = &s->nest->regions.at[address->region];
    region->written = region->written || write;
    say_terms(s, address, region->origin);
}

static void say_type(Share *s, Type type) {
    say(s, type.element);
    say(s, type.vector);
}

static void say_bound(Share *s, const Bound *bound) {
    say(s, bound->kind);
    say(s, bound->value);
    if (bound->kind == BOUND_VAR || bound->kind == BOUND_CLAMP || bound->kind == BOUND_CHUNK_IMAGES) say(s, bound->var);
    if (bound->kind == BOUND_PART_HIGH) say(s, bound->most);
    if (bound->kind != BOUND_CLAMP) return;
    say(s, bound->stride);
    say(s, bound->least);
    say(s, bound->most);
}

static void say_value(Share *s, Value *v) {
    say(s, v->op);
    say_type(s, v->type);
    say(s, v->id);
    const int operand[] = {v->a, v->b, v->c};
    for (int i = 0; i < loop_operand_count(v->op); i++) say(s, operand[i]);
    if (loop_takes_integer(v->op)) say(s, v->integer);
    switch ((int)v->op) {
    case OP_CONST: {
        int64_t bits;
        memcpy(&bits, &v->number, sizeof bits);
        say(s, v->type.element == TYPE_I32 ? v->integer : bits);
        break;
    }
    case OP_INDEX: say_terms(s, &v->address, 0); break;
    case OP_GET: say(s, v->variable); break;
    case OP_GATHER:
    case OP_GATHER_U8: say(s, v->stride); /* fallthrough */
    case OP_LOAD:
    case OP_LOAD_U8:
        say(s, v->aligned);
        say_address(s, &v->address, false);
        break;
    default: break;
    }
}

static void say_block(Share *s, const Block *block);

static void say_stmt(Share *s, Stmt *stmt) {
    say(s, stmt->kind);
    switch (stmt->kind) {
    case STMT_VALUE: say_value(s, &stmt->value); break;
    case STMT_FOR: say(s, stmt->var); say(s, stmt->step); /* fallthrough */
    case STMT_IF:
    case STMT_IF_EQUAL:
        say_bound(s, &stmt->low);
        say_bound(s, &stmt->high);
        say_block(s, &stmt->body);
        break;
    case STMT_DECLARE: say_type(s, stmt->type); /* fallthrough */
    case STMT_SET:
        say(s, stmt->variable);
        say(s, stmt->operand);
        break;
    case STMT_STORE_LANES:
    case STMT_ADD_LANES: say(s, stmt->first); say(s, stmt->lanes); /* fallthrough */
    case STMT_SCATTER: say(s, stmt->stride);                       /* fallthrough */
    case STMT_STORE:
        say(s, stmt->operand);
        say(s, stmt->aligned);
        say_address(s, &stmt->address, true);
        break;
    case STMT_PREFETCH: say_address(s, &stmt->address, false); break;
    case STMT_RANDOM:
        say(s, stmt->scalar);
        say(s, stmt->layer);
        say(s, stmt->count);
        say(s, stmt->split);
        say_address(s, &stmt->address, true);
        region_of(s, BUFFER_ITEM, 0);
        region_of(s, BUFFER_SCALAR, 0);
        break;
    case STMT_NEST:
    case STMT_MEET: BUG("a nest within a nest");
    }
}

static void say_block(Share *s, const Block *block) {
    say(s, (int64_t)block->count);
    for (size_t i = 0; i < block->count; i++) say_stmt(s, block->at[i]);
}

/* ---- which say the same ---- */
/* Lists of numbers that have a number: by its text a nest with a body of its own, by its place and regions any. */
typedef struct {
    const int64_t *at; /* NULL: empty */
    size_t count;
    uint64_t hash;
    int number;
} Listed;

typedef struct Said {
    Listed *at;
    size_t count, capacity; /* a power of 2, at least twice the count */
} Said;

static Listed *said_find(const Said *said, const Listed *list) {
    size_t i = list->hash & (said->capacity - 1);
    for (;; i = (i + 1) & (said->capacity - 1)) {
        Listed *known = &said->at[i];
        if (!known->at) return known;
        if (known->hash == list->hash && known->count == list->count &&
            memcmp(known->at, list->at, list->count * sizeof *list->at) == 0)
            return known;
    }
}

static void said_grow(Arena *arena, Said *said) {
    Said grown = {.count = said->count, .capacity = said->capacity ? 2 * said->capacity : 16};
    grown.at = NEW_ARRAY(arena, Listed, grown.capacity);
    for (size_t i = 0; i < said->capacity; i++)
        if (said->at[i].at) *said_find(&grown, &said->at[i]) = said->at[i];
    *said = grown;
}

/* The number that the list has; it gets this one if it has none. */
static int said_number(Arena *arena, Said *said, const int64_t *at, size_t count, int number) {
    if (2 * said->count >= said->capacity) said_grow(arena, said);
    Listed list = {at, count, 0, number};
    for (size_t i = 0; i < count; i++) list.hash = hash_number(list.hash, (uint64_t)at[i]);
    Listed *known = said_find(said, &list);
    if (known->at) return known->number;
    int64_t *copy = NEW_ARRAY(arena, int64_t, count);
    memcpy(copy, at, count * sizeof *at);
    list.at = copy;
    *known = list;
    said->count++;
    return number;
}

/* What tells it from others that do the same. No text begins so. */
static void say_place(Share *s) {
    s->text.count = 0;
    say(s, -1 - (int64_t)s->nest->same);
    say(s, s->nest->at.lo); /* nests of two places are two */
    for (size_t r = 0; r < s->nest->regions.count; r++) {
        say(s, s->nest->regions.at[r].buffer);
        say(s, s->nest->regions.at[r].origin);
    }
}

static Block copy_block(Arena *arena, const Block *block) {
    Stmt *copy = NEW_ARRAY(arena, Stmt, block->count);
    Block copied = {NEW_ARRAY(arena, Stmt *, block->count), block->count, block->count};
    for (size_t i = 0; i < block->count; i++) {
        copy[i] = *block->at[i];
        if (copy[i].body.count > 0) copy[i].body = copy_block(arena, &block->at[i]->body);
        copied.at[i] = &copy[i];
    }
    return copied;
}

int loop_add_nest(Arena *arena, Code *code, const Nest *nest) {
    const int number = (int)code->nests.count;
    Nest *added = NEW(arena, Nest);
    *added = *nest;
    if (!code->said) code->said = NEW(arena, Said);
    Share s = {.arena = arena, .scratch = arena_new(), .code = code, .nest = added};
    loop_reach(added, note, &s);
    join_pieces(&s);
    say_block(&s, &added->body);
    added->same = said_number(arena, code->said, s.text.at, s.text.count, number);
    say_place(&s);
    const int known = said_number(arena, code->said, s.text.at, s.text.count, number);
    arena_free(s.scratch);
    Nest *same = added->same == number ? added : code->nests.at[added->same];
    if (known != number) return known;
    added->body = added->same == number ? copy_block(arena, &nest->body) : same->body;
    vec_push(arena, &code->nests, added);
    return number;
}

int loop_region(const Nest *nest, Buffer buffer) {
    for (size_t r = 0; r < nest->regions.count; r++)
        if (nest->regions.at[r].buffer == buffer) return (int)r;
    BUG("%s has no region of %s", nest->name, buffer_names[buffer]);
}
