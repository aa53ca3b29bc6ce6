# SPDX-License-Identifier: MIT
"""The tokenizer of the Glassbox model, and its training examples as rows of token ids with a weight for each.

Needs numpy and tokenizers.
"""
from __future__ import annotations

import multiprocessing
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from examples import FORCED_STOP_RATE, Example, answer_at_stop, draw_example, draw_saying, draw_stop, join_sentences
from prompt import ASSISTANT, BOS, EOS, SAYS, SPECIALS, THINK, UNTHINK, USER
from world import SUBJECTS, World

# How Qwen2 splits text before merging, so that llama.cpp's own "qwen2" pre-tokenizer fits: every digit stands alone.
QWEN2_SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
               r"|\s*[\r\n]+|\s+(?!\S)|\s+")
MERGED_VOCABULARY = 1018        # with the six tags 1,024
TOKENIZER_TEXTS = 20000
TOKENIZER_SEED = 7

MAX_LENGTH = 512                # tokens that the model reads; a row holds one more, to be predicted
FIRST_ROW_SEED = 1000           # part i of the data is drawn from seed 1000 + i

# Weights of the loss.  Ordinary tokens of thinking and answer count once, those of the prompt not at all.
LABEL_IN_THINKING_WEIGHT = 3    # a label after "choice": looking it up is what is hard to learn
ANSWER_LABEL_WEIGHT = 4


def make_tokenizer(world: World, path: Path, subjects: Sequence[str] = SUBJECTS) -> Tokenizer:
    """Byte-level BPE over texts of the world, saved to `path`.  The released one is the first pass's: see `train.py`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN2_SPLIT), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    rng = random.Random(TOKENIZER_SEED)
    texts = []
    for _ in range(TOKENIZER_TEXTS):
        example = draw_example(world, rng, subjects)
        said = SAYS[rng.randrange(3)].format(example.labels[example.concludes])
        texts.append(f"{example.prompt}\n{' '.join(example.sentences)}\n\n\n{said}.")
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=MERGED_VOCABULARY, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=[],
        show_progress=False))
    tokenizer.add_tokens(SPECIALS)
    tokenizer.save(str(path))
    return tokenizer


class Encoder:
    """Turns examples into ids and weights with one tokenizer."""

    def __init__(self, tokenizer: Tokenizer):
        self.tokenizer = tokenizer
        self.tag = {tag: tokenizer.token_to_id(tag) for tag in SPECIALS}
        self.choice_words = {tokenizer.token_to_id(word) for word in ("Ġchoice", "Choice", "ĠChoice")}

    def ids(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def prompt_ids(self, prompt: str) -> list[int]:
        """All that stands before the first token of thinking."""
        return [self.tag[BOS], self.tag[USER], *self.ids(prompt), self.tag[ASSISTANT], self.tag[THINK], *self.ids("\n")]

    def draw_row(self, world: World, rng: random.Random, subjects: Sequence[str]) -> tuple[list[int], list[int]]:
        """Ids and loss weights of one example; half of them are stopped somewhere in their thinking."""
        example = draw_example(world, rng, subjects)
        text = join_sentences(example.sentences, rng)
        stopped = rng.random() < FORCED_STOP_RATE
        thinking = self.ids(text + "\n")
        choice = example.concludes
        if stopped:
            thinking = thinking[:draw_stop(len(thinking), rng)]
            choice = answer_at_stop(example, text, self.tokenizer.decode(thinking))
        answer = self.ids("\n\n" + draw_saying(example, choice, rng)) + [self.tag[EOS]]
        before = self.prompt_ids(example.prompt)
        row = before + thinking + [self.tag[UNTHINK]] + answer
        # The end of thinking is taught only where it comes of itself: a forced stop must not teach the model to stop there.
        weights = ([0] * len(before) + self._thinking_weights(thinking, example) + [0 if stopped else 1]
                   + self._answer_weights(answer, example.labels[choice]))
        return row, weights

    def _thinking_weights(self, thinking: list[int], example: Example) -> list[int]:
        """A label one or two tokens after the word "choice" weighs more."""
        labels = {self.tokenizer.token_to_id(form) for label in example.labels for form in (label, "Ġ" + label)}
        weights = [1] * len(thinking)
        for i, token in enumerate(thinking):
            if token in labels and not self.choice_words.isdisjoint(thinking[max(0, i - 2):i]):
                weights[i] = LABEL_IN_THINKING_WEIGHT
        return weights

    def _answer_weights(self, answer: list[int], label: str) -> list[int]:
        weights = [1] * len(answer)
        for i, token in enumerate(answer):
            if self.tokenizer.decode([token]).strip() == label:
                weights[i] = ANSWER_LABEL_WEIGHT
                break
        return weights


@dataclass
class Part:
    """What one worker draws."""
    world_seed: int
    seed: int
    count: int
    tokenizer_file: str
    subjects: tuple[str, ...] = SUBJECTS


def draw_rows(part: Part) -> tuple[np.ndarray, np.ndarray]:
    """Ids and weights, each [count, MAX_LENGTH + 1], filled up with zeros.  Examples that are too long are left out."""
    encoder = Encoder(Tokenizer.from_file(part.tokenizer_file))
    world, rng = World(part.world_seed), random.Random(part.seed)
    ids = np.zeros((part.count, MAX_LENGTH + 1), np.int16)
    weights = np.zeros((part.count, MAX_LENGTH + 1), np.uint8)
    n = 0
    while n < part.count:
        row, row_weights = encoder.draw_row(world, rng, part.subjects)
        if len(row) <= MAX_LENGTH + 1:
            ids[n, :len(row)], weights[n, :len(row)] = row, row_weights
            n += 1
    return ids, weights


def draw_data(world_seed: int, examples: int, processes: int, tokenizer_file: Path,
              subjects: Sequence[str] = SUBJECTS) -> tuple[np.ndarray, np.ndarray]:
    """All training rows, drawn in four parts a process.  The number of processes is part of what is drawn."""
    n_parts = processes * 4
    parts = [Part(world_seed, FIRST_ROW_SEED + i, examples // n_parts, str(tokenizer_file), tuple(subjects))
             for i in range(n_parts)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        drawn = pool.map(draw_rows, parts, chunksize=1)
    return np.concatenate([ids for ids, _ in drawn]), np.concatenate([weights for _, weights in drawn])
