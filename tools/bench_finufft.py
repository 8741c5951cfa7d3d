#!/usr/bin/env python3
"""Times tessera-bench and FINUFFT on the same koosh-ball, in turn within one run, and prints the ratio of their times.

FINUFFT is a peer to compare with and no part of Tessera; it lives in an environment of its own:

    python3 -m venv build/peers && build/peers/bin/pip install finufft numpy
    build/peers/bin/python tools/bench_finufft.py build/cpu/tools/tessera-bench configs/bench/nufft.json
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

import finufft
import numpy as np


def koosh_ball(readouts, samples, matrix):
    """The golden-means trajectory of recon/simulation/trajectories.cpp, in radians per voxel: x, y, z."""
    m = np.arange(readouts)
    cosine, angle = m * 0.46557123187676802665 % 1, 2 * np.pi * (m * 0.68232780382801932737 % 1)
    sine = np.sqrt(1 - cosine**2)
    radius = np.pi * 2 * (np.arange(samples) - samples // 2) / samples
    directions = (sine * np.cos(angle), sine * np.sin(angle), cosine)
    return [np.outer(d, radius).ravel().astype(np.float32) for d in directions]


class Finufft:
    """Forward (type 2) and adjoint (type 1) on one trajectory, single precision."""

    def __init__(self, points, matrix, coils, accuracy, upsampling, threads):
        self.volumes = random_complex((coils, *matrix))
        self.samples = random_complex((coils, points[0].size))
        self.volumes_out, self.samples_out = np.empty_like(self.volumes), np.empty_like(self.samples)
        options = dict(n_trans=coils, eps=accuracy, dtype="complex64", upsampfac=upsampling, nthreads=threads)
        self.type2 = finufft.Plan(2, matrix, isign=-1, **options)
        self.type1 = finufft.Plan(1, matrix, isign=1, **options)
        for plan in (self.type2, self.type1):
            plan.setpts(*points)
        self.forward(), self.adjoint()

    def forward(self):
        self.type2.execute(self.volumes, out=self.samples_out)

    def adjoint(self):
        self.type1.execute(self.samples, out=self.volumes_out)


def random_complex(shape):
    generator = np.random.default_rng(1)
    return (generator.random(shape, np.float32) - 0.5 + 1j * (generator.random(shape, np.float32) - 0.5)).astype(np.complex64)


def seconds_of(f):
    """On the clock, and of the processors (all threads)."""
    start, cpu_start = time.perf_counter(), time.process_time()
    f()
    return time.perf_counter() - start, time.process_time() - cpu_start


def tessera(program, config, settings):
    command = [program, "nufft", config, "--quiet"] + [a for s in settings for a in ("--set", s)]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result["variants"][0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="tessera-bench")
    parser.add_argument("config", help="its configuration: a golden koosh-ball with readouts and samples given")
    parser.add_argument("--matrix", type=int, help="voxels per axis, in place of the configuration's")
    parser.add_argument("--readouts", type=int)
    parser.add_argument("--coils", type=int)
    parser.add_argument("--oversampling", type=float, help="of Tessera's grid; the first of the configuration otherwise")
    parser.add_argument("--rounds", type=int, default=5, help="each times both programs; the ratio is the median of theirs")
    parser.add_argument("--repeats", type=int, default=3, help="calls that a round times; it counts their median")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--samples", type=int, help="of a readout; as many as voxels along an axis otherwise")
    args = parser.parse_args()

    with open(args.config) as file:
        config = json.loads(re.sub(r"//.*", "", file.read()))
    matrix = [args.matrix] * 3 if args.matrix else config["matrix"]
    readouts = args.readouts or config["trajectory"]["readouts"]
    samples = args.samples or (matrix[2] if args.matrix else config["trajectory"]["samples"])
    coils = args.coils or config["coils"]
    accuracy = config["accuracy"]
    settings = [f"matrix={matrix}", f"trajectory.readouts={readouts}", f"trajectory.samples={samples}", f"coils={coils}",
                f"oversampling=[{args.oversampling or config['oversampling'][0]}]", f"threads={args.threads}",
                "device=cpu", f"repeats={args.repeats}", "checked_points=0", "checked_voxels=0", "json=true"]

    points = koosh_ball(readouts, samples, matrix)
    peers = {u: Finufft(points, tuple(matrix), coils, accuracy, u, args.threads) for u in (1.25, 2.0)}
    planning = [statistics.median(t) for t in zip(*(seconds_of(lambda: peers[1.25].type2.setpts(*points)) for _ in range(args.repeats)))]
    ours, theirs = [], {u: [] for u in peers}
    for _ in range(args.rounds):
        found = tessera(args.program, args.config, settings)
        ours.append((found["type2"]["seconds"], found["type1"]["seconds"], found["type2"]["cpu_seconds"], found["type1"]["cpu_seconds"]))
        for upsampling, peer in peers.items():
            times = [[seconds_of(f) for _ in range(args.repeats)] for f in (peer.forward, peer.adjoint)]
            theirs[upsampling].append([statistics.median(t[clock] for t in of) for clock in (0, 1) for of in times])

    print(f"{matrix[0]} x {matrix[1]} x {matrix[2]}, {points[0].size} points, {coils} coils, accuracy {accuracy:g}, "
          f"{args.threads} threads, FINUFFT {finufft.__version__}, {args.rounds} rounds; seconds")
    median = lambda values: statistics.median(values)
    print(f"{'':22}{'forward':>10}{'adjoint':>10}{'CPU s':>10}{'CPU s':>10}{'ratio':>8}{'ratio':>8}{'CPU':>8}{'CPU':>8}")
    print(f"{'Tessera':22}" + "".join(f"{median(o[i] for o in ours):10.3f}" for i in range(4)))
    for upsampling, times in theirs.items():
        print(f"{f'FINUFFT, upsampling {upsampling:g}':22}" + "".join(f"{median(t[i] for t in times):10.3f}" for i in range(4)) +
              "".join(f"{median(t[i] / o[i] for t, o in zip(times, ours)):8.2f}" for i in range(4)))
    print(f"{'FINUFFT, setpts':22}{planning[0]:10.3f}{'':10}{planning[1]:10.3f}")


if __name__ == "__main__":
    sys.exit(main())
