// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/bd_pool.hpp"

#include <algorithm>

namespace aie4::array {

void BdPool::advance_iteration(unsigned bd) {
  const auto member = BdMember(&BufferDescriptor::iteration_current);
  const auto field = std::ranges::find(layout_->fields, member, &BdField::member);
  if (field == layout_->fields.end()) return;
  const BufferDescriptor now = load(bd);
  const std::uint32_t next = now.iteration_current == now.iteration_wrap ? 0 : now.iteration_current + 1;
  registers::set(*field->field, words(bd), next);
}

}  // namespace aie4::array
