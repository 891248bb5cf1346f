// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/net/spread.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/workload/reference/numbers.hpp"

namespace aie4::workload {

Spread spread_of(compute::ElementType type, std::span<const std::byte> dense) {
  const std::uint64_t elements = dense.size() * 8 / compute::bits_of(type);
  std::vector<double> values;
  reference::read_row({type, dense.size(), 1, elements}, dense, 0, elements, values);
  const double high = std::ldexp(1.0, static_cast<int>(compute::bits_of(type)) - 1) - 1;
  const auto at_limit = [&](double value) {
    return compute::is_integer(type) ? value >= high || value <= -high - 1 : !std::isfinite(value);
  };
  const auto share = [&](std::int64_t count) { return static_cast<double>(count) / static_cast<double>(elements); };
  Spread spread{.elements = elements,
                .zeros = share(std::ranges::count(values, 0.0)),
                .limits = share(std::ranges::count_if(values, at_limit))};
  // Not a number has no order.
  std::erase_if(values, [](double value) { return std::isnan(value); });
  std::ranges::sort(values);
  std::int64_t most = 0;
  for (auto first = values.begin(); first != values.end();) {
    const auto last = std::upper_bound(first, values.end(), *first);
    most = std::max(most, last - first);
    first = last;
  }
  spread.commonest = share(most);
  return spread;
}

}  // namespace aie4::workload
