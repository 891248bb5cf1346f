// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace aie4::profile {

/// Something that no profile can be made of, or that is no profile: expected, came, where.
class ProfileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace aie4::profile
