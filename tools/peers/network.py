#!/usr/bin/env python3
"""A trained network of Tessera beside BART's L1-wavelet at its best weight and number of iterations: error and time, scan by scan.

    OMP_NUM_THREADS=2 build/peers/bin/python tools/peers/network.py build/cpu/tools/tessera-recon \\
        out/paper/small/network/checkpoints/best.safetensors out/paper/small/test/*.h5 --json out/peers/network.json

Both are whole processes on the same k-space and maps: reading, planning, iterations, writing. BART is given the density compensation,
Tessera computes it. The programs take turns; BART's weight and iterations are chosen with the truth. See compare.py for the environment.
"""
import argparse
import json
import os
import statistics
import sys

from compare import COUNTS
from programs import Bart, Tessera
from scan import Scan


class Network(Tessera):
    """tessera-recon with trained weights; they want the density compensation of their training, which is computed."""

    def __init__(self, weights, *args):
        super().__init__(*args)
        self.weights = weights

    def apply(self):
        settings = {"input": self.file, "output": f"{self.folder}/tessera", "method": "mbdl", "mbdl.weights": self.weights, "device": "cpu",
                    "threads": self.threads, "maps.source": "file", "coils.prewhiten": "false", "outputs.nifti": "false", "outputs.png": "false"}
        return self.run(settings)


def best_setting(scan, bart, weights, counts):
    """(NRMSE, weight, iterations): the weight after 30 iterations, then the fewest iterations with the least NRMSE."""
    error = lambda weight, count: scan.error(bart.reconstruct("wavelet", weight, count)[0])
    weight = min(weights, key=lambda w: error(w, 30))
    if weight in (weights[0], weights[-1]):
        print(f"the best weight, {weight}, is at the end of the list", file=sys.stderr)
    return min((error(weight, n), weight, n) for n in counts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="tessera-recon")
    parser.add_argument("network", help="weights of tessera-train")
    parser.add_argument("scans", nargs="+", help="files of tessera-simulate with maps and reference")
    parser.add_argument("--folder", default="out/peers/work", help="for files in between")
    parser.add_argument("--json", help="where to write all results")
    parser.add_argument("--weights", nargs="+", type=float, default=[0.012, 0.02, 0.032, 0.05, 0.08])
    parser.add_argument("--repeats", type=int, default=3, help="rounds of timing, in which the programs take turns")
    parser.add_argument("--threads", type=int, default=int(os.environ.get("OMP_NUM_THREADS", os.cpu_count())))
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)

    rows = []
    print("| scan | BART: weight, iterations | NRMSE | s | MBDL: NRMSE | s | times faster |\n|---|---|---|---|---|---|---|")
    for file in args.scans:
        scan = Scan(file)
        network = Network(args.network, args.program, scan, args.folder, args.threads)
        bart = Bart(scan, network.scale, args.folder, args.threads)
        least, weight, count = best_setting(scan, bart, args.weights, [n for n in COUNTS if n >= 10])
        rounds = [(bart.reconstruct("wavelet", weight, count)[1], *network.apply()) for _ in range(args.repeats)]
        row = {"scan": file, "bart": {"nrmse": least, "weight": weight, "iterations": count, "seconds": [r[0] for r in rounds]},
               "mbdl": {"nrmse": scan.error(rounds[0][1]), "seconds": [r[2] for r in rounds]}}
        row["ratio"] = statistics.median(b / m for b, _, m in rounds)
        rows.append(row)
        b, m = row["bart"], row["mbdl"]
        print(f"| {os.path.basename(file)} | {weight:g}, {count} | {least:.4f} | {statistics.median(b['seconds']):.2f} | {m['nrmse']:.4f} | "
              f"{statistics.median(m['seconds']):.2f} | {row['ratio']:.2g} |", flush=True)
    print(f"\nmedian ratio: {statistics.median(r['ratio'] for r in rows):.2g}")
    if args.json:
        with open(args.json, "w") as out:
            json.dump(rows, out, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
