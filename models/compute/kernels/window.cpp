// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/window.hpp"

#include <fmt/format.h>

namespace aie4::compute {

namespace parameter = window_parameter;

Window::Window(const KernelCall& call)
    : height(call.value(parameter::height)),
      width(call.value(parameter::width)),
      channels(call.value(parameter::channels)),
      kernel_h(call.value(parameter::kernel_h)),
      kernel_w(call.value(parameter::kernel_w)),
      stride_h(call.value(parameter::stride_h)),
      stride_w(call.value(parameter::stride_w)),
      pad_top(call.value(parameter::pad_top)),
      pad_bottom(call.value(parameter::pad_bottom)),
      pad_left(call.value(parameter::pad_left)),
      pad_right(call.value(parameter::pad_right)) {}

std::string Window::check() const {
  if (pad_top >= kernel_h || pad_bottom >= kernel_h || pad_left >= kernel_w || pad_right >= kernel_w) {
    return fmt::format("padding must be smaller than the window, came {}, {}, {}, {} around one of {} x {}", pad_top,
                       pad_bottom, pad_left, pad_right, kernel_h, kernel_w);
  }
  if (kernel_h > height + pad_top + pad_bottom || kernel_w > width + pad_left + pad_right) {
    return fmt::format("the window must fit into the padded image, came {} x {} and {} x {}", kernel_h, kernel_w,
                       height + pad_top + pad_bottom, width + pad_left + pad_right);
  }
  return {};
}

}  // namespace aie4::compute
