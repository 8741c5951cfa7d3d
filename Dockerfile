# Tessera in an image, for processors of the last ten years (x86-64-v3: AVX2, FMA):
#   docker build -t tessera .
#   docker run --rm -v "$PWD:/data" tessera tessera-recon scan.mrd -o out
# With CUDA (12 or newer, cuDNN 9; a base with CMake 3.25 or newer):
#   docker build -t tessera-cuda --build-arg BASE=nvidia/cuda:12.6.3-cudnn-devel-ubuntu24.04 --build-arg CUDA=ON .
#   docker run --rm --gpus all -v "$PWD:/data" tessera-cuda tessera-recon scan.mrd -o out
ARG BASE=debian:12
FROM ${BASE}
ARG CUDA=OFF
ARG ARCH=x86-64-v3

WORKDIR /opt/tessera
COPY tools/setup.sh tools/environment.sh tools/packages.txt tools/
RUN tools/setup.sh --build && rm -rf /var/lib/apt/lists/*

COPY . .
RUN cmake -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DTESSERA_CUDA=${CUDA} -DTESSERA_ARCH=${ARCH} -DTESSERA_TESTS=OFF \
    && cmake --build build \
    && cmake --install build \
    && rm -rf build

WORKDIR /data
CMD ["tessera-recon", "--help"]
