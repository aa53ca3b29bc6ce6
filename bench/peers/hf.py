# SPDX-License-Identifier: MIT
"""Hugging Face transformers: three ways to force answers, from a GGUF file dequantised to one dtype.

tree   the trace's cache once; suffixes packed side by side, a mask keeping each to its own prefix (--branches at a time)
crop   the trace's cache once; from the end to the front it is cut, one suffix decoded, cut again
naive  prompt, thinking and suffix from nothing, position by position
"""
import argparse
import os

from peer import Engine, NotThere, Trace, Work, parser, serve

try:
    import torch
    import transformers
    from transformers import AutoModelForCausalLM, DynamicCache, GgufConfig
except ImportError as e:
    torch, missing = None, e


class Reader:
    def __init__(self, arguments: argparse.Namespace, work: Work):
        folder, name = os.path.split(os.path.abspath(arguments.model))
        self.dtype = getattr(torch, arguments.dtype)
        # Else the weights stay as they lie in the file, and each product unpacks them: slower, and not what is to be compared.
        plain = GgufConfig(dequantize=True)
        self.model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=self.dtype, attn_implementation="sdpa",
                                                          quantization_config=plain).eval()
        others = {str(p.dtype) for p in self.model.parameters()} - {str(self.dtype)}
        if others:
            raise NotThere(f"transformers loaded weights as {', '.join(sorted(others))}, not as {arguments.dtype}")
        self.suffix = torch.tensor(work.suffix)
        self.options = torch.tensor(work.options)
        self.branches = arguments.branches

    def prefill(self, ids: list[int]):
        cache = DynamicCache(config=self.model.config)
        self.model(torch.tensor([ids]), past_key_values=cache, use_cache=True, logits_to_keep=1)
        return cache

    def probabilities(self, logits):
        """[..., n_vocab] -> [..., n_options]"""
        return torch.log_softmax(logits.float(), -1)[..., self.options].exp()

    def tree(self, trace: Trace, positions: list[int]) -> list:
        cache = self.prefill(trace.prompt + trace.think)
        out = []
        for i in range(0, len(positions), self.branches):
            out += self.branch_off(cache, torch.tensor([len(trace.prompt) + t for t in positions[i:i + self.branches]]))
        return out

    def branch_off(self, cache, lengths) -> list:
        """The suffix after each of these lengths of what is in the cache, which is left as it was."""
        n, k = len(lengths), len(self.suffix)
        row = torch.arange(n * k)
        branch, step = row // k, row % k
        past = torch.arange(cache.get_seq_length())[None] < lengths[branch][:, None]
        own = (branch[:, None] == branch[None]) & (step[None] <= step[:, None])
        seen = torch.cat([past, own], 1)
        mask = torch.zeros(seen.shape, dtype=self.dtype).masked_fill(~seen, torch.finfo(self.dtype).min)[None, None]
        logits = self.model(self.suffix.repeat(n)[None], past_key_values=cache, attention_mask=mask, use_cache=True,
                            position_ids=(lengths[branch] + step)[None], logits_to_keep=torch.arange(n) * k + k - 1).logits
        cache.crop(-n * k)  # So many tokens from its end.
        return self.probabilities(logits[0]).tolist()

    def crop(self, trace: Trace, positions: list[int]) -> list:
        cache = self.prefill(trace.prompt + trace.think)
        out = []
        for t in reversed(positions):
            n = len(trace.prompt) + t
            cache.crop(n - cache.get_seq_length())
            at = torch.arange(n, n + len(self.suffix))[None]
            logits = self.model(self.suffix[None], past_key_values=cache, position_ids=at, use_cache=True, logits_to_keep=1).logits
            out.append(self.probabilities(logits[0, -1]).tolist())
        return out[::-1]

    def naive(self, trace: Trace, positions: list[int]) -> list:
        out = []
        for t in positions:
            ids = torch.tensor([trace.prompt + trace.think[:t] + self.suffix.tolist()])
            out.append(self.probabilities(self.model(ids, use_cache=False, logits_to_keep=1).logits[0, -1]).tolist())
        return out


def make(arguments: argparse.Namespace, work: Work):
    if torch is None:
        raise NotThere(f"transformers or torch is not in this environment ({missing})")
    torch.set_num_threads(arguments.threads)
    torch.set_grad_enabled(False)
    reader = Reader(arguments, work)
    about = {"version": f"transformers {transformers.__version__}, torch {torch.__version__}", "dtype": arguments.dtype}
    return Engine(about, getattr(reader, arguments.mode))


options = parser()
options.add_argument("--mode", choices=("tree", "crop", "naive"), required=True)
options.add_argument("--dtype", choices=("bfloat16", "float16", "float32"), default="bfloat16")
options.add_argument("--branches", type=int, default=32)
serve(options.parse_args(), make)
