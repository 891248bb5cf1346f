// SPDX-License-Identifier: Apache-2.0
#include "sim/report/page.hpp"

#include <string_view>

#include "sim/report/assets.hpp"

namespace aie4::report {
namespace {

/// "<" ends nothing in JSON if it is written as an escape, so that no name can end the element in which it stands.
std::string for_script(std::string_view json) {
  std::string result;
  result.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      result += "\\u003c";
    } else {
      result += c;
    }
  }
  return result;
}

std::string for_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '<') {
      result += "&lt;";
    } else if (c == '&') {
      result += "&amp;";
    } else {
      result += c;
    }
  }
  return result;
}

/// Replaces each mark once, from front to back: what is put in is never searched.
std::string filled(std::string_view html, std::initializer_list<std::pair<std::string_view, std::string_view>> marks) {
  std::string result;
  for (const auto& [mark, content] : marks) {
    const std::size_t at = html.find(mark);
    result += html.substr(0, at);
    result += content;
    html.remove_prefix(at + mark.size());
  }
  result += html;
  return result;
}

}  // namespace

std::string make_page(std::span<const Source> sources, const PageOptions& options) {
  if (page_script().empty()) {
    throw NoCharts(
        "this aie4sim was built without the charts of the report: install nodejs and npm, and build again where the "
        "npm "
        "registry can be reached");
  }
  const std::string title = for_text(sources.front().sweep.name);
  const std::string data = for_script(page_data(sources, options));
  return filled(page_html(),
                {{"@TITLE@", title}, {"@STYLE@", page_style()}, {"@DATA@", data}, {"@SCRIPT@", page_script()}});
}

}  // namespace aie4::report
