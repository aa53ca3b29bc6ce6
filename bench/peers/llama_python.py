# SPDX-License-Identifier: MIT
"""llama-cpp-python, on the engine that it comes with: one context; its number of tokens is set back after each suffix, so that
the prefix stays in the cache."""
import argparse

from peer import Engine, NotThere, Trace, Work, parser, serve

try:
    import llama_cpp as library
    import numpy
except ImportError as e:
    library, missing = None, e


def make(arguments: argparse.Namespace, work: Work):
    if library is None:
        raise NotThere(f"llama-cpp-python is not in this environment ({missing})")
    model = library.Llama(arguments.model, n_ctx=work.longest() + 64, n_batch=512, n_ubatch=512, n_threads=arguments.threads,
                          n_threads_batch=arguments.threads, flash_attn=True, verbose=False)

    def probabilities() -> list:
        logits = numpy.ctypeslib.as_array(library.llama_get_logits_ith(model.ctx, -1), (model.n_vocab(),)).astype(numpy.float64)
        weights = numpy.exp(logits - logits.max())
        return (weights[work.options] / weights.sum()).tolist()

    def read(trace: Trace, positions: list[int]) -> list:
        model.reset()
        ids = trace.prompt + trace.think
        done, out = 0, []
        for t in positions:
            n = len(trace.prompt) + t
            model.n_tokens = done  # What is behind it is overwritten.
            model.eval(ids[done:n] + work.suffix)
            out.append(probabilities())
            done = n
        return out

    return Engine({"version": f"llama-cpp-python {library.__version__}", "dtype": "as in the file"}, read)


serve(parser().parse_args(), make)
