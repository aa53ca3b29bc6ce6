// SPDX-License-Identifier: MIT
// The index is written as text, column by column, each into a spool of its own while the shelves come; at the end the spools are
// joined. So nothing of a trace is kept, and a run of a million traces takes no more memory than one of a thousand.
#include "thinktrace/publish/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "thinktrace/analysis/cluster.h"
#include "thinktrace/spool/spool.h"

namespace thinktrace {
namespace {

using json = nlohmann::ordered_json;

std::string in_quotes(const std::string& text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string name_or_null(const std::string& name) { return name.empty() ? "null" : in_quotes(name); }

// Six significant digits, whole numbers whole.
std::string number_text(double value) {
  constexpr double kWhole = 1e15;
  if (!std::isfinite(value)) return "null";
  if (value == 0) return "0";  // Not -0.
  return value == std::trunc(value) && std::abs(value) < kWhole ? fmt::format("{:.0f}", value)
                                                                : fmt::format("{:.6g}", value);
}

// A list in JSON.
class Column {
 public:
  void add(const std::string& value) { spool_.add(spool_.is_empty() ? value : "," + value); }
  void add(int64_t value) { add(fmt::format("{}", value)); }
  void write(const TextSink& sink) {
    sink("[");
    spool_.replay(sink);
    sink("]");
  }

 private:
  Spool spool_;
};

struct NumberColumn {
  std::string key, name, explain, unit;
  Column values;
  bool is_rare = false, has_any = false;

  void add(double value) {
    values.add(number_text(value));
    has_any |= !std::isnan(value);
  }
  void write(const TextSink& sink) {
    sink(fmt::format("{{\"key\":{},\"name\":{},\"explain\":{},\"unit\":{},\"values\":", in_quotes(key),
                     in_quotes(name), in_quotes(explain), in_quotes(unit)));
    values.write(sink);
    sink("}");
  }
};

// Columns of whole numbers.
constexpr std::pair<const char*, int IndexTrace::*> kWhole[] = {{"n_tokens", &IndexTrace::n_tokens},
                                                                {"first", &IndexTrace::first},
                                                                {"n_positions", &IndexTrace::n_positions},
                                                                {"stop", &IndexTrace::stop},
                                                                {"chosen", &IndexTrace::chosen},
                                                                {"top_start", &IndexTrace::top_start},
                                                                {"top_end", &IndexTrace::top_end},
                                                                {"class", &IndexTrace::trace_class},
                                                                {"known", &IndexTrace::known}};

// Whether the trace has a curve, and so belongs to a cluster.
bool is_read(const IndexTrace& t) { return t.n_positions > 0; }

// The shapes of all traces that were read, and which they are.
class Shapes {
 public:
  void add(const IndexTrace& t) {
    spool_.add(is_read(t) ? "+" : "-");
    if (!is_read(t)) return;
    spool_.add({reinterpret_cast<const char*>(t.shape.data()), sizeof t.shape});
    n_++;
  }
  int64_t size() const { return n_; }

  // Calls visit(place among those that were read, shape) or, for one that was not read, visit(-1, {}).
  template <class Visit>
  void replay(Visit visit) {
    std::string left;
    int64_t place = 0;
    spool_.replay([&](std::string_view piece) {
      left += piece;
      size_t at = 0;
      while (at < left.size()) {
        const bool read = left[at] == '+';
        std::array<float, kShapePoints> shape{};
        if (left.size() - at < 1 + (read ? sizeof shape : 0)) break;
        if (read) std::memcpy(shape.data(), left.data() + at + 1, sizeof shape);
        visit(read ? place++ : -1, shape);
        at += 1 + (read ? sizeof shape : 0);
      }
      left.erase(0, at);
    });
  }

 private:
  Spool spool_;
  int64_t n_ = 0;
};

std::string centres_text(const Clusters& clusters) {
  std::string text;
  for (const std::vector<double>& centre : clusters.centres) {
    std::string points;
    for (const double p : centre) points += fmt::format("{}{:.4g}", points.empty() ? "" : ",", p);
    text += fmt::format("{}[{}]", text.empty() ? "" : ",", points);
  }
  return "[" + text + "]";
}

// Writes the cluster of each trace; returns the clusters.
Clusters write_clusters(Shapes& shapes, const std::function<bool()>& should_stop, const TextSink& sink) {
  const int64_t stride = std::max<int64_t>(1, (shapes.size() + kMostClustered - 1) / kMostClustered);
  std::vector<float> some;
  shapes.replay([&](int64_t place, const auto& shape) {
    if (place >= 0 && place % stride == 0) some.insert(some.end(), shape.begin(), shape.end());
  });
  ClusterOptions options;
  options.n_points = kShapePoints;
  options.should_stop = should_stop;
  Clusters clusters = cluster_curves(some, options);
  Column of_trace;
  shapes.replay([&](int64_t place, const auto& shape) {
    of_trace.add(place < 0             ? -1
                 : place % stride == 0 ? clusters.of_curve[place / stride]
                                       : nearest_centre(shape, clusters));
  });
  of_trace.write(sink);
  return clusters;
}

std::string curve_error_text(const IndexTrace& t, double CurveError::*value) {
  return t.curve_error ? number_text(*t.curve_error.*value) : "null";
}

}  // namespace

struct IndexBuilder::Columns {
  std::vector<IndexSubject> subjects;
  std::vector<std::string> labels;
  Column shelves, errors, question_texts;
  struct {
    Column id, subject, answer, n_options, n_traces;
  } questions;
  Column id, sample, failed, probed, error_mean, error_upper;
  std::array<Column, std::size(kWhole)> whole;
  Spool outlines;
  Shapes shapes;
  std::vector<NumberColumn> numbers, of_experiments;
  std::map<std::string, int> subject_places;
  int64_t n_traces = 0;
  bool is_adaptive = false;

  Columns() {
    for (const NumberKind& kind : index_numbers()) {
      const bool is_rare = numbers.size() >= kIndexNumbers - kRareNumbers;
      numbers.push_back({kind.key, kind.name, kind.explain, kind.unit, {}, is_rare});
    }
  }

  void add_question(const IndexQuestion& q) {
    const auto [at, is_new] = subject_places.emplace(q.question.subject, static_cast<int>(subjects.size()));
    if (is_new) subjects.push_back({q.question.subject});
    IndexSubject& subject = subjects[at->second];
    subject.n_questions++;
    subject.n_traces += q.n_traces;
    subject.n_failed += q.n_failed;
    questions.id.add(in_quotes(q.question.id));
    questions.subject.add(at->second);
    questions.answer.add(q.question.answer);
    questions.n_options.add(static_cast<int64_t>(q.question.options.size()));
    questions.n_traces.add(q.n_traces);
    question_texts.add(json{{"text", q.question.text}, {"options", q.question.options}}.dump(
        -1, ' ', false, json::error_handler_t::replace));
  }

  void add_trace(const IndexTrace& t) {
    id.add(in_quotes(t.id));
    sample.add(t.sample);
    failed.add(t.failed ? 1 : 0);
    for (size_t i = 0; i < whole.size(); i++) whole[i].add(t.*kWhole[i].second);
    probed.add(is_read(t) ? fmt::format("{}", t.n_read) : "null");
    error_mean.add(curve_error_text(t, &CurveError::mean_abs_dp));
    error_upper.add(curve_error_text(t, &CurveError::mean_abs_dp_upper));
    is_adaptive |= t.n_read < t.n_positions;
    shapes.add(t);
    std::string outline;
    for (size_t i = 0; i < t.outline.size(); i++)
      outline += static_cast<char>(t.outline[i] - (i % kOutlineCells == 0 ? 0 : t.outline[i - 1]));
    outlines.add(outline);
    if (t.failed) errors.add(fmt::format("[{},{}]", n_traces, in_quotes(t.error)));
    for (int i = 0; i < kIndexNumbers; i++) numbers[i].add(t.numbers[i]);
    n_traces++;
  }

  // To be called before the shelf's traces are added.
  void add_experiments(const ShelfParts& shelf) {
    const auto of_key = [](auto& columns, const std::string& key) {
      return std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.key == key; });
    };
    for (const IndexColumn& c : shelf.columns) {
      if (of_key(of_experiments, c.key) != of_experiments.end()) continue;
      of_experiments.push_back({c.key, c.name, c.explain, c.unit, {}});
      for (int64_t i = 0; i < n_traces; i++) of_experiments.back().values.add("null");
    }
    for (NumberColumn& column : of_experiments) {
      const auto here = of_key(shelf.columns, column.key);
      for (size_t i = 0; i < shelf.traces.size(); i++)
        here == shelf.columns.end() ? column.values.add("null") : column.add(here->values[i]);
    }
  }

  void write_traces(const TextSink& sink, const std::function<bool()>& should_stop, Clusters& clusters) {
    const auto write = [&](const char* head, Column& column) {
      sink(head);
      column.write(sink);
    };
    write("{\"id\":", id);
    write(",\"sample\":", sample);
    write(",\"failed\":", failed);
    for (size_t i = 0; i < whole.size(); i++)
      write(fmt::format(",\"{}\":", kWhole[i].first).c_str(), whole[i]);
    sink(",\"cluster\":");
    clusters = write_clusters(shapes, should_stop, sink);
    if (is_adaptive) {
      write(",\"probed\":", probed);
      write(",\"error_mean\":", error_mean);
      write(",\"error_upper\":", error_upper);
    }
    sink("}");
  }

  void write_numbers(const TextSink& sink) {
    bool first = true;
    for (std::vector<NumberColumn>* columns : {&numbers, &of_experiments}) {
      for (NumberColumn& column : *columns) {
        if (column.is_rare && !column.has_any) continue;
        if (!std::exchange(first, false)) sink(",");
        column.write(sink);
      }
    }
  }
};

IndexBuilder::IndexBuilder() : columns_(std::make_unique<Columns>()) {}
IndexBuilder::~IndexBuilder() = default;
IndexBuilder::IndexBuilder(IndexBuilder&&) noexcept = default;
IndexBuilder& IndexBuilder::operator=(IndexBuilder&&) noexcept = default;

const std::vector<IndexSubject>& IndexBuilder::subjects() const { return columns_->subjects; }
const std::vector<std::string>& IndexBuilder::labels() const { return columns_->labels; }

void IndexBuilder::add(const ShelfParts& s) {
  Columns& c = *columns_;
  if (s.labels.size() > c.labels.size()) c.labels = s.labels;
  c.shelves.add(
      fmt::format("{{\"n_questions\":{},\"strips\":{},\"texts\":{},\"curves\":{},\"ids\":{},\"readings\":{},"
                  "\"experiments\":{}}}",
                  s.questions.size(), in_quotes(s.strips), in_quotes(s.texts), in_quotes(s.curves),
                  name_or_null(s.ids), name_or_null(s.readings), name_or_null(s.experiments)));
  for (const IndexQuestion& q : s.questions) c.add_question(q);
  c.add_experiments(s);
  for (const IndexTrace& t : s.traces) c.add_trace(t);
}

void IndexBuilder::write_index(const TextSink& sink, const std::function<bool()>& should_stop) {
  Columns& c = *columns_;
  const auto write = [&](const char* head, Column& column) {
    sink(head);
    column.write(sink);
  };
  write("{\"kind\":\"index\",\"shelves\":", c.shelves);
  write(",\"questions\":{\"id\":", c.questions.id);
  write(",\"subject\":", c.questions.subject);
  write(",\"answer\":", c.questions.answer);
  write(",\"n_options\":", c.questions.n_options);
  write(",\"n_traces\":", c.questions.n_traces);
  sink("},\"traces\":");
  Clusters clusters;
  c.write_traces(sink, should_stop, clusters);
  sink(",\"clusters\":" + centres_text(clusters));
  write(",\"errors\":", c.errors);
  sink(",\"numbers\":[");
  c.write_numbers(sink);
  sink("]}");
}

void IndexBuilder::write_outlines(const TextSink& sink) {
  sink(fmt::format("{{\"kind\":\"outlines\",\"cells\":{}}}\n", kOutlineCells));
  columns_->outlines.replay(sink);
}

void IndexBuilder::write_questions(const TextSink& sink) {
  sink("{\"kind\":\"questions\",\"questions\":");
  columns_->question_texts.write(sink);
  sink("}");
}

}  // namespace thinktrace
