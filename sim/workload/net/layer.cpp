// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/net/layer.hpp"

#include <cmath>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/config/names.hpp"
#include "sim/workload/error.hpp"
#include "sim/workload/gemm/conv_operation.hpp"
#include "sim/workload/gemm/gemm_operation.hpp"
#include "sim/workload/map/map_operations.hpp"

namespace aie4::workload {
namespace {

using nlohmann::json;

/// Reads one layer; the defaults are the schema's.
class Reader {
 public:
  Reader(const json& layer, const Parameters& parameters, const MachineShape& shape)
      : layer_(layer),
        parameters_(parameters),
        shape_(shape),
        name_(layer.value("name", layer.at("op").get<std::string>())) {}

  std::vector<Layer> run() {
    const std::string op = layer_.at("op");
    if (op == "gemm") {
      add("", count(), gemm());
    } else if (op == "conv") {
      add("", count(), conv());
    } else if (op == "eltwise") {
      add("", count(),
          elementwise({.kind = text("kind", "add"),
                       .elements = number("elements"),
                       .type = type("dtype", "bf16"),
                       .shift = small("shift", 0),
                       .relu = layer_.value("relu", false)}));
    } else if (op == "softmax") {
      add("", count(), softmax_operation({number("rows"), small("width"), type("dtype", "bf16")}, shape_));
    } else if (op == "norm") {
      add("", count(),
          norm_operation(text("kind", "layer"), {number("rows"), small("width"), type("dtype", "bf16")}, shape_));
    } else if (op == "pool") {
      add("", count(), pool());
    } else if (op == "attention") {
      attention();
    } else {
      mlp();
    }
    return std::move(layers_);
  }

 private:
  [[nodiscard]] std::uint64_t number(const char* key) const { return layer_.at(key); }
  [[nodiscard]] std::uint64_t number(const char* key, std::uint64_t otherwise) const {
    return layer_.value(key, otherwise);
  }
  [[nodiscard]] std::uint32_t small(const char* key) const { return layer_.at(key); }
  [[nodiscard]] std::uint32_t small(const char* key, std::uint32_t otherwise) const {
    return layer_.value(key, otherwise);
  }
  [[nodiscard]] std::string text(const char* key, const char* otherwise) const {
    return layer_.value(key, std::string(otherwise));
  }
  [[nodiscard]] std::uint64_t count() const { return number("count", 1); }
  [[nodiscard]] compute::ElementType type(const char* key, std::string otherwise) const {
    return element_type(layer_.value(key, std::move(otherwise)), key);
  }

  static compute::ElementType element_type(const std::string& name, const char* key) {
    for (std::uint32_t i = 0; i < compute::kElementTypeNames.size(); ++i) {
      if (compute::kElementTypeNames[i] == name) return static_cast<compute::ElementType>(i);
    }
    throw WorkloadError(fmt::format("{}: expected one of {}, came {} (nearest: {})", key,
                                    fmt::join(compute::kElementTypeNames, ", "), name,
                                    config::nearest_name(name, compute::kElementTypeNames)));
  }

  void add(const std::string& part, std::uint64_t times, Operation operation) {
    layers_.push_back(
        {.name = part.empty() ? name_ : name_ + "." + part, .count = times, .operation = std::move(operation)});
  }

  [[nodiscard]] Operation product(GemmProblem problem, const GemmWishes& wishes = {}) const {
    problem.shift = layer_.contains("shift") ? small("shift") : usual_shift(problem);
    return gemm_operation(problem, parameters_, shape_, wishes);
  }

  static Stay stay(const std::string& name) {
    if (name == "a") return Stay::A;
    if (name == "b") return Stay::B;
    return name == "none" ? Stay::Nothing : Stay::Any;
  }

  [[nodiscard]] Operation gemm() const {
    const std::string a = text("dtype", "i8");
    GemmProblem problem{.m = number("m"), .k = number("k"), .n = number("n")};
    problem.a = element_type(a, "dtype");
    problem.b = type("dtype_b", a);
    problem.c = type("dtype_c", a);
    problem.b_rows = text("b_layout", "nk") == "kn";
    problem.relu = layer_.value("relu", false);
    GemmWishes wishes{.group = small("group", 0), .outputs = small("outputs", 0), .stay = stay(text("stay", "any"))};
    if (layer_.contains("tile")) {
      wishes.m = layer_["tile"][0];
      wishes.k = layer_["tile"][1];
      wishes.n = layer_["tile"][2];
    }
    return product(problem, wishes);
  }

  [[nodiscard]] Operation conv() const {
    const std::string in = text("dtype", "i8");
    return conv_operation({.height = small("height"),
                           .width = small("width"),
                           .channels = small("channels"),
                           .out_channels = small("out_channels"),
                           .window = small("window", 1),
                           .stride = small("stride", 1),
                           .padding = small("padding", 0),
                           .type = element_type(in, "dtype"),
                           .out_type = type("dtype_c", in),
                           .shift = layer_.contains("shift") ? static_cast<std::int32_t>(small("shift")) : -1,
                           .relu = layer_.value("relu", false)},
                          parameters_, shape_, {});
  }

  [[nodiscard]] Operation pool() const {
    return pool_operation({.largest = text("kind", "max") == "max",
                           .height = small("height"),
                           .width = small("width"),
                           .channels = small("channels"),
                           .window = small("window"),
                           .stride = small("stride", small("window")),
                           .padding = small("padding", 0),
                           .type = type("dtype", "i8")},
                          shape_);
  }

  [[nodiscard]] Operation elementwise(const ElementwiseProblem& problem) const {
    return elementwise_operation(problem, shape_);
  }

  /// Scores, softmax, context; one product for each head.
  void attention() {
    const compute::ElementType what = type("dtype", "bf16");
    const std::uint64_t heads = number("heads");
    const std::uint64_t queries = number("queries");
    const std::uint64_t keys = number("keys", queries);
    const std::uint64_t dim = number("head_dim");
    add("scores", heads * count(), product({.m = queries, .k = dim, .n = keys, .a = what, .b = what, .c = what}));
    add("softmax", count(),
        softmax_operation(
            {heads * queries, static_cast<std::uint32_t>(keys), what, 1.0F / std::sqrt(static_cast<float>(dim))},
            shape_));
    add("context", heads * count(),
        product({.m = queries, .k = keys, .n = dim, .a = what, .b = what, .c = what, .b_rows = true}));
  }

  /// Up (and gate), activation, down.
  void mlp() {
    const compute::ElementType what = type("dtype", "bf16");
    const std::uint64_t rows = number("rows");
    const std::uint64_t width = number("width");
    const std::uint64_t hidden = number("hidden");
    const bool gated = layer_.value("gated", false);
    const std::string activation = text("activation", gated ? "silu" : "gelu");
    add("up", count() * (gated ? 2 : 1),
        product({.m = rows, .k = width, .n = hidden, .a = what, .b = what, .c = what}));
    add(activation, count(), elementwise({.kind = activation, .elements = rows * hidden, .type = what}));
    if (gated) add("gate", count(), elementwise({.kind = "mul", .elements = rows * hidden, .type = what}));
    add("down", count(), product({.m = rows, .k = hidden, .n = width, .a = what, .b = what, .c = what}));
  }

  const json& layer_;
  const Parameters& parameters_;
  const MachineShape& shape_;
  std::string name_;
  std::vector<Layer> layers_;
};

}  // namespace

std::vector<Layer> make_layers(const json& layer, const Parameters& parameters, const MachineShape& shape) {
  return Reader(layer, parameters, shape).run();
}

}  // namespace aie4::workload
