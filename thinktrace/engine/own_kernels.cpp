// SPDX-License-Identifier: MIT
// A backend of the engine in this program, of the kind that helps the CPU (as its BLAS backend does). It keeps weights in a buffer
// type of its own, in which they are packed as they are loaded, once and in place of the file's; everything else is in ordinary
// memory, so that nothing is copied between it and the CPU's backend, which does what is left.
#include "thinktrace/engine/own_kernels.h"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#include "ggml-backend-impl.h"
#include "ggml-cpu.h"
#include "llama.h"
#include "thinktrace/kernels/attention.h"
#include "thinktrace/kernels/product.h"
#include "thinktrace/kernels/tiles.h"

namespace thinktrace {
namespace {

constexpr size_t kAlignment = 64;

struct OpenScope {
  bool loading = false, computing = false;
  ggml_threadpool* threads = nullptr;
};
thread_local OpenScope open_scope;

template <class Function>
Function cpu_function(const char* name) {
  ggml_backend_reg_t reg =
      ggml_backend_dev_backend_reg(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU));
  return reinterpret_cast<Function>(ggml_backend_reg_get_proc_address(reg, name));
}

// --- weights, packed ---

bool can_pack(const ggml_tensor* weights) {
  return ggml_n_dims(weights) <= 2 && ggml_is_contiguous(weights) && weights->view_src == nullptr &&
         weights->ne[0] % 2 == 0 &&
         (weights->type == GGML_TYPE_F32 || ggml_get_type_traits(weights->type)->to_float != nullptr);
}

struct FreeMemory {
  void operator()(void* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<void, FreeMemory>;

Memory& memory_of(ggml_backend_buffer_t buffer) { return *static_cast<Memory*>(buffer->context); }

void set_weights(ggml_backend_buffer_t, ggml_tensor* tensor, const void* data, size_t offset, size_t bytes) {
  const int64_t n_in = tensor->ne[0], n_out = tensor->ne[1];
  const size_t row_bytes = ggml_row_size(tensor->type, n_in);
  GGML_ASSERT(offset % row_bytes == 0 && bytes % row_bytes == 0 && "weights are loaded by whole rows");
  const auto first = static_cast<int64_t>(offset / row_bytes);
  const auto n = static_cast<int64_t>(bytes / row_bytes);
  GGML_ASSERT(first + n <= n_out);
  std::vector<float> row(n_in);
  const ggml_to_float_t to_float = ggml_get_type_traits(tensor->type)->to_float;
  for (int64_t i = 0; i < n; i++) {
    const char* from = static_cast<const char*>(data) + i * row_bytes;
    to_float ? to_float(from, row.data(), n_in) : static_cast<void>(std::memcpy(row.data(), from, row_bytes));
    pack_output(row.data(), n_in, first + i, static_cast<uint16_t*>(tensor->data));
  }
}

void clear_memory(ggml_backend_buffer_t buffer, uint8_t value) {
  std::memset(memory_of(buffer).get(), value, buffer->size);
}
void* base_of(ggml_backend_buffer_t buffer) { return memory_of(buffer).get(); }
void free_memory(ggml_backend_buffer_t buffer) { delete static_cast<Memory*>(buffer->context); }
void no_weights_back(ggml_backend_buffer_t, const ggml_tensor*, void*, size_t, size_t) {
  GGML_ABORT("packed weights can't be read back");
}
void no_memset(ggml_backend_buffer_t, ggml_tensor*, uint8_t, size_t, size_t) {
  GGML_ABORT("packed weights are set by whole rows");
}

ggml_backend_buffer_t get_memory(ggml_backend_buffer_type_t type, size_t bytes) {
  const size_t whole = std::max((bytes + kAlignment - 1) / kAlignment * kAlignment, kAlignment);
  auto memory = std::make_unique<Memory>(std::aligned_alloc(kAlignment, whole));
  if (!*memory) return nullptr;
  std::memset(memory->get(), 0, whole);
  ggml_backend_buffer_i calls{};
  calls.free_buffer = free_memory;
  calls.get_base = base_of;
  calls.memset_tensor = no_memset;
  calls.set_tensor = set_weights;
  calls.get_tensor = no_weights_back;
  calls.clear = clear_memory;
  return ggml_backend_buffer_init(type, calls, memory.release(), bytes);
}

ggml_backend_device& device();

ggml_backend_buffer_type& packed_type() {
  static ggml_backend_buffer_type type = [] {
    ggml_backend_buffer_type t{};
    t.iface.get_name = [](ggml_backend_buffer_type_t) { return "packed"; };
    t.iface.alloc_buffer = get_memory;
    t.iface.get_alignment = [](ggml_backend_buffer_type_t) { return kAlignment; };
    t.iface.get_alloc_size = [](ggml_backend_buffer_type_t, const ggml_tensor* w) {
      return packed_bytes(w->ne[0], ggml_nrows(w));
    };
    t.iface.is_host = [](ggml_backend_buffer_type_t) { return false; };
    t.device = &device();
    return t;
  }();
  return type;
}

// --- the backend ---

struct FreeBackend {
  void operator()(ggml_backend_t b) const { ggml_backend_free(b); }
};
using CpuBackend = std::unique_ptr<ggml_backend, FreeBackend>;
CpuBackend make_cpu_backend() {
  return CpuBackend(ggml_backend_init_by_type(GGML_BACKEND_DEVICE_TYPE_CPU, nullptr));
}
void give_threads(ggml_backend_t cpu, ggml_threadpool* threads) {
  cpu_function<decltype(&ggml_backend_cpu_set_threadpool)>("ggml_backend_cpu_set_threadpool")(cpu, threads);
}

// Runs a function on the engine's threads: a graph of one node, which calls it, on a CPU backend that has these threads.
class EngineTeam {
 public:
  EngineTeam() : backend_(make_cpu_backend()) {
    context_.reset(ggml_init({.mem_size = ggml_tensor_overhead() + ggml_graph_overhead() + 4096,
                              .mem_buffer = nullptr,
                              .no_alloc = false}));
    const auto call = [](ggml_tensor*, int member, int, void* self) {
      (*static_cast<EngineTeam*>(self)->work_)(member);
    };
    graph_ = ggml_new_graph(context_.get());
    ggml_build_forward_expand(graph_, ggml_custom_4d(context_.get(), GGML_TYPE_F32, 1, 1, 1, 1, nullptr, 0,
                                                     call, GGML_N_TASKS_MAX, this));
  }
  void use(ggml_threadpool* threads, int n) {
    cpu_function<ggml_backend_set_n_threads_t>("ggml_backend_set_n_threads")(backend_.get(), n);
    if (threads != threads_) give_threads(backend_.get(), threads);
    threads_ = threads;
  }
  void run(const std::function<void(int)>& work) {
    work_ = &work;
    ggml_backend_graph_compute(backend_.get(), graph_);
  }

 private:
  struct FreeContext {
    void operator()(ggml_context* c) const { ggml_free(c); }
  };
  CpuBackend backend_;
  std::unique_ptr<ggml_context, FreeContext> context_;
  ggml_cgraph* graph_ = nullptr;
  ggml_threadpool* threads_ = nullptr;
  const std::function<void(int)>* work_ = nullptr;
};

struct Work {
  int threads = 1;
  EngineTeam engine;
  Team team;
  std::vector<float> scratch;
};

template <class T>
T* at(const ggml_tensor* t, int64_t i1, int64_t i2, int64_t i3) {
  return reinterpret_cast<T*>(static_cast<char*>(t->data) + i1 * t->nb[1] + i2 * t->nb[2] + i3 * t->nb[3]);
}

void compute_product(const ggml_tensor* node, const Team& team) {
  const ggml_tensor *weights = node->src[0], *left = node->src[1];
  for (int64_t i3 = 0; i3 < left->ne[3]; i3++) {
    for (int64_t i2 = 0; i2 < left->ne[2]; i2++) {
      multiply({.packed = static_cast<const uint16_t*>(weights->data),
                .n_in = weights->ne[0],
                .n_out = weights->ne[1],
                .left = at<const float>(left, 0, i2, i3),
                .left_stride = static_cast<int64_t>(left->nb[1] / sizeof(float)),
                .n_rows = left->ne[1],
                .out = at<float>(node, 0, i2, i3),
                .out_stride = static_cast<int64_t>(node->nb[1] / sizeof(float))},
               team);
    }
  }
}

struct AttentionNumbers {
  float scale = 1, max_bias = 0, softcap = 0;
};
AttentionNumbers numbers_of(const ggml_tensor* node) {
  AttentionNumbers n;
  static_assert(sizeof n == 3 * sizeof(float));
  std::memcpy(&n, node->op_params, sizeof n);
  return n;
}

bool is_plain_attention(const ggml_tensor* node) {
  const ggml_tensor *q = node->src[0], *k = node->src[1], *v = node->src[2], *mask = node->src[3];
  const AttentionNumbers n = numbers_of(node);
  return mask != nullptr && node->src[4] == nullptr && n.max_bias == 0 && n.softcap == 0 &&
         q->type == GGML_TYPE_F32 && k->type == GGML_TYPE_F16 && v->type == GGML_TYPE_F16 &&
         mask->type == GGML_TYPE_F16 && q->ne[3] == 1 && mask->ne[2] == 1 && mask->ne[3] == 1 &&
         k->ne[2] == v->ne[2] && q->ne[2] % k->ne[2] == 0 && q->nb[0] == sizeof(float) &&
         k->nb[0] == sizeof(ggml_fp16_t) && v->nb[0] == sizeof(ggml_fp16_t) &&
         can_attend(static_cast<int>(k->ne[0]), static_cast<int>(v->ne[0]));
}

void compute_attention(const ggml_tensor* node, Work& work) {
  const ggml_tensor *q = node->src[0], *k = node->src[1], *v = node->src[2], *mask = node->src[3];
  attend({.n_queries = static_cast<int>(q->ne[1]),
          .n_cells = static_cast<int>(k->ne[1]),
          .n_heads = static_cast<int>(q->ne[2]),
          .n_kv_heads = static_cast<int>(k->ne[2]),
          .n_key = static_cast<int>(k->ne[0]),
          .n_value = static_cast<int>(v->ne[0]),
          .scale = numbers_of(node).scale,
          .queries = static_cast<const char*>(q->data),
          .query_stride = q->nb[1],
          .query_head_stride = q->nb[2],
          .keys = static_cast<const char*>(k->data),
          .key_stride = k->nb[1],
          .key_head_stride = k->nb[2],
          .values = static_cast<const char*>(v->data),
          .value_stride = v->nb[1],
          .value_head_stride = v->nb[2],
          .mask = static_cast<const uint16_t*>(mask->data),
          .mask_stride = mask->nb[1],
          .out = static_cast<char*>(node->data),
          .out_stride = node->nb[2],
          .out_head_stride = node->nb[1]},
         work.team, work.scratch);
}

ggml_status compute_graph(ggml_backend_t backend, ggml_cgraph* graph) {
  Work& work = *static_cast<Work*>(backend->context);
  if (open_scope.threads != nullptr && work.threads > 1) {
    work.engine.use(open_scope.threads, work.threads);
    work.team = {.size = work.threads, .run = [&](const auto& what) { work.engine.run(what); }};
  } else {
    work.team = {};
  }
  for (int i = 0; i < ggml_graph_n_nodes(graph); i++) {
    const ggml_tensor* node = ggml_graph_node(graph, i);
    if (node->op == GGML_OP_MUL_MAT) {
      compute_product(node, work.team);
    } else if (node->op == GGML_OP_FLASH_ATTN_EXT) {
      compute_attention(node, work);
    }
  }
  return GGML_STATUS_SUCCESS;
}

void set_threads(ggml_backend_t backend, int threads) {
  static_cast<Work*>(backend->context)->threads = threads;
}

ggml_backend_t make_backend(ggml_backend_dev_t from, const char*) {
  static ggml_guid id = {0x74, 0x68, 0x69, 0x6e, 0x6b, 0x74, 0x72, 0x61,
                         0x63, 0x65, 0x2d, 0x6f, 0x77, 0x6e, 0x2d, 0x31};
  auto* backend = new ggml_backend{};
  backend->guid = &id;
  backend->iface.get_name = [](ggml_backend_t) { return kOwnKernelsName; };
  backend->iface.free = [](ggml_backend_t b) {
    delete static_cast<Work*>(b->context);
    delete b;
  };
  backend->iface.graph_compute = compute_graph;
  backend->device = from;
  backend->context = new Work;
  return backend;
}

// --- the device: what can be done, and where ---

bool can_compute(ggml_backend_dev_t, const ggml_tensor* op) {
  if (!open_scope.loading && !open_scope.computing) return false;
  switch (op->op) {
    case GGML_OP_NONE:
    case GGML_OP_RESHAPE:
    case GGML_OP_VIEW:
    case GGML_OP_PERMUTE:
    case GGML_OP_TRANSPOSE:
      return true;
    case GGML_OP_MUL_MAT: {
      const ggml_tensor *weights = op->src[0], *left = op->src[1];
      return weights->buffer != nullptr && weights->buffer->buft == &packed_type() && can_pack(weights) &&
             left->type == GGML_TYPE_F32 && left->nb[0] == sizeof(float);
    }
    case GGML_OP_FLASH_ATTN_EXT:
      return open_scope.computing && is_plain_attention(op);
    default:
      return false;
  }
}

ggml_backend_reg& registration() {
  static ggml_backend_reg reg = [] {
    ggml_backend_reg r{};
    r.api_version = GGML_BACKEND_API_VERSION;
    r.iface.get_name = [](ggml_backend_reg_t) { return kOwnKernelsName; };
    r.iface.get_device_count = [](ggml_backend_reg_t) { return size_t{1}; };
    r.iface.get_device = [](ggml_backend_reg_t, size_t) { return &device(); };
    r.iface.get_proc_address = [](ggml_backend_reg_t, const char* name) {
      return std::strcmp(name, "ggml_backend_set_n_threads") == 0 ? reinterpret_cast<void*>(set_threads)
                                                                  : nullptr;
    };
    return r;
  }();
  return reg;
}

ggml_backend_device& device() {
  static ggml_backend_device dev = [] {
    ggml_backend_device d{};
    d.iface.get_name = [](ggml_backend_dev_t) { return kOwnKernelsName; };
    d.iface.get_description = [](ggml_backend_dev_t) { return "thinktrace's products and attention"; };
    d.iface.get_memory = [](ggml_backend_dev_t, size_t* free, size_t* total) { *free = *total = 0; };
    d.iface.get_type = [](ggml_backend_dev_t) { return GGML_BACKEND_DEVICE_TYPE_ACCEL; };
    d.iface.get_props = [](ggml_backend_dev_t, ggml_backend_dev_props* props) {
      *props = {};
      props->name = kOwnKernelsName;
      props->description = "thinktrace's products and attention";
      props->type = GGML_BACKEND_DEVICE_TYPE_ACCEL;
    };
    d.iface.init_backend = make_backend;
    d.iface.get_buffer_type = [](ggml_backend_dev_t) -> ggml_backend_buffer_type_t {
      return open_scope.loading ? &packed_type() : ggml_backend_cpu_buffer_type();
    };
    d.iface.supports_op = can_compute;
    d.iface.supports_buft = [](ggml_backend_dev_t, ggml_backend_buffer_type_t type) {
      return type == &packed_type() || ggml_backend_buft_is_host(type);
    };
    d.reg = &registration();
    return d;
  }();
  return dev;
}

}  // namespace

void FreeThreads::operator()(ggml_threadpool* threads) const {
  cpu_function<decltype(&ggml_threadpool_free)>("ggml_threadpool_free")(threads);
}

EngineThreads make_engine_threads(int n) {
  ggml_threadpool_params params = ggml_threadpool_params_default(n);
  return EngineThreads(cpu_function<decltype(&ggml_threadpool_new)>("ggml_threadpool_new")(&params));
}

void rest(ggml_threadpool* threads) {
  const CpuBackend cpu = make_cpu_backend();
  give_threads(cpu.get(), threads);
  give_threads(cpu.get(), nullptr);  // The engine lets threads sleep that are taken away.
}

KernelScope::KernelScope(KernelUse use, ggml_threadpool* threads) {
  open_scope = {
      .loading = use == KernelUse::kLoading, .computing = use == KernelUse::kComputing, .threads = threads};
}
KernelScope::~KernelScope() { open_scope = {}; }

void offer_own_kernels() {
  static std::once_flag once;
  std::call_once(once, [] { ggml_backend_register(&registration()); });
}

bool own_kernels_know(const std::string& architecture) {
  return architecture == "llama" || architecture == "qwen2";
}

const char* own_kernels_kind() { return best_tiles().name; }

}  // namespace thinktrace
