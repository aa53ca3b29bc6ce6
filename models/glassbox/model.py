# SPDX-License-Identifier: MIT
"""The Glassbox network: the Qwen2 architecture, small.  Needs torch.

Pre-norm blocks of grouped-query attention (rotary positions, biases on query, key and value) and a gated feed-forward layer;
the output uses the embedding matrix again.  The names of the parameters are those of the saved weights; `to_gguf.py` maps them
to llama.cpp's.
"""
from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

VOCABULARY_ROWS = 1024
HEAD_SIZE = 64
ROPE_BASE = 10000.0
NORM_EPSILON = 1e-6
INIT_STD = 0.02


@dataclass(frozen=True)
class Shape:
    layers: int = 8
    width: int = 256
    ffn: int = 704

    @property
    def heads(self) -> int:
        return self.width // HEAD_SIZE

    @property
    def kv_heads(self) -> int:
        return max(1, self.heads // 2)


class Norm(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x.float(), self.weight.shape, self.weight.float(), NORM_EPSILON).to(x.dtype)


def rotary_angles(length: int, device) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines, [length, HEAD_SIZE]."""
    positions = torch.arange(length, device=device).float()[:, None]
    frequencies = ROPE_BASE ** (-torch.arange(0, HEAD_SIZE, 2, device=device).float() / HEAD_SIZE)
    angles = positions * frequencies[None]
    angles = torch.cat((angles, angles), -1)
    return angles.cos().to(torch.bfloat16), angles.sin().to(torch.bfloat16)


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


class Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        width, queries, keys = shape.width, shape.heads * HEAD_SIZE, shape.kv_heads * HEAD_SIZE
        self.n1, self.n2 = Norm(width), Norm(width)
        self.q, self.k, self.v = nn.Linear(width, queries), nn.Linear(width, keys), nn.Linear(width, keys)
        self.o = nn.Linear(queries, width, bias=False)
        self.gate, self.up = nn.Linear(width, shape.ffn, bias=False), nn.Linear(width, shape.ffn, bias=False)
        self.down = nn.Linear(shape.ffn, width, bias=False)

    def forward(self, x, cos, sin):
        x = x + self.o(self._attend(self.n1(x), cos, sin))
        y = self.n2(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))

    def _attend(self, y, cos, sin):
        batch, length, _ = y.shape
        heads, kv_heads = self.shape.heads, self.shape.kv_heads
        q = rotate(self.q(y).view(batch, length, heads, HEAD_SIZE).transpose(1, 2), cos, sin)
        k = rotate(self.k(y).view(batch, length, kv_heads, HEAD_SIZE).transpose(1, 2), cos, sin)
        v = self.v(y).view(batch, length, kv_heads, HEAD_SIZE).transpose(1, 2)
        k, v = k.repeat_interleave(heads // kv_heads, 1), v.repeat_interleave(heads // kv_heads, 1)
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return attended.transpose(1, 2).reshape(batch, length, -1)


class Model(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.emb = nn.Embedding(VOCABULARY_ROWS, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                # What is added to the residual stream starts smaller, so that its size doesn't grow with the depth.
                residual = name.endswith(("o.weight", "down.weight"))
                nn.init.normal_(parameter, std=INIT_STD / math.sqrt(2 * shape.layers) if residual else INIT_STD)
            elif "bias" in name:
                nn.init.zeros_(parameter)

    def forward(self, ids):
        """Ids [batch, length] to logits [batch, length, VOCABULARY_ROWS]."""
        x = self.emb(ids)
        cos, sin = rotary_angles(ids.shape[1], ids.device)
        for block in self.blocks:
            x = block(x, cos, sin)
        return F.linear(self.norm(x), self.emb.weight)
