// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/net/tensor_store.hpp"

#include <algorithm>
#include <cmath>

namespace aie4::workload {
namespace {

/// Calls `run(offset in the tensor, bytes)` for each row of a slice.
template <class Run>
void for_each_row(compute::ElementType type, const Slice& slice, const Run& run) {
  const std::uint64_t element = compute::bits_of(type) / 8;
  for (std::uint64_t row = 0; row < slice.rows; ++row) {
    run(((slice.first_row + row) * slice.pitch + slice.first_column) * element, slice.columns * element);
  }
}

/// Weights are uniform in -1 to 1, with a variance of 1/3.
int weight_exponent(std::uint64_t products) {
  return -static_cast<int>(std::lround(std::log2(static_cast<double>(products) / 3) / 2));
}

}  // namespace

TensorStore::TensorStore(const std::vector<Tensor>& tensors, std::uint64_t seed) : tensors_(tensors) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::uint64_t elements = elements_of(tensors[i].shape);
    const std::uint64_t bytes = compute::bytes_of(tensors[i].type, elements);
    // Far from the seeds of weights.
    contents_.push_back(tensors[i].seeded ? reference::random_matrix({tensors[i].type, bytes, 1, elements}, ~seed - i)
                                          : std::vector<std::byte>(bytes));
  }
}

std::vector<std::byte> TensorStore::gather(const std::vector<Slice>& slices) const {
  std::vector<std::byte> dense;
  for (const Slice& slice : slices) {
    for_each_row(tensors_[slice.tensor].type, slice, [&](std::uint64_t offset, std::uint64_t bytes) {
      const std::span<const std::byte> row = content(slice.tensor).subspan(offset, bytes);
      dense.insert(dense.end(), row.begin(), row.end());
    });
  }
  return dense;
}

void TensorStore::scatter(const Slice& slice, std::span<const std::byte> dense) {
  for_each_row(tensors_[slice.tensor].type, slice, [&](std::uint64_t offset, std::uint64_t bytes) {
    std::ranges::copy(dense.first(bytes), std::span(contents_[slice.tensor]).subspan(offset, bytes).begin());
    dense = dense.subspan(bytes);
  });
}

void TensorStore::prepare(const Operation& operation, const Flow& flow, Buffers& arguments) const {
  for (std::size_t i = 0; i < flow.operands.size(); ++i) {
    place(operation.operands[i], gather(flow.operands[i]), arguments[i]);
  }
  const std::size_t weights = flow.operands.size();
  if (operation.products_in_sum == 0 || weights >= operation.operands.size()) return;
  scale(operation.operands[weights], weight_exponent(operation.products_in_sum), arguments[weights]);
}

std::vector<std::byte> TensorStore::keep(const Operation& operation, const Flow& flow, const Buffers& arguments) {
  std::vector<std::byte> dense = take(operation.result, arguments.back());
  scatter(flow.result, dense);
  return dense;
}

}  // namespace aie4::workload
