"""Reads event files of TensorBoard: records with their checksums, and the scalars in them; and what they should hold."""
import csv
import os
import struct

NAME = "events.out.tfevents.netc"


def table():
    values = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        values.append(byte)
    return values


TABLE = table()


def checksum(content):
    """The masked CRC-32C of TFRecord files."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    with open(path, "rb") as file:
        content = file.read()
    at = 0
    while at < len(content):
        size, size_sum = struct.unpack_from("<QI", content, at)
        message = content[at + 12:at + 12 + size]
        if checksum(content[at:at + 8]) != size_sum or (checksum(message),) != struct.unpack_from("<I", content, at + 12 + size):
            raise SystemExit(f"FAILED: {path}: the record at byte {at} has a wrong checksum")
        yield message
        at += 16 + size


def varint(message, at):
    value = shift = 0
    while True:
        value |= (message[at] & 127) << shift
        shift += 7
        at += 1
        if message[at - 1] < 128:
            return value, at


def fields(message):
    """The fields of a protobuf message: number and value."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        size = {1: 8, 5: 4}.get(key & 7)
        if key & 7 == 0:
            value, at = varint(message, at)
        else:
            if size is None:
                size, at = varint(message, at)
            value, at = message[at:at + size], at + size
        yield key >> 3, value


def values(path):
    """(step, tag, fields) of each value, in the order of the file, which begins with its version."""
    first, *events = records(path)
    about = dict(fields(first))
    if about[3] != b"brain.Event:2" or struct.unpack("<d", about[1])[0] < 1e9:
        raise SystemExit(f"FAILED: {path} begins with {about}")
    found = []
    for event in events:
        about = dict(fields(event))
        for _, value in fields(about[5]):
            parts = dict(fields(value))
            found.append((about[2], parts[1].decode(), parts))
    return found


def scalars(path):
    """(step, tag, value) of each scalar."""
    return [(step, tag, struct.unpack("<f", parts[2])[0]) for step, tag, parts in values(path) if 2 in parts]


def histograms(path):
    """(step, tag) of each histogram: (least, largest, sum of counts, sum, sum of squares, upper edges, counts)."""
    found = {}
    for step, tag, parts in values(path):
        if 5 in parts:
            about = dict(fields(parts[5]))
            lists = [struct.unpack(f"<{len(about[key]) // 8}d", about[key]) for key in (6, 7)]
            if (step, tag) in found:
                raise SystemExit(f"FAILED: {path}: {tag} of step {step} twice")
            found[step, tag] = (*(struct.unpack("<d", about[key])[0] for key in (1, 2, 3, 4, 5)), *lists)
    return found


def single(text):
    """A number rounded to 32 bits."""
    return struct.unpack("<f", struct.pack("<f", float(text)))[0]


def expected(folder):
    """What the CSV files of a run say: a set of the same."""
    tags = {"train_cost": "cost/train", "validation_cost": "cost/validation", "train_accuracy": "accuracy/train",
            "validation_accuracy": "accuracy/validation", "train_rmse": "rmse/train", "validation_rmse": "rmse/validation"}
    found = set()
    for file in ("epochs", "gradients", "weights", "steps", "activations", "spectrum"):
        path = os.path.join(folder, f"{file}.csv")
        for row in csv.DictReader(open(path, newline="")) if os.path.exists(path) else ():
            for column, text in row.items():
                if text == "" or column in ("epoch", "step", "source", "layer", "of"):
                    continue
                tag = {"epochs": tags.get(column, column), "weights": f"weights_{column}", "steps": f"step_{column}",
                       "activations": f"activations_{column}", "spectrum": f"spectrum_{column}_{row.get('of')}",
                       "gradients": column + ("_probe" if row.get("source") == "probe" else "")}[file]
                found.add((int(row["step"]), tag + (f"/{row['layer']}" if "layer" in row else ""), single(text)))
    return found
