// SPDX-License-Identifier: MIT
#include "thinktrace/publish/continuation_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <numeric>

namespace thinktrace {
namespace {

// Of the free answers to the forced one.
std::string verdict_text(Verdict verdict, bool is_more) {
  if (verdict == Verdict::kAlike) return "alike";
  if (verdict == Verdict::kUndecided) return "undecided";
  return is_more ? "more" : "less";
}

}  // namespace

Row prefix_row(const TraceRecord& r, const PrefixAnswer& a, const ExportContext& c, int n_options) {
  const std::vector<int>& free = a.prefix.free;
  const int n_first = std::accumulate(free.begin(), free.end(), 0);
  const auto of_free = [&](int count) { return static_cast<double>(count) / n_first; };
  const PrefixComparison& compared = a.comparison;
  Row row = identity_cells(r, c);
  row.insert(row.end(), {{"reader", whole(c.reader)},
                         {"experiment", whole(a.experiment)},
                         {"position", whole(a.position)},
                         {"thinking_tokens", whole(static_cast<int64_t>(r.think_text.size()))},
                         {"answer", whole(r.question.answer)},
                         {"continuations", whole(n_first)},
                         {"all_continuations", whole(a.prefix.all.trials)}});
  add_probabilities(row, a.prefix.forced, n_options);
  row.push_back({"p_right", compared.forced_right});
  const auto n_own = static_cast<int>(r.question.options.size());
  for (int i = 0; i < n_options; i++)
    row.push_back({fmt::format("free_{}", i + 1), i < n_own ? Cell(of_free(free[i])) : Cell()});
  row.insert(row.end(), {{"free_none", compared.none},
                         {"free_right", compared.free_right},
                         {"distance", compared.distance},
                         {"distance_by_chance", compared.distance_by_chance},
                         {"verdict", verdict_text(compared.verdict, compared.is_more)},
                         {"all_right", whole(a.prefix.all.successes)},
                         {"rate_low", compared.free_rate.low},
                         {"rate_high", compared.free_rate.high}});
  return row;
}

Row continuation_row(const TraceRecord& r, const ContinuedAnswer& a, const ExportContext& c, int n_options) {
  Row row = identity_cells(r, c);
  row.insert(row.end(), {{"reader", whole(c.reader)},
                         {"experiment", whole(a.experiment)},
                         {"position", whole(a.position)},
                         {"thinking_tokens", whole(static_cast<int64_t>(r.think_text.size()))},
                         {"draw", whole(a.draw)},
                         {"counts", a.is_first},
                         {"answer", whole(r.question.answer)},
                         {"chosen", maybe(a.chosen)},
                         {"right", a.chosen == r.question.answer},
                         {"stop", std::string(name_of(a.stop))},
                         {"n_tokens", whole(static_cast<int64_t>(a.think_text.size()))},
                         {"verdict", verdict_text(a.verdict, a.is_more)}});
  add_probabilities(row, a.forced, n_options);
  row.insert(row.end(), {{"p_right", std::exp(static_cast<double>(a.forced[r.question.answer]))},
                         {"answer_text", a.answer_text},
                         {"thinking", fmt::format("{}", fmt::join(a.think_text, ""))}});
  return row;
}

}  // namespace thinktrace
