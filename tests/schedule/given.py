#!/usr/bin/env python3
"""--schedule takes back what --dump=schedule prints, all of it or lines, as a text or a file; what does not suit a nest is
refused by name, with what was expected."""
import os
import subprocess

NETC, ROOT = os.environ["NETC"], os.environ["NETC_ROOT"]
LENET = os.path.join(ROOT, "models", "lenet5.net")
VGG, WIDE = (os.path.join(ROOT, "tests", "bench", "models", name) for name in ("vgg.net", "wide_maps.net"))
CONCAT = os.path.join(ROOT, "tests", "routes", "concat.net")  # nests of one compute's name, and equal ones among them


def build(model, *options):
    return subprocess.run([NETC, "build", model, "--cpu", "sapphirerapids", "--stop-after=loops", *options],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


def dump(model, *options):
    done = build(model, "--dump=schedule", "--dump=loops", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


for model in (CONCAT, LENET, VGG):
    chosen = dump(model)
    with open("all.schedule", "w", encoding="utf-8") as file:
        file.write(chosen)
    assert dump(model, "--schedule", "all.schedule") == chosen
assert "loops 4/28" in chosen and "loops 0/" in chosen, "vgg has loops in blocks, of terms and of maps"
wide = dump(WIDE)
assert wide.count("tile 4 6 1 1, unroll 1 1 8, loops 5/4 ") == 1, "the rows of a block stay near while all maps meet"
assert wide.count("| 64 3 3, tile 1 13 1 2, unroll 1 1 3, loops 4/28 0 2 1 3, ") >= 4, "a row is read on where it was left"
assert wide.count("| 64 1 1, tile 1 8 1 3, unroll 16 1 1, ") >= 2, "terms of a 1x1 window are unrolled"

LINE = "train_conv2_z: tile 1 8 1 3, unroll 1 1 5, loops 0 2 3 1"
taken = dump(LENET, "--schedule", LINE)
with open("line.schedule", "w", encoding="utf-8") as file:
    file.write(f"  train_conv2_z : {LINE.partition(': ')[2]}; 1 kcycles\r\n")
assert dump(LENET, "--schedule", "line.schedule") == taken, "a line as editors leave it"
assert "train_conv2_z: lanes images, range n 16 10 10 | 6 5 5, tile 1 8 1 3, unroll 1 1 5, loops 0 2 3 1;" in taken, taken
assert taken != dump(LENET)

# Blocks of columns, within each row of each map, cannot be outside of these: it would be another sum.
with open("columns.net", "w", encoding="utf-8") as file:
    file.write('network columns { input 2x3x300; dense 4 activation=softmax }\ntrain { data idx images="i" labels="l" }\n')
done = build("columns.net", "--schedule", "train_dense1_z: tile 1 4, loops 4/256 0 1")
assert "loops 4/256: expected an index that can be cut" in done.stderr, done.stderr

# Chunks that share a tile divide those of a batch, images that do divide a vector.
with open("images.net", "w", encoding="utf-8") as file:
    file.write('network images { input 600; dense 500; dense 32; dense 10 activation=softmax }\n'
               'train { data idx images="i" labels="l" }\n')
for batch, given, said in (
        (48, "train_dense1_z: tile 2 8", "tile 2 of index 0: expected a divisor of the 3 chunks of a batch"),
        (64, "train_dense1_z: tile 3 8", "tile 3 of index 0: expected a divisor of the 4 chunks of a batch"),
        (10, "train_dense2_z: tile 3 1", "tile 3 of index 0: expected a divisor of 16, or more than 8")):
    done = build("images.net", "--set", f"batch {batch}", "--schedule", given)
    assert said in done.stderr, f"{given}: {done.stderr}"

for given, said in (
        ("train_conv2_z: tile 1 8 3 3", "train_conv2_z: tile: expected a product of at most 64"),
        ("train_conv2_z: tile 1 17 1 1", "tile 17 of index 1: expected 1 to 16"),
        ("train_conv2_z: tile 8 3", "'tile 8 3': expected 4 numbers, one for each index"),
        ("train_conv2_z: tile 1 4 1 5, unroll 1 2 3", "unroll 2 of index 5: the indices behind it are not unrolled whole"),
        ("train_conv2_z: tile 1 4 1 5, unroll 7 5 5", "unroll 7 of index 4: expected 1 to 6"),
        ("train_conv2_z: loops 0 1 1 3", "loops: expected each index from 0 to 3 once"),
        ("train_conv2_z: loops 1/3 0 1 2 3", "loops 1/3: expected an index that can be cut, and a divisor of its range"),
        ("train_conv2_z: tile 1 4 1 5, range n 5", "'range n 5': that is not chosen; the nest has: lanes images, range n 16 10 10"),
        ("train_conv2_z: loops 0 2 3", "'loops 0 2 3': expected 4 numbers, one for each index"),
        ("train_conv2_z: loops 1/ 0 1 2 3", "'loops 1/ 0 1 2 3': expected 4 numbers"),
        ("train_conv2_z: loops 99999999999999999999/4 0 1 2 3", "expected an index that can be cut"),
        ("train_conv2_z: tile", "'tile': expected 4 numbers, one for each index"),
        ("train_conv2_z: tile 2 1 1 1", "tile 2 of index 0: expected 1\n"),
        ("train_conv2_z: tile 1 4 1 5; unroll 1 5 5", "'tile 1 4 1 5; unroll 1 5 5': expected 4 numbers"),
        ("train_conv2_z: tile 1 4 1 5\ntrain_conv1_z: tyle 1 3 1 7", "train_conv1_z: 'tyle 1 3 1 7': that is not chosen"),
        ("train_conv2_z:", "train_conv2_z: expected tile, unroll or loops behind it; the nest has: lanes images"),
        (ROOT, "is a folder, not a file of what --dump=schedule prints"),
        ("train_cost: tile 3", "train_cost: it is no sum of products, which alone are scheduled"),
        ("train_convolution: tile 1 1", "there is no nest train_convolution; --dump=schedule prints them all"),
        ("nothing/there.schedule", "cannot read nothing/there.schedule: No such file or directory"),
        (LENET, "no line of it is as --dump=schedule prints them")):
    done = build(LENET, "--schedule", given)
    assert done.returncode in (2, 3) and said in done.stderr and done.stdout == "", f"{given}: {done.stderr}"
