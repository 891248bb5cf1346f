// SPDX-License-Identifier: Apache-2.0
// Where the loops of a core program stand. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/compute/core/core_program.hpp"

namespace aie4::array {

class LoopStack {
 public:
  /// `rounds`: 0 = forever.
  void enter(std::uint32_t rounds) { levels_.push_back({rounds, true, rounds == 1}); }
  /// True: another round; false: the loop is left.
  [[nodiscard]] bool next_round() {
    Level& level = levels_.back();
    if (level.last) {
      levels_.pop_back();
      return false;
    }
    level.first = false;
    if (level.left != 0) level.last = --level.left == 1;
    return true;
  }
  void clear() { levels_.clear(); }
  [[nodiscard]] std::size_t depth() const { return levels_.size(); }

  /// What a parameter is worth here.
  [[nodiscard]] std::uint32_t value(const compute::CoreParameter& parameter) const {
    if (parameter.kind == compute::CoreParameter::Kind::Number) return parameter.value;
    for (std::size_t out = 0; out <= parameter.value; ++out) {
      const Level& level = levels_[levels_.size() - 1 - out];
      if (!(parameter.kind == compute::CoreParameter::Kind::Start ? level.first : level.last)) return 0;
    }
    return 1;
  }

 private:
  struct Level {
    std::uint32_t left = 0;  // Rounds, this one included; 0: forever.
    bool first = true;
    bool last = false;
  };
  std::vector<Level> levels_;
};

}  // namespace aie4::array
