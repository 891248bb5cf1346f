// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/bd_pool.hpp"

#include <algorithm>

namespace aie4::array {

BdPool::BdPool(BdKind kind, unsigned bds)
    : layout_(&bd_layout(kind)), words_(std::size_t{bds} * kMaxBdWords), decoded_(bds), written_(bds) {
  const auto member = BdMember(&BufferDescriptor::iteration_current);
  const auto field = std::ranges::find(layout_->fields, member, &BdField::member);
  if (field != layout_->fields.end()) iteration_current_ = field->field;
}

void BdPool::advance_iteration(unsigned bd) {
  if (iteration_current_ == nullptr) return;
  const BufferDescriptor& now = load(bd);
  const std::uint32_t next = now.iteration_current == now.iteration_wrap ? 0 : now.iteration_current + 1;
  if (next == now.iteration_current) return;
  registers::set(*iteration_current_, words(bd), next);
  decoded_[bd]->iteration_current = registers::get(*iteration_current_, std::span<const std::uint32_t>(words(bd)));
}

void BdPool::clear() {
  words_.assign(words_.size(), 0);
  decoded_.assign(decoded_.size(), std::nullopt);
  written_.assign(written_.size(), false);
}

}  // namespace aie4::array
