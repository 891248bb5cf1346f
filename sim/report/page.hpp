// SPDX-License-Identifier: Apache-2.0
// Sweeps as one HTML page that needs nothing else.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

#include "sim/sweep/store.hpp"

namespace aie4::report {

/// A sweep and the name by which the page calls its file.
struct Source {
  std::string file;
  sweep::StoredSweep sweep;
};

/// Runs of each sweep whose resources and series are in the page; others are only in its tables and plots of sweeps.
inline constexpr std::size_t kDetails = 200;

struct PageOptions {
  std::string version;  ///< Of the program that makes the page.
  std::size_t details = kDetails;
};

/// This program was built where there was no Node.js or no npm registry.
class NoCharts : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Equal sources give equal pages. Throws NoCharts.
[[nodiscard]] std::string make_page(std::span<const Source> sources, const PageOptions& options);

/// The numbers in it, as JSON.
[[nodiscard]] std::string page_data(std::span<const Source> sources, const PageOptions& options);

}  // namespace aie4::report
