// SPDX-License-Identifier: Apache-2.0
// Chained networks: whose result is whose input. Checks names, shapes and types before anything runs.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/compute/kernels/element_type.hpp"
#include "sim/workload/net/layer.hpp"
#include "sim/workload/tensor_layout.hpp"

namespace aie4::workload {

/// A tensor of a network, dense in the host's memory between two layers.
struct Tensor {
  std::string name;
  compute::ElementType type = compute::ElementType::i8;
  Shape shape;
  bool seeded = false;  ///< No layer makes it.
};

/// The name of what the network, or a repeated block, is given.
inline constexpr std::string_view kInputName = "input";

/// Joins layers one after the other. All members throw WorkloadError, whose text begins with a place in the file.
class Chain {
 public:
  /// Gives each of `parts`, which `description` was made into, its flows.
  void connect(const nlohmann::json& description, const std::string& place, std::vector<Layer>& parts);

  /// A block has names of its own, and sees those around it. Its input is its description's.
  void begin_block(const nlohmann::json& description, const std::string& place);
  /// The next round's input is what the last layer made.
  void next_round();
  /// The last result of the block gets its name.
  void end_block(const nlohmann::json& description, const std::string& place);

  [[nodiscard]] const std::vector<Tensor>& tensors() const { return tensors_; }
  /// The result of the last layer.
  [[nodiscard]] std::size_t output() const { return last_; }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct Named {
    std::size_t tensor = kNone;  ///< None: the network's input that nobody has read yet.
    std::string place;           ///< Of the layer that has this name.
  };
  using Scope = std::map<std::string, Named>;
  /// What a layer wants of an input.
  struct Wish {
    compute::ElementType type;
    Shape shape;
  };

  void connect_attention(const nlohmann::json& description, const std::string& place, std::vector<Layer>& parts);
  void connect_mlp(const nlohmann::json& description, const std::string& place, std::vector<Layer>& parts);
  [[nodiscard]] std::vector<std::string> inputs_of(const nlohmann::json& description, const std::string& place,
                                                   std::size_t least, std::size_t most) const;
  [[nodiscard]] Named* find(const std::string& name, const std::string& place);
  /// The tensor of that name, which fits the wish.
  [[nodiscard]] std::size_t read(const std::string& name, const std::string& place, const Wish& wish);
  [[nodiscard]] std::string fitting(const Wish& wish) const;
  std::size_t add(std::string name, compute::ElementType type, Shape shape, bool seeded = false);
  void name_result(const nlohmann::json& description, const std::string& place, std::size_t tensor);
  [[nodiscard]] Slice all_of(std::size_t tensor) const;

  std::vector<Tensor> tensors_;
  std::vector<Scope> scopes_{{{std::string(kInputName), {}}}};
  std::size_t last_ = kNone;  ///< What the layer before made.
};

}  // namespace aie4::workload
