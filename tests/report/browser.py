#!/usr/bin/env python3
"""Reports in a browser, from a file and with no network: every figure is drawn, nothing is complained of, the pointer
finds numbers, legends and buttons do what they say. Chromium runs a script that is put behind the page's own."""
import json
import os
import re
import shutil
import subprocess
import sys

from _report import check, fail, make, netc, read, rows, train, write

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    print("there is no chromium")
    sys.exit(77)

BEFORE = """<script>window.faults = [];
addEventListener("error", function (e) { faults.push(String(e.message)); });
addEventListener("securitypolicyviolation", function (e) { faults.push(e.violatedDirective + " " + e.blockedURI); });
["error", "warn"].forEach(function (name) { console[name] = function () { faults.push([].join.call(arguments)); }; });
</script>"""
AFTER = """<script>
function hover(target, x, y) {
  target.dispatchEvent(new PointerEvent("pointermove", {clientX: x, clientY: y, bubbles: true}));
}
function look() {
  var out = {faults: faults, figures: [], width: document.documentElement.scrollWidth, tips: [], toggles: [], views: [], headings: 0, scrolls: []};
  document.querySelectorAll("figure").forEach(function (figure) {
    var view = figure.querySelector(".view:not([hidden])"), svg = view && view.querySelector("svg");
    var box = svg ? svg.getBoundingClientRect() : {width: 0, height: 0};
    var images = svg ? [].filter.call(svg.querySelectorAll("image"), function (i) { return i.getBBox().width > 0; }) : [];
    out.figures.push({id: figure.id, width: box.width, height: box.height, images: images.length,
                      marks: svg ? svg.querySelectorAll("path,rect,image").length : 0,
                      missing: !!figure.querySelector(".missing")});
  });
  document.body.style.width = Math.min(innerWidth - 70, 1200) + "px"; /* a window is never narrower than 500 */
  document.querySelectorAll(".view:not([hidden])").forEach(function (view) {
    if (view.scrollWidth > view.clientWidth) out.scrolls.push(view.closest("figure").id);
  });
  document.body.style.width = "";
  document.querySelectorAll("svg.chart").forEach(function (svg) {
    if (svg.closest("[hidden]")) return;
    var line = svg.querySelector(".series path:last-of-type"), at = line.getPointAtLength(0);
    var point = new DOMPoint(at.x, at.y).matrixTransform(line.getScreenCTM());
    hover(svg, point.x + 2, point.y - 2);
    var tip = document.querySelector(".tip");
    out.tips.push({figure: svg.closest("figure").id, text: tip.hidden ? null : tip.textContent});
    svg.dispatchEvent(new PointerEvent("pointerleave"));
    var key = svg.querySelector(".key"), of = key.dataset.set; /* a heading: its run's entries go with it */
    var keys = of ? [].slice.call(svg.querySelectorAll('.key[data-of="' + of + '"]')) : [key];
    function shown() {
      return keys.map(function (k) {
        return getComputedStyle(svg.querySelector('.series[data-k="' + k.dataset.k + '"]')).display;
      }).concat(key.getAttribute("aria-pressed")).join(" ");
    }
    var before = shown();
    key.dispatchEvent(new MouseEvent("click", {bubbles: true}));
    var off = shown();
    keys.forEach(function (k) { if (of) k.dispatchEvent(new MouseEvent("click", {bubbles: true})); });
    var again = shown();
    key.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
    if (of) {
      out.headings++;
      key.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
    }
    out.toggles.push([tip.hidden, off.replace(/none /g, ""), !of || again === before, shown() === before]);
  });
  document.querySelectorAll(".views").forEach(function (views) {
    var buttons = views.querySelectorAll("button"), last = buttons[buttons.length - 1];
    last.click();
    var shown = views.closest("figure").querySelectorAll(".view:not([hidden])");
    out.views.push([shown.length, shown[0].dataset.v === last.dataset.v, shown[0].firstElementChild.getBoundingClientRect().width > 0]);
  });
  var dark = getComputedStyle(document.body);
  out.colors = [dark.backgroundColor, dark.color];
  document.body.replaceChildren();
  document.body.textContent = "LOOK" + JSON.stringify(out) + "LOOK";
}
look();
</script>"""


def look(path, width=1280, *options):
    """What the script sees of a page."""
    text = read(path)
    with open("probe.html", "w", encoding="utf-8") as file:
        file.write(text.replace("<title>", BEFORE + "<title>", 1).replace("</body>", AFTER + "</body>", 1))
    done = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                           "--user-data-dir=" + os.path.abspath("profile"), "--host-resolver-rules=MAP * ~NOTFOUND",
                           f"--window-size={width},900", "--dump-dom", *options,
                           "file://" + os.path.abspath("probe.html")],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=120,
                          env={**os.environ, "HOME": os.getcwd()})
    found = re.search("LOOK(.*)LOOK", done.stdout, re.DOTALL)
    if not found:
        fail(f"{path}: nothing was seen\n{done.stderr[-2000:]}")
    seen = json.loads(found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    check(seen["faults"] == [], f"{path}: {seen['faults']}")
    for figure in seen["figures"]:
        drawn = figure["width"] > 100 and figure["height"] > 50 and figure["marks"] > 0
        check(drawn or figure["missing"] or figure["id"] in ("settings", "model"), f"{path}: {figure}")
    for tip in seen["tips"]:
        check(tip["text"] and " · " in tip["text"], f"{path}: {tip}")
    for toggle in seen["toggles"]:
        check(toggle == [True, "false", True, True], f"{path}: {toggle}")
    for view in seen["views"]:
        check(view == [1, True, True], f"{path}: {view}")
    return seen


run = train()
netc("report", run)
seen = look(f"{run}/report.html")
figures = {figure["id"]: figure for figure in seen["figures"]}
check(figures["misclassified"]["images"] > 0 and not figures["speed"]["missing"], figures)
check(len(seen["tips"]) >= 5 and len(seen["views"]) >= 3, seen)
first = next(row for row in rows(f"{run}/epochs.csv") if row["validation_cost"])
tip = next(tip["text"] for tip in seen["tips"] if tip["figure"] == "cost")
check(tip in (f"validation · epoch {first['epoch']} · {float(first['validation_cost']):.5g}",) or "training" in tip, tip)
light = seen["colors"]

# As wide as a phone: neither the page itself nor a figure scrolls sideways. Dark where the reader's screen is.
narrow = look(f"{run}/report.html", 500)
check(narrow["width"] <= 500 and narrow["scrolls"] == [], f"narrow: {narrow['width']}, {narrow['scrolls']}")
dark = look(f"{run}/report.html", 1280, "--blink-settings=preferredColorScheme=0")["colors"]
check(dark != light, f"dark {dark}, light {light}")

# Several runs, runs that hold little, and numbers to learn.
netc("train", "tiny.net", "-q", "--seeds", "1-3", "--epochs", "2", "--run-dir", "seeds")
netc("report", "seeds", run)
check(look("seeds/report.html")["headings"] >= 4, "headings of legends")
make("little", epochs=["0,0,0,,0.1,,,0.5,2.3,0.1"])
netc("report", "little")
look("little/report.html")
with open("points.csv", "w", encoding="utf-8") as file:
    file.write("a,b,y\n" + "".join(f"{i % 10},{i % 7},{i % 10 * 2 - i % 7}\n" for i in range(200)))
write("points.net", """network points {
    input 2
    dense 8 activation=tanh
    dense 1
}
train {
    data      csv train="points.csv" target=y
    target    values
    split     train=150 test=50
    optimizer sgd rate=0.01
    batch     10
    epochs    3
}
""")
netc("train", "points.net", "-q")
netc("report", "runs/latest")
ids = {figure["id"] for figure in look("runs/latest/report.html")["figures"]}
check({"values", "residuals"} <= ids, ids)
