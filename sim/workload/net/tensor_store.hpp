// SPDX-License-Identifier: Apache-2.0
// The tensors of a chained network while it runs: what layers made, and what is seeded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/net/chain.hpp"

namespace aie4::workload {

class TensorStore {
 public:
  /// The tensors outlive the store. Seeded ones are filled at once, the others are zero.
  TensorStore(const std::vector<Tensor>& tensors, std::uint64_t seed);

  /// Slices below each other, dense.
  [[nodiscard]] std::vector<std::byte> gather(const std::vector<Slice>& slices) const;
  void scatter(const Slice& slice, std::span<const std::byte> dense);
  [[nodiscard]] std::span<const std::byte> content(std::size_t tensor) const { return contents_.at(tensor); }

  /// Puts what others made into the seeded arguments of an operation, and brings weights of floats into the range in
  /// which results are about as large as inputs.
  void prepare(const Operation& operation, const Flow& flow, Buffers& arguments) const;
  /// Keeps the result of an operation, and returns it.
  std::vector<std::byte> keep(const Operation& operation, const Flow& flow, const Buffers& arguments);

 private:
  const std::vector<Tensor>& tensors_;
  std::vector<std::vector<std::byte>> contents_;
};

}  // namespace aie4::workload
