// SPDX-License-Identifier: Apache-2.0
// Writes what crosses the PCI boundary to a transcript.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "sim/pci/boundary.hpp"
#include "sim/transcript/format.hpp"

namespace aie4::transcript {

/// Records events as an observer of PCI functions. Used on the simulation thread only.
///
/// Nothing of the host's clock, names or addresses gets into the file, and blocks end after a fixed number of events:
/// identical runs give identical bytes. In steady state an event costs no allocation. A file whose writer was killed
/// is readable up to the last flush.
class Recorder final : public pci::BoundaryObserver {
 public:
  using Clock = std::function<std::uint64_t()>;

  /// Events between two flushes to the output.
  static constexpr unsigned kFlushInterval = 256;

  /// Writes the header at once. `out` is opened in binary mode and outlives the recorder; `clock` gives simulated
  /// picoseconds. Throws TranscriptError if the header cannot be written.
  Recorder(std::ostream& out, const Header& header, Clock clock);
  /// Closes the file if `finish` was not called; errors are lost then.
  ~Recorder() override;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Never throws: recording must not stop the device. The first failure is kept and ends the recording.
  void observe(const pci::BoundaryEvent& event) override;
  /// A replay has to show its host the same. Never throws either.
  void host_view(std::uint8_t function, HostViewOption option, bool value) override;
  /// Makes everything recorded so far readable. To be called at points that the run determines (a disconnect), else
  /// the bytes of identical runs differ; the trace hash does not.
  void flush();
  /// Ends the stream and writes the footer. Returns it. Throws TranscriptError with the first failure, if any.
  Footer finish();

  /// What went wrong; empty while all is well.
  [[nodiscard]] const std::string& failure() const;
  [[nodiscard]] std::uint64_t events() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aie4::transcript
