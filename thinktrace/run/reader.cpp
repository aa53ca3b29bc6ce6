// SPDX-License-Identifier: MIT
#include "thinktrace/run/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "thinktrace/text/hash.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

using nlohmann::json;

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& t : texts) out += t;
  return out;
}

Question content_free(const std::string& text, int n_options) {
  return {"content-free", "", text, std::vector<std::string>(n_options, text), 0};
}

// Numbers of options that a prior has no entry for.
std::set<int> missing_sizes(const json& priors, const std::vector<Question>& questions) {
  std::set<int> sizes;
  for (const Question& q : questions) sizes.insert(static_cast<int>(q.options.size()));
  for (const json& prior : priors) sizes.erase(static_cast<int>(prior.at("p").size()));
  return sizes;
}

}  // namespace

bool prior_covers(const std::string& prior, const std::vector<Question>& questions) {
  return missing_sizes(prior.empty() ? json::array() : json::parse(prior), questions).empty();
}

std::string reader_identity(const ReaderOptions& o, const Model& model) {
  json identity = json::parse(words_identity(o.format, o.precision, model));
  identity.update({{"suffix", o.format.suffix}, {"order", o.order}});
  identity.update(json::parse(probing_identity(o.probing)));
  return identity.dump();
}

StoredReader make_reader(const ReaderOptions& options, const Model& model, const ComputeOptions& compute) {
  StoredReader reader;
  reader.identity = reader_identity(options, model);
  reader.id = content_id(reader.identity);
  reader.provenance = json{{"model", json::parse(model_provenance(model))},
                           {"compute", json::parse(compute_settings(compute))},
                           {"tags_found_in", name_of(options.format.tags.source)}}
                          .dump(-1, ' ', false, json::error_handler_t::replace);
  return reader;
}

std::string noise_floor_of(const StoredReader& reader, const StoredPlan& plan) {
  if (reader.noise_floors.empty()) return "";
  const json all = json::parse(reader.noise_floors);
  return all.contains(plan.sampling_id) ? all.at(plan.sampling_id).dump() : "";
}

StoredReader with_noise_floor(StoredReader reader, const StoredPlan& plan, const std::string& noise_floor) {
  json all = reader.noise_floors.empty() ? json::object() : json::parse(reader.noise_floors);
  all.erase(plan.sampling_id);
  if (!noise_floor.empty()) all[plan.sampling_id] = json::parse(noise_floor);
  reader.noise_floors = all.empty() ? "" : all.dump();
  return reader;
}

std::vector<int> option_order(const Question& question, int order) {
  const int n = static_cast<int>(question.options.size());
  std::vector<int> places(n);
  std::iota(places.begin(), places.end(), 0);
  if (order < n) {
    std::rotate(places.begin(), places.begin() + order, places.end());
    return places;
  }
  std::vector<std::pair<std::string, int>> keys;
  for (const int i : places)
    keys.emplace_back(sha256(fmt::format("order/{}/{}/{}", question.id, order, i)), i);
  std::sort(keys.begin(), keys.end());
  for (int place = 0; place < n; place++) places[place] = keys[place].second;
  return places;
}

ReadingForm build_reading_form(const Model& model, const Question& question, const ReaderOptions& options) {
  const std::vector<int> order = option_order(question, options.order);
  Question shown = question;
  for (size_t place = 0; place < order.size(); place++) {
    shown.options[place] = question.options[order[place]];
    if (order[place] == question.answer) shown.answer = static_cast<int>(place);
  }
  ReadingForm by_place{build_prompt(model, shown, options.format), {}};
  by_place.form = build_answer_form(model, by_place.prompt.labels, options.format);
  ReadingForm by_option = by_place;
  for (size_t place = 0; place < order.size(); place++) {
    by_option.prompt.labels[order[place]] = by_place.prompt.labels[place];
    by_option.form.options[order[place]] = by_place.form.options[place];
  }
  return by_option;
}

ReadThinking thinking_for(const Model& model, const TraceRecord& record, bool same_model) {
  if (same_model && record.trace.think_ids.size() == record.think_text.size())
    return {record.trace.think_ids, record.think_text, true};
  ReadThinking thinking{model.tokenize(joined(record.think_text), Specials::kPlain), {}, false};
  thinking.texts = token_texts(model.pieces(thinking.ids));
  return thinking;
}

std::vector<int> align_positions(const std::vector<std::string>& writer,
                                 const std::vector<std::string>& reader, const std::vector<int>& positions) {
  const std::string written = joined(writer), read = joined(reader);
  int shift = 0;  // From an offset in the reader's text to one in the writer's.
  if (read == " " + written) shift = -1;
  if (written == " " + read) shift = 1;
  if (shift == 0 && read != written) return {};
  std::vector<int> aligned;
  size_t offset = 0,
         end_of_writer = 0;  // In bytes: of the text before the position, and of the writer's tokens in it.
  int t = 0, w = 0;
  for (const int position : positions) {
    while (t < position) offset += reader[t++].size();
    const size_t wanted = offset > 0 ? offset + shift : 0;
    while (w < static_cast<int>(writer.size()) && end_of_writer + writer[w].size() <= wanted)
      end_of_writer += writer[w++].size();
    aligned.push_back(w);
  }
  return aligned;
}

std::string measure_prior(Session& session, const ReaderOptions& given,
                          const std::vector<Question>& questions, const std::string& known) {
  ReaderOptions options = given;
  options.format.hint.reset();  // The labels' own, whichever plan is read.
  json priors = known.empty() ? json::array() : json::parse(known);
  const std::set<int> sizes = missing_sizes(priors, questions);
  const std::vector<std::string> texts{"N/A", "[MASK]", ""};
  PrefillReader reader(session);
  for (const int n : sizes) {
    std::vector<double> p(n, 0);
    std::vector<std::string> labels;
    for (const std::string& text : texts) {
      const ReadingForm q = build_reading_form(session.model(), content_free(text, n), options);
      labels = q.prompt.labels;
      const std::vector<int> cut{static_cast<int>(q.prompt.ids.size())};
      const AnswerReadings reading = reader.read(q.prompt.ids, cut, q.form);
      for (int i = 0; i < n; i++)
        p[i] += std::exp(static_cast<double>(reading.logprobs[i])) / static_cast<double>(texts.size());
    }
    priors.push_back({{"labels", labels}, {"p", p}});
  }
  std::sort(priors.begin(), priors.end(),
            [](const json& a, const json& b) { return a.at("p").size() < b.at("p").size(); });
  return priors.dump();
}

}  // namespace thinktrace
