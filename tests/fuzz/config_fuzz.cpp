// SPDX-License-Identifier: Apache-2.0
// A configuration is read from files and from transcripts of other people: it is either refused with an error, or what
// is printed of it reads back to the same.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/config/config.hpp"

namespace config = aie4::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const aie4::Configuration configuration = config::parse(text, "fuzz");
    const std::string printed = config::print_toml(configuration);
    if (config::print_toml(config::parse(printed, "printed")) != printed) {
      std::fprintf(stderr, "the printed configuration reads back to another one\n");
      std::abort();
    }
  } catch (const config::ConfigurationError&) {
  }
  try {
    aie4::Configuration configuration;
    config::apply_setting(configuration, text);
  } catch (const config::ConfigurationError&) {
  }
  return 0;
}
