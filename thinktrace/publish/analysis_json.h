// SPDX-License-Identifier: MIT
// analysis_json.h — the first numbers of a run as JSON, for other programs.
#pragma once
#include <string>

namespace thinktrace {

struct Analysis;

// One object on one line, keys in a fixed order; what isn't defined is null, and no number is NaN. Text is
// valid UTF-8 with what a terminal acts on escaped (text/utf8.h).
//
//   resampling   seed, resamples, level: of the intervals
//   failed       traces that failed: they are in no number
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
//   classes                  productive, counterproductive, meaningless_effort and its parts
//                            right_throughout, wrong_throughout, wavering; known_already
//   labels                   n_options, traces (which traces: those with this number of options), each: for
//                            each label top_at_start, top_at_end, right (shares), prior; prior_right: the
//                            share that always answering the prior's top label would have right
//   order_agreement          option, option_at_start, option_at_end, label, label_at_start, label_at_end
//   warnings                 kind, text
std::string to_json(const Analysis& analysis);

}  // namespace thinktrace
