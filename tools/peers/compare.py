#!/usr/bin/env python3
"""Tessera, BART and SigPy on one scan: do their images agree at equal settings, and how long do they take?

BART (`bart` in the path) and SigPy are peers to compare with and no part of Tessera; SigPy lives in an environment of its own:

    python3 -m venv build/peers && build/peers/bin/pip install sigpy h5py numpy
    build/cpu/tools/tessera-simulate configs/demo/simulate.json --set output=out/peers/scan.h5
    build/peers/bin/python tools/peers/compare.py build/cpu/tools/tessera-recon out/peers/scan.h5 --json out/peers/results.json

Prints tables in Markdown. docs/benchmarks.md says what the columns mean and why the images differ.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

import pywt
import sigpy

from programs import Bart, SigPy, Tessera
from scan import Scan, difference

COUNTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100)


def bart_levels(n):
    """BART halves an axis as long as it has 16 values, with 3 more for the filter."""
    levels = 0
    while n >= 16 or levels == 0:
        n, levels = (n + 3) // 2, levels + 1
    return levels


def thresholded(image, threshold, levels):
    """The step that BART's FISTA ends before: soft thresholding of wavelet coefficients of a volume continued by reflection."""
    coefficients = pywt.wavedecn(image, "db2", mode="symmetric", level=levels)
    packed, slices = pywt.coeffs_to_array(coefficients)
    packed = pywt.threshold(packed, threshold, "soft")
    result = pywt.waverecn(pywt.array_to_coeffs(packed, slices, "wavedecn"), "db2", mode="symmetric")
    return result[tuple(slice(n) for n in image.shape)]


class Comparison:
    def __init__(self, args, folder):
        self.args, self.scan = args, Scan(args.scan)
        self.levels = bart_levels(min(self.scan.matrix))
        self.tessera = Tessera(args.program, self.scan, folder, args.threads)
        self.bart = Bart(self.scan, self.tessera.scale, folder, args.threads)
        self.sigpy = SigPy(self.scan, self.tessera.scale)
        self.programs = (self.tessera, self.bart, self.sigpy)
        self.folder = folder

    def options(self, program, method):
        return {} if method == "sense" or program is self.bart else {"levels": self.levels}

    def agreement(self, method, weight, iterations):
        """Differences to Tessera's image with a transform of accuracy 1e-6, at equal settings and without random shifts."""
        fixed = {"shifts": False} if method == "wavelet" else {}
        ours = self.options(self.tessera, method) | fixed
        exact, _ = self.tessera.reconstruct(method, weight, iterations, accuracy=1e-6, **ours)
        images = {"Tessera": self.tessera.reconstruct(method, weight, iterations, **ours)[0],
                  "BART": self.bart.reconstruct(method, weight, iterations, **fixed)[0],
                  "SigPy": self.sigpy.reconstruct(method, weight, iterations, **self.options(self.sigpy, method))[0]}
        if method == "wavelet":
            threshold = weight * self.tessera.scale * 0.95 / self.bart.eigenvalue
            images["BART, thresholded once more"] = thresholded(images["BART"], threshold, self.levels)
        rows = [(name, *difference(image, exact)) for name, image in images.items()]
        note(f"{method}: agreement at {weight:g}", rows)
        return {"weight": weight, "iterations": iterations,
                "rows": [dict(zip(("program", "difference", "difference_scaled", "factor"), row)) for row in rows]}

    def without_edge(self, weight, iterations):
        """BART's kernel is cut off where k-space ends; samples closer than 2 cycles to a face get no weight here, in all programs."""
        inner = Scan(self.args.scan)
        half = [n / 2 - 2 for n in reversed(inner.matrix)]
        inner.weights *= (abs(inner.trajectory) <= half).all(axis=-1)
        outer, self.scan = self.scan, inner
        tessera = Tessera(self.args.program, inner, self.folder, self.args.threads)
        bart = Bart(inner, tessera.scale, self.folder, self.args.threads)
        exact, _ = tessera.reconstruct("sense", weight, iterations, accuracy=1e-6)
        row = ("BART, without the edge of k-space", *difference(bart.reconstruct("sense", weight, iterations)[0], exact))
        note("sense: agreement without the edge", row)
        self.scan = outer
        outer.write(self.tessera.file)
        self.bart = Bart(outer, self.tessera.scale, self.folder, self.args.threads)
        self.programs = (self.tessera, self.bart, self.sigpy)
        return dict(zip(("program", "difference", "difference_scaled", "factor"), row))

    def best_weights(self, method, weights, iterations):
        """NRMSE of every program at every weight; the best weight of each."""
        found = {}
        for program in self.programs:
            errors = {w: self.scan.error(program.reconstruct(method, w, iterations, **self.options(program, method))[0]) for w in weights}
            best = min(errors, key=errors.get)
            note(f"{method}: NRMSE of {program.name}", errors)
            if best in (weights[0], weights[-1]):
                print(f"{program.name}, {method}: the best weight {best:g} is at the end of the list", file=sys.stderr)
            found[program.name] = {"errors": errors, "weight": best, "nrmse": errors[best]}
        return found

    def time_to(self, program, method, weight, limit):
        """The fewest iterations of COUNTS with an NRMSE of at most `limit`, and the seconds of as many repeats."""
        options = self.options(program, method)
        for count in COUNTS:
            if self.scan.error(program.reconstruct(method, weight, count, **options)[0]) <= limit:
                return count
        return None

    def sigpy_time_to(self, method, weight, limit):
        """The same for SigPy, whose iterations can be watched from outside."""
        for count, (image, _) in enumerate(self.sigpy.iterates(method, weight, COUNTS[-1], **self.options(self.sigpy, method)), 1):
            if self.scan.error(image) <= limit:
                return count
        return None

    def times(self, method, found, few, many):
        """Rounds in which the programs take turns: seconds an iteration, and seconds to the common NRMSE."""
        limit = 1.02 * min(f["nrmse"] for f in found.values())
        for program in self.programs:
            f = found[program.name]
            watch = self.sigpy_time_to if program is self.sigpy else lambda *rest, p=program: self.time_to(p, *rest)
            f["count"] = watch(method, f["weight"], limit)
            f["per_iteration"], f["to_limit"] = [], []
            note(f"{method}: iterations of {program.name} to {limit:.4f}", f["count"])
        for _ in range(self.args.repeats):
            for program in self.programs:
                f, options = found[program.name], self.options(program, method)
                seconds = [program.reconstruct(method, f["weight"], n, **options)[1] for n in (few, many)]
                f["per_iteration"].append((seconds[1] - seconds[0]) / (many - few))
                if f["count"]:
                    f["to_limit"].append(program.reconstruct(method, f["weight"], f["count"], **options)[1])
        return limit


def note(title, values):
    print(title, values, file=sys.stderr, flush=True)


def ratio(theirs, ours):
    """The median over rounds of what was timed in the same round."""
    return f"{statistics.median(t / o for t, o in zip(theirs, ours)):.2g}" if theirs and ours else "-"


def print_agreement(title, result):
    print(f"\n{title} at weight {result['weight']:g} after {result['iterations']} iterations, against Tessera with a transform of accuracy 1e-6\n")
    print("| program | difference | after the best factor | factor |\n|---|---|---|---|")
    for row in result["rows"]:
        print(f"| {row['program']} | {row['difference']:.2e} | {row['difference_scaled']:.2e} | {row['factor']:.4f} |")


def print_times(title, found, limit):
    print(f"\n{title}; NRMSE to reach: {limit:.4f}\n")
    print("| program | best weight | NRMSE there | s an iteration | times Tessera's | iterations to the NRMSE | s to it | times Tessera's |")
    print("|---|---|---|---|---|---|---|---|")
    ours = found["Tessera"]
    for name, f in found.items():
        total = f"{statistics.median(f['to_limit']):.2f}" if f["to_limit"] else "-"
        print(f"| {name} | {f['weight']:g} | {f['nrmse']:.4f} | {statistics.median(f['per_iteration']):.3f} | "
              f"{ratio(f['per_iteration'], ours['per_iteration'])} | {f['count'] or 'not within ' + str(COUNTS[-1])} | {total} | "
              f"{ratio(f['to_limit'], ours['to_limit'])} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="tessera-recon")
    parser.add_argument("scan", help="a file of tessera-simulate with maps and reference")
    parser.add_argument("--folder", default="out/peers/work", help="for files in between")
    parser.add_argument("--json", help="where to write all results")
    parser.add_argument("--methods", nargs="+", choices=("sense", "wavelet"), default=["sense", "wavelet"])
    parser.add_argument("--weights-sense", nargs="+", type=float, default=[0.05, 0.1, 0.2, 0.4, 0.8])
    parser.add_argument("--weights-wavelet", nargs="+", type=float, default=[0.005, 0.01, 0.02, 0.04, 0.08])
    parser.add_argument("--equal", nargs=2, type=float, default=[0.4, 0.02], metavar=("SENSE", "WAVELET"), help="weights at which images are compared")
    parser.add_argument("--limit", nargs=2, type=int, default=[30, 60], metavar=("SENSE", "WAVELET"), help="iterations after which images are compared")
    parser.add_argument("--iterations", type=int, default=15, help="of the search for the best weight")
    parser.add_argument("--repeats", type=int, default=3, help="rounds of timing, in which the programs take turns")
    parser.add_argument("--threads", type=int, default=int(os.environ.get("OMP_NUM_THREADS", os.cpu_count())))
    args = parser.parse_args()

    os.makedirs(args.folder, exist_ok=True)
    comparison = Comparison(args, args.folder)
    scan = comparison.scan
    version = subprocess.run(["bart", "version"], capture_output=True, text=True).stdout.strip()
    results = {"scan": args.scan, "matrix": scan.matrix, "coils": len(scan.maps), "samples": scan.weights.size, "threads": args.threads,
               "bart": version, "sigpy": sigpy.__version__, "load": os.getloadavg()[0]}
    print(f"{' x '.join(map(str, scan.matrix))}, {len(scan.maps)} coils, {scan.weights.size} samples, {args.threads} threads, BART {version}, "
          f"SigPy {sigpy.__version__}, load {results['load']:.1f}")

    names = {"sense": "CG-SENSE", "wavelet": "L1-wavelet"}
    for i, method in enumerate(("sense", "wavelet")):
        if method not in args.methods:
            continue
        found = results[method] = {}
        found["agreement"] = comparison.agreement(method, args.equal[i], args.limit[i])
        if method == "sense":
            found["agreement"]["rows"].append(comparison.without_edge(args.equal[i], args.limit[i]))
        found["programs"] = comparison.best_weights(method, (args.weights_sense, args.weights_wavelet)[i], args.iterations)
        found["limit"] = comparison.times(method, found["programs"], 5, 5 + args.iterations)
        print_agreement(names[method], found["agreement"])
        print_times(names[method], found["programs"], found["limit"])
        if args.json:
            with open(args.json, "w") as file:
                json.dump(results, file, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
