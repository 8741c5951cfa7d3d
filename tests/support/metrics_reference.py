"""Metrics by scikit-image, statistics by SciPy: prints one number a line, for comparison with those of recon/.

Usage: metrics_reference.py volumes file z y x   (float64: image, reference, mask; the mask is at least 5 voxels from the border
                                                  except along axes of one slice)
       metrics_reference.py cases file n         (float64: n cases of one method, n of the other)
"""
import sys

import numpy


def ssim_map(image, reference, data_range):
    from skimage.metrics import structural_similarity

    return structural_similarity(reference, image, data_range=data_range, gaussian_weights=True, sigma=1.5,
                                 use_sample_covariance=False, full=True)[1]


def volumes(file, *shape):
    from skimage.metrics import normalized_root_mse, peak_signal_noise_ratio

    image, reference, mask = numpy.fromfile(file, dtype=numpy.float64).reshape([3, *map(int, shape)])
    mask = mask != 0
    for inside in (numpy.ones_like(mask), mask):
        data_range = reference[inside].max()
        print(normalized_root_mse(reference[inside], image[inside], normalization="euclidean"))
        print(peak_signal_noise_ratio(reference[inside], image[inside], data_range=data_range))
    print(ssim_map(image, reference, data_range)[mask].mean())
    for axis in range(3):
        slices = zip(*(numpy.moveaxis(v, axis, 0) for v in (image, reference, mask)))
        print(numpy.mean([ssim_map(i, r, data_range)[m].mean() for i, r, m in slices if m.any()]))


def cases(file, n):
    from scipy import stats

    first, second = numpy.fromfile(file, dtype=numpy.float64).reshape(2, int(n))
    d = first - second
    print(numpy.mean(first))
    print(numpy.std(first, ddof=1))
    print(numpy.mean(d))
    print(numpy.std(d, ddof=1))
    for bound in stats.t.interval(0.95, len(d) - 1, loc=numpy.mean(d), scale=stats.sem(d)):
        print(bound)
    test = stats.ttest_rel(first, second)
    print(test.statistic)
    print(test.pvalue)
    print(numpy.median(first))


globals()[sys.argv[1]](*sys.argv[2:])
