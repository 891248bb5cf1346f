// SPDX-License-Identifier: Apache-2.0
#include "sim/report/assets.hpp"

// A string literal of 600 kB takes the compiler seconds and its size has a limit; the assembler just copies a file.
#define AIE4SIM_INCLUDE_FILE(symbol, file) \
  asm(".pushsection .rodata\n"             \
      ".global " symbol                    \
      "_begin\n"                           \
      ".global " symbol "_end\n" symbol    \
      "_begin:\n"                          \
      ".incbin \"" file "\"\n" symbol      \
      "_end:\n"                            \
      ".popsection\n")

AIE4SIM_INCLUDE_FILE("aie4sim_page_html", AIE4SIM_PAGE_HTML);
AIE4SIM_INCLUDE_FILE("aie4sim_page_style", AIE4SIM_PAGE_STYLE);
AIE4SIM_INCLUDE_FILE("aie4sim_page_script", AIE4SIM_PAGE_SCRIPT);

extern "C" {
extern const char aie4sim_page_html_begin[];
extern const char aie4sim_page_html_end[];
extern const char aie4sim_page_style_begin[];
extern const char aie4sim_page_style_end[];
extern const char aie4sim_page_script_begin[];
extern const char aie4sim_page_script_end[];
}

namespace aie4::report {

std::string_view page_html() {
  return {aie4sim_page_html_begin, aie4sim_page_html_end};
}

std::string_view page_style() {
  return {aie4sim_page_style_begin, aie4sim_page_style_end};
}

std::string_view page_script() {
  return {aie4sim_page_script_begin, aie4sim_page_script_end};
}

}  // namespace aie4::report
