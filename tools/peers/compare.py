#!/usr/bin/env python3
"""Tessera, BART and SigPy on one scan: do their images agree at equal settings, and how long do they take?

BART (`bart` in the path) and SigPy are peers to compare with and no part of Tessera; SigPy lives in an environment of its own:

    python3 -m venv build/peers && build/peers/bin/pip install sigpy h5py numpy
    build/cpu/tools/tessera-simulate configs/demo/simulate.json --set output=out/peers/scan.h5 --set 'simulation.matrix=[48,48,48]'
    build/cpu/tools/tessera-simulate configs/demo/simulate.json --set output=out/peers/small.h5 --set 'simulation.matrix=[32,32,32]'
    OMP_NUM_THREADS=2 build/peers/bin/python tools/peers/compare.py build/cpu/tools/tessera-recon out/peers/scan.h5 \\
        --small out/peers/small.h5 --json out/peers/results.json

Prints tables in Markdown. docs/benchmarks.md says what the columns mean and why the images differ.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

import sigpy

from programs import Bart, SigPy, Tessera
from scan import Scan, difference
from wavelets import bart_levels, bart_step, tessera_step

COUNTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 30, 40, 50, 60)


class Programs:
    """The three on one scan."""

    def __init__(self, args, scan):
        self.scan, self.levels = scan, bart_levels(min(scan.matrix))
        self.tessera = Tessera(args.program, scan, args.folder, args.threads)
        self.bart = Bart(scan, self.tessera.scale, args.folder, args.threads)
        self.sigpy = SigPy(scan, self.tessera.scale)

    def __iter__(self):
        return iter((self.tessera, self.bart, self.sigpy))

    def run(self, program, method, weight, iterations, **options):
        """BART chooses its levels itself; the others are told the same."""
        if method == "wavelet" and program is not self.bart:
            options["levels"] = self.levels
        return program.reconstruct(method, weight, iterations, **options)


def sense_agreement(p, inner, weight, iterations):
    """Images at equal settings against Tessera's with a transform of accuracy 1e-6; inner: without the edge of k-space."""
    exact = p.run(p.tessera, "sense", weight, iterations, accuracy=1e-6)[0]
    rows = [(program.name, "Tessera", *difference(p.run(program, "sense", weight, iterations)[0], exact)) for program in p]
    p = inner()
    exact = p.run(p.tessera, "sense", weight, iterations, accuracy=1e-6)[0]
    rows.append(("BART, without the edge", "Tessera", *difference(p.run(p.bart, "sense", weight, iterations)[0], exact)))
    return rows


def wavelet_agreement(p, weight, iterations):
    """The same without random shifts; then SigPy takes the wavelets of the others."""
    exact = p.run(p.tessera, "wavelet", weight, iterations, accuracy=1e-6, shifts=False)[0]
    bart = p.run(p.bart, "wavelet", weight, iterations, shifts=False)[0]
    last = bart_step(bart, weight * p.tessera.scale * 0.95 / p.bart.eigenvalue, p.levels)
    rows = [("Tessera", "Tessera", *difference(p.run(p.tessera, "wavelet", weight, iterations, shifts=False)[0], exact)),
            ("BART", "Tessera", *difference(bart, exact)),
            ("SigPy", "Tessera", *difference(p.run(p.sigpy, "wavelet", weight, iterations)[0], exact))]
    theirs = {step: p.run(p.sigpy, "wavelet", weight, iterations, wavelet_step=step)[0] for step in (tessera_step, bart_step)}
    return rows + [("SigPy with Tessera's wavelets", "Tessera", *difference(theirs[tessera_step], exact)),
                   ("BART", "SigPy with BART's wavelets", *difference(bart, theirs[bart_step])),
                   ("BART, thresholded once more", "SigPy with BART's wavelets", *difference(last, theirs[bart_step]))]


def best_weights(p, method, weights, iterations):
    """NRMSE of every program at the weights, and the best; SigPy, which takes long, only beside the best of BART."""
    found = {}
    for program in p:
        if program is p.sigpy:
            at = weights.index(found["BART"]["weight"])
            weights = weights[max(0, at - 1) : at + 2]
        errors = {w: p.scan.error(p.run(program, method, w, iterations)[0]) for w in weights}
        best = min(errors, key=errors.get)
        note(f"{method}: NRMSE of {program.name}", errors)
        if best in (weights[0], weights[-1]):
            note(f"{method}: the best weight of {program.name} is at the end of the list", best)
        found[program.name] = {"errors": errors, "weight": best, "nrmse": errors[best]}
    return found


def iterations_to(p, program, method, weight, limit):
    """The fewest iterations of COUNTS with an NRMSE of at most `limit`; None where there are none."""
    if program is p.sigpy:  # its iterations can be watched
        images = (image for image, _ in program.iterates(method, weight, COUNTS[-1], p.levels, length=program.length))
        return next((n for n, image in enumerate(images, 1) if n in COUNTS and p.scan.error(image) <= limit), None)
    return next((n for n in COUNTS if p.scan.error(p.run(program, method, weight, n)[0]) <= limit), None)


def round_of(p, program, method, found, few, many):
    """Seconds an iteration, and seconds to the NRMSE."""
    count = found["count"] or few
    if program is p.sigpy:
        seconds = [s for _, s in program.iterates(method, found["weight"], max(count, few), p.levels)]
        return statistics.median(b - a for a, b in zip(seconds, seconds[1:])), seconds[count - 1]
    short, long, whole = (p.run(program, method, found["weight"], n)[1] for n in (few, many, count))
    return (long - short) / (many - few), whole


def measure(p, method, found, repeats, few, many):
    """Adds to `found`, with rounds in which the programs take turns; returns the NRMSE that all go for."""
    limit = 1.02 * min(f["nrmse"] for f in found.values())
    for program in p:
        f = found[program.name]
        f.update(count=iterations_to(p, program, method, f["weight"], limit), per_iteration=[], to_limit=[])
        note(f"{method}: iterations of {program.name} to {limit:.4f}", f["count"])
    for _ in range(repeats):
        for program in p:
            f = found[program.name]
            iteration, whole = round_of(p, program, method, f, few, many)
            f["per_iteration"].append(iteration)
            if f["count"]:
                f["to_limit"].append(whole)
    return limit


def note(title, values):
    print(title, values, file=sys.stderr, flush=True)


def ratio(theirs, ours):
    """The median over rounds of what was timed in the same round."""
    return f"{statistics.median(t / o for t, o in zip(theirs, ours)):.2g}" if theirs and ours else "-"


def print_agreement(title, rows, weight, iterations):
    print(f"\n{title}, weight {weight:g}, {iterations} iterations\n")
    print("| image | against | difference | after the best factor | factor |\n|---|---|---|---|---|")
    for image, other, plain, scaled, factor in rows:
        print(f"| {image} | {other} | {plain:.2e} | {scaled:.2e} | {factor:.4f} |")


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
    parser.add_argument("--small", help="another scan, for the comparison of images; it takes many iterations of SigPy")
    parser.add_argument("--json", help="where to write all results")
    parser.add_argument("--methods", nargs="+", choices=("sense", "wavelet"), default=["sense", "wavelet"])
    parser.add_argument("--weights-sense", nargs="+", type=float, default=[0.025, 0.05, 0.1, 0.2, 0.4])
    parser.add_argument("--weights-wavelet", nargs="+", type=float, default=[0.01, 0.02, 0.04, 0.08, 0.16])
    parser.add_argument("--iterations", type=int, default=20, help="of the search for the best weight")
    parser.add_argument("--repeats", type=int, default=3, help="rounds of timing, in which the programs take turns")
    parser.add_argument("--threads", type=int, default=int(os.environ.get("OMP_NUM_THREADS", os.cpu_count())))
    args = parser.parse_args()

    os.makedirs(args.folder, exist_ok=True)
    small, scan = args.small or args.scan, Scan(args.scan)
    version = subprocess.run(["bart", "version"], capture_output=True, text=True).stdout.strip()
    results = {"scan": args.scan, "small": small, "matrix": scan.matrix, "coils": len(scan.maps), "samples": scan.weights.size,
               "threads": args.threads, "bart": version, "sigpy": sigpy.__version__, "load": os.getloadavg()[0]}
    print(f"{' x '.join(map(str, scan.matrix))}, {len(scan.maps)} coils, {scan.weights.size} samples, {args.threads} threads, BART {version}, "
          f"SigPy {sigpy.__version__}, load {results['load']:.1f}", flush=True)

    inner = lambda: Programs(args, Scan(small).without_edge())
    if "sense" in args.methods:
        results["sense"] = {"agreement": sense_agreement(Programs(args, Scan(small)), inner, 0.4, 30)}
        print_agreement(f"CG-SENSE of {small}", results["sense"]["agreement"], 0.4, 30)
    if "wavelet" in args.methods:
        results["wavelet"] = {"agreement": wavelet_agreement(inner(), 0.1, 60)}
        print_agreement(f"L1-wavelet of {small}, without the edge of k-space", results["wavelet"]["agreement"], 0.1, 60)

    programs = Programs(args, scan)
    for method, title, weights in (("sense", "CG-SENSE", args.weights_sense), ("wavelet", "L1-wavelet", args.weights_wavelet)):
        if method in args.methods:
            found = best_weights(programs, method, weights, args.iterations)
            limit = measure(programs, method, found, args.repeats, 5, 5 + args.iterations)
            results[method] |= {"programs": found, "limit": limit}
            print_times(f"{title} of {args.scan}", found, limit)
        if args.json:
            with open(args.json, "w") as file:
                json.dump(results, file, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
