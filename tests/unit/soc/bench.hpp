// SPDX-License-Identifier: Apache-2.0
// What the tests of single blocks share: a bus master driven by hand, a memory that notes who asks, time, reports.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <type_traits>
#include <utility>
#include <vector>

#include <systemc>
#include <tlm>

#include "models/common/diagnostics.hpp"
#include "models/soc/controller_program.hpp"
#include "models/soc/host_access.hpp"

namespace aie4::bench {

[[nodiscard]] inline sc_core::sc_time ps(std::uint64_t count) {
  return {static_cast<double>(count), sc_core::SC_PS};
}
[[nodiscard]] inline sc_core::sc_time ns(std::uint64_t count) {
  return ps(1000 * count);
}
[[nodiscard]] inline sc_core::sc_time us(std::uint64_t count) {
  return ns(1000 * count);
}
[[nodiscard]] inline sc_core::sc_time now() {
  return sc_core::sc_time_stamp();
}

/// Completes what is due at the present instant.
inline void settle() {
  if (sc_core::sc_get_status() == sc_core::SC_ELABORATION) sc_core::sc_start(sc_core::SC_ZERO_TIME);
  while (sc_core::sc_pending_activity_at_current_time()) sc_core::sc_start(sc_core::SC_ZERO_TIME);
}
/// Lets `duration` pass, the instant at its end included.
inline void run(const sc_core::sc_time& duration) {
  settle();
  sc_core::sc_start(duration);
  settle();
}
/// Lets time pass until `done` or until nothing is scheduled. True: done.
inline bool run_until(const std::function<bool()>& done) {
  settle();
  while (!done()) {
    if (!sc_core::sc_pending_activity()) return false;
    sc_core::sc_start(sc_core::sc_time_to_pending_activity());
    settle();
  }
  return true;
}

/// Diagnostics and what reached their sink.
struct Reports {
  std::vector<Diagnostic> seen;
  Diagnostics diagnostics{[this](const Diagnostic& diagnostic) { seen.push_back(diagnostic); },
                          [] { return sc_core::sc_time_stamp().value(); }};

  /// How many reports of that category contain `part`.
  [[nodiscard]] std::size_t count(FaultCategory category, const std::string& part = "") const {
    return static_cast<std::size_t>(std::ranges::count_if(seen, [&](const Diagnostic& diagnostic) {
      return diagnostic.category == category && diagnostic.text().find(part) != std::string::npos;
    }));
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const Diagnostic& diagnostic : seen) all += diagnostic.text() + "\n";
    return all;
  }
};

/// A bus master driven by the test. Accesses take no simulated time; `delay` is what the last one would have cost.
class Initiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Initiator> socket;
  sc_core::sc_time delay;
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;

  explicit Initiator(sc_core::sc_module_name name) : sc_module(name), socket("socket") {}

  void access(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
    payload.set_data_length(static_cast<unsigned>(data.size()));
    payload.set_streaming_width(static_cast<unsigned>(data.size()));
    delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(payload, delay);
    status = payload.get_response_status();
  }
  template <typename T = std::uint32_t>
  [[nodiscard]] T read(std::uint64_t address) {
    T value{};
    access(tlm::TLM_READ_COMMAND, address, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  template <typename T = std::uint32_t>
  void write(std::uint64_t address, std::type_identity_t<T> value) {
    access(tlm::TLM_WRITE_COMMAND, address, std::as_writable_bytes(std::span(&value, 1)));
  }
  [[nodiscard]] bool ok() const { return status == tlm::TLM_OK_RESPONSE; }
};

/// A memory at address `base` that any number of masters can reach. Beyond its end, or while `refuse`, it answers with
/// an address error. Notes every access.
class Memory : public sc_core::sc_module {
 public:
  struct Access {
    bool read = true;
    std::uint64_t address = 0;
    std::uint32_t bytes = 0;
    sc_core::sc_time time;
    std::uint32_t function = 0;
    DmaSpace space = DmaSpace::Function;
    std::string engine = {};
    std::uint32_t context = DmaAttributes::kNoContext;
  };

  tlm_utils::multi_passthrough_target_socket<Memory> socket;
  std::vector<Access> log;
  std::vector<std::byte> bytes;
  std::uint64_t base;
  sc_core::sc_time latency;
  bool refuse = false;
  bool keep_log = true;
  /// Sees every access and the bytes that it moved; none if it was refused.
  std::function<void(const Access&, std::span<const std::byte>)> observer;

  Memory(sc_core::sc_module_name name, std::size_t size, std::uint64_t base_address = 0)
      : sc_module(name), socket("socket"), bytes(size), base(base_address) {
    socket.register_b_transport(this, &Memory::b_transport);
  }

  template <typename T = std::uint32_t>
  [[nodiscard]] T get(std::uint64_t address) const {
    T value{};
    std::memcpy(&value, bytes.data() + (address - base), sizeof(T));
    return value;
  }
  template <typename T = std::uint32_t>
  void put(std::uint64_t address, std::type_identity_t<T> value) {
    std::memcpy(bytes.data() + (address - base), &value, sizeof(T));
  }

 private:
  void b_transport(int /*port*/, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const std::uint64_t address = payload.get_address();
    const std::size_t size = payload.get_data_length();
    Access access{.read = payload.is_read(),
                  .address = address,
                  .bytes = payload.get_data_length(),
                  .time = sc_core::sc_time_stamp() + delay};
    auto* host = payload.get_extension<HostAccess>();
    if (host != nullptr) {
      access.function = host->function;
      access.space = host->attributes.space;
      access.engine = host->attributes.engine;
      access.context = host->attributes.context;
    }
    if (keep_log) log.push_back(access);
    delay += latency;
    const bool inside = address >= base && address - base <= bytes.size() && size <= bytes.size() - (address - base);
    if (refuse || !inside) {
      if (host != nullptr) host->status = DmaStatus::NotMapped;
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      if (observer) observer(access, {});
      return;
    }
    if (payload.is_read()) {
      std::memcpy(payload.get_data_ptr(), bytes.data() + (address - base), size);
    } else {
      std::memcpy(bytes.data() + (address - base), payload.get_data_ptr(), size);
    }
    if (host != nullptr) host->status = DmaStatus::Ok;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    if (observer) observer(access, {reinterpret_cast<const std::byte*>(payload.get_data_ptr()), size});
  }
};

/// A program that is a function of the test.
class Program : public ControllerProgram {
 public:
  explicit Program(std::function<void()> body) : body_(std::move(body)) {}
  void run() override { body_(); }

 private:
  std::function<void()> body_;
};

}  // namespace aie4::bench
