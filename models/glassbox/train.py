# SPDX-License-Identifier: MIT
"""Trains the Glassbox model on one GPU, in about ten minutes.

The released weights were trained in two passes:

1.  On an earlier form of this world, in which the choices of chains were digits and there were no expressions: 5.5 minutes at
    a learning rate of 2e-3, about 12,000 steps of 256 rows.  That form is not kept.  `--subjects` leaves the hard ones out of
    a first pass to the same end (a replacement, not what was run):

        python3 train.py --subjects digit_sums,capitals,beasts,hinted,fortunes --minutes 5.5 --out first

2.  On this world from those weights: 4.3 minutes at 1.5e-3, 500,000 examples, 6,598 steps of 256 rows.  The tokenizer is
    that of the first pass, trained on its texts; one trained on this world's has other merges.

        python3 train.py --init first --minutes 4.3 --lr 1.5e-3 --examples 500000 --out weights

Learning to look a choice up by its text is the slow part; it comes late and suddenly.  Training runs by the clock, so another
machine, or another run, gives other weights: the data are fixed by the seeds, the number of steps is not.

Needs the packages of requirements.txt.  `--device cpu` is for trying the script out.
"""
from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from data import MAX_LENGTH, draw_data, make_tokenizer
from evaluate import evaluate
from model import VOCABULARY_ROWS, Model, Shape
from world import SUBJECTS, WORLD_SEED, World

WIDTHS = [128, 192, 256, 352, MAX_LENGTH]       # batches are padded to one of these; the network is compiled for each
BETAS = (.9, .98)
WEIGHT_DECAY = .05                              # of matrices; vectors (norms and biases) have none
WARM_UP_STEPS = 200
LAST_LR = .01                                   # share of the learning rate that is left when the time is up
GRADIENT_NORM = 1.0
REPORT_EVERY = 1000
TORCH_SEED = 0


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--world", type=int, default=WORLD_SEED, help="seed of the world's facts")
    parser.add_argument("--minutes", type=float, default=6, help="training time, without data and compilation")
    parser.add_argument("--examples", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--init", type=Path, help="folder of an earlier pass: its weights and tokenizer are gone on with")
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--ffn", type=int, default=704)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--procs", type=int, default=14, help="processes that draw the data; part of what is drawn")
    parser.add_argument("--subjects", type=lambda names: tuple(names.split(",")), default=SUBJECTS,
                        help="comma-separated; all if left out")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--evaluate", type=int, default=128, metavar="N", help="questions a subject to evaluate with")
    return parser.parse_args()


class Batches:
    """Rows sorted by length and cut into batches, so that little is padded; drawn at random."""

    def __init__(self, ids: torch.Tensor, weights: torch.Tensor, size: int):
        self.ids, self.weights, self.size = ids, weights, size
        lengths = (ids != 0).sum(1)
        self.order = lengths.argsort()
        self.count = len(self.order) // size
        self.longest = lengths[self.order][:self.count * size].view(self.count, size).amax(1).tolist()
        self.generator = torch.Generator().manual_seed(TORCH_SEED)

    def draw(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids [size, T + 1] and the weights of what is to be predicted [size, T], T one of WIDTHS."""
        b = int(torch.randint(self.count, (), generator=self.generator))
        rows = self.order[b * self.size:(b + 1) * self.size]
        width = next((w for w in WIDTHS if w >= self.longest[b]), MAX_LENGTH)
        return self.ids[rows, :width + 1].long(), self.weights[rows, 1:width + 1].float()


def load_tokenizer(options: argparse.Namespace) -> Tokenizer:
    """The tokenizer of this pass, written into the output folder too."""
    path = options.out / "tokenizer.json"
    if not options.init:
        return make_tokenizer(World(options.world), path, options.subjects)
    tokenizer = Tokenizer.from_file(str(options.init / "tokenizer.json"))
    tokenizer.save(str(path))
    return tokenizer


def make_model(shape: Shape, init: Path | None, device: str) -> Model:
    torch.manual_seed(TORCH_SEED)
    torch.set_float32_matmul_precision("high")
    model = Model(shape).to(device)
    if init:
        model.load_state_dict({name: w.float() for name, w in load_file(init / "model.safetensors").items()})
    return model


def make_optimizer(model: Model, lr: float) -> torch.optim.Optimizer:
    matrices = [p for p in model.parameters() if p.ndim == 2]
    vectors = [p for p in model.parameters() if p.ndim != 2]
    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.}]
    return torch.optim.AdamW(groups, lr=lr, betas=BETAS, fused=True)


def compile_for_widths(model: Model, batches: Batches, device: str):
    """The compiled network, compiled for every width before the clock starts.  On a CPU the network as it is."""
    if device == "cpu":
        return model
    torch._dynamo.config.cache_size_limit = 32
    network = torch.compile(model, dynamic=False)
    for width in WIDTHS:
        with torch.autocast(device, torch.bfloat16):
            logits = network(batches.ids[:batches.size, :width].long())
        logits.float().mean().backward()
    model.zero_grad(set_to_none=True)
    return network


def learning_rate(peak: float, step: int, done: float) -> float:
    """Warm-up by steps, then a half cosine by the share of the time that is `done`."""
    return peak * min(1, (step + 1) / WARM_UP_STEPS) * (LAST_LR + (1 - LAST_LR) * .5 * (1 + math.cos(math.pi * done)))


def fit(model: Model, network, batches: Batches, options: argparse.Namespace) -> int:
    """Trains for options.minutes; returns the number of steps."""
    optimizer = make_optimizer(model, options.lr)
    recent = torch.zeros((), device=options.device)         # running mean of the loss
    begin, step = time.time(), 0
    while (done := (time.time() - begin) / (options.minutes * 60)) < 1:
        lr = learning_rate(options.lr, step, done)
        for group in optimizer.param_groups:
            group["lr"] = lr
        ids, weights = batches.draw()
        with torch.autocast(options.device, torch.bfloat16):
            logits = network(ids[:, :-1])
        losses = F.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
        loss = (losses * weights.flatten()).sum() / weights.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_NORM)
        optimizer.step()
        step += 1
        recent.lerp_(loss.detach(), .01)
        if step % REPORT_EVERY == 0:
            print(f"step {step} {time.time() - begin:.0f} s loss {recent.item():.4f} lr {lr:.2e}", flush=True)
    return step


def save(model: Model, shape: Shape, steps: int, options: argparse.Namespace) -> None:
    """Weights as fp16 and what they were made with, for `to_gguf.py` and for a next pass."""
    halves = {name: p.detach().to(torch.float16).contiguous() for name, p in model.named_parameters()}
    save_file(halves, options.out / "model.safetensors")
    made = dict(world=options.world, layers=shape.layers, width=shape.width, heads=shape.heads, kv=shape.kv_heads,
                ffn=shape.ffn, steps=steps, batch=options.batch, minutes=options.minutes, examples=options.examples)
    (options.out / "config.json").write_text(json.dumps(made), encoding="utf-8")


def main() -> None:
    options = parse_options()
    options.out.mkdir(parents=True, exist_ok=True)
    start = time.time()
    tokenizer = load_tokenizer(options)
    assert tokenizer.get_vocab_size() <= VOCABULARY_ROWS
    ids, weights = (torch.from_numpy(rows).to(options.device) for rows in draw_data(
        options.world, options.examples, options.procs, options.out / "tokenizer.json", options.subjects))
    print(f"data {tuple(ids.shape)} mean length {float((weights > 0).sum(1).float().mean()):.0f} trained tokens, "
          f"vocabulary {tokenizer.get_vocab_size()}, {time.time() - start:.0f} s", flush=True)

    shape = Shape(options.layers, options.width, options.ffn)
    model = make_model(shape, options.init, options.device)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters", flush=True)
    batches = Batches(ids, weights, options.batch)
    network = compile_for_widths(model, batches, options.device)
    print(f"compiled, {time.time() - start:.0f} s", flush=True)

    steps = fit(model, network, batches, options)
    print(f"{steps} steps", flush=True)
    save(model, shape, steps, options)
    evaluate(model, World(options.world), tokenizer, options.device, options.evaluate)


if __name__ == "__main__":
    main()
