"""Writes the JSON fixture that the convolutional network is checked against: loss, accuracy, every
gradient tensor and the losses of ten steps of Nesterov's momentum, computed by numpy in float64.

    python3 make_convnet_fixture.py ../resources/org/estafette/algorithm/model

The forward pass is plain sums over the definitions, and gradients are central differences of it:
nothing here knows how a gradient is computed. Parameters and data follow formulas (see value() and
data()), which the Java test repeats, so that the fixture holds results only.
"""

import json
import math
import sys

import numpy as np

# Images of 7x6: the first pooling drops a row, the second a column.
HEIGHT, WIDTH, INPUTS, BATCH, CLASSES, GROUPS = 7, 6, 2, 4, 3, 2
CHANNELS = [4, 6, 8]
RATE, MOMENTUM, DECAY = 0.1, 0.9, 0.01


def value(tensor, i):
    return 0.3 * math.sin(1 + 0.37 * i + 1.3 * tensor)


def shapes():
    result, before = {}, INPUTS
    for i, out in enumerate(CHANNELS):
        result[f"blocks.{i}.conv.weight"] = (out, 3, 3, before)
        result[f"blocks.{i}.norm.weight"] = (out,)
        result[f"blocks.{i}.norm.bias"] = (out,)
        before = out
    result["head.weight"] = (CLASSES, before)
    result["head.bias"] = (CLASSES,)
    return result


def fill():
    tensors = {}
    for t, (name, shape) in enumerate(shapes().items()):
        norm = name.endswith("norm.weight")
        numbers = [(1 if norm else 0) + value(t, i) for i in range(math.prod(shape))]
        tensors[name] = np.array(numbers, dtype=np.float32).astype(np.float64).reshape(shape)
    return tensors


def data():
    size = BATCH * HEIGHT * WIDTH * INPUTS
    x = np.array([math.cos(0.5 + 1.1 * i) for i in range(size)], dtype=np.float32)
    y = [(2 * i + 1) % CLASSES for i in range(BATCH)]
    return x.astype(np.float64).reshape(BATCH, HEIGHT, WIDTH, INPUTS), y


def convolution(x, w):
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    out = np.zeros(x.shape[:3] + (w.shape[0],))
    for r in range(3):
        for c in range(3):
            part = padded[:, r : r + x.shape[1], c : c + x.shape[2], :]
            out += np.einsum("nyxk,fk->nyxf", part, w[:, r, c, :])
    return out


def group_norm(x, gamma, beta):
    out = np.empty_like(x)
    size = x.shape[3] // GROUPS
    for n in range(x.shape[0]):
        for g in range(GROUPS):
            part = x[n, :, :, g * size : (g + 1) * size]
            mean = part.sum() / part.size
            variance = ((part - mean) ** 2).sum() / part.size
            out[n, :, :, g * size : (g + 1) * size] = (part - mean) / math.sqrt(variance + 1e-5)
    return out * gamma + beta


def max_pool(x):
    n, height, width, channels = x.shape
    cut = x[:, : height // 2 * 2, : width // 2 * 2, :]
    return cut.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))


def logits(p, x):
    for i in range(len(CHANNELS)):
        x = convolution(x, p[f"blocks.{i}.conv.weight"])
        x = group_norm(x, p[f"blocks.{i}.norm.weight"], p[f"blocks.{i}.norm.bias"])
        x = np.maximum(x, 0)
        x = max_pool(x) if i + 1 < len(CHANNELS) else x.mean(axis=(1, 2))
    return x @ p["head.weight"].T + p["head.bias"]


def loss(p, x, y):
    z = logits(p, x)
    z = z - z.max(axis=1, keepdims=True)
    return float(np.mean([math.log(np.exp(row).sum()) - row[c] for row, c in zip(z, y)]))


def gradients(p, x, y, step=1e-6):
    result = {}
    for name, tensor in p.items():
        flat, slopes = tensor.reshape(-1), np.empty(tensor.size)
        for i in range(flat.size):
            kept = flat[i]
            flat[i] = kept + step
            up = loss(p, x, y)
            flat[i] = kept - step
            down = loss(p, x, y)
            flat[i] = kept
            slopes[i] = (up - down) / (2 * step)
        result[name] = slopes.reshape(tensor.shape)
    return result


def main(folder):
    x, y = data()
    p = fill()
    content = {
        "made_by": f"algorithms/src/test/python/make_convnet_fixture.py, numpy {np.__version__}, float64",
        "config": dict(height=HEIGHT, width=WIDTH, inputs=INPUTS, batch=BATCH, classes=CLASSES,
                       groups=GROUPS, channels=CHANNELS, optimizer="nesterov", rate=RATE,
                       momentum=MOMENTUM, weight_decay=DECAY),
        "loss": loss(p, x, y),
        "accuracy": float(np.mean(logits(p, x).argmax(axis=1) == np.array(y))),
    }
    first = gradients(p, x, y)
    losses, moments = [], {n: np.zeros_like(t) for n, t in p.items()}
    for _ in range(10):
        losses.append(loss(p, x, y))
        for name, slope in gradients(p, x, y).items():
            g = slope + DECAY * p[name]
            moments[name] = MOMENTUM * moments[name] + g
            p[name] -= RATE * (g + MOMENTUM * moments[name])
    content["losses"] = losses
    with open(f"{folder}/convnet.json", "w") as out:
        # One line per tensor.
        numbers = {n: [float(f"{v:.7g}") for v in g.reshape(-1)] for n, g in first.items()}
        lines = (f"  {json.dumps(n)}: {json.dumps(g)}" for n, g in numbers.items())
        head = json.dumps(content, indent=1).removesuffix("\n}")
        out.write(head + ',\n "gradients": {\n' + ",\n".join(lines) + "\n }\n}\n")


if __name__ == "__main__":
    main(sys.argv[1])
