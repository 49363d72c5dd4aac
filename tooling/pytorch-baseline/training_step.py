"""Times a training step of PyTorch beside `restok bench`: the same transformers, token counts and update.

    OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 python3 training_step.py tokenizer|generator

tokenizer: 5.45M parameters, 64 x 64 pictures in patches of 8, batch 16: encoder blocks at 128, 160, 160, 176, 176 and
176 tokens (two merges), six decoder blocks at 128. generator: the shipped one, 8 blocks of width 256 over 64
positions, 4,096 codes, batch 32. The step is forward, backward, clipping, AdamW and a moving average. Only the time
is comparable: quantiser, merging and nested dropout, which cost little, are left out, in PyTorch's favour.
"""

import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

WARM_UP = 3
STEPS = 40


class Block(nn.Module):
    def __init__(self, width, heads, hidden, gated, causal):
        super().__init__()
        self.heads, self.gated, self.causal = heads, gated, causal
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_norm, self.key_norm = nn.LayerNorm(width // heads), nn.LayerNorm(width // heads)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc1, self.fc2 = nn.Linear(width, hidden * (2 if gated else 1)), nn.Linear(hidden, width)

    def forward(self, x):
        batch, length, width = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(batch, length, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        scores = self.query_norm(q) @ self.key_norm(k).transpose(-1, -2) * (width // self.heads) ** -0.5
        if self.causal:
            scores = scores.masked_fill(torch.ones(length, length, dtype=torch.bool).triu(1), float("-inf"))
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.proj(mixed)
        hidden = self.fc1(self.norm2(x))
        if self.gated:
            gate, value = hidden.chunk(2, -1)
            return x + self.fc2(F.silu(gate) * value)
        return x + self.fc2(F.gelu(hidden))


class Tokenizer(nn.Module):
    TOKENS = [128, 160, 160, 176, 176, 176]

    def __init__(self, width=192, heads=3):
        super().__init__()
        self.encoder = nn.ModuleList([Block(width, heads, 4 * width, False, False) for _ in self.TOKENS])
        self.decoder = nn.ModuleList([Block(width, heads, 4 * width, False, False) for _ in range(6)])
        self.patches, self.pixels = nn.Conv2d(3, width, 8, 8), nn.ConvTranspose2d(width, 3, 8, 8)
        self.more = nn.Parameter(torch.randn(max(self.TOKENS), width) * 0.02)

    def loss(self, pictures):
        x = self.patches(pictures).flatten(2).transpose(1, 2)
        for block, tokens in zip(self.encoder, self.TOKENS):
            added = self.more[: tokens - x.shape[1]].expand(x.shape[0], -1, -1)
            x = block(torch.cat([x, added], 1))
        x = x[:, :128]
        for block in self.decoder:
            x = block(x)
        grid = x[:, :64].transpose(1, 2).reshape(x.shape[0], -1, 8, 8)
        return F.mse_loss(self.pixels(grid), pictures)


class Generator(nn.Module):
    def __init__(self, width=256, heads=4, codes=4096):
        super().__init__()
        self.blocks = nn.ModuleList([Block(width, heads, 768, True, True) for _ in range(8)])
        self.embedding, self.head = nn.Embedding(codes, width), nn.Linear(width, codes, bias=False)

    def loss(self, codes):
        x = self.embedding(codes)
        for block in self.blocks:
            x = block(x)
        return F.cross_entropy(self.head(x).flatten(0, 1), codes.flatten())


def main(kind):
    torch.set_num_threads(2)
    torch.manual_seed(0)
    model = Tokenizer() if kind == "tokenizer" else Generator()
    batch = torch.rand(16, 3, 64, 64) if kind == "tokenizer" else torch.randint(4096, (32, 64))
    parameters = list(model.parameters())
    averages = [parameter.detach().clone() for parameter in parameters]
    optimizer = torch.optim.AdamW(parameters, 1e-4)
    seconds = []
    for _ in range(WARM_UP + STEPS):
        start = time.perf_counter()
        optimizer.zero_grad()
        model.loss(batch).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        with torch.no_grad():
            for average, parameter in zip(averages, parameters):
                average.lerp_(parameter, 0.001)
        seconds.append(time.perf_counter() - start)
    counted = sorted(seconds[WARM_UP:])
    size = sum(parameter.numel() for parameter in parameters) / 1e6
    print(f"{kind}, {size:.2f}M parameters: median {counted[STEPS // 2]:.3f} s, fastest {counted[0]:.3f} s")


main(sys.argv[1])
