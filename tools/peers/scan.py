"""One simulated scan, as every program of the comparison is given it."""
import h5py
import numpy as np


class Scan:
    """k-space, trajectory, maps and truth of a file of tessera-simulate (docs/formats.md).

    maps have a root sum of squares of 1, truth is the magnitude that belongs to such maps, weights are scaled as Tessera scales
    them, and scale is what Tessera divides images by: all programs get the same numbers.
    """

    def __init__(self, path):
        with h5py.File(path) as file:
            for name in ("kspace", "trajectory", "maps", "reference"):
                if name not in file:
                    raise SystemExit(f"{path}: no dataset \"{name}\" (docs/formats.md); tessera-simulate writes it")
            self.kspace = file["kspace"][...].astype(np.complex64)
            self.trajectory = file["trajectory"][...].astype(np.float32)
            maps = file["maps"][...].astype(np.complex64)
            reference = file["reference"][...]
            weights = file["weights"][...] if "weights" in file else spoke_weights(self.trajectory, reference.shape, path)
        root = np.sqrt(np.sum(np.abs(maps) ** 2, axis=0))
        self.maps = maps / np.where(root > 0, root, 1)
        self.truth = np.abs(reference) * root
        self.object = self.truth > 0.05 * np.percentile(self.truth, 99.9)
        self.matrix = self.truth.shape
        self.weights = normalised(weights, self.matrix, self.trajectory)

    def without_edge(self):
        """Takes the weight of samples within 2 cycles of a face of k-space, where BART cuts its gridding kernel off."""
        half = [n / 2 - 2 for n in reversed(self.matrix)]
        self.weights *= (np.abs(self.trajectory) <= half).all(axis=-1)
        return self

    def write(self, path):
        """The file that tessera-recon reads: without noise (nothing is whitened) and without truth (no metrics are computed)."""
        with h5py.File(path, "w") as file:
            for name in ("kspace", "trajectory", "maps", "weights"):
                file[name] = getattr(self, name)
            file.attrs["trajectory_units"] = "cycles_per_fov"
            file.attrs["matrix"] = self.matrix

    def error(self, image):
        """NRMSE of magnitudes in the object."""
        truth = self.truth[self.object]
        return float(np.linalg.norm(np.abs(image)[self.object] - truth) / np.linalg.norm(truth))


def spoke_weights(trajectory, matrix, path):
    """k^2 along spokes through the centre of a ball, or of an ellipsoid as the matrix is; the innermost sample stands for half a step."""
    radius = np.linalg.norm(trajectory * (max(matrix) / np.array(matrix[::-1], np.float32)), axis=2)
    if np.abs(radius - radius[0]).max() > 1e-3 * radius.max() or radius.min() > 1e-3 * radius.max():
        raise SystemExit(f"{path}: no dataset \"weights\", and its readouts are no spokes through the centre, all alike")
    step = np.diff(np.unique(np.round(radius[0], 3)))[0]
    return np.maximum(radius**2, step**2 / 12)


def normalised(weights, matrix, trajectory):
    """The scale of docs/formats.md's weights in Tessera (recon/nufft/density.h): sum w G(k) is the integral of a bell G around k = 0."""
    bell, integral = weights.astype(float), 1.0
    for d, n in enumerate(matrix):
        power = max(1, round(n * n / (2 * (2 * np.pi) ** 2)))
        i = np.arange(1, power + 1)
        integral *= n * np.prod((2 * i - 1) / (2 * i))
        bell = bell * np.abs(np.cos(np.pi * trajectory[..., 2 - d].astype(float) / n)) ** (2 * power)
    return (weights * integral / bell.sum()).astype(np.float32)


def write_cfl(stem, array):
    """BART's file pair of an array whose last index runs fastest: BART lists the dimensions in reverse."""
    with open(f"{stem}.hdr", "w") as header:
        header.write("# Dimensions\n" + " ".join(str(n) for n in reversed(array.shape)) + "\n")
    np.ascontiguousarray(array, np.complex64).tofile(f"{stem}.cfl")


def read_cfl(stem):
    """Without dimensions of 1 at either end but the first three."""
    with open(f"{stem}.hdr") as header:
        dims = [int(n) for n in header.read().split("\n")[1].split()]
    while len(dims) > 3 and dims[-1] == 1:
        dims.pop()
    return np.fromfile(f"{stem}.cfl", np.complex64).reshape(dims[::-1])


def difference(a, b):
    """||a - b|| / ||b||, as it is and after the complex factor of a that fits best."""
    a, b = a.ravel().astype(complex), b.ravel().astype(complex)
    factor = np.vdot(a, b) / np.vdot(a, a)
    return float(np.linalg.norm(a - b) / np.linalg.norm(b)), float(np.linalg.norm(factor * a - b) / np.linalg.norm(b)), float(abs(factor))
