// SPDX-License-Identifier: MIT
// summary.h — the first numbers of a run: over all traces, and subject by subject.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/analysis/bootstrap.h"
#include "thinktrace/analysis/early_answering.h"
#include "thinktrace/analysis/measured.h"

namespace thinktrace {

struct AnalysisOptions {
  uint64_t seed = 1;     // Of the resampling.
  int resamples = 2000;  // 1 or more.
  double level = 0.95;   // Of the intervals; between 0 and 1.
  // By number of options n: what each label gets where there is nothing to answer, raw probabilities.  [n]
  std::map<int, std::vector<double>> prior = {};
  std::function<bool()> should_stop = {};  // As in BootstrapOptions.
};

struct CountedShare {
  int count = 0;  // Traces; share.n_traces is of how many.
  Estimate share;
};

// Two yes-or-no questions to the same traces.
struct TwoByTwo {
  CountedShare right_right, right_wrong, wrong_right, wrong_wrong;
};

struct ForcedAnswers {
  Estimate right_at_start, right_at_end;  // Share of traces whose most likely option is right.
  Estimate p_right_at_start, p_right_at_end;
  TwoByTwo start_by_end;
  TwoByTwo end_by_free;  // Over traces whose free answer is known.
};

struct Mass {
  Estimate at_start, at_end, over_curve;
  std::optional<double> lowest_at_start, lowest_at_end;
};

// Of thinking length and being right.
struct LengthCorrelation {
  Estimate over_traces, within_questions;
  Estimate within_subjects;  // In the block of all traces alone.
};

struct ThinkingLength {
  Estimate mean, median;
  std::optional<int> longest;
  int n_unknown = 0;
  LengthCorrelation with_forced_right_at_end, with_free_right;
};

// Over traces that were not cut.
struct Commitment {
  Estimate t_exit_mean, t_exit_median;
  Estimate performative_share, performative_share_high;  // Means; the second is the upper bound.
  Estimate p_right_at_exit;
  int n_censored = 0;  // Traces left out because they were cut.
};

// Early answering (early_answering.h), over traces that were not cut.
struct EarlyAnswering {
  // Share of traces whose forced answer with kEarlyShares[i] of the thinking is that of the end.
  std::array<Estimate, kEarlyShares.size()> same_at;
  // Areas over the curve, cut where it was read and at sentence ends: means over traces, which are the groups' areas, each
  // weighted with its share of the traces. Groups are of about as many traces each, by tokens and by sentences.
  Estimate area_over, area_over_sentences;
  std::vector<LengthGroup> by_tokens, by_sentences;
};

struct Classes {
  CountedShare productive, counterproductive, meaningless_effort;
  CountedShare right_throughout, wrong_throughout, wavering;  // The parts of meaningless effort.
  CountedShare known_already;  // Of traces read in orders that can tell it from a preference for a label.
};

struct LabelShare {
  Estimate top_at_start, top_at_end;  // Share of traces in which this label is the most likely one.
  Estimate right;                     // Share in which it is the right one.
  std::optional<double> prior;
};

// In the original order, over the traces with the commonest number of options (on a tie the smaller).
struct LabelFacts {
  int n_options = 0, n_traces = 0;
  std::vector<LabelShare> labels;       // [n_options]
  std::optional<Estimate> prior_right;  // Share right if the prior's top label were always the answer.
};

// Means of OrderAgreement over the traces that were read in other orders too.
struct OrderFacts {
  Estimate option, option_at_start, option_at_end;
  Estimate label, label_at_start, label_at_end;
};

// Several readings of each trace, by readers that differ in suffix, labels or order of the options (ensemble.h), over traces
// that have such.
struct EnsembleFacts {
  Estimate spread, spread_at_start, spread_at_end;
  Estimate deviation, deviation_at_start, deviation_at_end;  // Standard deviation of P(right) over readers.
  Estimate agreement, agreement_at_start, agreement_at_end;
  // Of the readers' mean.
  Estimate p_right_at_start, p_right_at_end, right_at_start, right_at_end;
};

// This reader beside the plan's own one, on the same traces (comparison.h).
struct ComparisonFacts {
  Estimate same_at_start, same_at_end, same;  // Shares: the same forced answer.
  Estimate distance;
  Estimate p_right_at_start, p_right_at_end, mass_at_start,
      mass_at_end;  // This reader's minus the own one's.
  // The same for t_exit, over traces that were not cut; share: of the thinking. And the shares of traces in which this
  // reader settles earlier and later.
  Estimate t_exit_mean, t_exit_median, t_exit_share, earlier, later;
};

// A reader of an ensemble.
struct EnsembleReader {
  int number = 0;
  std::string suffix, labels;
  int order = 0;                                  // 0: the question's own order of the options.
  std::map<int, std::vector<double>> prior = {};  // As AnalysisOptions::prior; empty where it is not known.
};

enum class WarningKind { kBadReadings, kLabelPreference, kOrderDisagreement, kLowMass, kNotEnded };

struct Warning {
  WarningKind kind = WarningKind::kBadReadings;
  std::string text;
};

struct Block {
  std::string subject;  // Empty in the block of all traces.
  int n_traces = 0, n_questions = 0;
  int n_read = 0;          // Traces with a curve.
  int n_bad_readings = 0;  // Traces with readings that are no log-probabilities.
  int n_not_ended = 0, n_ended_unknown = 0;
  std::optional<int> first_position, first_position_high;  // Smallest and largest; where there are curves.
  ForcedAnswers forced;
  Estimate free_right;  // Over traces whose free answer is known.
  Mass mass;
  ThinkingLength length;
  Estimate flips;  // Mean.
  Commitment commitment;
  EarlyAnswering early;
  Classes classes;
  LabelFacts labels;
  OrderFacts orders;
  EnsembleFacts ensemble;
  LabelBias label_bias_at_start,
      label_bias_at_end;  // Without labels where no trace was read in other orders.
  ComparisonFacts against_own;
  std::vector<Warning> warnings;
};

struct Analysis {
  uint64_t seed = 1;
  int resamples = 0;
  double level = 0;
  int n_failed = 0;  // Traces that failed and are in no number; the caller's.
  std::vector<EnsembleReader>
      readers;  // Of the ensemble, this run's reader first; fewer than two: none. The caller's.
  std::optional<int> own_reader;  // The number of the plan's own, where this is another. The caller's.
  Block overall;
  std::vector<Block> subjects;  // In the order in which they first appear.
};

// The numbers hang on the traces and the options, not on the order of the traces. A question is told from
// another by subject and question id. REQUIRES: AnalysisOptions within its bounds.
// Cost: that of Estimates (estimates.h), twice; memory too, and 12 bytes a trace.
Analysis analyze_traces(const MeasuredTraces& traces, const AnalysisOptions& options = {});

// "at the start", or what it is where curves begin later: "after 1 token", "at the first position" if they
// begin at different ones.
std::string name_of_start(const Block& block);

// What a reader of these numbers must be told.
std::vector<Warning> warnings_of(const Block& block);

}  // namespace thinktrace
