"""HFEN by SciPy: reads float64 volumes image, reference and mask from one file and prints four numbers.

With and without the mask: first by a dense 3D kernel whose second derivatives sum to zero, as recon/metrics/hfen.cpp has it, then by
scipy.ndimage.gaussian_laplace.
Usage: hfen_scipy.py file z y x
"""
import sys

import numpy
from scipy import ndimage

shape = [int(n) for n in sys.argv[2:5]]
image, reference, mask = numpy.fromfile(sys.argv[1], dtype=numpy.float64).reshape([3, *shape])
mask = mask != 0

t = numpy.arange(-7, 8)
gaussian = numpy.exp(-t**2 / 4.5)
gaussian /= gaussian.sum()
second = (t**2 / 2.25 - 1) / 2.25 * gaussian
second[7] -= second.sum()
dense = sum(numpy.einsum("i,j,k->ijk", *(second if axis == d else gaussian for d in range(3))) for axis in range(3))


def by_dense_kernel(volume):
    padded = numpy.pad(volume, 7, mode="symmetric")  # before the filter, so that its own border handling plays no part
    return ndimage.correlate(padded, dense)[7:-7, 7:-7, 7:-7]


def by_gaussian_laplace(volume):
    return ndimage.gaussian_laplace(volume, 1.5, mode="reflect", truncate=14 / 3)


for filtered in (by_dense_kernel, by_gaussian_laplace):
    error, edges = filtered(image) - filtered(reference), filtered(reference)
    print(repr(float(numpy.linalg.norm(error) / numpy.linalg.norm(edges))))
    print(repr(float(numpy.linalg.norm(error[mask]) / numpy.linalg.norm(edges[mask]))))
