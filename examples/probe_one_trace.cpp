// SPDX-License-Identifier: MIT
// The library in one page: one question, one sampled trace, the forced answer after every thinking token.
// usage: probe_one_trace MODEL.gguf
#include <cmath>
#include <cstdio>

#include "thinktrace/error.h"
#include "thinktrace/probe/probe.h"
#include "thinktrace/prompt/prompt.h"
#include "thinktrace/text/utf8.h"
#include "thinktrace/trace/sample.h"

int main(int argc, char** argv) try {
  using namespace thinktrace;
  if (argc != 2) return std::fprintf(stderr, "usage: %s MODEL.gguf\n", argv[0]), 2;
  const Model model = Model::load(argv[1]);
  const PromptFormat format = complete_format(model, {});
  const Question question{.text =
                              "Start with 3. Add 4. Multiply by 7. Keep only the last digit at every step. "
                              "Which digit do you end with?",
                          .options = {"two", "nine", "five", "zero"},
                          .answer = 1};
  const Prompt prompt = build_prompt(model, question, format);
  const AnswerForm form = build_answer_form(model, prompt.labels, format);

  Session session(model, {.n_cells = 4096, .n_branches = 33, .threads = 1});
  const TraceRequest request{
      .prompt_ids = prompt.ids, .close = format.tags.close, .options = {.seed = 1, .budget = 300}};
  const Trace trace = sample_traces(session, {&request, 1}, 1)[0][0];

  ForkReader reader(session);
  const int n_tokens = static_cast<int>(trace.think_ids.size());
  const Curve curve = probe_trace(reader, prompt.ids, trace.think_ids, form, probe_positions(n_tokens, 1));

  const std::vector<std::string> texts = token_texts(model.pieces(trace.think_ids));
  for (int t = 0; t <= n_tokens; t++) {
    const double p_right = std::exp(curve.logprobs[4 * t + question.answer]);
    std::printf("%4d  P(right) %.3f  mass %.3f  %s\n", t, p_right, mass_at(curve, 4, t),
                t ? printable(texts[t - 1]).c_str() : "(before any thinking)");
  }
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", thinktrace::printable(e.what()).c_str());
  return 1;
}
