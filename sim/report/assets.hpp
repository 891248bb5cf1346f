// SPDX-License-Identifier: Apache-2.0
// The files that make the page, as they were when the program was built.
#pragma once

#include <string_view>

namespace aie4::report {

[[nodiscard]] std::string_view page_html();
[[nodiscard]] std::string_view page_style();
/// Our scripts and ECharts; empty if there were none to bundle.
[[nodiscard]] std::string_view page_script();

}  // namespace aie4::report
