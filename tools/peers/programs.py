"""The three programs behind one call: reconstruct(method, weight, iterations) -> image, seconds.

method is "sense", 1/2 ||W^1/2 (A x - y)||^2 + weight/2 ||x||^2 by conjugate gradients, or "wavelet",
1/2 ||W^1/2 (A x - y / scale)||^2 + weight ||Psi x||_1 by FISTA, with Daubechies' wavelet of four taps; images come back times scale.
Iterations are counted as each program counts them and none stops earlier.
"""
import os
import re
import subprocess
import time

import h5py
import numpy as np
import sigpy
import sigpy.mri

from scan import read_cfl, write_cfl


class Tessera:
    """tessera-recon as a whole process: reading, planning, kernel of the normal operator, iterations, writing one file."""
    name = "Tessera"

    def __init__(self, program, scan, folder, threads):
        self.program, self.folder, self.threads = program, folder, threads
        self.file = f"{folder}/scan.h5"
        scan.write(self.file)
        self.reconstruct("gridding", 0, 0)
        magnitude = np.sort(np.abs(self.image()).ravel())
        self.scale = float(magnitude[int(0.99 * (magnitude.size - 1))])  # recon/sense/normalisation.h; A^H W y is what gridding writes

    def reconstruct(self, method, weight, iterations, levels=3, shifts=True, accuracy=1e-3):
        section = {"gridding": "gridding", "sense": "cg", "wavelet": "l1_wavelet"}[method]
        name = {"gridding": "gridding", "sense": "cg-sense", "wavelet": "l1-wavelet"}[method]
        settings = {"input": self.file, "output": f"{self.folder}/tessera", "method": name,
                    "device": "cpu", "threads": self.threads, "density.kind": "file", "maps.source": "file", "coils.prewhiten": "false",
                    "nufft.accuracy": accuracy, "outputs.nifti": "false", "outputs.png": "false"}
        if method == "gridding":
            settings["gridding.combine"] = "maps"
        else:
            settings |= {f"{section}.lambda": weight, f"{section}.iterations": iterations, f"{section}.tolerance": 0}
        if method == "wavelet":
            settings |= {f"{section}.wavelet": "daubechies2", f"{section}.levels": levels, f"{section}.random_shifts": str(shifts).lower(),
                         f"{section}.weighted": "true"}
        return self.run(settings)

    def run(self, settings):
        config = f"{self.folder}/tessera.json"
        with open(config, "w") as file:
            file.write("{}")
        command = [self.program, config, "--quiet"] + [a for name, value in settings.items() for a in ("--set", f"{name}={value}")]
        _, seconds = whole_process(command, self.threads)
        return self.image(), seconds

    def image(self):
        with h5py.File(f"{self.folder}/tessera/volume.h5") as file:
            return file["image"][...]


class Bart:
    """bart pics as a whole process. Its weights multiply A x - y, so they are the roots of ours; -w is our scale, -S undoes it."""
    name = "BART"

    def __init__(self, scan, scale, folder, threads):
        self.folder, self.scale, self.threads, self.eigenvalue = folder, scale, threads, None
        self.stems = {n: f"{folder}/bart_{n}" for n in ("kspace", "trajectory", "weights", "maps", "image")}
        write_cfl(self.stems["kspace"], scan.kspace[..., None])
        write_cfl(self.stems["trajectory"], scan.trajectory)
        write_cfl(self.stems["weights"], np.sqrt(scan.weights)[..., None])
        write_cfl(self.stems["maps"], scan.maps)

    def reconstruct(self, method, weight, iterations, shifts=True):
        regularised = ["-R", f"Q:{weight}"] if method == "sense" else ["-e", "-R", f"W:7:0:{weight}"] + ([] if shifts else ["-n"])
        command = ["bart", "pics", "-S", "-w", str(self.scale), "-i", str(iterations), "-t", self.stems["trajectory"],
                   "-p", self.stems["weights"], *regularised, self.stems["kspace"], self.stems["maps"], self.stems["image"]]
        text, seconds = whole_process(command, self.threads)
        if found := re.search(r"Maximum eigenvalue: ([0-9.e+-]+)", text):
            self.eigenvalue = float(found[1])
        return read_cfl(self.stems["image"]), seconds


class SigPy:
    """SigPy's apps in this process, from arrays in memory to the image; compiled before, so without numba's compilation."""
    name = "SigPy"

    def __init__(self, scan, scale):
        self.scale, self.matrix, self.length = scale, scan.matrix, None
        self.kspace, self.maps, self.weights = scan.kspace, scan.maps, scan.weights
        self.coordinates = np.ascontiguousarray(scan.trajectory[..., ::-1])  # in the order of the array's axes
        self.reconstruct("sense", 1, 1)

    def reconstruct(self, method, weight, iterations, levels=3, wavelet_step=None):
        for result in self.iterates(method, weight, iterations, levels, wavelet_step, length=self.length):
            pass
        return result

    def iterates(self, method, weight, iterations, levels=3, wavelet_step=None, length=None):
        """Yields (image, seconds since the start) after every iteration; time between two of them does not count.

        wavelet_step(image, threshold, levels): another program's, in place of SigPy's own. length: of FISTA's steps, where an
        earlier run has found it; else SigPy takes 30 power iterations.
        """
        start, outside = time.perf_counter(), 0
        if method == "sense":
            app = sigpy.mri.app.SenseRecon(self.kspace, self.maps, lamda=weight, weights=self.weights, coord=self.coordinates,
                                           max_iter=iterations, show_pbar=False)
        else:
            app = sigpy.mri.app.L1WaveletRecon(self.kspace / np.float32(self.scale), self.maps, weight, weights=self.weights, alpha=length,
                                               coord=self.coordinates, wave_name="db2", max_iter=iterations, show_pbar=False)
            wavelet = sigpy.linop.Wavelet(self.matrix, wave_name="db2", level=levels)  # the app has no choice of levels
            app.alg.proxg = sigpy.prox.UnitaryTransform(sigpy.prox.L1Reg(wavelet.oshape, weight), wavelet)
            self.length = app.alpha
            if wavelet_step:
                app.alg.proxg = lambda length, x: wavelet_step(x, length * weight, levels)
        factor = 1 if method == "sense" else self.scale
        while not app.alg.done():
            app.alg.update()
            stop = time.perf_counter()
            yield app.alg.x * factor, stop - start - outside
            outside += time.perf_counter() - stop


def whole_process(command, threads):
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout, seconds
