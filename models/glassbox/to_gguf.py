# SPDX-License-Identifier: MIT
"""Writes trained Glassbox weights as one GGUF file: python3 to_gguf.py WEIGHTS_DIR OUT.gguf [--type q8_0|f16]

WEIGHTS_DIR is what `train.py` leaves: config.json, tokenizer.json, model.safetensors.  Needs numpy, safetensors and gguf.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, TokenType
from gguf.quants import quantize
from safetensors.numpy import load_file

from prompt import ASSISTANT, BOS, EOS, USER

CONTEXT_LENGTH = 512
ROPE_BASE = 10000.0
NORM_EPSILON = 1e-6
TYPES = {"f16": GGMLQuantizationType.F16, "q8_0": GGMLQuantizationType.Q8_0}
DESCRIPTION = ("A small reasoning model trained on a synthetic world in which it is known, question by question, what thinking"
               " does to the answer.")

# As R1's template: thinking is opened for the model, and that of earlier turns is dropped.
CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for m in messages %}"
    "{% if m['role'] == 'user' %}" + USER + "{{ m['content'] }}"
    "{% elif m['role'] == 'assistant' %}" + ASSISTANT + "{{ m['content'].split('</think>')[-1] }}" + EOS +
    "{% else %}{{ m['content'] }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}" + ASSISTANT + "<think>\n{% endif %}")

# Our names of a block's parameters, and llama.cpp's.
BLOCK_WEIGHTS = {
    "n1": "attn_norm", "n2": "ffn_norm", "q": "attn_q", "k": "attn_k", "v": "attn_v", "o": "attn_output",
    "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down",
}
BLOCK_BIASES = {"q": "attn_q", "k": "attn_k", "v": "attn_v"}


def put_shape(writer: GGUFWriter, config: dict) -> None:
    writer.add_name("Glassbox 6M")
    writer.add_license("MIT")
    writer.add_description(DESCRIPTION)
    writer.add_block_count(config["layers"])
    writer.add_context_length(CONTEXT_LENGTH)
    writer.add_embedding_length(config["width"])
    writer.add_feed_forward_length(config["ffn"])
    writer.add_head_count(config["heads"])
    writer.add_head_count_kv(config["kv"])
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(NORM_EPSILON)


def put_tokenizer(writer: GGUFWriter, tokenizer: dict, rows: int) -> None:
    """`rows` is the height of the embedding matrix; rows without a token are named [unused...]."""
    added = {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    tokens, types = [f"[unused{i}]" for i in range(rows)], [TokenType.UNUSED] * rows
    for token, i in tokenizer["model"]["vocab"].items():
        tokens[i], types[i] = token, TokenType.NORMAL
    for token, i in added.items():
        # Control tokens are left out when llama.cpp turns ids into text; the tags of turns and thinking are not.
        tokens[i], types[i] = token, TokenType.CONTROL if token in (BOS, EOS) else TokenType.USER_DEFINED
    merges = tokenizer["model"]["merges"]           # pairs, or strings in older files
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(merge) if isinstance(merge, list) else merge for merge in merges])
    writer.add_bos_token_id(added[BOS])
    writer.add_eos_token_id(added[EOS])
    writer.add_pad_token_id(added[EOS])
    writer.add_add_bos_token(True)
    writer.add_chat_template(CHAT_TEMPLATE)


def put_tensors(writer: GGUFWriter, weights: dict[str, np.ndarray], layers: int, kind: GGMLQuantizationType) -> None:
    def put(name: str, source: str) -> None:
        array = weights[source].astype(np.float32)
        if array.ndim == 1:                         # norms and biases stay as they are
            writer.add_tensor(name, array)
        else:
            writer.add_tensor(name, quantize(array, kind), raw_dtype=kind)

    put("token_embd.weight", "emb.weight")          # also the output matrix
    put("output_norm.weight", "norm.weight")
    for i in range(layers):
        for ours, theirs in BLOCK_WEIGHTS.items():
            put(f"blk.{i}.{theirs}.weight", f"blocks.{i}.{ours}.weight")
        for ours, theirs in BLOCK_BIASES.items():
            put(f"blk.{i}.{theirs}.bias", f"blocks.{i}.{ours}.bias")


def convert(source: Path, out: Path, kind: GGMLQuantizationType) -> None:
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    weights = load_file(source / "model.safetensors")
    writer = GGUFWriter(out, "qwen2")
    put_shape(writer, config)
    put_tokenizer(writer, tokenizer, len(weights["emb.weight"]))
    put_tensors(writer, weights, config["layers"], kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("weights", type=Path, help="folder that train.py wrote")
    parser.add_argument("out", type=Path, help="GGUF file to write")
    parser.add_argument("--type", choices=sorted(TYPES), default="q8_0", help="of the matrices; default %(default)s")
    options = parser.parse_args()
    convert(options.weights, options.out, TYPES[options.type])


if __name__ == "__main__":
    main()
