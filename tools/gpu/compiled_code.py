#!/usr/bin/env python3
"""Compiles the kernels that matter for speed and looks at what the compiler made of them.

    tools/gpu/compiled_code.py [--arch 80 90] [--write-table]

No GPU is needed, but nvcc; without it the script says so and ends with status 77. Its PTX is always read; machine code is where cuobjdump or
nvdisasm is found as well (in the toolkit, on PATH, or among the packages of this Python: nvidia-cuda-cuobjdump, nvidia-cuda-nvdisasm).
--write-table puts registers and spills into docs/gpu.md.
"""
import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77
FLAGS = ["-std=c++20", "-O3", "--extended-lambda", "--expt-relaxed-constexpr", "-DTESSERA_HAS_CUDA", f"-I{ROOT}"]

# What must not be in a kernel: the reason, in PTX, in machine code.
NO_SHARED_ATOMICS = ("atomic additions in shared memory, which are loops of compare and swap", r"\b(?:atom|red)\.shared", r"\bATOMS\b")
NO_DIVISIONS = ("divisions of 64 bits, which are calls", r"\b(?:div|rem)\.[su]64", r"__cuda_sm\d+_(?:div|rem)_[su]64")
# What every kernel of a file must have, likewise.
WIDE_LOADS = ("loads of 64 bits, for complex numbers", r"\bld\.global(?:\.\w+)*\.v2\.f32", r"\bLDG\.E\.64\b")

RULES = {
    "gridding/spread": ([NO_SHARED_ATOMICS, NO_DIVISIONS], [WIDE_LOADS]),
    "gridding/interpolate": ([NO_DIVISIONS], [WIDE_LOADS]),
    "arrays/pad": ([NO_DIVISIONS], [WIDE_LOADS]),
    "arrays/coils": ([NO_DIVISIONS], [WIDE_LOADS]),
    "arrays/copy_box": ([NO_DIVISIONS], [WIDE_LOADS]),
    "compressed_sensing/wavelet": ([NO_DIVISIONS], [WIDE_LOADS]),
    "compressed_sensing/finite_difference": ([NO_DIVISIONS], [WIDE_LOADS]),
}
TABLE = ["gridding/spread", "gridding/interpolate"]


def find(name):
    folders = ["/usr/local/cuda/bin", *map(str, Path(sysconfig.get_paths()["purelib"]).glob("nvidia/*/bin"))]
    return shutil.which(name) or next((f"{f}/{name}" for f in folders if Path(f, name).is_file()), None)


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"compiled_code: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def kernels(text, begin):
    """What each kernel was compiled to, by its mangled name; `begin` matches where one begins."""
    parts = re.split(begin, text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[0::2], parts[1::2]))


def label(mangled):
    """The struct whose kernel it is, with the width: "Spread 5"."""
    structs = [mangled[m.start(2) :][: int(m[1])] for m in re.finditer(r"(\d+)([A-Z][a-z])", mangled)]
    width = re.findall(r"(?:spread|interpolate)ILi(\d+)E", mangled)
    return " ".join([next((s for s in structs if s not in ("Device", "Stream")), mangled), *width[:1]])


def check(where, kind, code, rules):
    """Complaints about the kernels of one file; kind 0 is PTX, 1 machine code."""
    forbidden, required = rules
    for name, text in code.items():
        for reason, *patterns in forbidden:
            if re.search(patterns[kind], text):
                yield f"{where}: {label(name)} has {reason}"
        for reason, *patterns in required:
            if not re.search(patterns[kind], text):
                yield f"{where}: {label(name)} has no {reason}"


def resources(log):
    """Of each kernel: its mangled name, registers, and bytes of stack, spill stores and spill loads."""
    pattern = r"Compiling entry function '(\w+)'.*?(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads.*?Used (\d+) registers"
    return {m[1]: (int(m[5]), int(m[2]), int(m[3]), int(m[4])) for m in re.finditer(pattern, log, re.DOTALL)}


def table(found, arches):
    head = "".join(f" sm_{a}: registers | stack, bytes | spilled, bytes |" for a in arches)
    lines = [f"| kernel | width |{head}", "|---|---|" + "---|" * (3 * len(arches))]
    rows = {}
    for (source, arch), used in found.items():
        for name, (registers, stack, stores, loads) in used.items():
            width = int(re.findall(r"ILi(\d+)E", name)[-1])
            rows.setdefault((TABLE.index(source), width), {})[arch] = f" {registers} | {stack} | {stores + loads} |"
    for (source, width), row in sorted(rows.items()):
        lines.append(f"| {Path(TABLE[source]).name} | {width} |" + "".join(row[a] for a in arches))
    return "\n".join(lines) + "\n"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--arch", nargs="+", default=["80", "90"])
    options.add_argument("--write-table", action="store_true")
    options = options.parse_args()
    nvcc = find("nvcc")
    if not nvcc:
        print("compiled_code: skipped, nvcc is not here")
        sys.exit(SKIPPED)
    cuobjdump, nvdisasm = find("cuobjdump"), find("nvdisasm")
    complaints, found = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for source, rules in RULES.items():
            for arch in options.arch:
                where = f"{source}.cu, sm_{arch}"
                cubin, ptx = Path(folder, "code.cubin"), Path(folder, "code.ptx")
                run([nvcc, *FLAGS, f"-arch=compute_{arch}", "-ptx", "-o", ptx, ROOT / f"kernels/{source}.cu"])
                complaints += check(where, 0, kernels(ptx.read_text(), r"\.entry (\w+)\("), rules)
                log = run([Path(nvcc).with_name("ptxas"), f"-arch=sm_{arch}", "-v", "-o", cubin, ptx])
                if source in TABLE:
                    found[source, arch] = resources(log)
                if nvdisasm:
                    code = kernels(run([nvdisasm, "-c", cubin]), r"\.section\s+\.text\.(\w+)")
                elif cuobjdump:
                    code = kernels(run([cuobjdump, "-sass", cubin]), r"Function : (\w+)")
                else:
                    continue
                complaints += check(where, 1, code, rules)
    how = "PTX and machine code" if nvdisasm or cuobjdump else "PTX (neither nvdisasm nor cuobjdump is here)"
    print(f"compiled_code: {len(RULES)} files for sm_{', sm_'.join(options.arch)}: {how}")
    if options.write_table:
        page = ROOT / "docs/gpu.md"
        begin, end = "<!-- by tools/gpu/compiled_code.py --write-table -->\n", "<!-- end -->\n"
        text = page.read_text()
        before, rest = text.split(begin, 1)
        page.write_text(before + begin + table(found, options.arch) + end + rest.split(end, 1)[1])
    print("\n".join(complaints), end="\n" if complaints else "")
    sys.exit(bool(complaints))


if __name__ == "__main__":
    main()
