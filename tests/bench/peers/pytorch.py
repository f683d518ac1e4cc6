"""Training steps and inference in PyTorch, as fast as possible on this machine without changing the result.

pytorch.py PIXELS LABELS THREADS: the files hold bytes. Prints its environment, then answers each line, a JSON object
{network, layout, task, batch, count, limit}, with the seconds per image, from `count` images or `limit` seconds.
`network` is the file of a network's description, or null for the tutorial's; `task` is "training" or "inference".
"""
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

INPUT = -1  # the place of the image among the layers
LAYOUTS = {"channels-first": torch.contiguous_format, "channels-last": torch.channels_last}


class Tutorial(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(1, 32, 3)
        self.hidden = nn.Linear(5408, 128)
        self.output = nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.convolution(x)), 2)
        x = F.dropout(F.relu(self.hidden(torch.flatten(x, 1))), 0.5)
        return self.output(x)


class Add(nn.Module):
    def forward(self, a, b):
        return a + b


class Softmax(nn.Module):
    """Only in inference: the loss takes logits."""

    def forward(self, x):
        return x if self.training else F.softmax(x, 1)


def convolution(layer, inputs, filters, groups=1):
    """With strides, 'same' pads both sides alike, not as Keras does: as many products, in fewer operations."""
    padding = [(side - 1) // 2 for side in layer["kernelSize"]] if layer["padding"] == "same" else 0
    return nn.Conv2d(
        inputs, filters, layer["kernelSize"], layer["strides"], padding, groups=groups, bias=layer["useBias"]
    )


def depthwise(layer, inputs):
    return convolution(layer, inputs, inputs * layer["depthMultiplier"], groups=inputs)


ACTIVATIONS = {"linear": nn.Identity, "relu": lambda: nn.ReLU(inplace=True), "softmax": Softmax}

# From a layer's description and the shape of its input, channels last.
MODULES = {
    "activation": lambda layer, shape: nn.Identity(),
    "add": lambda layer, shape: Add(),
    "batch_normalization": lambda layer, shape: nn.BatchNorm2d(shape[-1], layer["epsilon"], 1 - layer["momentum"]),
    "conv2d": lambda layer, shape: convolution(layer, shape[-1], layer["filters"]),
    "dense": lambda layer, shape: nn.Linear(shape[0], layer["units"], layer["useBias"]),
    "depthwise_conv2d": lambda layer, shape: depthwise(layer, shape[-1]),
    "dropout": lambda layer, shape: nn.Dropout(layer["rate"]),
    "flatten": lambda layer, shape: nn.Flatten(),
    "global_average_pooling2d": lambda layer, shape: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "max_pooling2d": lambda layer, shape: nn.MaxPool2d(layer["poolSize"], layer["strides"]),
}


class Network(nn.Module):
    """Layers in order; `sources` are the places of those that a layer reads."""

    def __init__(self, inputShape, layers, parameters):
        super().__init__()
        shapes = {INPUT: inputShape, **{at: layer["outputShape"] for at, layer in enumerate(layers)}}
        self.sources = [layer["sources"] for layer in layers]
        self.spent = self.spent_after()
        self.steps = nn.ModuleList(MODULES[layer["kind"]](layer, shapes[layer["sources"][0]]) for layer in layers)
        self.activations = nn.ModuleList(ACTIVATIONS[layer.get("activation", "linear")]() for layer in layers)
        own = sum(values.numel() for values in self.state_dict().values() if values.is_floating_point())
        assert own == parameters, f"{own} parameters instead of {parameters}"
        self.check_shapes(shapes)

    def check_shapes(self, shapes):
        height, width, channels = shapes[INPUT]
        with torch.no_grad():
            values = self.eval().values(torch.zeros(1, channels, height, width), [[] for _ in self.sources])
        for at, value in values.items():
            own = list(value.movedim(1, -1).shape[1:])
            assert own == shapes[at], f"layer {at}: {own} instead of {shapes[at]}"

    def spent_after(self):
        """For each layer, the values that no later one reads."""
        last = {source: at for at, sources in enumerate(self.sources) for source in sources}
        return [[source for source, reader in last.items() if reader == at] for at in range(len(self.sources))]

    def values(self, x, spent):
        values = {INPUT: x}
        for at, (sources, step, activation) in enumerate(zip(self.sources, self.steps, self.activations)):
            values[at] = activation(step(*(values[source] for source in sources)))
            for source in spent[at]:
                del values[source]
        return values

    def forward(self, x):
        return self.values(x, self.spent)[len(self.steps) - 1]


def network_of(description):
    if description is None:
        return Tutorial()
    with open(description) as file:
        return Network(**json.load(file))


class Runner:
    def __init__(self, network, layout):
        self.layout = LAYOUTS[layout]
        self.model = network_of(network).to(memory_format=self.layout)
        self.adam = torch.optim.Adam(self.model.parameters(), eps=1e-7, foreach=True)

    def training(self, x, y):
        self.adam.zero_grad(set_to_none=True)
        F.cross_entropy(self.model(x), y).backward()
        self.adam.step()

    @torch.no_grad()
    def inference(self, x, y):
        self.model(x)

    def seconds(self, task, batches, limit):
        step = getattr(self, task)
        self.model.train(task == "training")
        done, start = 0, time.perf_counter()
        for x, y in batches:
            step(x, y)
            done += len(y)
            if time.perf_counter() - start > limit:
                break
        return (time.perf_counter() - start) / done

    def batches(self, pixels, labels, size):
        """Batches are prepared in advance, so that no time is spent on gathering."""
        images = pixels.reshape(-1, 1, 28, 28).float().div(255)
        pairs = zip(images.split(size), labels.long().split(size))
        return [(x.contiguous(memory_format=self.layout), y) for x, y in pairs]


def blas():
    """The shared library that provides BLAS in this process."""
    with open("/proc/self/maps") as maps:
        libraries = {line.split()[-1] for line in maps if "blas" in line.split()[-1].rsplit("/", 1)[-1]}
    return " ".join(sorted(libraries)) or ("MKL" if torch.backends.mkl.is_available() else "none")


def read(path):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)


def main(pixels_path, labels_path, threads):
    torch.set_num_threads(int(threads))
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    pixels, labels = read(pixels_path), read(labels_path)
    onednn = "oneDNN" if torch.backends.mkldnn.is_available() else "no oneDNN"
    print(f"PyTorch {torch.__version__}, {onednn}, BLAS {blas()}", flush=True)
    runners = {}
    for line in sys.stdin:
        what = json.loads(line)
        key = what["network"], what["layout"]
        if key not in runners:
            runners[key] = Runner(*key)
        count = what["count"]
        batches = runners[key].batches(pixels[: 784 * count], labels[:count], what["batch"])
        print(runners[key].seconds(what["task"], batches, what["limit"]), flush=True)


main(*sys.argv[1:])
