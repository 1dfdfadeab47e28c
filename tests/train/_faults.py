"""What happens to a run when the k-th write, sync or rename fails."""
import concurrent.futures
import os

import _trainer as t

OFTEN = {"NET_CHECKPOINT_SECONDS": 0}


def inject_all(options, least):
    """Fails the k-th call of a run with these options, for each k, of which there are at least so many: each time a
    clear line and status 3, and what is left is gone on with to the same bits. A checkpoint follows each step."""
    t.run(*options, "--name", "whole", env=OFTEN)
    whole = t.contents("whole")

    def inject(k):
        """Whether there was a call to fail."""
        name = f"faulty{k}"
        run, out, err = t.finish(*options, "--name", name, env={**OFTEN, "NET_FAULT": k})
        if run == 0:
            t.same(name, whole, f"{k} is beyond the last write")
            return False
        t.check(run == 3, f"fault {k}: status {run}\n{err}")
        t.check(len(err.strip().splitlines()) == 1, f"fault {k}: expected one line\n{err}")
        if [entry for entry in os.listdir("runs") if entry.startswith(name + "-")]:
            left = [entry for entry in os.listdir(t.folder(name)) if ".tmp" in entry or "-new" in entry]
            t.check(not left, f"fault {k}: it left {left} behind")
        run, out, err = t.finish(*options, "--resume", "--name", name)
        t.check(run == 0, f"resumed after fault {k}: status {run}\n{err}")
        t.same(name, whole, f"fault {k}")
        t.remove(name)
        return True

    count = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        while all(pool.map(inject, range(count + 1, count + 9))):
            count += 8
    t.check(count >= least, f"only some {count} faults could be injected")
    t.remove("whole")
    print("ok: more than", count, "faults")
