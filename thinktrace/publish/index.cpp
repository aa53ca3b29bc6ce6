// SPDX-License-Identifier: MIT
// The index is written as text, column by column: a run of a million traces has some thirty values of each, and a tree of
// JSON values would take many times the memory of the text.
#include "thinktrace/publish/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "thinktrace/analysis/cluster.h"

namespace thinktrace {
namespace {

using json = nlohmann::ordered_json;
using M = const CurveMeasures&;

// As docs/bundle.md numbers them.
static_assert(static_cast<int>(Stop::kClosed) == 0 && static_cast<int>(Stop::kBudget) == 1 &&
              static_cast<int>(Stop::kEndOfText) == 2 && static_cast<int>(Stop::kUnknown) == 3);
static_assert(static_cast<int>(TraceClass::kProductive) == 0 &&
              static_cast<int>(TraceClass::kCounterproductive) == 1 &&
              static_cast<int>(TraceClass::kRightThroughout) == 2 &&
              static_cast<int>(TraceClass::kWrongThroughout) == 3 &&
              static_cast<int>(TraceClass::kWavering) == 4);

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct NumberKind {
  const char *key, *name, *explain, *unit;
  double (*value)(M);  // Null: taken from elsewhere than the curve.
};

// From kRare on they are left out where no trace has them.
constexpr int kLength = 0, kRare = kIndexNumbers - 3;
constexpr std::array<NumberKind, kIndexNumbers> kNumbers{{
    {"length", "length", "thinking tokens", "tokens", nullptr},
    {"p_start", "P(right) at start", "probability of the right option at the first probed position", "share",
     [](M m) { return m.p_start; }},
    {"p_end", "P(right) at end", "probability of the right option at the last probed position", "share",
     [](M m) { return m.p_end; }},
    {"change", "change", "P(right) at end minus P(right) at start", "change",
     [](M m) { return m.p_end - m.p_start; }},
    {"mass_start", "mass at start", "sum of the options’ probabilities at the first probed position", "share",
     [](M m) { return m.mass_start; }},
    {"mass_end", "mass at end", "sum of the options’ probabilities at the last probed position", "share",
     [](M m) { return m.mass_end; }},
    {"mass_mean", "mean mass", "mean over the probed positions of the sum of the options’ probabilities",
     "share", [](M m) { return m.mass_mean; }},
    {"entropy_start", "entropy at start",
     "how open the forced answer is at the first probed position: 0 bits is certain; “none of the options” "
     "is "
     "one of the outcomes",
     "bits", [](M m) { return m.entropy_start; }},
    {"entropy_end", "entropy at end",
     "how open the forced answer is at the last probed position: 0 bits is certain; “none of the options” is "
     "one of the outcomes",
     "bits", [](M m) { return m.entropy_end; }},
    {"entropy_mean", "mean entropy",
     "mean over the probed positions of how open the forced answer is: 0 bits is certain; “none of the "
     "options” is one of the outcomes",
     "bits", [](M m) { return m.entropy_mean; }},
    {"t_exit", "t_exit", "first position from which the forced answer stays what it is at the end", "tokens",
     [](M m) { return static_cast<double>(m.t_exit); }},
    {"p_right_at_exit", "P(right) at t_exit", "probability of the right option at t_exit", "share",
     [](M m) { return m.p_right_at_exit; }},
    {"performative_share", "performative share",
     "(end − t_exit) / end: the part of the thinking in which stopping early would not have changed the "
     "forced "
     "answer; of a trace that did not end, up to the cut",
     "share", [](M m) { return m.performative_share.value_or(kNone); }},
    {"area_over", "area over the curve",
     "early answering: 1 minus the area under the share of the thinking that is kept against whether the "
     "forced answer is that of the end; 0 where it is so from the start",
     "share", [](M m) { return m.area_over.value_or(kNone); }},
    {"area_over_sentences", "area over the curve, by sentences",
     "the same with cuts at the ends of sentences, against the share of the sentences", "share",
     [](M m) { return m.area_over_sentences.value_or(kNone); }},
    {"flips", "flips", "changes of the most likely option between neighbouring probed positions", "count",
     [](M m) { return static_cast<double>(m.flips); }},
    {"reading_spread", "spread of the readings",
     "several readings of the trace: how far each is from their mean, as total variation; a mean over "
     "readings "
     "and positions",
     "share", [](M m) { return m.ensemble ? m.ensemble->spread.mean : kNone; }},
    {"reading_deviation", "deviation of P(right)",
     "several readings of the trace: the standard deviation of P(right) over them, a mean over positions",
     "share", [](M m) { return m.ensemble ? m.ensemble->deviation.mean : kNone; }},
    {"order_agreement", "same option in other orders",
     "share of the readings with the options in another order in which the most likely option is the same",
     "share", [](M m) { return m.order_agreement ? m.order_agreement->option : kNone; }},
}};

std::string quoted(const std::string& text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string name_or_null(const std::string& name) { return name.empty() ? "null" : quoted(name); }

// Six significant digits, whole numbers whole.
std::string number_text(double value) {
  constexpr double kWhole = 1e15;
  if (!std::isfinite(value)) return "null";
  if (value == 0) return "0";  // Not -0.
  return value == std::trunc(value) && std::abs(value) < kWhole ? fmt::format("{:.0f}", value)
                                                                : fmt::format("{:.6g}", value);
}

// "[…]" of a value of each item of a list, shelf by shelf.
template <class Item, class Write>
std::string column(std::span<const ShelfParts> shelves, std::vector<Item> ShelfParts::*items, Write write) {
  std::string text = "[";
  for (const ShelfParts& shelf : shelves) {
    for (const Item& item : shelf.*items) {
      if (text.size() > 1) text += ',';
      text += write(item);
    }
  }
  text += ']';
  return text;
}

std::string trace_column(std::span<const ShelfParts> shelves, int IndexTrace::*value) {
  return column(shelves, &ShelfParts::traces,
                [&](const IndexTrace& t) { return fmt::format("{}", t.*value); });
}

std::string shelves_text(std::span<const ShelfParts> shelves) {
  std::string text;
  for (const ShelfParts& s : shelves) {
    text += fmt::format(
        "{}{{\"n_questions\":{},\"strips\":{},\"texts\":{},\"curves\":{},\"ids\":{},\"readings\":{},"
        "\"experiments\":{}}}",
        text.empty() ? "" : ",", s.questions.size(), quoted(s.strips), quoted(s.texts), quoted(s.curves),
        name_or_null(s.ids), name_or_null(s.readings), name_or_null(s.experiments));
  }
  return "[" + text + "]";
}

std::string question_columns(std::span<const ShelfParts> shelves) {
  std::map<std::string, int> subjects;
  const auto of_questions = [&](auto write) { return column(shelves, &ShelfParts::questions, write); };
  using Q = const IndexQuestion&;
  return fmt::format(
      "{{\"id\":{},\"subject\":{},\"answer\":{},\"n_options\":{},\"n_traces\":{}}}",
      of_questions([](Q q) { return quoted(q.question.id); }), of_questions([&](Q q) {
        return fmt::format(
            "{}", subjects.emplace(q.question.subject, static_cast<int>(subjects.size())).first->second);
      }),
      of_questions([](Q q) { return fmt::format("{}", q.question.answer); }),
      of_questions([](Q q) { return fmt::format("{}", q.question.options.size()); }),
      of_questions([](Q q) { return fmt::format("{}", q.n_traces); }));
}

// Whether the trace has a curve, and so belongs to a cluster.
bool is_read(const IndexTrace& t) { return t.n_positions > 0; }

Clusters clusters_of(std::span<const ShelfParts> shelves, const std::function<bool()>& should_stop) {
  std::vector<float> shapes;
  for (const ShelfParts& shelf : shelves) {
    for (const IndexTrace& t : shelf.traces) {
      if (is_read(t)) shapes.insert(shapes.end(), t.shape.begin(), t.shape.end());
    }
  }
  ClusterOptions options;
  options.n_points = kShapePoints;
  options.should_stop = should_stop;
  return cluster_curves(shapes, options);
}

std::string centres_text(const Clusters& clusters) {
  std::string text;
  for (const std::vector<double>& centre : clusters.centres) {
    std::string points;
    for (const double p : centre) points += fmt::format("{}{:.4g}", points.empty() ? "" : ",", p);
    text += fmt::format("{}[{}]", text.empty() ? "" : ",", points);
  }
  return "[" + text + "]";
}

std::string error_column(std::span<const ShelfParts> shelves, double CurveError::*value) {
  return column(shelves, &ShelfParts::traces, [&](const IndexTrace& t) {
    return t.curve_error ? number_text(*t.curve_error.*value) : "null";
  });
}

// How many positions were read and how far off the others may be; empty where all were read.
std::string adaptive_columns(std::span<const ShelfParts> shelves) {
  const auto any = [](const ShelfParts& s) {
    return std::any_of(s.traces.begin(), s.traces.end(),
                       [](const IndexTrace& t) { return t.n_read < t.n_positions; });
  };
  if (std::none_of(shelves.begin(), shelves.end(), any)) return "";
  std::string text = ",\"probed\":" + column(shelves, &ShelfParts::traces, [](const IndexTrace& t) {
                       return is_read(t) ? fmt::format("{}", t.n_read) : "null";
                     });
  text += ",\"error_mean\":" + error_column(shelves, &CurveError::mean_abs_dp);
  text += ",\"error_upper\":" + error_column(shelves, &CurveError::mean_abs_dp_upper);
  return text;
}

std::string trace_columns(std::span<const ShelfParts> shelves, const Clusters& clusters) {
  std::string text = fmt::format(
      "{{\"id\":{}", column(shelves, &ShelfParts::traces, [](const IndexTrace& t) { return quoted(t.id); }));
  text += ",\"sample\":" + trace_column(shelves, &IndexTrace::sample);
  text += ",\"failed\":" + column(shelves, &ShelfParts::traces,
                                  [](const IndexTrace& t) { return std::string(t.failed ? "1" : "0"); });
  const std::pair<const char*, int IndexTrace::*> columns[] = {{"n_tokens", &IndexTrace::n_tokens},
                                                               {"first", &IndexTrace::first},
                                                               {"n_positions", &IndexTrace::n_positions},
                                                               {"stop", &IndexTrace::stop},
                                                               {"chosen", &IndexTrace::chosen},
                                                               {"top_start", &IndexTrace::top_start},
                                                               {"top_end", &IndexTrace::top_end},
                                                               {"class", &IndexTrace::trace_class},
                                                               {"known", &IndexTrace::known}};
  for (const auto& [key, value] : columns)
    text += fmt::format(",\"{}\":{}", key, trace_column(shelves, value));
  size_t next = 0;  // Clusters are of the traces that were read, in order.
  text += ",\"cluster\":" + column(shelves, &ShelfParts::traces, [&](const IndexTrace& t) {
            return fmt::format("{}", is_read(t) ? clusters.of_curve[next++] : -1);
          });
  return text + adaptive_columns(shelves) + "}";
}

std::string errors_text(std::span<const ShelfParts> shelves) {
  std::string text;
  int number = 0;
  for (const ShelfParts& shelf : shelves) {
    for (const IndexTrace& t : shelf.traces) {
      if (t.failed) text += fmt::format("{}[{},{}]", text.empty() ? "" : ",", number, quoted(t.error));
      number++;
    }
  }
  return "[" + text + "]";
}

bool any_has(std::span<const ShelfParts> shelves, int number) {
  for (const ShelfParts& shelf : shelves) {
    for (const IndexTrace& t : shelf.traces) {
      if (!std::isnan(t.numbers[number])) return true;
    }
  }
  return false;
}

std::string number_object(const IndexColumn& kind, const std::string& values) {
  return fmt::format("{{\"key\":{},\"name\":{},\"explain\":{},\"unit\":{},\"values\":{}}}", quoted(kind.key),
                     quoted(kind.name), quoted(kind.explain), quoted(kind.unit), values);
}

const IndexColumn* column_of(const ShelfParts& shelf, const std::string& key) {
  const auto found = std::find_if(shelf.columns.begin(), shelf.columns.end(),
                                  [&](const IndexColumn& c) { return c.key == key; });
  return found == shelf.columns.end() ? nullptr : &*found;
}

// The numbers of experiments, in the order in which they first come.
std::string experiment_numbers_text(std::span<const ShelfParts> shelves) {
  std::vector<const IndexColumn*> kinds;
  for (const ShelfParts& shelf : shelves) {
    for (const IndexColumn& c : shelf.columns) {
      if (std::none_of(kinds.begin(), kinds.end(), [&](const IndexColumn* k) { return k->key == c.key; }))
        kinds.push_back(&c);
    }
  }
  std::string text;
  for (const IndexColumn* kind : kinds) {
    std::string values;
    for (const ShelfParts& shelf : shelves) {
      const IndexColumn* column = column_of(shelf, kind->key);
      for (size_t i = 0; i < shelf.traces.size(); i++) {
        if (!values.empty()) values += ',';
        values += column ? number_text(column->values[i]) : "null";
      }
    }
    text += "," + number_object(*kind, "[" + values + "]");
  }
  return text;
}

std::string numbers_text(std::span<const ShelfParts> shelves) {
  std::string text;
  for (int i = 0; i < kIndexNumbers; i++) {
    if (i >= kRare && !any_has(shelves, i)) continue;
    const NumberKind& kind = kNumbers[i];
    if (!text.empty()) text += ',';
    text += number_object(
        {kind.key, kind.name, kind.explain, kind.unit, {}},
        column(shelves, &ShelfParts::traces, [&](const IndexTrace& t) { return number_text(t.numbers[i]); }));
  }
  return "[" + text + experiment_numbers_text(shelves) + "]";
}

std::vector<uint8_t> outline_of(const TraceRecord& r) {
  constexpr int kLevels = 15;
  const size_t n_options = r.question.options.size();
  std::vector<uint8_t> outline(n_options * kOutlineCells);
  size_t k = 0;
  for (int cell = 0; cell < kOutlineCells; cell++) {
    const double middle = (cell + 0.5) * static_cast<double>(r.think_text.size()) / kOutlineCells;
    while (k + 1 < r.curve.positions.size() && r.curve.positions[k + 1] <= middle) k++;
    for (size_t o = 0; o < n_options; o++) {
      const double p = std::min(1.0, probability_of(r.curve.logprobs[k * n_options + o]));
      outline[o * kOutlineCells + cell] = static_cast<uint8_t>(std::lround(kLevels * p) * (255 / kLevels));
    }
  }
  return outline;
}

}  // namespace

IndexTrace index_trace(const SiteTrace& trace) {
  const TraceRecord& r = trace.record;
  IndexTrace t{.id = r.id, .error = r.error, .sample = r.trace.sample, .failed = r.status == Status::kFailed};
  t.numbers.fill(kNone);
  if (t.failed) return t;
  t.n_tokens = static_cast<int>(r.think_text.size());
  t.n_positions = static_cast<int>(r.curve.positions.size());
  t.n_read = static_cast<int>(read_rows(r.curve).size());
  t.curve_error = r.curve.error;
  t.stop = static_cast<int>(r.trace.stop);
  t.chosen = r.chosen.value_or(-1);
  if (r.has_tokens) t.numbers[kLength] = t.n_tokens;
  if (!trace.measures.curve) return t;
  M m = *trace.measures.curve;
  t.first = m.first_position;
  t.top_start = m.top_start;
  t.top_end = m.top_end;
  t.trace_class = static_cast<int>(m.trace_class);
  if (m.trace_class == TraceClass::kRightThroughout && m.known_already) t.known = *m.known_already;
  for (int i = 0; i < kIndexNumbers; i++) {
    if (kNumbers[i].value) t.numbers[i] = kNumbers[i].value(m);
  }
  std::vector<float> p_right;
  const size_t n_options = r.question.options.size();
  for (size_t k = 0; k < r.curve.positions.size(); k++) {
    const double p = probability_of(r.curve.logprobs[k * n_options + r.question.answer]);
    p_right.push_back(static_cast<float>(std::min(1.0, p)));
  }
  const std::vector<float> shape = sample_curve(r.curve.positions, p_right, t.n_tokens, kShapePoints);
  std::copy(shape.begin(), shape.end(), t.shape.begin());
  t.outline = outline_of(r);
  return t;
}

std::vector<IndexSubject> index_subjects(std::span<const ShelfParts> shelves) {
  std::vector<IndexSubject> subjects;
  std::map<std::string, size_t> places;
  for (const ShelfParts& shelf : shelves) {
    for (const IndexQuestion& q : shelf.questions) {
      const auto [at, is_new] = places.emplace(q.question.subject, subjects.size());
      if (is_new) subjects.push_back({q.question.subject});
      IndexSubject& subject = subjects[at->second];
      subject.n_questions++;
      subject.n_traces += q.n_traces;
      subject.n_failed += q.n_failed;
    }
  }
  return subjects;
}

std::string index_content(std::span<const ShelfParts> shelves, const std::function<bool()>& should_stop) {
  const Clusters clusters = clusters_of(shelves, should_stop);
  std::string text = "{\"kind\":\"index\",\"shelves\":" + shelves_text(shelves);
  text += ",\"questions\":" + question_columns(shelves);
  text += ",\"traces\":" + trace_columns(shelves, clusters);
  text += ",\"clusters\":" + centres_text(clusters);
  text += ",\"errors\":" + errors_text(shelves);
  text += ",\"numbers\":" + numbers_text(shelves);
  text += "}";
  return text;
}

std::string outlines_content(std::span<const ShelfParts> shelves) {
  std::string text = fmt::format("{{\"kind\":\"outlines\",\"cells\":{}}}\n", kOutlineCells);
  for (const ShelfParts& shelf : shelves) {
    for (const IndexTrace& t : shelf.traces) {
      for (size_t i = 0; i < t.outline.size(); i++)
        text += static_cast<char>(t.outline[i] - (i % kOutlineCells == 0 ? 0 : t.outline[i - 1]));
    }
  }
  return text;
}

std::string questions_content(std::span<const ShelfParts> shelves) {
  std::string text = "{\"kind\":\"questions\",\"questions\":";
  text += column(shelves, &ShelfParts::questions, [](const IndexQuestion& q) {
    return json{{"text", q.question.text}, {"options", q.question.options}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
  });
  text += '}';
  return text;
}

}  // namespace thinktrace
