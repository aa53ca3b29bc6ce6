# SPDX-License-Identifier: MIT
"""Reads the forced answer of a freshly trained Glassbox at the start and at the end of thinking that it samples itself.

Needs torch and tokenizers.  A first look, printed by `train.py`; the figures of the model card were measured on the GGUF file.
"""
from __future__ import annotations

import random
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from data import Encoder
from model import Model
from prompt import LABELS, UNTHINK, prompt
from world import MAX_STEPS, SUBJECTS, Question, World

EVALUATION_SEED = 99
TEMPERATURE = 0.6
MAX_THINKING = 280              # tokens
SUFFIX = "\n\nThe answer is "
PAD_TO = 64                     # lengths are rounded up to a multiple of this, so that few shapes occur


class Reader:
    """Reads next-token distributions of many rows at once, without a cache."""

    def __init__(self, model: Model, tokenizer: Tokenizer, device: str):
        self.model, self.tokenizer, self.device = model.eval(), tokenizer, device
        self.encoder = Encoder(tokenizer)
        self.unthink = self.encoder.tag[UNTHINK]
        self.suffix = [self.unthink, *self.encoder.ids(SUFFIX)]
        self.options = [self.encoder.ids(label)[0] for label in LABELS["digits"]]

    @torch.no_grad()
    def last_logits(self, rows: list[list[int]]) -> torch.Tensor:
        """Logits after each row, [rows, vocabulary]."""
        length = -(-max(map(len, rows)) // PAD_TO) * PAD_TO
        ids = torch.zeros(len(rows), length, dtype=torch.long, device=self.device)
        for i, row in enumerate(rows):
            ids[i, :len(row)] = torch.tensor(row, device=self.device)
        with torch.autocast(self.device, torch.bfloat16):
            logits = self.model(ids)
        return torch.stack([logits[i, len(row) - 1] for i, row in enumerate(rows)]).float()

    def force(self, rows: list[list[int]]) -> torch.Tensor:
        """Probabilities of the options if thinking is closed now, [rows, options]; raw, so their sum is the mass."""
        return self.last_logits([row + self.suffix for row in rows]).softmax(-1)[:, self.options]

    def sample_thinking(self, prompts: list[list[int]]) -> tuple[list[list[int]], list[bool]]:
        """The prompts with sampled thinking after them (without the closing tag), and which of them were closed."""
        rows, ended = [list(p) for p in prompts], [False] * len(prompts)
        for _ in range(MAX_THINKING):
            logits = self.last_logits(rows)
            logits[:, self.tokenizer.get_vocab_size():] = -1e9
            drawn = torch.multinomial((logits / TEMPERATURE).softmax(-1), 1)[:, 0].tolist()
            for i, token in enumerate(drawn):
                if ended[i]:
                    continue
                if token == self.unthink:
                    ended[i] = True
                else:
                    rows[i].append(token)
            if all(ended):
                break
        return rows, ended


@dataclass
class Scores:
    """Forced answers of one subject against two keys: what is right, and what the text leads to."""
    before: torch.Tensor        # [questions, options]
    after: torch.Tensor
    answers: torch.Tensor       # [questions]
    concludes: torch.Tensor

    def summary(self) -> str:
        return (f"right before {share(self.before, self.answers):.2f} (P {mean_p(self.before, self.answers):.2f})"
                f" after {share(self.after, self.answers):.2f} (P {mean_p(self.after, self.answers):.2f});"
                f" concludes before {share(self.before, self.concludes):.2f} after {share(self.after, self.concludes):.2f};"
                f" mass {float(self.before.sum(1).mean()):.2f} {float(self.after.sum(1).mean()):.2f}")

    def by_steps(self, questions: list[Question]) -> str:
        """For chains: the share right before and after, by the number of steps."""
        parts = ""
        for steps in range(1, MAX_STEPS + 1):
            these = torch.tensor([q.truth["steps"] == steps for q in questions], device=self.answers.device)
            if these.any():
                key = self.answers[these]
                parts += f" {steps}:{share(self.before[these], key):.2f}/{share(self.after[these], key):.2f}"
        return parts


def share(probabilities: torch.Tensor, key: torch.Tensor) -> float:
    """How often the most likely option is that of the key."""
    return float((probabilities.argmax(1) == key).float().mean())


def mean_p(probabilities: torch.Tensor, key: torch.Tensor) -> float:
    return float(probabilities.gather(1, key[:, None]).mean())


def evaluate(model: Model, world: World, tokenizer: Tokenizer, device: str, count: int = 128) -> None:
    """Prints a line and the beginning of one text for each subject."""
    reader = Reader(model, tokenizer, device)
    rng = random.Random(EVALUATION_SEED)
    for subject in SUBJECTS:
        questions = [world.question(subject, rng) for _ in range(count)]
        prompts = [reader.encoder.prompt_ids(prompt(q)) for q in questions]
        before = reader.force(prompts)
        rows, ended = reader.sample_thinking(prompts)
        scores = Scores(before, reader.force(rows), torch.tensor([q.answer for q in questions], device=device),
                        torch.tensor([q.concludes for q in questions], device=device))
        length = sum(len(row) - len(p) for row, p in zip(rows, prompts)) / count
        print(f"{subject:11s} {scores.summary()}; ended {sum(ended)}/{count}; tokens {length:.0f}"
              + (scores.by_steps(questions) if subject == "chains" else ""), flush=True)
        print("   ", repr(tokenizer.decode(rows[0][len(prompts[0]):])[:300]), flush=True)
