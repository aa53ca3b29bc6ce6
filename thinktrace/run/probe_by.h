// SPDX-License-Identifier: MIT
// probe_by.h — at which positions a trace is read: at every stride-th, or adaptively.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/probe/adaptive.h"
#include "thinktrace/probe/probe.h"

namespace thinktrace {

struct AdaptiveProbing {
  double tolerance = kUsualTolerance;  // As in AdaptiveOptions.
  double max_share = 1;                // Of the positions, at most.
  double seconds =
      0;  // Further probes are made until a trace has taken so long; 0: none. What is probed then hangs on time.
};

// How positions are chosen: a part of a reader's identity.
struct Probing {
  int stride = 1;                           // A probe after every stride-th thinking token,
  std::optional<AdaptiveProbing> adaptive;  // or, where there is one, adaptively.
};

// "exact", "adaptive", "adaptive:0.03", as the command line has it. Throws Error (kInput) for anything else.
Probing probing_named(const std::string& text);

// "exact", "adaptive:0.05", "adaptive:0.05, at most 0.2 of the positions, 3 s a trace". The stride is left out.
std::string describe(const Probing& probing);

// The keys of a reader's identity that say how positions are chosen, as a JSON object: {"stride": 1} or {"probe": {"mode":
// "adaptive", "tolerance": 0.05}} with "share" and "seconds" where they are set. And back from an identity, which may be an
// import's and have neither.
std::string probing_identity(const Probing& probing);
Probing probing_of(const std::string& reader_identity);

// How a reader's identity differs from another's, key by key as differences() has it (plan.h).
std::string reader_differences(const std::string& stored, const std::string& wanted);
// What it has that the other has otherwise: "order 1; suffix 'So the answer is '".
std::string reader_particulars(const std::string& identity, const std::string& other);

// What a probe needs of a trace. Borrowed: valid during the call it is passed to.
struct TraceToProbe {
  const std::vector<Token>& prompt_ids;
  const std::vector<Token>& think_ids;
  const AnswerForm& form;
  const std::vector<std::string>& think_text;    // As token_texts() gives them.  [n_tokens]
  const std::vector<std::string>& option_texts;  // May be empty.
};

// The trace's curve: of the probed positions, or (adaptive) of all, with those that were not read marked. `on_probes` is
// told how many positions were read, after every round; it may be empty. What was read adaptively is what an exact reading
// of the same position gives, but for the last digits that hang on which probes share a batch (docs/method.md). A reader
// that keeps what it has decoded between calls pays for the trace once. Throws Error as the reader does.
Curve probe_by(AnswerReader& reader, const TraceToProbe& trace, const Probing& probing,
               const std::function<void(int)>& on_probes = {});

}  // namespace thinktrace
