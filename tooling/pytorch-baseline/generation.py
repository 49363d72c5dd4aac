"""Times generation by PyTorch beside `restok bench`: the released generator's size, one picture with guidance.

    OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 python3 generation.py

24 layers of width 1024 with random weights and a cache of keys and values, two rows (with and without the class):
once in nine passes of 1, 1, 1, 1, 4, 8, 16, 32 and 64 latents, once latent by latent. Only the time is comparable.
"""

import time

import torch
import torch.nn.functional as F

WIDTH, LAYERS, HEADS, HIDDEN, CODES = 1024, 24, 16, 2816, 8192
HEAD_WIDTH = WIDTH // HEADS
LEVELS = [1, 1, 1, 1, 4, 8, 16, 32, 64]
ROWS, GUIDANCE = 2, 3.75

torch.set_num_threads(2)
torch.set_grad_enabled(False)


def weight(*shape):
    return torch.randn(*shape) * 0.02


layers = [
    {
        "qkv": weight(3 * WIDTH, WIDTH),
        "out": weight(WIDTH, WIDTH),
        "gate": weight(HIDDEN, WIDTH),
        "up": weight(HIDDEN, WIDTH),
        "down": weight(WIDTH, HIDDEN),
        "gains": torch.ones(2, WIDTH),
    }
    for _ in range(LAYERS)
]
to_logits = weight(CODES, WIDTH)
angles = torch.arange(sum(LEVELS))[:, None] / 10000 ** (torch.arange(0, HEAD_WIDTH, 2) / HEAD_WIDTH)


def rms_norm(x, gain):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * gain


def rotate(x, start):
    part = angles[start : start + x.shape[2]]
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * part.cos() - odd * part.sin(), even * part.sin() + odd * part.cos()], -1).flatten(-2)


def generate(sizes):
    keys = torch.zeros(LAYERS, ROWS, HEADS, sum(sizes), HEAD_WIDTH)
    values = torch.zeros_like(keys)
    start = 0
    for size in sizes:
        end = start + size
        x = torch.randn(ROWS, size, WIDTH)
        for i, layer in enumerate(layers):
            qkv = F.linear(rms_norm(x, layer["gains"][0]), layer["qkv"])
            q, k, v = qkv.view(ROWS, size, 3, HEADS, HEAD_WIDTH).permute(2, 0, 3, 1, 4)
            keys[i, :, :, start:end], values[i, :, :, start:end] = rotate(k, start), v
            scores = rotate(q, start) @ keys[i, :, :, :end].transpose(-1, -2) * HEAD_WIDTH**-0.5
            mixed = (scores.softmax(-1) @ values[i, :, :, :end]).transpose(1, 2).reshape(ROWS, size, WIDTH)
            x = x + F.linear(mixed, layer["out"])
            h = rms_norm(x, layer["gains"][1])
            x = x + F.linear(F.silu(F.linear(h, layer["gate"])) * F.linear(h, layer["up"]), layer["down"])
        logits = F.linear(x, to_logits)
        guided = logits[1] + GUIDANCE * (logits[0] - logits[1])
        torch.multinomial(guided.softmax(-1), 1)
        start = end


def seconds(sizes, runs):
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        generate(sizes)
        times.append(time.perf_counter() - begin)
    return sorted(times)[runs // 2]


print(f"{len(LEVELS)} passes: median {seconds(LEVELS, 5):.2f} s")
print(f"{sum(LEVELS)} passes: {seconds([1] * sum(LEVELS), 1):.2f} s")
