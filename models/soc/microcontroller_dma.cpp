// SPDX-License-Identifier: Apache-2.0
// How the program on a microcontroller reaches the array and host memory.
#include <fmt/format.h>

#include "models/registers/shim.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4 {
namespace {

constexpr std::uint32_t kMaxDmaBytes = 4 * UcDmaDescriptor::kMaxWords;
constexpr std::uint32_t kAxiSlvErr = 1U << 0;
constexpr std::uint32_t kAxiDecErr = 1U << 1;

}  // namespace

// --- array ----------------------------------------------------------------------------------------------------------

bool Microcontroller::axi_access(tlm::tlm_command command, std::uint64_t address, std::uint32_t& value,
                                 sc_core::sc_time& delay) {
  const auto bytes = std::as_writable_bytes(std::span(&value, 1));
  return answered(access_array(command, address, bytes, delay));
}

bool Microcontroller::answered(tlm::tlm_response_status status) {
  if (status == tlm::TLM_OK_RESPONSE) return true;
  axi_errors_ |= status == tlm::TLM_ADDRESS_ERROR_RESPONSE ? kAxiDecErr : kAxiSlvErr;
  return false;
}

std::uint32_t Microcontroller::axi_read32(std::uint64_t address) {
  std::uint32_t value = 0;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  static_cast<void>(axi_access(tlm::TLM_READ_COMMAND, address, value, delay));
  consume(delay, {WaitReason::Memory, "AXI-MM access at offset", address, "the array"});
  return value;
}

void Microcontroller::axi_write32(std::uint64_t address, std::uint32_t value) {
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  static_cast<void>(axi_access(tlm::TLM_WRITE_COMMAND, address, value, delay));
  consume(delay, {WaitReason::Memory, "AXI-MM access at offset", address, "the array"});
}

tlm::tlm_response_status Microcontroller::access_array(tlm::tlm_command command, std::uint64_t address,
                                                       std::span<std::byte> data, sc_core::sc_time& delay) {
  return transport(array_payload_, command, address, data, delay);
}

tlm::tlm_response_status Microcontroller::transport(tlm::tlm_generic_payload& payload, tlm::tlm_command command,
                                                    std::uint64_t address, std::span<std::byte> data,
                                                    sc_core::sc_time& delay) {
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
  payload.set_data_length(static_cast<unsigned>(data.size()));
  payload.set_streaming_width(static_cast<unsigned>(data.size()));
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  axi_mm->b_transport(payload, delay);
  return payload.get_response_status();
}

// --- uC-DMA ---------------------------------------------------------------------------------------------------------

DmaStatus Microcontroller::access_host(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data,
                                       std::string_view engine, sc_core::sc_time& delay) {
  host_access_->function = registers::shim::smid::function(smid_);
  host_access_->attributes = {.engine = engine, .context = registers::shim::smid::context(smid_)};
  host_access_->status = DmaStatus::Ok;
  noc_payload_.set_command(command);
  noc_payload_.set_address(address);
  noc_payload_.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
  noc_payload_.set_data_length(static_cast<unsigned>(data.size()));
  noc_payload_.set_streaming_width(static_cast<unsigned>(data.size()));
  noc_payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  noc->b_transport(noc_payload_, delay);
  const DmaStatus status = host_access_->status;
  if (status == DmaStatus::Ok && noc_payload_.is_response_error()) return DmaStatus::NotMapped;
  return status;
}

DmaStatus Microcontroller::read_host(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes) {
  return transfer(mm2dm_, host_address, local_offset, bytes);
}

DmaStatus Microcontroller::write_host(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes) {
  return transfer(dm2mm_, host_address, local_offset, bytes);
}

UcDma::Handle Microcontroller::start_read(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes) {
  return push(mm2dm_, {.words = bytes / 4, .external = true, .local = local_offset, .remote = host_address});
}

UcDma::Handle Microcontroller::push(UcDma& engine, const UcDmaDescriptor& descriptor) {
  while (!engine.can_push()) doze({WaitReason::Queue, "room in the uC-DMA queue of uC", index_, "the uC-DMA"});
  return engine.push(descriptor);
}

UcDmaState Microcontroller::await(const UcDma& engine, UcDma::Handle handle, const WaitLabel& label) {
  if (unwind_) throw ControllerReset{};
  const WaitRegistry::Scope scope(process_, label);
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  for (;;) {
    const UcDmaState state = engine.state(handle);
    if (state != UcDmaState::Pending) {
      account(begin, label);
      return state;
    }
    disarm();
    wait_or_reset(attention_ | reset_changed_);
  }
}

bool Microcontroller::transfer_fits(const UcDma& engine, std::uint32_t local_offset, std::uint32_t bytes) {
  if (bytes != 0 && bytes % 4 == 0 && bytes <= kMaxDmaBytes && local_offset % 4 == 0 &&
      local_offset <= shared_memory_.size() && bytes <= shared_memory_.size() - local_offset) {
    return true;
  }
  diagnostics_.report({.category = FaultCategory::SimulatorDefect,
                       .where = fmt::format("{} {}", where(), engine.engine()),
                       .expected = "a word-aligned range inside the shared data memory",
                       .came = fmt::format("offset {:#x}, {} bytes", local_offset, bytes),
                       .blame = "CERT"});
  return false;
}

DmaStatus Microcontroller::transfer(UcDma& engine, std::uint64_t host_address, std::uint32_t local_offset,
                                    std::uint32_t bytes) {
  if (!transfer_fits(engine, local_offset, bytes)) {
    engine.note_local_out_of_range();
    return DmaStatus::NotMapped;
  }
  const bool reading = &engine == &mm2dm_;
  const UcDma::Handle handle =
      push(engine, {.words = bytes / 4, .external = true, .local = local_offset, .remote = host_address});
  const UcDmaState state =
      await(engine, handle,
            {WaitReason::Memory, reading ? "read of host memory, bytes" : "write of host memory, bytes", bytes,
             "NoC and DDR"});
  return state == UcDmaState::Done ? DmaStatus::Ok : engine.refusal(handle);
}

}  // namespace aie4
