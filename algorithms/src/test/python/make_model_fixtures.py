"""Writes the JSON fixtures that the models are checked against: loss, every gradient tensor and the
losses of ten optimizer steps, computed by PyTorch's autograd in float64.

    python3 make_model_fixtures.py ../resources/org/estafette/algorithm/model

Parameters and data follow formulas (see value() and the token formulas), which the Java test
repeats, so that a fixture holds results only.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def value(tensor, i, amplitude):
    return amplitude * math.sin(1 + 0.37 * i + 1.3 * tensor)


def fill(shapes):
    tensors = {}
    for t, (name, shape) in enumerate(shapes.items()):
        norm = ".ln_" in "." + name and name.endswith("weight")
        size = math.prod(shape)
        data = [(1 if norm else 0) + value(t, i, 0.3) for i in range(size)]
        tensors[name] = torch.tensor(data, dtype=torch.float32).double().view(*shape).requires_grad_()
    return tensors


def gpt_shapes(v, t, layers, c, tied):
    shapes = {"wte.weight": (v, c), "wpe.weight": (t, c)}
    for l in range(layers):
        h = f"h.{l}."
        shapes[h + "ln_1.weight"] = (c,)
        shapes[h + "ln_1.bias"] = (c,)
        shapes[h + "attn.c_attn.weight"] = (c, 3 * c)
        shapes[h + "attn.c_attn.bias"] = (3 * c,)
        shapes[h + "attn.c_proj.weight"] = (c, c)
        shapes[h + "attn.c_proj.bias"] = (c,)
        shapes[h + "ln_2.weight"] = (c,)
        shapes[h + "ln_2.bias"] = (c,)
        shapes[h + "mlp.c_fc.weight"] = (c, 4 * c)
        shapes[h + "mlp.c_fc.bias"] = (4 * c,)
        shapes[h + "mlp.c_proj.weight"] = (4 * c, c)
        shapes[h + "mlp.c_proj.bias"] = (c,)
    shapes["ln_f.weight"] = (c,)
    shapes["ln_f.bias"] = (c,)
    if not tied:
        shapes["lm_head.weight"] = (v, c)
    return shapes


def gpt_loss(p, x, y, layers, heads):
    b, t = x.shape
    c = p["wte.weight"].shape[1]
    h = p["wte.weight"][x] + p["wpe.weight"][:t]
    for l in range(layers):
        n = f"h.{l}."
        a = F.layer_norm(h, (c,), p[n + "ln_1.weight"], p[n + "ln_1.bias"])
        qkv = a @ p[n + "attn.c_attn.weight"] + p[n + "attn.c_attn.bias"]
        q, k, v = (u.view(b, t, heads, c // heads).transpose(1, 2) for u in qkv.split(c, dim=2))
        scores = q @ k.transpose(-2, -1) / math.sqrt(c // heads)
        scores = scores.masked_fill(~torch.tril(torch.ones(t, t, dtype=torch.bool)), -math.inf)
        o = (scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, c)
        h = h + o @ p[n + "attn.c_proj.weight"] + p[n + "attn.c_proj.bias"]
        a = F.layer_norm(h, (c,), p[n + "ln_2.weight"], p[n + "ln_2.bias"])
        u = a @ p[n + "mlp.c_fc.weight"] + p[n + "mlp.c_fc.bias"]
        u = 0.5 * u * (1 + torch.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u**3)))
        h = h + u @ p[n + "mlp.c_proj.weight"] + p[n + "mlp.c_proj.bias"]
    h = F.layer_norm(h, (c,), p["ln_f.weight"], p["ln_f.bias"])
    logits = h @ p.get("lm_head.weight", p["wte.weight"]).T
    return F.cross_entropy(logits.view(-1, logits.shape[-1]), y.view(-1))


def mlp_loss(p, x, y, activation):
    layers = len(p) // 2
    for l in range(layers):
        x = F.linear(x, p[f"layers.{l}.weight"], p[f"layers.{l}.bias"])
        if l + 1 < layers:
            x = torch.relu(x) if activation == "relu" else torch.tanh(x)
    return F.cross_entropy(x, y)


def results(config, p, loss, optimizer):
    first = loss(p)
    gradients = dict(zip(p, torch.autograd.grad(first, list(p.values()))))
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        now = loss(p)
        now.backward()
        optimizer.step()
        losses.append(now.item())
    return {
        "made_by": f"algorithms/src/test/python/make_model_fixtures.py, torch {torch.__version__}, float64",
        "config": config,
        "loss": first.item(),
        "gradients": {n: [float(f"{g:.9g}") for g in t.flatten().tolist()] for n, t in gradients.items()},
        "losses": losses,
    }


def gpt(tied):
    v, t, layers, heads, c, b = 11, 5, 2, 2, 8, 3
    p = fill(gpt_shapes(v, t, layers, c, tied))
    x = torch.tensor([(3 * i + i * i) % v for i in range(b * t)]).view(b, t)
    y = torch.tensor([(5 * i + 2) % v for i in range(b * t)]).view(b, t)
    matrices = [q for q in p.values() if q.dim() >= 2]
    others = [q for q in p.values() if q.dim() < 2]
    adam = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
        lr=0.01, betas=(0.9, 0.95), eps=1e-8)
    config = dict(vocabulary=v, context=t, layers=layers, heads=heads, width=c, batch=b, tied=tied,
                  optimizer="adamw", rate=0.01, beta1=0.9, beta2=0.95, epsilon=1e-8, weight_decay=0.1)
    return results(config, p, lambda q: gpt_loss(q, x, y, layers, heads), adam)


def mlp(activation):
    widths, b = [7, 9, 6, 4], 5
    shapes = {}
    for l in range(len(widths) - 1):
        shapes[f"layers.{l}.weight"] = (widths[l + 1], widths[l])
        shapes[f"layers.{l}.bias"] = (widths[l + 1],)
    p = fill(shapes)
    data = [math.cos(0.5 + 1.1 * i) for i in range(b * widths[0])]
    x = torch.tensor(data, dtype=torch.float32).double().view(b, widths[0])
    y = torch.tensor([(3 * i + 1) % widths[-1] for i in range(b)])
    sgd = torch.optim.SGD(p.values(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)
    config = dict(widths=widths, batch=b, activation=activation,
                  optimizer="nesterov", rate=0.1, momentum=0.9, weight_decay=0.01)
    return results(config, p, lambda q: mlp_loss(q, x, y, activation), sgd)


if __name__ == "__main__":
    made = {"gpt-tied": gpt(True), "gpt-untied": gpt(False), "mlp-relu": mlp("relu"), "mlp-tanh": mlp("tanh")}
    for name, content in made.items():
        with open(f"{sys.argv[1]}/{name}.json", "w") as out:
            # One line per tensor.
            lines = (f"  {json.dumps(n)}: {json.dumps(g)}" for n, g in content.pop("gradients").items())
            head = json.dumps(content, indent=1).removesuffix("\n}")
            out.write(head + ',\n "gradients": {\n' + ",\n".join(lines) + "\n }\n}\n")
