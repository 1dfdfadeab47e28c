#!/usr/bin/env python3
"""netc build models/lenet5.net --infer --emit shared --weights runs/latest && ./classify.py digit.pgm"""
import ctypes, re, sys
if len(sys.argv) != 2:
    print(f"usage: {sys.argv[0]} IMAGE.pgm", file=sys.stderr)
    sys.exit(2)
size = {key: int(value) for key, value in re.findall(r"LENET5_(\w+) \(?(\d+)", open("lenet5.h").read())}
lenet5 = ctypes.CDLL("./liblenet5.so")
pixels = open(sys.argv[1], "rb").read()[-size["INPUTS"]:]
x, y = (ctypes.c_float * size["INPUTS"])(*[pixel / 255 for pixel in pixels]), (ctypes.c_float * size["OUTPUTS"])()
lenet5.lenet5_predict(x, y, ctypes.create_string_buffer(size["WORKSPACE_BYTES"]))
digit = max(range(len(y)), key=lambda i: y[i])
print(f"{sys.argv[1]}  {digit}  {100 * y[digit]:.2f} %")
