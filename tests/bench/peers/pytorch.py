"""The tutorial's training step in PyTorch, as fast as possible on this machine without changing the result.

pytorch.py PIXELS LABELS THREADS: the files hold bytes. Prints its environment, then answers each line
"LAYOUT COUNT LIMIT" with the seconds per picture, from COUNT pictures or LIMIT seconds.
"""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH = 32
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


class Trainer:
    def __init__(self, layout):
        self.layout = LAYOUTS[layout]
        self.model = Tutorial().to(memory_format=self.layout)
        self.adam = torch.optim.Adam(self.model.parameters(), eps=1e-7, foreach=True)

    def train(self, batches, limit):
        done, start = 0, time.perf_counter()
        for x, y in batches:
            self.adam.zero_grad(set_to_none=True)
            F.cross_entropy(self.model(x), y).backward()
            self.adam.step()
            done += len(y)
            if time.perf_counter() - start > limit:
                break
        return (time.perf_counter() - start) / done

    def batches(self, pixels, labels):
        """Batches are prepared in advance, so that no time is spent on gathering."""
        images = pixels.reshape(-1, 1, 28, 28).float().div(255)
        return [(x.contiguous(memory_format=self.layout), y) for x, y in zip(images.split(BATCH), labels.long().split(BATCH))]


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
    trainers = {}
    for line in sys.stdin:
        layout, count, limit = line.split()
        trainer = trainers.setdefault(layout, Trainer(layout))
        count = int(count)
        batches = trainer.batches(pixels[: 784 * count], labels[:count])
        print(trainer.train(batches, float(limit)), flush=True)


main(*sys.argv[1:])
