// SPDX-License-Identifier: Apache-2.0
#include "models/soc/psp.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace aie4 {

using registers::psp::Command;
using registers::psp::Response;

namespace {

constexpr std::size_t kFetchBytes = 0x1'0000;

std::string_view name_of(ImageKind kind) {
  return kind == ImageKind::Management ? "npu.dev.sbin" : "cert.dev.sbin";
}

}  // namespace

Psp::Psp(sc_core::sc_module_name name, const Parameters& parameters, FaultPlan& faults, Diagnostics& diagnostics,
         WaitRegistry& waits, std::shared_ptr<const ImageVerifier> verifier)
    : sc_module(name),
      noc("noc"),
      host("host"),
      registers(registers::psp::kBlock, "pf PSP", diagnostics),
      parameters_(parameters),
      faults_(faults),
      diagnostics_(diagnostics),
      process_(waits, "PSP"),
      verifier_(std::move(verifier)),
      host_access_(new HostAccess) {
  payload_.set_extension(host_access_);
  host.register_b_transport(this, &Psp::b_transport);
  registers.on_read(registers::psp::kMPASP_C2PMSG_123_ALT_1, [this] {
    const std::uint32_t value = registers.value(registers::psp::kMPASP_C2PMSG_123_ALT_1);
    const bool lie = (value & registers::psp::kStatusReady) != 0 && state_ == State::Empty && !kick_ &&
                     faults_.strikes(Fault::PspNotReady);
    // The driver polls this for a second: once struck, the PSP stays busy until it is reset or kicked.
    if (lie) registers.set(registers::psp::kMPASP_C2PMSG_123_ALT_1, value & ~registers::psp::kStatusReady);
    return registers.value(registers::psp::kMPASP_C2PMSG_123_ALT_1);
  });
  registers.on_write(registers::psp::kMPASP_C2PMSG_73_ALT_1, [this](std::uint32_t value) { take_kick(value); });
  SC_THREAD(run);
}

void Psp::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  registers.serve(payload);
}

void Psp::reset() {
  reset_ = true;
  kick_.reset();
  state_ = State::Empty;
  management_.clear();
  cert_.clear();
  registers.reset();
  reset_event_.notify();
}

void Psp::take_kick(std::uint32_t value) {
  if (value != registers::psp::kKick || kick_) return;
  kick_ = Kick{.word = registers.value(registers::psp::kMPASP_C2PMSG_123_ALT_1),
               .address = registers.value(registers::psp::kMPASP_C2PMSG_156_ALT_1) |
                          (std::uint64_t{registers.value(registers::psp::kMPASP_C2PMSG_157_ALT_1)} << 32)};
  kicked_.notify();
}

void Psp::run() {
  for (;;) {
    if (!kick_) {
      const WaitRegistry::Scope scope(process_, {WaitReason::Host, "kick", 0, "the driver"});
      sc_core::wait(kicked_);
      continue;
    }
    reset_ = false;
    try {
      execute(*kick_);
      kick_.reset();
    } catch (const Reset&) {
      // Whatever is in kick_ now was written after the reset.
    }
  }
}

void Psp::execute(const Kick kick) {
  const Response response = run_command(extract(kick.word, registers::psp::kCommandFields[1]), kick.address,
                                        extract(kick.word, registers::psp::kCommandFields[0]));
  if (faults_.strikes(Fault::PspSilent)) return;
  registers.set(registers::psp::kMPASP_C2PMSG_156_ALT_1, static_cast<std::uint32_t>(response));
  registers.set(registers::psp::kMPASP_C2PMSG_123_ALT_1, kick.word | registers::psp::kStatusReady);
}

void Psp::busy_for(std::uint64_t microseconds, std::string_view what) {
  spend(sc_core::sc_time(static_cast<double>(microseconds), sc_core::SC_US),
        {WaitReason::Clock, what, microseconds, "time"});
}

void Psp::spend(const sc_core::sc_time& duration, const WaitLabel& label) {
  const WaitRegistry::Scope scope(process_, label);
  sc_core::wait(duration, reset_event_);
  if (reset_) throw Reset{};
}

Response Psp::run_command(std::uint32_t command, std::uint64_t address, std::size_t size) {
  switch (static_cast<Command>(command)) {
    case Command::VALIDATE:
    case Command::VALIDATE_CERT: {
      busy_for(parameters_.psp_validate_us, "VALIDATE, us");
      if (faults_.strikes(Fault::PspError)) return Response::CANCEL;
      return validate(static_cast<Command>(command) == Command::VALIDATE ? ImageKind::Management : ImageKind::Cert,
                      address, size);
    }
    case Command::START:
      busy_for(parameters_.psp_start_us, "START, us");
      if (state_ != State::CertValid && state_ != State::ManagementValid) {
        diagnostics_.report({.category = FaultCategory::GuestError,
                             .where = "pf PSP START",
                             .expected = "validated images and no running firmware",
                             .came = state_ == State::Started ? "a second START" : "no validated image",
                             .blame = "the driver"});
        return Response::BAD_STATE;
      }
      state_ = State::Started;
      if (on_start) on_start(management_, cert_);
      return Response::OK;
    case Command::RELEASE_TMR:
      busy_for(parameters_.psp_release_us, "RELEASE_TMR, us");
      if (on_release) on_release();
      state_ = State::Empty;
      management_.clear();
      cert_.clear();
      return faults_.strikes(Fault::PspReleaseError) ? Response::CANCEL : Response::OK;
  }
  diagnostics_.report({.category = FaultCategory::GuestError,
                       .where = "pf PSP MPASP_C2PMSG_123_ALT_1",
                       .expected = "a command 1..4 in bits 31:24",
                       .came = fmt::format("{}", command),
                       .blame = "the driver"});
  return Response::NOT_SUPPORTED;
}

bool Psp::fetch(std::uint64_t address, std::size_t offset, std::size_t size, std::vector<std::byte>& image) {
  host_access_->function = 0;
  host_access_->attributes = {.space = DmaSpace::GuestPhysical, .engine = "PSP"};
  image.resize(offset + size);
  while (size != 0) {
    const std::size_t chunk = std::min(size, kFetchBytes);
    payload_.set_command(tlm::TLM_READ_COMMAND);
    payload_.set_address(address + offset);
    payload_.set_data_ptr(reinterpret_cast<unsigned char*>(image.data() + offset));
    payload_.set_data_length(static_cast<unsigned>(chunk));
    payload_.set_streaming_width(static_cast<unsigned>(chunk));
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    noc->b_transport(payload_, delay);
    spend(delay, {WaitReason::Memory, "firmware fetch, bytes", chunk, "NoC and DDR"});
    if (payload_.is_response_error()) return false;
    offset += chunk;
    size -= chunk;
  }
  return true;
}

Response Psp::refuse(ImageKind kind, const ImageVerdict& verdict) {
  diagnostics_.report(
      {.category = FaultCategory::GuestError,
       .where = fmt::format("pf PSP check of {}", name_of(kind)),
       .expected = "an intact image made for this device",
       .came = fmt::format("{} (response {:#x})", verdict.reason, static_cast<std::uint32_t>(verdict.response)),
       .blame = "the firmware file in the guest"});
  return verdict.response;
}

Response Psp::validate(ImageKind kind, std::uint64_t address, std::size_t size) {
  if (kind == ImageKind::Cert ? state_ == State::Empty || state_ == State::Started : state_ == State::Started) {
    return refuse(kind,
                  {Response::BAD_STATE, kind == ImageKind::Cert ? "VALIDATE_CERT outside its place in the sequence"
                                                                : "VALIDATE while firmware runs"});
  }
  const std::size_t header = verifier_->header_size();
  if (size < header) {
    return refuse(kind, {Response::BAD_PARAMETERS, fmt::format("a buffer of {} bytes", size)});
  }
  const ImageVerdict unreadable{Response::BAD_PARAMETERS,
                                fmt::format("an unreadable buffer at guest-physical {:#x}", address)};
  if (!fetch(address, 0, header, fetching_)) return refuse(kind, unreadable);
  const auto extent = verifier_->extent(kind, fetching_, size);
  if (const ImageVerdict* verdict = std::get_if<ImageVerdict>(&extent)) return refuse(kind, *verdict);
  const std::size_t image_size = std::get<std::size_t>(extent);
  if (image_size > header && !fetch(address, header, image_size - header, fetching_)) return refuse(kind, unreadable);
  const ImageVerdict verdict = verifier_->verify(kind, fetching_);
  if (verdict.response != Response::OK) return refuse(kind, verdict);
  (kind == ImageKind::Management ? management_ : cert_) = fetching_;
  if (kind == ImageKind::Management) cert_.clear();  // A new sequence begins; what follows VALIDATE belongs to it.
  state_ = kind == ImageKind::Management ? State::ManagementValid : State::CertValid;
  return Response::OK;
}

}  // namespace aie4
