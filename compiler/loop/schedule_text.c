/* Schedules as text: what --dump=schedule prints, and --schedule takes back. See schedule.h. */
#include <stdlib.h>
#include <string.h>

#include "compiler/loop/cost.h"
#include "compiler/loop/schedule.h"

/* ---- printing ---- */
static void print_numbers(const char *before, const int64_t *number, int from, int to, FILE *out) {
    fputs(before, out);
    for (int i = from; i < to; i++) fprintf(out, " %lld", (long long)number[i]);
}

static void print_items(const Group *group, const Schedule *s, FILE *out) {
    const int rank = group->rank, all = rank + group->reductions;
    if (s->lane < 0)
        fputs("no lanes", out);
    else if (group->scope == SCOPE_BATCH)
        fputs("lanes images of all chunks", out);
    else if (s->lane == group->batch)
        fputs("lanes images", out);
    else
        fprintf(out, "lanes index %d", s->lane);
    if (s->turned >= 0) fprintf(out, ", 16 x 16 turned with index %d", s->turned);
    if (s->pair >= 0) fprintf(out, ", its rest in pairs of index %d", s->pair);
    fputs(", range", out);
    for (int i = 0; i < all; i++) {
        fputs(i == 0 ? " " : i == rank ? " | " : " ", out);
        if (group->range[i] == DIM_BATCH || i == group->images)
            fputs("n", out);
        else
            fprintf(out, "%lld", (long long)group->range[i]);
    }
    print_numbers(", tile", s->tile, 0, rank, out);
    if (group->reductions > 0) print_numbers(", unroll", s->unroll, rank, all, out);
    bool moved = s->blocked >= 0;
    for (int l = 0; l < rank; l++) moved = moved || s->order[l] != l;
    if (moved) fputs(", loops", out);
    if (s->blocked >= 0) fprintf(out, " %d/%lld", s->blocked, (long long)s->block);
    for (int l = 0; l < rank && moved; l++) fprintf(out, " %d", s->order[l]);
    const SumOrder *order = &group->member[0]->compute->order;
    if (order->settled && order->block >= 0)
        fprintf(out, ", blocks of %lld of index %d", (long long)order->block_size, order->block);
}

/* "; 160 kcycles a chunk, bound by loads": what the scheduler reckons with. */
static void print_cost(const Group *group, const Schedule *s, const Processor *processor, FILE *out) {
    static const char *const bounds[] = {
        [BOUND_BY_PORTS] = "multiply-adds", [BOUND_BY_LOADS] = "loads", [BOUND_BY_ISSUE] = "issue",
        [BOUND_BY_LATENCY] = "latency",     [BOUND_BY_L2] = "L2",       [BOUND_BY_L3] = "L3"};
    const CostOf of = cost_begin(group, processor);
    Cycles cycles = cost_in_cycles(&of, s);
    const bool many = cycles.count >= 999500;
    fprintf(out, "; %.3g %scycles %s, bound by %s", cycles.count / (many ? 1e6 : 1e3), many ? "M" : "k",
            group->layout->images == 1 ? "an image" : "a chunk", bounds[cycles.by]);
}

void schedule_print(const Group *group, const Schedule *s, const char *name, const Processor *processor, FILE *out) {
    fprintf(out, "%s: ", name);
    print_items(group, s, out);
    if (processor && schedule_is_searched(group)) print_cost(group, s, processor, out);
    fputs("\n", out);
}

const char *schedule_items(Arena *arena, const Group *group, const Schedule *s) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) out_of_memory();
    print_items(group, s, out);
    fclose(out);
    const char *items = arena_copy(arena, text, size);
    free(text);
    return items;
}

/* ---- reading ---- */
static bool parse_tile(const char *text, GivenSchedules *given) {
    int64_t size = 1;
    for (int count = 0; count < FORCED_MAX; text++) {
        int64_t n = 0;
        for (; is_digit(*text) && n < 100; text++) n = 10 * n + (*text - '0');
        size *= n;
        if (size < 1 || size > TILE_MAX) return false;
        given->tile[count++] = n;
        given->numbers = count;
        if (*text == '\0') return true;
        if (*text != 'x') return false;
    }
    return false;
}

/* "processor rocketlake as sapphirerapids: 64-byte vectors, ..": the lines below are what was chosen for it. */
static void add_processor(Arena *arena, GivenSchedules *given, const char *name) {
    const char *before = given->cpu;
    given->cpu = arena_copy(arena, name, strcspn(name, " :\n"));
    bool known = before == NULL || string_is(before, given->cpu);
    for (size_t i = 0; i < given->count; i++)
        known = known || (given->at[i].cpu != NULL && string_is(given->at[i].cpu, given->cpu));
    if (!known) given->parts = arena_format(arena, "%s, %s", given->parts != NULL ? given->parts : before, given->cpu);
}

/* Of a dump's other lines none is a name and a colon but indented ones of layers: these count only by their first word,
 * so that a slip in a line of a nest is told of. */
static void add_line(Arena *arena, GivenSchedules *given, const char *line, size_t length) {
    static const char *const items[] = {"lanes ", "no lanes", "range ", "tile ", "unroll ", "loops "};
    const char *end = line + length;
    const bool indented = length > 0 && *line == ' ';
    while (line < end && *line == ' ') line++;
    while (end > line && (end[-1] == ' ' || end[-1] == '\r')) end--;
    const char *after = line;
    while (after < end && in_name(*after)) after++;
    const size_t name = (size_t)(after - line);
    while (after < end && *after == ' ') after++;
    if (name == 0 || is_digit(*line) || after == end || *after != ':') return;
    GivenSchedule new = {.name = arena_copy(arena, line, name), .cpu = given->cpu};
    for (after++; after < end && *after == ' '; after++) continue;
    const char *cost = memchr(after, ';', (size_t)(end - after)); /* follows from the rest */
    if (cost != NULL && memmem(cost, (size_t)(end - cost), "cycles", strlen("cycles")) != NULL) end = cost;
    new.items = arena_copy(arena, after, (size_t)(end - after));
    bool known = !indented;
    for (size_t i = 0; i < COUNT_OF(items); i++) known = known || strncmp(new.items, items[i], strlen(items[i])) == 0;
    if (known) vec_push(arena, given, new);
}

bool schedules_parse(Arena *arena, const char *text, GivenSchedules *given) {
    static const char processor[] = "processor ";
    *given = (GivenSchedules){.arena = arena};
    if (parse_tile(text, given)) return true;
    given->numbers = 0;
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        if (strncmp(text, processor, strlen(processor)) == 0)
            add_processor(arena, given, text + strlen(processor));
        else
            add_line(arena, given, text, strcspn(text, "\n"));
    }
    return given->count > 0;
}

/* Lines for another processor than code was made for are used by nobody; but some are. */
const char *schedules_fault(const GivenSchedules *given) {
    if (given->fault != NULL) return given->fault;
    bool any = given->count == 0;
    for (size_t i = 0; i < given->count; i++) any = any || given->at[i].used;
    for (size_t i = 0; i < given->count; i++) {
        const GivenSchedule *line = &given->at[i];
        bool meant = given->parts == NULL || line->cpu == NULL;
        for (size_t k = 0; k < given->count && !meant; k++)
            meant = given->at[k].used && given->at[k].cpu != NULL && string_is(given->at[k].cpu, line->cpu);
        if (meant && !line->used)
            return arena_format(given->arena, "there is no nest %s; --dump=schedule prints them all", line->name);
    }
    if (any) return NULL;
    return arena_format(given->arena, "its lines are for %s; expected some for what --cpu says", given->parts);
}

/* ---- taking a line ---- */
typedef struct {
    GivenSchedules *given;
    const GivenSchedule *line;
} Taking;

static bool refuse(const Taking *taking, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (!taking->given->fault)
        taking->given->fault = arena_format(taking->given->arena, "%s: %s", taking->line->name,
                                            arena_vformat(taking->given->arena, format, args));
    va_end(args);
    return false;
}

/* "tile 1 4 1 5": exactly `count` numbers behind the word, or what else of the item `from` begins with. */
static bool read_numbers(const Taking *taking, const char *item, const char *from, int count, int64_t *number) {
    const char *at = strchr(from, ' ');
    int found = 0;
    for (; at && *at == ' '; found++) {
        char *end;
        int64_t n = strtoll(at, &end, 10);
        if (end == at) break;
        if (found < count) number[found] = n;
        at = end;
    }
    if (found == count && (at == NULL || *at == '\0')) return true;
    return refuse(taking, "'%s': expected %d numbers, one for each index", item, count);
}

static bool begins(const char *item, const char *word) {
    const size_t length = strlen(word);
    return strncmp(item, word, length) == 0 && (item[length] == ' ' || item[length] == '\0');
}

static bool take_item(const Taking *taking, const Group *group, Schedule *s, const char *item, const char *chosen) {
    const int rank = group->rank;
    int64_t order[INDEX_MAX];
    if (begins(item, "tile")) return read_numbers(taking, item, item, rank, s->tile);
    if (begins(item, "unroll")) return read_numbers(taking, item, item, group->reductions, s->unroll + rank);
    if (begins(item, "loops")) {
        const char *numbers = item;
        char *end;
        long long blocked = strtoll(item + strlen("loops"), &end, 10);
        if (*end == '/' && is_digit(end[1])) { /* "loops 1/16 0 2 1": the blocks' loop first */
            s->blocked = blocked < 0 || blocked > INDEX_MAX ? INDEX_MAX : (int)blocked;
            s->block = strtoll(end + 1, &end, 10);
            numbers = end;
        }
        if (!read_numbers(taking, item, numbers, rank, order)) return false;
        for (int l = 0; l < rank; l++) s->order[l] = (int)order[l];
        return true;
    }
    size_t length = strlen(item);
    for (const char *at = chosen; (at = strstr(at, item)); at++)
        if ((at == chosen || at[-1] == ' ') && (at[length] == ',' || at[length] == '\0')) return true;
    return refuse(taking, "'%s': that is not chosen; the nest has: %s", item, chosen);
}

static bool takes_order(const Taking *taking, const Group *group, const Schedule *s) {
    bool seen[INDEX_MAX] = {false}, moved = false;
    for (int l = 0; l < group->rank; l++) {
        int i = s->order[l];
        if (i < 0 || i >= group->rank || seen[i])
            return refuse(taking, "loops: expected each index from 0 to %d once", group->rank - 1);
        seen[i] = true;
        moved = moved || i != l;
    }
    if (s->blocked != -1 && (s->blocked < 0 || s->blocked >= group->rank + group->reductions ||
                             !schedule_may_block(group, s, s->blocked, s->block)))
        return refuse(taking, "loops %d/%lld: expected an index that can be cut, and a divisor of its range",
                      s->blocked, (long long)s->block);
    return !moved || schedule_may_reorder(group, s) || refuse(taking, "loops: they stand as the indices do here");
}

/* "1 to 16" */
static const char *up_to(const Taking *taking, int64_t most) {
    return most == 1 ? "1" : arena_format(taking->given->arena, "1 to %lld", (long long)most);
}

/* Terms stay in their order: one index is unrolled in part only when those behind it are unrolled whole. */
static bool takes_unroll(const Taking *taking, const Group *group, const Schedule *s, int64_t tile) {
    int64_t body = tile;
    bool whole = true;
    for (int k = group->rank + group->reductions; k-- > group->rank;) {
        int64_t most = schedule_terms(group, s, k), n = s->unroll[k];
        if (n < 1 || n > most)
            return refuse(taking, "unroll %lld of index %d: expected %s", (long long)n, k, up_to(taking, most));
        if (n > 1 && !whole)
            return refuse(taking, "unroll %lld of index %d: the indices behind it are not unrolled whole", (long long)n,
                          k);
        if (k != s->lane) whole = whole && schedule_is_whole(group, s, k);
        body *= n;
    }
    return body <= UNROLL_MAX ||
           refuse(taking, "%lld multiply-adds in a body: expected at most %d", (long long)body, UNROLL_MAX);
}

static bool refuse_tile(const Taking *taking, const Group *group, int i, int64_t n) {
    if (i == group->batch)
        return refuse(taking, "tile %lld of index %d: expected a divisor of the %lld chunks of a batch", (long long)n,
                      i, (long long)group->layout->chunks);
    if (i == group->images)
        return refuse(taking, "tile %lld of index %d: expected a divisor of %d, or more than %d", (long long)n, i,
                      LOOP_LANES, HALF_VECTOR);
    return refuse(taking, "tile %lld of index %d, which settles what terms there are: expected 1", (long long)n, i);
}

static bool takes_tile(const Taking *taking, const Group *group, const Schedule *s, int64_t *tile) {
    *tile = 1;
    for (int i = 0; i < group->rank; i++) {
        int64_t most = schedule_units(group, s, i), n = s->tile[i];
        if (n < 1 || n > most)
            return refuse(taking, "tile %lld of index %d: expected %s", (long long)n, i, up_to(taking, most));
        if (!schedule_may_tile(group, s, i, n)) return refuse_tile(taking, group, i, n);
        *tile *= n;
        if (*tile > TILE_MAX) return refuse(taking, "tile: expected a product of at most %d", TILE_MAX);
    }
    return true;
}

static bool is_same(const Group *group, const Schedule *a, const Schedule *b) {
    return memcmp(a->tile, b->tile, sizeof a->tile) == 0 && memcmp(a->unroll, b->unroll, sizeof a->unroll) == 0 &&
           memcmp(a->order, b->order, (size_t)group->rank * sizeof *a->order) == 0 && a->blocked == b->blocked &&
           (a->blocked < 0 || a->block == b->block);
}

static bool take(const Taking *taking, const Group *group, Schedule *s) {
    Arena *arena = taking->given->arena;
    const char *chosen = schedule_items(arena, group, s);
    Schedule taken = *s;
    for (int l = 0; l < group->rank; l++) taken.order[l] = l; /* what is printed only where it is another */
    taken.blocked = -1;
    if (*taking->line->items == '\0')
        return refuse(taking, "expected tile, unroll or loops behind it; the nest has: %s", chosen);
    for (const char *at = taking->line->items; *at;) {
        size_t length = strcspn(at, ",");
        if (!take_item(taking, group, &taken, arena_copy(arena, at, length), chosen)) return false;
        at += length;
        at += strspn(at, ", ");
    }
    if (is_same(group, &taken, s)) return true;
    int64_t tile;
    if (!schedule_is_searched(group))
        return refuse(taking, "it is no sum of products, which alone are scheduled; the nest has: %s", chosen);
    if (!takes_tile(taking, group, &taken, &tile) || !takes_unroll(taking, group, &taken, tile) ||
        !takes_order(taking, group, &taken))
        return false;
    taken.held = schedule_held(group, &taken);
    *s = taken;
    return true;
}

void schedules_take(GivenSchedules *given, const Group *group, const char *name, const char *cpu, Schedule *s) {
    for (size_t i = 0; i < given->count; i++) {
        const GivenSchedule *line = &given->at[i];
        if (!string_is(line->name, name)) continue;
        if (given->parts != NULL && line->cpu != NULL && !string_is(line->cpu, cpu)) continue;
        const Taking taking = {given, &given->at[i]};
        given->at[i].used = true;
        take(&taking, group, s);
    }
}
