// SPDX-License-Identifier: Apache-2.0
#include "sim/validate/measurement.hpp"

#include <algorithm>
#include <charconv>

namespace aie4::validate {
namespace {

unsigned number_of(std::string_view row) {
  unsigned number = 0;
  std::from_chars(row.data() + 1, row.data() + row.size(), number);
  return number;
}

}  // namespace

unsigned target_percent(Kind kind) {
  switch (kind) {
    case Kind::Kernel:
      return 5;
    case Kind::WholeArray:
    case Kind::Bandwidth:
      return 10;
    case Kind::Latency:
      return 30;
    case Kind::Effect:
      return 33;
  }
  return 0;
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::Kernel:
      return "kernel";
    case Kind::WholeArray:
      return "whole array";
    case Kind::Bandwidth:
      return "bandwidth";
    case Kind::Latency:
      return "latency";
    case Kind::Effect:
      return "effect";
  }
  return "?";
}

std::string_view to_string(Basis basis) {
  return basis == Basis::Fitted ? "fitted" : "predicted";
}

std::vector<Measurement> measurements(const std::vector<std::string>& assembler) {
  std::vector<Measurement> list;
  add_kernels(list);
  add_transfers(list);
  add_control_path(list);
  add_whole_array(list, assembler);
  std::ranges::stable_sort(list, {}, [](const Measurement& measurement) { return number_of(measurement.row); });
  return list;
}

}  // namespace aie4::validate
