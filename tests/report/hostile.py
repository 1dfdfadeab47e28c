#!/usr/bin/env python3
"""netc report: names of any kind, in paths, settings, layers and classes, are shown as they are and inject nothing."""
import csv
import json
import os
import struct
import xml.etree.ElementTree

from _report import SVG, Page, check, drawings, make, netc, read, rows, write

EVIL = ["</script><script>alert(1)</script>", "</title></style><img src=x onerror=alert(2)>", "\"'><b>&amp;&lt;",
        "]]><!--", "a\x01\x1b[31mb\u202ec", "x,y\n\"z\"", "<svg onload=alert(3)>", "\ufffe\uffff\x85"]
steps = [f"{epoch},{epoch},1,1,0.1,{1 / (1 + epoch)},0,0.5,{1 / (2 + epoch)},0.5" for epoch in range(5)]

plain = Page(read(make("plain", epochs=steps) and netc("report", "plain") and "plain/report.html"))
for number, evil in enumerate(EVIL):
    layer = evil.replace(",", "").replace("\n", "")
    lines = [f"{epoch},{epoch},probe,{layer},{0.1 / (1 + epoch)},0.2,0.3,0.4,0.5,0.6,0.1,0.2" for epoch in range(5)]
    folder = make("runs/" + evil.replace("/", "_"), {"cost": evil, evil: "1", "data": evil}, steps, lines,
                  {"status": evil, "best_validation_accuracy": 0.5}, path=evil, lets={evil: evil}, text=evil)
    other = make(f"runs/other{number}", {"cost": "plain"}, steps, lines)
    for runs in ([folder], [folder, other]):
        netc("report", *runs, "-o", "evil.html", "--svg", "svg", "--csv", "csv")
        page = Page(read("evil.html"))
        check(page.count("script") == plain.count("script") == 1, f"scripts for {evil!r}")
        check(page.count("style") == 1 and page.count("title") >= 1, f"styles for {evil!r}")
        tiles = sum(attributes.get("class") == "tile" for _, attributes in page.elements)
        check(page.count("img") == 0 and page.count("b") == tiles, f"elements for {evil!r}")
        for tag, attributes in page.elements:
            check(not [name for name in attributes if name.startswith("on")], f"{evil!r}: {tag} {attributes}")
            check(not [value for name, value in attributes.items()
                       if name in ("href", "src") and not value.startswith("data:image/png;")], f"{evil!r}: {attributes}")
        check(not any(ord(c) < 32 and c != "\n" or c == "\u202e" for c in read("evil.html")), f"characters of {evil!r}")
        drawings("svg")
        for name in os.listdir("csv"):
            check(not any(ord(c) < 32 and c != "\n" or c == "\u202e" for c in read(f"csv/{name}")), f"{name} of {evil!r}")
        check({row["series"] for row in rows("csv/speed.csv")}, "series")
        if layer.isprintable() and len(runs) == 1:
            check({row["series"] for row in rows("csv/speed.csv")} == {layer}, f"{layer!r} in the numbers")
            check(any(layer in text for text in page.texts), f"{layer!r} on the page")

# Classes have names, too: those of a folder of pictures are those of its folders.
names = ["<b>&\"'", "</script>", "plain" + " long" * 12]
with open("points.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["a", "b", "kind"])
    for i in range(150):
        writer.writerow([i % 3 + (i % 7) / 10, (i * 7) % 3, names[(i * 5) % 3]])
write("classes.net", """network classes {
    input 2
    %s: dense 3 activation=softmax
}
train {
    data      csv train="points.csv" target=kind
    split     train=100 test=50
    optimizer sgd rate=0.01
    batch     10
    epochs    1
}
""" % ("long" * 15))
netc("train", "classes.net", "-q")
netc("report", "runs/latest", "--svg", "classes", "--csv", "classes")
page = Page(read("runs/latest/report.html"))
check(page.count("script") == 1 and
      page.count("b") == sum(attributes.get("class") == "tile" for _, attributes in page.elements), "class names")
check({"confusion", "classes"} <= set(drawings("classes")), "figures of classes")
check({row["class"] for row in rows("classes/classes.csv")} == set(names), rows("classes/classes.csv"))
for name, whole in (("confusion", names), ("classes", []), ("network", ["long" * 15])):
    root = xml.etree.ElementTree.parse(f"classes/{name}.svg").getroot()
    texts = [text.text or "" for text in root.iter(SVG + "text")]
    check(any(text.endswith("…") for text in texts) and max(map(len, texts)) <= 21, f"long names on {name}: {texts}")
    check(all(name in "".join(root.itertext()) for name in whole), f"whole names of {name}")

# Names in a weights file from elsewhere lead to no file of another folder, and to no other element.
folder = make("below/weights", epochs=steps)
name = "../../up</svg><script>.weight"
head = json.dumps({"plain.weight": {"dtype": "F32", "shape": [1, 1, 2, 2], "data_offsets": [0, 16]},
                   name: {"dtype": "F32", "shape": [2, 1, 2, 2], "data_offsets": [16, 48]}}).encode()
head += b" " * (-len(head) % 8)
with open(f"{folder}/weights.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(head)) + head + struct.pack("<12f", *range(12)))
before = sorted(os.listdir("."))
netc("report", folder, "-o", "below/page.html", "--svg", "below/svg", "--csv", "below/csv")
check({"maps.svg", "maps-1.svg"} <= set(os.listdir("below/svg")), os.listdir("below/svg"))
check(sorted(os.listdir(".")) == before and sorted(os.listdir("below")) == ["csv", "page.html", "svg", "weights"], "files")
check(Page(read("below/page.html")).count("script") == 1, "elements")
