"""The wavelet steps of Tessera and of BART in NumPy, so that SigPy's FISTA can take them: then images have to agree.

All three programs threshold Daubechies' wavelet of four taps and still minimise different norms: their grids of wavelets lie
differently, volumes are continued differently at their faces, and Tessera leaves the coarsest approximation alone.
"""
import numpy as np
import pywt

LOW = np.array([0.48296291314453414, 0.83651630373780790, 0.22414386804201338, -0.12940952255126038], np.float32)
HIGH = LOW[::-1] * np.array([1, -1, 1, -1], np.float32)


def analysis(x, axis):
    """Approximations, then details, of an axis of even length on a circle (kernels/compressed_sensing/wavelet.h)."""
    shifted = [np.roll(x, -t, axis) for t in range(4)]
    even = tuple(slice(None, None, 2) if d == axis else slice(None) for d in range(x.ndim))
    return np.concatenate([sum(f[t] * shifted[t][even] for t in range(4)) for f in (LOW, HIGH)], axis)


def synthesis(y, axis):
    """The adjoint of analysis, which is its inverse."""
    result = np.zeros_like(y)
    for part, f in zip(np.split(y, 2, axis), (LOW, HIGH)):
        sparse = np.zeros_like(y)
        sparse[tuple(slice(None, None, 2) if d == axis else slice(None) for d in range(y.ndim))] = part
        for t in range(4):
            result += f[t] * np.roll(sparse, t, axis)
    return result


def tessera_step(x, threshold, levels):
    """Soft thresholding of all details; every axis has to be divisible by 2^levels here."""
    y = x.copy()
    boxes = [tuple(slice(n >> level) for n in x.shape) for level in range(levels + 1)]
    for level in range(levels):
        for axis in range(x.ndim):
            y[boxes[level]] = analysis(y[boxes[level]], axis)
    approximation = y[boxes[levels]].copy()
    y = soft(y, threshold)
    y[boxes[levels]] = approximation
    for level in reversed(range(levels)):
        for axis in reversed(range(x.ndim)):
            y[boxes[level]] = synthesis(y[boxes[level]], axis)
    return y


def bart_step(x, threshold, levels):
    """Soft thresholding of all coefficients of a volume that is continued by reflection."""
    packed, slices = pywt.coeffs_to_array(pywt.wavedecn(x, "db2", mode="symmetric", level=levels))
    result = pywt.waverecn(pywt.array_to_coeffs(soft(packed, threshold), slices, "wavedecn"), "db2", mode="symmetric")
    return result[tuple(slice(n) for n in x.shape)].astype(x.dtype)


def bart_levels(n):
    """BART halves an axis as long as it has 16 values, with 3 more for the filter."""
    levels = 0
    while n >= 16 or levels == 0:
        n, levels = (n + 3) // 2, levels + 1
    return levels


def soft(y, threshold):
    size = np.abs(y)
    return y * (np.maximum(size - threshold, 0) / np.maximum(size, 1e-30)).astype(size.dtype)
