// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/bootstrap.h"

#include <algorithm>

#include "thinktrace/analysis/estimates.h"
#include "thinktrace/analysis/random.h"
#include "thinktrace/analysis/statistics.h"
#include "thinktrace/error.h"

namespace thinktrace {

void draw_questions(std::mt19937_64& random, std::vector<int>& counts) {
  const auto n = static_cast<uint32_t>(counts.size());
  std::fill(counts.begin(), counts.end(), 0);
  for (uint32_t i = 0; i < n; i++) counts[draw_below(random, n)]++;
}

void for_each_resample(size_t n_questions, const BootstrapOptions& options,
                       const std::function<void(const std::vector<int>&)>& visit) {
  std::vector<int> counts(n_questions);
  std::mt19937_64 random(options.seed);
  for (int r = 0; r < options.resamples; r++) {
    if (options.should_stop && options.should_stop())
      throw Error(ErrorKind::kInterrupted, "[analysis] interrupted");
    draw_questions(random, counts);
    visit(counts);
  }
}

std::optional<Interval> percentile_interval(std::vector<double> replicates, const BootstrapOptions& options) {
  if (replicates.empty() || 2 * replicates.size() < static_cast<size_t>(options.resamples))
    return std::nullopt;
  std::sort(replicates.begin(), replicates.end());
  return Interval{percentile(replicates, (1 - options.level) / 2),
                  percentile(replicates, (1 + options.level) / 2)};
}

void estimate(std::vector<Statistic> statistics, const std::vector<int>& group_of_question,
              const BootstrapOptions& options) {
  Estimates all;
  for (Statistic& statistic : statistics) {
    all.add(statistic.kind, *statistic.result);
    std::stable_sort(statistic.samples.begin(), statistic.samples.end(),
                     [](const Sample& a, const Sample& b) { return a.question < b.question; });
  }
  std::vector<size_t> next(statistics.size());
  for (size_t q = 0; q < group_of_question.size(); q++) {
    for (size_t i = 0; i < statistics.size(); i++) {
      const std::vector<Sample>& samples = statistics[i].samples;
      for (size_t& at = next[i]; at < samples.size() && samples[at].question == static_cast<int>(q); at++)
        all.take(i, samples[at].x, samples[at].y);
    }
    all.end_question(group_of_question[q]);
  }
  all.finish(options);
}

}  // namespace thinktrace
