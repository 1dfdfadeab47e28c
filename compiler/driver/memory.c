#include "compiler/driver/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "compiler/base/base.h"

bool memory_size(const char *text, int64_t *bytes) {
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    if (strspn(text, "0123456789") == 0) {
        return false;
    }
    *bytes = strtoll(text, &end, 10);
    bool point = *end == '.';
    size_t decimals = point ? strspn(++end, "0123456789") : 0;
    double part = 0;
    for (size_t i = decimals; i > 0; i--) {
        part = (part + end[i - 1] - '0') / 10;
    }
    end += decimals;
    if (*end == ' ' && end[1] != '\0') {
        end++;
    }
    const char *unit = *end == '\0' ? NULL : strchr(units, *end >= 'a' ? *end - 'a' + 'A' : *end);
    if (errno != 0 || (point && (decimals == 0 || unit == NULL)) || (unit == NULL && *end != '\0')) {
        return false;
    }
    int64_t size = 1;
    for (const char *step = units; unit != NULL && step <= unit; step++) {
        size *= 1024;
    }
    bool fits = size_mul(*bytes, size, bytes) && size_add(*bytes, (int64_t)(part * (double)size), bytes);
    return fits && *bytes > 0 &&
           (unit == NULL || end[1] == '\0' || strcasecmp(end + 1, "b") == 0 || strcasecmp(end + 1, "ib") == 0);
}

/* The number in a file of the control group's folder or of one above it, if it is less than *bytes; "max" is none. */
static void lower_to(const char *path, int64_t *bytes) {
    FILE *file = fopen(path, "re");
    long long limit;
    if (file == NULL) {
        return;
    }
    if (fscanf(file, "%lld", &limit) == 1 && limit > 0 && limit < *bytes) {
        *bytes = limit;
    }
    fclose(file);
}

/* The limits of the control group (version 2) this process is in, and of those around it. */
static void control_group(int64_t *bytes) {
    static const char root[] = "/sys/fs/cgroup";
    char line[1024];
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL) {
        return;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "0::/", 4) != 0) {
            continue;
        }
        char *group = line + 3;
        group[strcspn(group, "\n")] = '\0';
        for (char *slash; (slash = strrchr(group, '/')) != NULL; *slash = '\0') {
            char path[1200];
            snprintf(path, sizeof path, "%s%s%smemory.max", root, group, slash[1] == '\0' ? "" : "/");
            lower_to(path, bytes);
        }
    }
    fclose(file);
    lower_to("/sys/fs/cgroup/memory.max", bytes);
    lower_to("/sys/fs/cgroup/memory/memory.limit_in_bytes", bytes); /* version 1 */
}

bool memory_limit(const char *text, int64_t *bytes) {
    if (text != NULL) {
        return memory_size(text, bytes);
    }
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    *bytes = INT64_MAX;
    if (pages > 0 && size > 0 && !size_mul(pages, size, bytes)) {
        *bytes = INT64_MAX;
    }
    control_group(bytes);
    return true;
}
