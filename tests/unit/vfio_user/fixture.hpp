// SPDX-License-Identifier: Apache-2.0
// A server with real sockets over real PCI functions and a fake device; client, server and device share one thread, so
// that every test is deterministic.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stdlib.h>
#include <string>
#include <utility>
#include <vector>

#include "models/common/diagnostics.hpp"
#include "sim/pci/function.hpp"
#include "sim/vfio_user/device_host.hpp"
#include "sim/vfio_user/server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vfio_user_client.hpp"

namespace aie4::vfio_user::test {

/// BARs are plain memory; what happens is counted.
class FakeDevice final : public pci::FunctionBackend {
 public:
  explicit FakeDevice(const pci::FunctionShape& shape) {
    for (unsigned bar = 0; bar < pci::kBarCount; ++bar)
      bars[bar].resize(std::min<std::uint64_t>(shape.bars[bar].size, 1U << 20));
  }
  void bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data) override {
    ++reads;
    if (on_read) on_read();
    std::memcpy(data.data(), bars[bar].data() + offset, data.size());
  }
  void bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) override {
    ++writes;
    std::memcpy(bars[bar].data() + offset, data.data(), data.size());
    if (on_write) on_write(bar, offset);
  }
  void interrupt_control(const pci::InterruptControl& state) override { control = state; }
  void reset(pci::ResetKind kind) override {
    (void)kind;
    ++resets;
    for (auto& bar : bars) std::fill(bar.begin(), bar.end(), std::byte{0});
  }
  void virtual_functions(unsigned count) override {
    if (on_virtual_functions) on_virtual_functions(count);
  }

  template <typename T>
  [[nodiscard]] T at(unsigned bar, std::uint64_t offset) const {
    T value;
    std::memcpy(&value, bars[bar].data() + offset, sizeof(T));
    return value;
  }

  std::array<std::vector<std::byte>, pci::kBarCount> bars;
  pci::InterruptControl control;
  unsigned reads = 0;
  unsigned writes = 0;
  unsigned resets = 0;
  std::function<void()> on_read;
  std::function<void(unsigned, std::uint64_t)> on_write;
  std::function<void(unsigned)> on_virtual_functions;
};

/// A machine that is busy for as many steps as it is told.
class FakeHost final : public DeviceHost {
 public:
  std::vector<pci::PciFunction*> functions() override { return list; }
  void settle() override {
    ++settles;
    if (on_settle) on_settle();
  }
  bool run_steps(unsigned max_steps) override {
    ++slices;
    steps_left -= std::min<std::uint64_t>(steps_left, max_steps);
    return busy();
  }
  [[nodiscard]] bool busy() const override { return steps_left != 0; }
  [[nodiscard]] std::vector<std::string> hang_report() const override { return {"uc0 waits for a packet"}; }

  std::vector<pci::PciFunction*> list;
  std::uint64_t steps_left = 0;
  unsigned settles = 0;
  unsigned slices = 0;
  std::function<void()> on_settle;
};

/// 64-bit BAR0 (128 KiB, MSI-X inside) and BAR2 (512 KiB), 32-bit BAR4, as in the recording of the golden sequence.
inline pci::FunctionShape pf_shape(bool sriov = false) {
  pci::FunctionShape shape;
  shape.name = "pf";
  shape.vendor_id = 0x1022;
  shape.device_id = 0x17F2;
  shape.revision = 0x10;
  shape.class_code = 0x118000;
  shape.bars[0] = {.size = 0x2'0000, .is_64bit = true};
  shape.bars[2] = {.size = 0x8'0000, .is_64bit = true};
  shape.bars[4] = {.size = 0x1000};
  shape.msix = {.vectors = 4, .bar = 0, .table_offset = 0x1'0000, .pba_offset = 0x1'8000};
  if (sriov) {
    pci::SriovShape capability;
    capability.total_vfs = 4;
    capability.vf_device_id = 0x17F3;
    capability.vf_bars[0] = {.size = 0x2'0000};
    capability.vf_bars[2] = {.size = 0x8'0000, .is_64bit = true};
    shape.sriov = capability;
  }
  return shape;
}

inline pci::FunctionShape vf_shape(unsigned number) {
  pci::FunctionShape shape = pf_shape();
  shape.name = "vf" + std::to_string(number);
  shape.device_id = 0x17F3;
  shape.bars = pf_shape(true).sriov->vf_bars;
  shape.virtual_function = true;
  return shape;
}

/// A folder that is gone after the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "aie4sim-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// A clock that stands until told.
struct FakeClock {
  static inline std::chrono::nanoseconds elapsed{0};
  static TimePoint now() { return TimePoint(elapsed); }
};

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

/// The server, its functions and a way in. The first function is the PF.
class Bench {
 public:
  explicit Bench(std::vector<pci::FunctionShape> shapes = {pf_shape()}, ServerOptions options = {}) {
    for (const pci::FunctionShape& shape : shapes) {
      devices.push_back(std::make_unique<FakeDevice>(shape));
      functions.push_back(std::make_unique<pci::PciFunction>(static_cast<std::uint8_t>(functions.size()), shape,
                                                             *devices.back(), diagnostics));
      host.list.push_back(functions.back().get());
      options.sockets.push_back(folder.file(shape.name + ".sock"));
    }
    options.handle_signals = false;
    sockets = options.sockets;
    server = std::make_unique<Server>(host, std::move(options),
                                      [this](LogLevel, std::string line) { log.push_back(std::move(line)); });
  }
  ~Bench() { server.reset(); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void turns(unsigned count = 5) {
    for (unsigned turn = 0; turn < count; ++turn) server->run_once(0);
  }
  /// A client of the slot that has said nothing yet.
  VfioUserClient connect(std::size_t slot = 0) {
    return VfioUserClient::connect(sockets[slot], [this] { server->run_once(0); });
  }
  /// A client that has negotiated.
  VfioUserClient client(std::size_t slot = 0) {
    VfioUserClient result = connect(slot);
    REQUIRE(result.version() == 0);
    return result;
  }
  [[nodiscard]] const ServerStatistics& statistics() const { return server->statistics(); }
  [[nodiscard]] bool logged(const std::string& part) const {
    return std::any_of(log.begin(), log.end(), [&](const std::string& line) { return line.find(part) != line.npos; });
  }

  TemporaryFolder folder;
  Diagnostics diagnostics;
  std::vector<std::unique_ptr<FakeDevice>> devices;
  std::vector<std::unique_ptr<pci::PciFunction>> functions;
  FakeHost host;
  std::vector<std::string> sockets;
  std::vector<std::string> log;
  std::unique_ptr<Server> server;
};

/// The definition of an error reply: a bare header with the errno, and the connection is usable afterwards.
inline void require_refused(const Reply& reply, int error) {
  CHECK(reply.error() == error);
  CHECK(reply.bare());
  CHECK(reply.header.flags == (kTypeReply | kErrorReply));
}
inline void require_usable(VfioUserClient& client) {
  REQUIRE(client.region_info(kRegionConfig).size == kConfigSize);
}

template <typename T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span<const T, 1>(&value, 1));
}

}  // namespace aie4::vfio_user::test
