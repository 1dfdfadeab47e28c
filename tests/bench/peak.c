/* peak COMMAND...: runs a command and says "peak SECONDS KILOBYTES" on standard error: how long it took and the most
 * memory it (or one of its children) held. A small program of its own, since a process starts with its parent's peak.
 */
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double clock_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int argc, char **argv) {
    pid_t child = 0;
    int state = 0;
    struct rusage usage;
    double start = clock_seconds();
    if (argc < 2 || posix_spawnp(&child, argv[1], NULL, NULL, argv + 1, environ) != 0) {
        fputs("usage: peak COMMAND...\n", stderr);
        return 2;
    }
    if (wait4(child, &state, 0, &usage) != child) return 3;
    fprintf(stderr, "\npeak %.6f %ld\n", clock_seconds() - start, usage.ru_maxrss);
    return WIFEXITED(state) ? WEXITSTATUS(state) : 3;
}
