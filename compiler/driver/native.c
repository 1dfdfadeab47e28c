#include "compiler/driver/native.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/driver/ports.h"

#define CPU0 "/sys/devices/system/cpu/cpu0/"

/* ---- what the system says ---- */

/* The first line of a file, without its end; NULL: there is none. */
static const char *line_of(Arena *arena, const char *path) {
    FILE *file = fopen(path, "r");
    char line[256];
    bool good = file != NULL && fgets(line, sizeof line, file) != NULL;
    if (file != NULL) fclose(file);
    return good ? arena_copy(arena, line, strcspn(line, "\n")) : NULL;
}

/* How many numbers a list such as 0-3,8 has; 0: it is none. */
static long count_of(const char *list) {
    long count = 0;
    while (list != NULL && is_digit(*list)) {
        char *end;
        long first = strtol(list, &end, 10), last = first;
        if (*end == '-' && is_digit(end[1])) last = strtol(end + 1, &end, 10);
        if (last < first || (*end != ',' && *end != '\0')) return 0;
        count += last - first + 1;
        if (*end == '\0') return count;
        list = end + 1;
    }
    return 0;
}

/* Bytes of a cache of the first core; one that several cores share counts in shares, one of a core's threads does not.
 * 0: the system does not say. */
static int64_t cache_bytes(Arena *arena, const char *level) {
    for (int i = 0;; i++) {
        const char *folder = arena_format(arena, CPU0 "cache/index%d", i);
        const char *number = line_of(arena, arena_format(arena, "%s/level", folder));
        if (number == NULL) return 0;
        const char *type = line_of(arena, arena_format(arena, "%s/type", folder));
        if (!string_is(number, level) || string_is(type, "Instruction")) continue;
        const char *size = line_of(arena, arena_format(arena, "%s/size", folder));
        char *unit;
        long kib = size != NULL && is_digit(*size) ? strtol(size, &unit, 10) : 0;
        if (kib <= 0 || kib > 1 << 20 || *unit != 'K') return 0;
        long sharing = count_of(line_of(arena, arena_format(arena, "%s/shared_cpu_list", folder)));
        long threads = count_of(line_of(arena, CPU0 "topology/thread_siblings_list"));
        long cores = threads > 0 && sharing > threads ? sharing / threads : 1;
        return (int64_t)kib * 1024 / cores;
    }
}

void native_identify(CacheKey *key) {
    static const char *const words[] = {"vendor_id", "cpu family",      "model",       "model name",  "stepping",
                                        "CPU part",  "CPU implementer", "CPU variant", "CPU revision"};
    FILE *file = fopen("/proc/cpuinfo", "r");
    char *line = NULL;
    size_t capacity = 0;
    while (file != NULL && getline(&line, &capacity, file) > 1) {
        size_t length = strcspn(line, "\t:");
        for (size_t i = 0; i < COUNT_OF(words); i++) {
            if (strlen(words[i]) == length && strncmp(words[i], line, length) == 0) cache_key_text(key, line);
        }
    }
    free(line);
    if (file != NULL) fclose(file);
}

/* ---- what is measured ---- */

/* "ports 2" and the end of a line; 0: it is something else. */
static int read_ports(const char *path) {
    FILE *file = fopen(path, "r");
    char line[16] = "";
    size_t got = file != NULL ? fread(line, 1, sizeof line - 1, file) : 0;
    if (file != NULL) fclose(file);
    bool good = got == 8 && strncmp(line, "ports ", 6) == 0 && line[6] >= '1' && line[6] <= '8' && line[7] == '\n';
    return good ? line[6] - '0' : 0;
}

/* That of earlier, else measured and kept. */
static int find_ports(Arena *arena, const Processor *row) {
    CacheKey *key = cache_key_new(arena);
    cache_key_text(key, NETC_VERSION);
    cache_key_text(key, processor_text(arena, row));
    native_identify(key);
    const char *path = cache_path(arena, CACHE_PROCESSORS, key);
    int ports = path != NULL ? read_ports(path) : 0;
    if (ports > 0) return ports;
    ports = ports_measure(row);
    if (ports > 0 && path != NULL) {
        NetError error; /* the next run measures again */
        const char *text = arena_format(arena, "ports %d\n", ports);
        net_file_save(path, text, strlen(text), &error);
    }
    return ports;
}

const char *native_settle(Arena *arena, Processor *row) {
    int ports = find_ports(arena, row);
    int64_t l1 = cache_bytes(arena, "1"), l2 = cache_bytes(arena, "2");
    if (ports > 0) row->ports = ports;
    if (l1 > 0) row->l1 = l1;
    if (l2 > 0) row->l2 = l2;
    const char *caches = l1 > 0 && l2 > 0 ? "caches" : l1 > 0 ? "L1" : l2 > 0 ? "L2" : NULL;
    if (caches == NULL) return ports > 0 ? "ports measured" : NULL;
    return arena_format(arena, "%s%s from the system", ports > 0 ? "ports measured, " : "", caches);
}
