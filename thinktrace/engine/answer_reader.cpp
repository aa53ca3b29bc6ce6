// SPDX-License-Identifier: MIT
// Forced answers by forks of the cache.
//
// The trace is decoded once into one branch, the trunk, pass by pass: no further than the cuts at hand, so that their
// attention goes over no more than they need; or it was sampled there. A cut c then needs only its suffix: branch b shares
// the first c cells of the trunk, its suffix tokens take positions c, c + 1, …, and the row of the last one holds the
// answer. As many branches as the session has go into one decode; when it is done their suffixes are dropped and those
// cells are free again, and each branch goes on to its next cut from where it is. An option of several tokens, or one whose end counts, needs rows behind its label too
// and gets a branch of its own: log P = sum over its tokens of log P(token | before), plus log P(the next
// token does not go on with the label). Tested by answer_reader_test.cpp against PrefillReader, which forks
// nothing.
#include "thinktrace/engine/answer_reader.h"

#include <algorithm>
#include <cmath>

#include "thinktrace/engine/log_sum_exp.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

size_t trace_pass(const Session& session) { return std::min(kTracePass, session.options().batch); }

// A row of logits gives these log-probabilities, all added into one option's score.
struct Read {
  int offset = 0;  // Token of the branch whose row is read.
  int option = 0;
  Token token = -1;  // kLabelEnd: that the label ends here.
};
constexpr Token kLabelEnd = -1;

// What one branch decodes, the same at each cut.
struct BranchPlan {
  std::vector<Token> tokens;
  std::vector<Read> reads;  // Offsets do not decrease.
};

bool reads_one_row(const OptionTokens& option) {
  return option.tokens.size() == 1 && !option.until_label_ends;
}

std::vector<BranchPlan> plan_branches(const AnswerForm& form) {
  const int last = static_cast<int>(form.suffix.size()) - 1;
  std::vector<BranchPlan> plans;
  BranchPlan shared{form.suffix, {}};
  for (size_t i = 0; i < form.options.size(); i++) {
    if (reads_one_row(form.options[i]))
      shared.reads.push_back({last, static_cast<int>(i), form.options[i].tokens[0]});
  }
  if (!shared.reads.empty()) plans.push_back(shared);
  for (size_t i = 0; i < form.options.size(); i++) {
    const OptionTokens& option = form.options[i];
    if (reads_one_row(option)) continue;
    BranchPlan own{form.suffix, {}};
    for (size_t j = 0; j < option.tokens.size(); j++) {
      own.reads.push_back({last + static_cast<int>(j), static_cast<int>(i), option.tokens[j]});
      if (j + 1 < option.tokens.size() || option.until_label_ends) own.tokens.push_back(option.tokens[j]);
    }
    if (option.until_label_ends)
      own.reads.push_back({last + static_cast<int>(option.tokens.size()), static_cast<int>(i), kLabelEnd});
    plans.push_back(std::move(own));
  }
  return plans;
}

struct BranchJob {
  int cut_index = 0;
  const BranchPlan* plan = nullptr;
};

// Adds to `logprobs` what the rows of the last decode say for `jobs`, in the order in which their steps were
// decoded.
void add_readings(const Session& session, std::span<const BranchJob> jobs, size_t n_options,
                  std::vector<float>& logprobs) {
  int row = -1;
  for (const BranchJob& job : jobs) {
    int offset = -1;
    double normaliser = 0;
    std::span<const float> logits;
    for (const Read& read : job.plan->reads) {
      if (read.offset != offset) {
        offset = read.offset;
        logits = session.logits(++row);
        normaliser = log_sum_exp(logits);
      }
      const double value = read.token == kLabelEnd ? log_label_ends(session.model(), logits, normaliser)
                                                   : logits[read.token] - normaliser;
      float& sum = logprobs[job.cut_index * n_options + read.option];
      sum = static_cast<float>(sum + value);
    }
  }
}

void append_steps(const BranchPlan& plan, int branch, int position, std::vector<Step>& steps) {
  for (size_t k = 0; k < plan.tokens.size(); k++) {
    const bool wanted = std::any_of(plan.reads.begin(), plan.reads.end(),
                                    [&](const Read& r) { return r.offset == static_cast<int>(k); });
    steps.push_back({plan.tokens[k], position + static_cast<int>(k), branch, wanted});
  }
}

}  // namespace

double log_label_ends(const Model& model, std::span<const float> logits, double normaliser) {
  std::vector<float> going_on;
  for (const Token t : model.label_continuations()) going_on.push_back(logits[t]);
  if (going_on.empty()) return 0;
  return std::log1p(-std::min(std::exp(log_sum_exp(going_on) - normaliser), 1.0));
}

int longest_branch(const AnswerForm& form) {
  size_t longest = 0;
  for (const OptionTokens& option : form.options) longest = std::max(longest, option.tokens.size());
  return static_cast<int>(form.suffix.size() + longest);
}

int n_branch_tokens(const AnswerForm& form) {
  size_t n = 0;
  for (const BranchPlan& plan : plan_branches(form)) n += plan.tokens.size();
  return static_cast<int>(n);
}

ForkReader::ForkReader(Session& session, int forks, int others)
    : session_(session),
      is_guest_(others > 0),
      first_fork_(std::max(1, others)),
      forks_(session.options().n_branches - first_fork_) {
  if (forks > 0) forks_ = std::min(forks, forks_);
}

void ForkReader::adopt(int branch, std::vector<Token> tokens) {
  trunk_ = branch;
  held_ = std::move(tokens);
  held_since_ = session_.n_cleared();
  for (int f = 0; f < forks_; f++)
    session_.drop(first_fork_ + f);  // What a reading left that was broken off.
}

// Leaves in the trunk what it shares with `tokens`: whole passes from the first token on, so that what follows is decoded as if
// all of it were.
void ForkReader::keep_common(std::span<const Token> tokens) {
  size_t n = 0;
  if (held_since_ == session_.n_cleared())
    n = std::mismatch(held_.begin(), held_.end(), tokens.begin(), tokens.end()).first - held_.begin();
  if (n < held_.size() || n < tokens.size()) n -= n % trace_pass(session_);
  n > 0 || is_guest_ ? session_.drop(trunk_, static_cast<int>(n)) : session_.clear();
  held_.resize(n);
  held_since_ = -1;  // Until all has gone well.
}

// Decodes `tokens` into the trunk in passes that hang on their number alone, until it holds `needed` of them.
void ForkReader::decode_to(std::span<const Token> tokens, size_t needed) {
  while (held_.size() < needed) {
    const std::span<const Token> pass =
        tokens.subspan(held_.size(), std::min(trace_pass(session_), tokens.size() - held_.size()));
    session_.prefill(trunk_, pass, static_cast<int>(held_.size()));
    held_.insert(held_.end(), pass.begin(), pass.end());
  }
}

AnswerReadings ForkReader::read(std::span<const Token> tokens, std::span<const int> cuts,
                                const AnswerForm& form) {
  const std::vector<BranchPlan> plans = plan_branches(form);
  std::vector<BranchJob> jobs;
  for (size_t i = 0; i < cuts.size(); i++) {
    for (const BranchPlan& plan : plans) jobs.push_back({static_cast<int>(i), &plan});
  }
  AnswerReadings out{std::vector<float>(cuts.size() * form.options.size(), 0.0f)};
  keep_common(tokens);
  const size_t room = session_.options().batch;
  std::vector<int> shared(forks_, 0);  // Of the trunk, by fork.
  std::vector<Step> steps;
  for (size_t begin = 0, end = 0; begin < jobs.size(); begin = end) {
    steps.clear();
    int n = 0;
    for (end = begin; end < jobs.size() && n < forks_; end++) {
      if (!steps.empty() && steps.size() + jobs[end].plan->tokens.size() > room) break;
      append_steps(*jobs[end].plan, first_fork_ + n++, cuts[jobs[end].cut_index], steps);
    }
    decode_to(tokens, cuts[jobs[end - 1].cut_index]);
    for (int f = 0; f < n; f++) {
      const int cut = cuts[jobs[begin + f].cut_index];
      session_.fork(trunk_, first_fork_ + f, cut, shared[f]);
      shared[f] = cut;
    }
    session_.decode(steps);
    add_readings(session_, std::span(jobs).subspan(begin, end - begin), form.options.size(), out.logprobs);
    for (int f = n - 1; f >= 0; f--) session_.drop(first_fork_ + f, shared[f]);
  }
  for (int f = 0; f < forks_; f++) session_.drop(first_fork_ + f);
  held_since_ = session_.n_cleared();
  return out;
}

AnswerReadings PrefillReader::read(std::span<const Token> tokens, std::span<const int> cuts,
                                   const AnswerForm& form) {
  AnswerReadings out;
  const auto decode_afresh = [&](const std::vector<Token>& text) {
    session_.clear();
    session_.prefill(0, text);
    return session_.logits(0);
  };
  for (const int cut : cuts) {
    std::vector<Token> text(tokens.begin(), tokens.begin() + cut);
    text.insert(text.end(), form.suffix.begin(), form.suffix.end());
    const std::span<const float> row = decode_afresh(text);
    const std::vector<float> first(row.begin(), row.end());  // What may follow the suffix, for all options.
    for (const OptionTokens& option : form.options) {
      double logprob = first[option.tokens[0]] - log_sum_exp(first);
      std::vector<Token> spelt = text;
      for (size_t j = 1; j < option.tokens.size(); j++) {
        spelt.push_back(option.tokens[j - 1]);
        const std::span<const float> next = decode_afresh(spelt);
        logprob += next[option.tokens[j]] - log_sum_exp(next);
      }
      if (option.until_label_ends) {
        spelt.push_back(option.tokens.back());
        const std::span<const float> next = decode_afresh(spelt);
        logprob += log_label_ends(session_.model(), next, log_sum_exp(next));
      }
      out.logprobs.push_back(static_cast<float>(logprob));
    }
  }
  session_.clear();
  return out;
}

}  // namespace thinktrace
