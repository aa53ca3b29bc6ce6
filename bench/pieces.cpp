// SPDX-License-Identifier: MIT
// How long the pieces take that sampling, probing, storing and publishing are made of (docs/performance.md, "Pieces").
// Names end in the number of values, tokens or traces; items a second are of what is named.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/records.h"
#include "thinktrace/engine/answer_reader.h"
#include "thinktrace/engine/log_sum_exp.h"
#include "thinktrace/engine/sampler.h"
#include "thinktrace/publish/encode.h"
#include "thinktrace/run/analyze.h"
#include "thinktrace/run/publish.h"
#include "thinktrace/store/store.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

constexpr int kSmallVocabulary = 49'152, kLargeVocabulary = 152'064;  // SmolLM2's, R1-Distill-Qwen's.
constexpr int kTokens = 1000, kUnitTraces = 4;

void count_items(benchmark::State& state, int64_t each) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * each);
}

const Model& glassbox() {
  static const Model model = Model::load(THINKTRACE_SOURCE_DIR "/models/glassbox/glassbox-q8_0.gguf");
  return model;
}

// Few tokens near the top, all others far below, as in a model's rows.
std::vector<float> made_up_row(int n) {
  constexpr int kLikely = 30;
  constexpr float kTop = 16, kSpread = 2;
  std::mt19937 random(1);
  std::normal_distribution<float> far(0, kSpread);
  std::exponential_distribution<float> below(1 / kSpread);
  std::vector<float> row(static_cast<size_t>(n));
  for (float& v : row) v = far(random);
  for (int i = 0; i < kLikely; i++) row[random() % row.size()] = kTop - below(random);
  return row;
}

// --- A row of logits

void tokenise(benchmark::State& state) {
  std::string text;
  while (text.size() < static_cast<size_t>(state.range(0)))
    text += "Let me look at the chain: Anna is older than Ben, and Ben is older than Carla. ";
  const Model& model = glassbox();
  for (auto _ : state) benchmark::DoNotOptimize(model.tokenize(text, Specials::kPlain));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK(tokenise)->Arg(100)->Arg(10'000);

void look_for_nan(benchmark::State& state) {
  const std::vector<float> row = made_up_row(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(holds_nan(row));
}
BENCHMARK(look_for_nan)->Arg(kSmallVocabulary)->Arg(kLargeVocabulary);

void add_up_row(benchmark::State& state) {
  const std::vector<float> row = made_up_row(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(log_sum_exp(row));
}
BENCHMARK(add_up_row)->Arg(kSmallVocabulary)->Arg(kLargeVocabulary);

void see_that_label_ends(benchmark::State& state) {
  const std::vector<float> row = made_up_row(glassbox().card().n_vocab);
  const double normaliser = log_sum_exp(row);
  for (auto _ : state) benchmark::DoNotOptimize(log_label_ends(glassbox(), row, normaliser));
}
BENCHMARK(see_that_label_ends);

void draw_token(benchmark::State& state) {
  const std::vector<float> row = made_up_row(static_cast<int>(state.range(0)));
  Sampler sampler({}, 1);
  for (auto _ : state) benchmark::DoNotOptimize(sampler.sample(row));
}
BENCHMARK(draw_token)->Arg(kSmallVocabulary)->Arg(kLargeVocabulary);

void draw_token_by_engine(benchmark::State& state) {
  const std::vector<float> row = made_up_row(static_cast<int>(state.range(0)));
  Sampler sampler({}, 1);
  for (auto _ : state) benchmark::DoNotOptimize(sampler.sample_from_all(row));
}
BENCHMARK(draw_token_by_engine)->Arg(kSmallVocabulary)->Arg(kLargeVocabulary);

// --- Stores and galleries

TraceRecord made_up_record(int place, int sample) {
  std::vector<std::string> words;
  for (int i = 0; i < kTokens; i++) words.push_back(" word" + std::to_string((i * 7 + place + sample) % 997));
  const Question question =
      testing::make_question("subject", "question " + std::to_string(place), {"a", "b", "c", "d"}, place % 4);
  return testing::make_record(question, place, sample, words, 0.1 + 0.1 * (place % 7), 0.9);
}

StoredUnit made_up_unit(int place) {
  StoredUnit unit;
  for (int s = 0; s < kUnitTraces; s++) unit.records.push_back(made_up_record(place, s));
  const TraceRecord& first = unit.records.front();
  unit.question = first.question;
  unit.n_samples = kUnitTraces;
  unit.labels = first.labels;
  unit.prompt_text = first.prompt_text;
  unit.prompt_ids = first.prompt_ids;
  unit.suffix_ids = {4, 5, 6};
  return unit;
}

// A folder that is there as long as this is.
class Folder {
 public:
  Folder() : path_((fs::temp_directory_path() / "thinktrace-pieces-XXXXXX").string()) {
    if (!mkdtemp(path_.data())) throw std::runtime_error("no folder for the bench in " + path_);
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const char* name) const { return (fs::path(path_) / name).string(); }

 private:
  std::string path_;
};

Store empty_store(const std::string& folder) {
  Store store = Store::create(folder);
  store.save_reader({"r1", 0, R"({"suffix":"x"})", R"({"model":{"name":"m"}})", "", ""});
  store.save_plan(
      {0, "s1", R"({"temperature":0.6})", R"({"model":{"name":"m"}})", kUnitTraces, kUnitTraces, "r1"}, {});
  return store;
}

// A run of `n` units, made once.
const std::string& stored_run(int n) {
  static const Folder folder;
  static const std::string path = folder / "run";
  static const bool made = [n] {
    Store store = empty_store(path);
    for (int i = 0; i < n; i++) store.commit_unit(made_up_unit(i));
    return true;
  }();
  benchmark::DoNotOptimize(made);
  return path;
}
constexpr int kStoredUnits = 50;

void commit_units(benchmark::State& state) {
  const auto n = static_cast<int>(state.range(0));
  const Folder folder;
  Store store = empty_store(folder / "run");
  int place = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<StoredUnit> units;
    for (int i = 0; i < n; i++) units.push_back(made_up_unit(place++));
    state.ResumeTiming();
    store.commit_units(units);
  }
  count_items(state, int64_t{n} * kUnitTraces);
}
// As many iterations whatever the machine: a store that grows is another store.
BENCHMARK(commit_units)->Arg(1)->Iterations(100)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(commit_units)->Arg(32)->Iterations(5)->UseRealTime()->Unit(benchmark::kMillisecond);

void read_traces(benchmark::State& state) {
  const Store store = Store::open(stored_run(kStoredUnits));
  for (auto _ : state) {
    size_t n_probes = 0;
    store.for_each_trace([&](const TraceRecord& r) { n_probes += r.curve.positions.size(); });
    benchmark::DoNotOptimize(n_probes);
  }
  count_items(state, int64_t{kStoredUnits} * kUnitTraces);
}
BENCHMARK(read_traces)->UseRealTime()->Unit(benchmark::kMillisecond);

void build_site(benchmark::State& state) {
  const std::string& run = stored_run(kStoredUnits);
  for (auto _ : state) {
    const Folder folder;  // An old gallery's chunks would be compared and kept.
    publish_site({run}, "bench", folder / "site");
  }
  count_items(state, int64_t{kStoredUnits} * kUnitTraces);
}
BENCHMARK(build_site)->UseRealTime()->Unit(benchmark::kMillisecond);

void measure_curve(benchmark::State& state) {
  const TraceRecord record = made_up_record(0, 0);
  for (auto _ : state) benchmark::DoNotOptimize(measure_record(record, {}));
  count_items(state, 1);
}
BENCHMARK(measure_curve);

void encode_curve(benchmark::State& state) {
  std::vector<double> p;
  for (int t = 0; t <= kTokens; t++) p.push_back(0.5 + 0.4 * std::sin(0.05 * t));
  for (auto _ : state) benchmark::DoNotOptimize(to_u16_steps(p));
  count_items(state, static_cast<int64_t>(p.size()));
}
BENCHMARK(encode_curve);

void pack_curve(benchmark::State& state) {
  std::vector<double> p;
  for (int t = 0; t <= kTokens; t++) p.push_back(0.5 + 0.4 * std::sin(0.05 * t));
  const std::string bytes = to_u16_steps(p);
  for (auto _ : state) benchmark::DoNotOptimize(base64(deflate_raw(bytes)));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(pack_curve);

}  // namespace
}  // namespace thinktrace

BENCHMARK_MAIN();
