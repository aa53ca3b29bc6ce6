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
#include "thinktrace/kernels/attention.h"
#include "thinktrace/kernels/product.h"
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

// --- Our own kernels, on one thread; items are multiply-adds

// Rows of a pass by weights of so many inputs and outputs, as SmolLM2 has them.
void multiply_packed(benchmark::State& state) {
  constexpr int64_t kRows = 256;
  const int64_t n_in = state.range(0), n_out = state.range(1);
  const std::vector<float> left(kRows * n_in, 0.5F);
  std::vector<uint16_t> packed(packed_bytes(n_in, n_out) / sizeof(uint16_t));
  for (int64_t o = 0; o < n_out; o++) pack_output(left.data(), n_in, o, packed.data());
  std::vector<float> out(kRows * n_out);
  for (auto _ : state) {
    multiply({.packed = packed.data(),
              .n_in = n_in,
              .n_out = n_out,
              .left = left.data(),
              .left_stride = n_in,
              .n_rows = kRows,
              .out = out.data(),
              .out_stride = n_out},
             {});
    benchmark::ClobberMemory();
  }
  count_items(state, kRows * n_in * n_out);
}
BENCHMARK(multiply_packed)->Args({576, 1536})->Args({1536, 576});

// Suffixes of 8 tokens on so many branches, each behind about 500 cells that all see; items are those that have to be seen.
void attend_branches(benchmark::State& state) {
  constexpr int kHeads = 9, kKvHeads = 3, kSize = 64, kSuffix = 8, kBegin = 500;
  const int branches = static_cast<int>(state.range(0)), n = branches * kSuffix, n_cells = kBegin + n;
  constexpr uint16_t kHidden = 0xfc00;
  const std::vector<float> queries(static_cast<size_t>(n) * kHeads * kSize, 0.25F);
  const std::vector<uint16_t> cells(static_cast<size_t>(n_cells) * kKvHeads * kSize, 0x3000);
  std::vector<uint16_t> mask(static_cast<size_t>(n) * n_cells, kHidden);
  int64_t seen = 0;
  for (int q = 0; q < n; q++) {
    const int begin = kBegin - branches + q / kSuffix, own = kBegin + q / kSuffix * kSuffix;
    for (int c = 0; c < n_cells; c++) {
      if (c >= begin && (c < own || c > kBegin + q)) continue;
      mask[static_cast<size_t>(q) * n_cells + c] = 0;
      seen++;
    }
  }
  std::vector<float> out(queries.size()), scratch;
  const size_t row = kSize * sizeof(float), cell = kSize * sizeof(uint16_t);
  const char* kept = reinterpret_cast<const char*>(cells.data());
  for (auto _ : state) {
    attend({.n_queries = n,
            .n_cells = n_cells,
            .n_heads = kHeads,
            .n_kv_heads = kKvHeads,
            .n_key = kSize,
            .n_value = kSize,
            .scale = 0.125F,
            .queries = reinterpret_cast<const char*>(queries.data()),
            .query_stride = kHeads * row,
            .query_head_stride = row,
            .keys = kept,
            .key_stride = kKvHeads * cell,
            .key_head_stride = cell,
            .values = kept,
            .value_stride = kKvHeads * cell,
            .value_head_stride = cell,
            .mask = mask.data(),
            .mask_stride = n_cells * sizeof(uint16_t),
            .out = reinterpret_cast<char*>(out.data()),
            .out_stride = kHeads * row,
            .out_head_stride = row},
           {}, scratch);
    benchmark::ClobberMemory();
  }
  count_items(state, seen * kHeads * kSize * 2);
}
BENCHMARK(attend_branches)->Arg(32)->Arg(64);

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
