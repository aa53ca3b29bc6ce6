// SPDX-License-Identifier: MIT
// A block lists what it reports, each as a value for each trace that has one; estimate() does the rest.
#include "thinktrace/analysis/summary.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace thinktrace {
namespace {

using Traces = std::vector<const TraceMeasures*>;
using Value = std::optional<double>;

// The statistics of one block on their way to estimate().
class Plan {
 public:
  explicit Plan(const Traces& traces) : traces_(traces) {
    // Questions are numbered by id and groups by name, so that nothing hangs on the order of the traces.
    std::map<std::pair<std::string_view, std::string_view>, int> questions;
    std::map<std::string_view, int> subjects;
    for (const TraceMeasures* t : traces) {
      questions.try_emplace({t->question_id, t->subject});
      subjects.try_emplace(t->subject);
    }
    int n = 0;
    for (auto& [subject, number] : subjects) number = n++;
    for (auto& [key, number] : questions) {
      number = static_cast<int>(groups_.size());
      groups_.push_back(subjects[key.second]);
    }
    for (const TraceMeasures* t : traces) question_of_.push_back(questions[{t->question_id, t->subject}]);
  }

  int n_questions() const { return static_cast<int>(groups_.size()); }

  // `value` gives a trace's value, or nothing where the trace has none. It is kept, and called when the numbers are
  // computed: the samples of all statistics together would be a multiple of the traces.
  template <class F>
  void add(StatisticKind kind, Estimate& into, F value) {
    const auto samples = [this, value] {
      std::vector<Sample> found;
      for (size_t i = 0; i < traces_.size(); i++) {
        if (const Value x = value(*traces_[i])) found.push_back({question_of_[i], *x});
      }
      return found;
    };
    statistics_.push_back({kind, samples, &into});
  }
  // The same with the trace's curve, over the traces that have one.
  template <class F>
  void add_of_curve(StatisticKind kind, Estimate& into, F value) {
    add(kind, into,
        [value](const TraceMeasures& t) { return t.curve ? Value(value(*t.curve)) : std::nullopt; });
  }
  template <class F>
  void add_counted(CountedShare& into, F value) {
    add(StatisticKind::kShare, into.share, value);
    for (const TraceMeasures* t : traces_) into.count += value(*t).value_or(0) != 0;
  }
  // The correlation of thinking length with `value`.
  template <class F>
  void add_with_length(StatisticKind kind, Estimate& into, F value) {
    const auto samples = [this, value] {
      std::vector<Sample> found;
      for (size_t i = 0; i < traces_.size(); i++) {
        const Value y = value(*traces_[i]);
        const auto& length = traces_[i]->length;
        if (length && y) found.push_back({question_of_[i], static_cast<double>(*length), *y});
      }
      return found;
    };
    statistics_.push_back({kind, samples, &into});
  }

  void carry_out(const AnalysisOptions& options) const {
    estimate(statistics_, groups_, {options.seed, options.resamples, options.level, options.should_stop});
  }

 private:
  const Traces& traces_;
  std::vector<int> question_of_;  // [n_traces]
  std::vector<int> groups_;       // Each question's subject.  [n_questions]
  std::vector<Statistic> statistics_;
};

constexpr auto kShare = StatisticKind::kShare;
constexpr auto kMean = StatisticKind::kMean;

Value free_right(const TraceMeasures& t) { return t.free_correct; }
Value right_at_end(const TraceMeasures& t) { return t.curve ? Value(t.curve->right_end) : std::nullopt; }
bool is_censored(const TraceMeasures& t) { return t.ended == false; }

// `pair` gives two truths of a trace, or nothing.
template <class F>
void plan_two_by_two(Plan& plan, TwoByTwo& table, F pair) {
  const auto cell = [&](bool first, bool second) {
    return [=](const TraceMeasures& t) -> Value {
      const std::optional<std::pair<bool, bool>> p = pair(t);
      if (!p) return std::nullopt;
      return *p == std::pair(first, second);
    };
  };
  plan.add_counted(table.right_right, cell(true, true));
  plan.add_counted(table.right_wrong, cell(true, false));
  plan.add_counted(table.wrong_right, cell(false, true));
  plan.add_counted(table.wrong_wrong, cell(false, false));
}

void plan_answers(Plan& plan, Block& block) {
  ForcedAnswers& forced = block.forced;
  plan.add_of_curve(kShare, forced.right_at_start, [](const CurveMeasures& c) { return c.right_start; });
  plan.add_of_curve(kShare, forced.right_at_end, [](const CurveMeasures& c) { return c.right_end; });
  plan.add_of_curve(kShare, forced.p_right_at_start, [](const CurveMeasures& c) { return c.p_start; });
  plan.add_of_curve(kShare, forced.p_right_at_end, [](const CurveMeasures& c) { return c.p_end; });
  plan.add(kShare, block.free_right, free_right);
  using Pair = std::optional<std::pair<bool, bool>>;
  plan_two_by_two(plan, forced.start_by_end, [](const TraceMeasures& t) {
    return t.curve ? Pair({t.curve->right_start, t.curve->right_end}) : std::nullopt;
  });
  plan_two_by_two(plan, forced.end_by_free, [](const TraceMeasures& t) {
    return t.curve && t.free_correct ? Pair({t.curve->right_end, *t.free_correct}) : std::nullopt;
  });
}

void plan_mass(Plan& plan, const Traces& traces, Block& block) {
  Mass& mass = block.mass;
  plan.add_of_curve(kShare, mass.at_start, [](const CurveMeasures& c) { return c.mass_start; });
  plan.add_of_curve(kShare, mass.at_end, [](const CurveMeasures& c) { return c.mass_end; });
  plan.add_of_curve(kShare, mass.over_curve, [](const CurveMeasures& c) { return c.mass_mean; });
  for (const TraceMeasures* t : traces) {
    if (!t->curve) continue;
    mass.lowest_at_start =
        std::min(mass.lowest_at_start.value_or(t->curve->mass_start), t->curve->mass_start);
    mass.lowest_at_end = std::min(mass.lowest_at_end.value_or(t->curve->mass_end), t->curve->mass_end);
  }
}

void plan_length(Plan& plan, const Traces& traces, Block& block) {
  ThinkingLength& length = block.length;
  const auto tokens = [](const TraceMeasures& t) { return t.length ? Value(*t.length) : std::nullopt; };
  plan.add(kMean, length.mean, tokens);
  plan.add(StatisticKind::kMedian, length.median, tokens);
  for (const TraceMeasures* t : traces) {
    length.n_unknown += !t->length;
    if (t->length) length.longest = std::max(length.longest.value_or(*t->length), *t->length);
  }
  const auto correlations = [&](LengthCorrelation& into, auto value) {
    plan.add_with_length(StatisticKind::kCorrelation, into.over_traces, value);
    plan.add_with_length(StatisticKind::kCorrelationWithinQuestions, into.within_questions, value);
    if (block.subject.empty())
      plan.add_with_length(StatisticKind::kCorrelationWithinGroups, into.within_subjects, value);
  };
  correlations(length.with_forced_right_at_end, right_at_end);
  correlations(length.with_free_right, free_right);
}

void plan_commitment(Plan& plan, const Traces& traces, Block& block) {
  Commitment& commitment = block.commitment;
  const auto add = [&](StatisticKind kind, Estimate& into, auto value) {
    plan.add(kind, into, [=](const TraceMeasures& t) {
      return t.curve && !is_censored(t) ? Value(value(*t.curve)) : std::nullopt;
    });
  };
  add(kMean, commitment.t_exit_mean, [](const CurveMeasures& c) { return c.t_exit; });
  add(StatisticKind::kMedian, commitment.t_exit_median, [](const CurveMeasures& c) { return c.t_exit; });
  add(kShare, commitment.performative_share, [](const CurveMeasures& c) { return c.performative_share; });
  add(kShare, commitment.performative_share_high,
      [](const CurveMeasures& c) { return c.performative_share_high; });
  add(kShare, commitment.p_right_at_exit, [](const CurveMeasures& c) { return c.p_right_at_exit; });
  for (const TraceMeasures* t : traces) commitment.n_censored += t->curve && is_censored(*t);
  plan.add_of_curve(kMean, block.flips, [](const CurveMeasures& c) { return c.flips; });
}

void plan_classes(Plan& plan, Classes& classes) {
  const auto add = [&](CountedShare& into, const std::vector<TraceClass>& members) {
    plan.add_counted(into, [members](const TraceMeasures& t) -> Value {
      if (!t.curve) return std::nullopt;
      return std::find(members.begin(), members.end(), t.curve->trace_class) != members.end();
    });
  };
  using enum TraceClass;
  add(classes.productive, {kProductive});
  add(classes.counterproductive, {kCounterproductive});
  add(classes.meaningless_effort, {kRightThroughout, kWrongThroughout, kWavering});
  add(classes.right_throughout, {kRightThroughout});
  add(classes.wrong_throughout, {kWrongThroughout});
  add(classes.wavering, {kWavering});
  plan.add_counted(classes.known_already, [](const TraceMeasures& t) {
    return t.curve && t.curve->known_already ? Value(*t.curve->known_already) : std::nullopt;
  });
}

int commonest_number_of_options(const Traces& traces) {
  std::map<int, int> count;
  for (const TraceMeasures* t : traces) {
    if (t->curve) count[t->n_options]++;
  }
  const auto most = std::max_element(count.begin(), count.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == count.end() ? 0 : most->first;
}

void plan_labels(Plan& plan, const Traces& traces, const AnalysisOptions& options, LabelFacts& facts) {
  facts.n_options = commonest_number_of_options(traces);
  const int n_options = facts.n_options;
  facts.n_traces = static_cast<int>(std::count_if(traces.begin(), traces.end(), [&](const TraceMeasures* t) {
    return t->curve && t->n_options == n_options;
  }));
  const auto add = [&](Estimate& into, int label, auto label_of) {
    plan.add(kShare, into, [=](const TraceMeasures& t) {
      return t.curve && t.n_options == n_options ? Value(label_of(t) == label) : std::nullopt;
    });
  };
  const auto right = [](const TraceMeasures& t) { return t.label_right; };
  facts.labels.resize(n_options);
  for (int i = 0; i < n_options; i++) {
    add(facts.labels[i].top_at_start, i, [](const TraceMeasures& t) { return t.curve->label_start; });
    add(facts.labels[i].top_at_end, i, [](const TraceMeasures& t) { return t.curve->label_end; });
    add(facts.labels[i].right, i, right);
  }
  const auto prior = options.prior.find(n_options);
  if (n_options == 0 || prior == options.prior.end()) return;
  const std::vector<double>& p = prior->second;
  int top = 0;
  for (int i = 0; i < n_options; i++) {
    facts.labels[i].prior = p[i];
    if (p[i] > p[top] || std::isnan(p[top])) top = i;
  }
  add(facts.prior_right.emplace(), top, right);
}

void plan_orders(Plan& plan, OrderFacts& orders) {
  const auto add = [&](Estimate& into, double OrderAgreement::*share) {
    plan.add(kShare, into, [=](const TraceMeasures& t) {
      return t.curve && t.curve->order_agreement ? Value(*t.curve->order_agreement.*share) : std::nullopt;
    });
  };
  add(orders.option, &OrderAgreement::option);
  add(orders.option_at_start, &OrderAgreement::option_start);
  add(orders.option_at_end, &OrderAgreement::option_end);
  add(orders.label, &OrderAgreement::label);
  add(orders.label_at_start, &OrderAgreement::label_start);
  add(orders.label_at_end, &OrderAgreement::label_end);
}

// Writes into `block`, to which estimates are addressed: it must not move until this returns.
void fill_block(const Traces& traces, const AnalysisOptions& options, Block& block) {
  Plan plan(traces);
  block.n_traces = static_cast<int>(traces.size());
  block.n_questions = plan.n_questions();
  for (const TraceMeasures* t : traces) {
    block.n_not_ended += t->ended == false;
    block.n_ended_unknown += !t->ended;
    if (!t->curve) continue;
    const int first = t->curve->first_position;
    block.n_read++;
    block.n_bad_readings += t->curve->n_bad_readings > 0;
    block.first_position = std::min(block.first_position.value_or(first), first);
    block.first_position_high = std::max(block.first_position_high.value_or(first), first);
  }
  plan_answers(plan, block);
  plan_mass(plan, traces, block);
  plan_length(plan, traces, block);
  plan_commitment(plan, traces, block);
  plan_classes(plan, block.classes);
  plan_labels(plan, traces, options, block.labels);
  plan_orders(plan, block.orders);
  plan.carry_out(options);
  block.warnings = warnings_of(block);
}

}  // namespace

Analysis analyze_traces(const std::vector<TraceMeasures>& traces, const AnalysisOptions& options) {
  Analysis analysis{.seed = options.seed, .resamples = options.resamples, .level = options.level};
  Traces all;
  std::vector<std::pair<std::string, Traces>> by_subject;
  std::map<std::string, size_t> place;
  for (const TraceMeasures& t : traces) {
    all.push_back(&t);
    const auto [it, is_new] = place.try_emplace(t.subject, by_subject.size());
    if (is_new) by_subject.emplace_back(t.subject, Traces{});
    by_subject[it->second].second.push_back(&t);
  }
  fill_block(all, options, analysis.overall);
  analysis.subjects.resize(by_subject.size());
  for (size_t i = 0; i < by_subject.size(); i++) {
    analysis.subjects[i].subject = by_subject[i].first;
    fill_block(by_subject[i].second, options, analysis.subjects[i]);
  }
  return analysis;
}

}  // namespace thinktrace
