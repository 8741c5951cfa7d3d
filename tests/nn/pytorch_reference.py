"""Builds the networks of nn/networks with PyTorch, loads their weights and computes outputs and gradients.

Usage: pytorch_reference.py folder...

Each folder has model.json, weights.safetensors (PyTorch's names and layout, loaded strictly) and data.safetensors with
"input" and "output_gradient" as maps [z, y, x, channel]. It gets result.safetensors with "output", "input_gradient" and
"gradient.<parameter>". model.json is {"network": a NetworkConfig} or {"chain": [{"conv": name, "in":, "out":, "kernel":,
"stride":} | {"leaky_relu": slope}, ...]}.
"""

import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

DTYPES = {"F32": np.float32, "F64": np.float64}


def read_safetensors(path):
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = np.frombuffer(raw[start + begin : start + end], DTYPES[entry["dtype"]])
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        values = np.ascontiguousarray(tensor.detach().numpy())
        dtype = next(key for key, value in DTYPES.items() if value == values.dtype)
        entry = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + values.nbytes]}
        header[name], data = entry, data + values.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def conv(channels_in, channels_out, kernel, stride=1):
    return nn.Conv3d(channels_in, channels_out, kernel, stride, padding=kernel // 2)


class Chain(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers
        for layer in layers:
            if "conv" in layer:
                self.add_module(layer["conv"], conv(layer["in"], layer["out"], layer["kernel"], layer["stride"]))

    def forward(self, x):
        for layer in self.layers:
            x = getattr(self, layer["conv"])(x) if "conv" in layer else F.leaky_relu(x, layer["leaky_relu"])
        return x


class ComplexConv3d(nn.Module):
    """Channels are re, im, re, im, ..."""

    def __init__(self, channels_in, channels_out, kernel):
        super().__init__()
        shape = (channels_out, channels_in, kernel, kernel, kernel)
        self.weight_real = nn.Parameter(torch.zeros(shape))
        self.weight_imag = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(2 * channels_out))
        self.padding = kernel // 2

    def forward(self, x):
        re, im = x[:, 0::2], x[:, 1::2]
        product = lambda part, weight: F.conv3d(part, weight, padding=self.padding)
        y_re = product(re, self.weight_real) - product(im, self.weight_imag)
        y_im = product(re, self.weight_imag) + product(im, self.weight_real)
        return torch.stack([y_re, y_im], 2).flatten(1, 2) + self.bias[:, None, None, None]


class ModRelu(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        parts = x.unflatten(1, (-1, 2))
        size = parts.square().sum(2, keepdim=True).sqrt()
        return (F.relu(size + self.bias[:, None, None, None, None]) * parts / size).flatten(1, 2)


class Block(nn.Module):
    def __init__(self, make_conv, make_activation, convolutions):
        super().__init__()
        self.convs = nn.ModuleList(make_conv() for _ in range(convolutions))
        self.activations = nn.ModuleList(make_activation() for _ in range(convolutions - 1))

    def forward(self, x):
        y = self.convs[0](x)
        for convolution, activation in zip(self.convs[1:], self.activations):
            y = convolution(activation(y))
        return x + y


class Residual(nn.Module):
    def __init__(self, c, channels, convolution, make_activation):
        super().__init__()
        make_conv = lambda: convolution(c["channels"], c["channels"], c["kernel"])
        self.head = convolution(channels, c["channels"], c["kernel"])
        self.blocks = nn.Sequential(*(Block(make_conv, make_activation, c["convolutions"]) for _ in range(c["blocks"])))
        self.tail = convolution(c["channels"], channels, c["kernel"])

    def forward(self, x):
        return x + self.tail(self.blocks(self.head(x)))


class Level(nn.Module):
    def __init__(self, channels_in, channels_out, c):
        super().__init__()
        widths = [channels_in] + [channels_out] * c["convolutions"]
        self.convs = nn.ModuleList(conv(a, b, c["kernel"]) for a, b in zip(widths, widths[1:]))
        self.slope = c["slope"]

    def forward(self, x):
        for convolution in self.convs:
            x = F.leaky_relu(convolution(x), self.slope)
        return x


class Unet3d(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.slope = c["slope"]
        widths = [c["channels"] << level for level in range(c["levels"] + 1)]
        self.encoder = nn.ModuleList(Level(i, o, c) for i, o in zip([2] + widths, widths[:-1]))
        self.bottom = Level(widths[-2], widths[-1], c)
        self.decoder = nn.ModuleList(Level(2 * w, w, c) for w in widths[:-1])
        for level, (here, below) in enumerate(zip(widths, widths[1:])):
            if c["halving"] == "strided":
                self.encoder[level].down = conv(here, here, c["kernel"], 2)
            self.decoder[level].up = conv(below, here, c["kernel"])
        self.tail = conv(c["channels"], 2, c["kernel"])

    def level(self, n, x):
        if n == len(self.encoder):
            return self.bottom(x)
        x = self.encoder[n](x)
        if hasattr(self.encoder[n], "down"):
            inner = F.leaky_relu(self.encoder[n].down(x), self.slope)
        else:
            inner = F.avg_pool3d(x, 2, ceil_mode=True)
        inner = self.level(n + 1, inner)
        for axis in (2, 3, 4):
            inner = inner.repeat_interleave(2, axis).narrow(axis, 0, x.shape[axis])
        inner = F.leaky_relu(self.decoder[n].up(inner), self.slope)
        return self.decoder[n](torch.cat([x, inner], 1))

    def forward(self, x):
        return x + self.tail(self.level(0, x))


def build(model):
    if "chain" in model:
        return Chain(model["chain"])
    config = model["network"]
    c = config[config["kind"]]
    if config["kind"] == "resnet3d":
        return Residual(c, 2, conv, lambda: nn.LeakyReLU(c["slope"]))
    if config["kind"] == "complex_resnet3d":
        return Residual(c, 1, ComplexConv3d, lambda: ModRelu(c["channels"]))
    if config["kind"] == "unet3d":
        return Unet3d(c)
    raise ValueError(f"unknown network {config['kind']}")


def to_torch(map_):  # [z, y, x, channel] to [1, channel, z, y, x]
    return map_.permute(3, 0, 1, 2)[None].contiguous()


def to_map(tensor):
    return tensor[0].permute(1, 2, 3, 0)


def run(folder):
    data = read_safetensors(folder / "data.safetensors")
    model = build(json.loads((folder / "model.json").read_text())).to(data["input"].dtype)
    model.load_state_dict(read_safetensors(folder / "weights.safetensors"), strict=True)
    x = to_torch(data["input"]).requires_grad_()
    y = model(x)
    y.backward(to_torch(data["output_gradient"]))
    result = {"output": to_map(y), "input_gradient": to_map(x.grad)}
    result.update({f"gradient.{name}": p.grad for name, p in model.named_parameters()})
    write_safetensors(folder / "result.safetensors", result)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for argument in sys.argv[1:]:
        run(pathlib.Path(argument))
