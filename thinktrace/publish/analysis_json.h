// SPDX-License-Identifier: MIT
// analysis_json.h — the first numbers of a run as JSON, for other programs.
#pragma once
#include <string>

namespace thinktrace {

struct Analysis;
struct Estimate;

// One object on one line, keys in a fixed order; what isn't defined is null, and no number is NaN. Text is
// valid UTF-8 with what a terminal acts on escaped (text/utf8.h).
//
//   resampling   seed, resamples, level: of the intervals
//   failed       traces that failed: they are in no number
//   readers      of the ensemble, this one first; empty where nobody else has read the traces with another suffix, other labels or
//                another order alone: reader (its number), suffix, labels, order (0: the question's own), priors (for each
//                number of options, what each label gets where there is nothing to answer)
//   own_reader   the number of the plan's own reader, where this is another
//   overall      a block over all traces
//   subjects     a block for each subject, which also has the key "subject"
//
// A block. Every statistic is an object: value; low, high (the interval); method ("bootstrap": whole
// questions drawn with replacement, "wilson": all are 0 or all 1); n_traces, n_questions (what it stands
// on). Shares of traces may have "count" too. "start" is the first probed position, "end" the last.
//
//   traces, questions, traces_read (with a curve), traces_with_bad_readings, not_ended, ended_unknown
//   first_position           lowest, highest: where the curves begin; 0 is before any thinking
//   forced                   right_at_start, right_at_end (shares), p_right_at_start, p_right_at_end (means),
//                            start_by_end, end_by_free: right_right, right_wrong, wrong_right, wrong_wrong
//   free_right               share of the traces whose free answer is known
//   mass                     at_start, at_end, over_curve (means), lowest_at_start, lowest_at_end
//   thinking_length          mean, median, longest, unknown (traces), and the correlations with being right
//                            r_forced_right_at_end, r_free_right: over_traces, within_questions and, in the
//                            block over all traces, within_subjects
//   flips                    mean
//   commitment               t_exit_mean, t_exit_median, performative_share, performative_share_high (upper
//                            bound), p_right_at_exit (means), censored (traces left out: they were cut)
//   early_answering          same_at: for each of some shares "kept" of the thinking, "same": the share of traces whose forced
//                            answer there is that of the end; area_over: the area over the curve (mean), by_tokens: for
//                            each group of lengths from (the shortest), weight (its share of the traces), area_over;
//                            area_over_sentences, by_sentences: the same with cuts at sentence ends
//   classes                  productive, counterproductive, meaningless_effort and its parts
//                            right_throughout, wrong_throughout, wavering; known_already
//   labels                   n_options, traces (which traces: those with this number of options), each: for
//                            each label top_at_start, top_at_end, right (shares), prior; prior_right: the
//                            share that always answering the prior's top label would have right
//   order_agreement          option, option_at_start, option_at_end, label, label_at_start, label_at_end
//   label_bias               at_start, at_end, over the readings in all orders of the options: each: for each label chosen, right,
//                            recall (shares), p (mean); recall_deviation, chosen_minus_right. n_traces counts readings
//   ensemble                 several readings of each trace: spread, deviation (of P(right)), agreement, each as mean over the
//                            positions, _at_start and _at_end; p_right_at_start, p_right_at_end, right_at_start,
//                            right_at_end: of the readers' mean
//   against_own              this reader beside the plan's own: same, same_at_start, same_at_end (shares with the same forced
//                            answer), distance (total variation); differences, this minus own: p_right_at_start,
//                            p_right_at_end, mass_at_start, mass_at_end, and of t_exit in the own one's tokens
//                            t_exit_mean, t_exit_median, t_exit_share; earlier, later (shares)
//   warnings                 kind, text
std::string to_json(const Analysis& analysis);

// One statistic as it stands in the objects here and in those of experiments: value, low, high, method, n_traces, n_questions.
std::string to_json(const Estimate& estimate);

}  // namespace thinktrace
