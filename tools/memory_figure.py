#!/usr/bin/env python3
"""Draws docs/memory.svg from plans of tessera-train.

    tools/memory_figure.py build/cpu/tools/tessera-train docs/memory.svg

The scans are BART files whose samples are never written: a plan reads headers only.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

BASE = {"matrix": 450, "coils": 20, "patch": 96, "channels": 32, "unrolls": 10}
RANGES = {"matrix": [150, 225, 300, 375, 450], "coils": [4, 8, 16, 20, 32], "patch": [32, 48, 64, 96, 128], "channels": [8, 16, 32, 48, 64],
          "unrolls": [1, 5, 10, 15, 20]}
LABELS = {"matrix": "matrix N x 2N/3 x N", "coils": "coils", "patch": "patch, voxels a side", "channels": "channels", "unrolls": "unrolls"}
GIB = 2 ** 30
COLOURS = ["#1f5fa8", "#3a9a5b", "#c2571a"]


def write_array(path, extents):
    """extents: fastest first."""
    path.with_suffix(".hdr").write_text("# Dimensions\n" + " ".join(str(n) for n in extents) + "\n")
    size = 8
    for n in extents:
        size *= n
    with open(path.with_suffix(".cfl"), "wb") as data:
        data.truncate(size)


def plan(program, folder, values):
    n = values["matrix"]
    readouts, samples = int(0.1 * n * n), n + n // 8
    write_array(folder / "scan_ksp", [1, samples, readouts, values["coils"]])
    write_array(folder / "scan_traj", [3, samples, readouts])
    config = {
        "output": str(folder / "run"), "device": "cpu", "steps": 1, "memory_limit_gib": 100000, "host_limit_gib": 100000,
        "data": {"train": [str(folder / "scan_ksp")], "supervision": "self_supervised",
                 "scan": {"matrix": [n, 2 * n // 3, n], "density": {"kind": "radial"}, "nufft": {"oversampling": 1.25, "coils_per_pass": 1}}},
        "model": {"unrolls": values["unrolls"], "network": {"resnet3d": {"channels": values["channels"]}}},
        "memory": {"patch": [values["patch"]] * 3, "checkpoints": "host"}}
    file = folder / "config.json"
    file.write_text(json.dumps(config))
    done = subprocess.run([program, str(file), "--plan", "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def unrolls(plan):
    """Bytes of the device while the unrolls go forward and back."""
    return max(s["device_peak_bytes"] for s in plan["stages"] if s["name"] in ("unroll", "unroll back"))


def panel(name, xs, curves, left, top, width, height, most):
    low, high = xs[0], xs[-1]
    x = lambda v: left + (v - low) / (high - low) * width
    y = lambda v: top + height - v / most * height
    out = [f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#999"/>']
    step = 5 if most <= 40 else 20
    for tick in range(0, int(most) + 1, step):
        out.append(f'<line x1="{left}" x2="{left + width}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{left - 4}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
    for v in xs:
        out.append(f'<text x="{x(v):.1f}" y="{top + height + 14}" text-anchor="middle">{v}</text>')
    for values, colour in zip(curves, COLOURS):
        points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(xs, values))
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3" fill="{colour}"/>' for a, b in zip(xs, values)]
    out.append(f'<text x="{left + width / 2}" y="{top + height + 30}" text-anchor="middle">{LABELS[name]}</text>')
    return out


def main():
    program, target = sys.argv[1], pathlib.Path(sys.argv[2])
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, xs in RANGES.items():
            plans = [plan(program, pathlib.Path(folder), {**BASE, name: x}) for x in xs]
            results[name] = [[value / GIB for value in values]
                             for values in zip(*((p["device_peak_bytes"], unrolls(p), p["host_peak_bytes"]) for p in plans))]
            print(name, xs, *[[round(v, 2) for v in r] for r in results[name]])
    most = 1.05 * max(v for r in results.values() for values in r for v in values)
    width, height, gap = 150, 190, 46
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{5 * (width + gap) + 20}" height="{height + 90}" font-family="sans-serif" font-size="11">',
           '<rect width="100%" height="100%" fill="white"/>',
           '<text x="40" y="18">GiB of one self-supervised training step: <tspan fill="#1f5fa8">device, at the peak</tspan>, '
           '<tspan fill="#3a9a5b">device, in the unrolls</tspan>, <tspan fill="#c2571a">host</tspan>. Where not varied: 450 x 300 x 450, 20 coils, patches of 96, 32 channels, 10 unrolls</text>']
    for i, name in enumerate(RANGES):
        out += panel(name, RANGES[name], results[name], 40 + i * (width + gap), 34, width, height, most)
    target.write_text("\n".join(out + ["</svg>"]) + "\n")


if __name__ == "__main__":
    main()
