// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/remote_barriers.hpp"

#include "models/registers/uc.hpp"

namespace aie4::cert {
namespace {

constexpr std::uint32_t kDecision = 1U << 15;
constexpr std::uint32_t kCountMask = 0x7FFF;
constexpr std::uint32_t kCommandMask = 0xFFFF;

constexpr std::uint32_t word_offset(unsigned id, unsigned member) {
  return mailbox::kBarriers + 4 * (kMaxUcs * id + member);
}

constexpr bool in_party(std::uint32_t party, unsigned member) {
  return (party >> member & 1U) != 0;
}

}  // namespace

void RemoteBarriers::begin(std::uint32_t command) {
  command_ = command & kCommandMask;
  sent_ = {};
  left_ = {};
  for (unsigned id = 0; id < kIds; ++id) {
    for (unsigned member = 0; member < kMaxUcs; ++member) words_.write(word_offset(id, member), 0);
  }
}

std::uint32_t RemoteBarriers::word(unsigned id, unsigned member) const {
  const std::uint32_t value = words_.read(word_offset(id, member));
  return value >> 16U == command_ ? value : 0;
}

void RemoteBarriers::arrive(unsigned id, std::uint32_t party, bool decision) {
  for (unsigned member = 0; member < kMaxUcs; ++member) {
    if (!in_party(party, member) || member == uc_.index()) continue;
    std::uint16_t& sent = sent_.at(id).at(member);
    sent = static_cast<std::uint16_t>((sent + 1U) & kCountMask);
    const std::uint32_t offset = registers::uc::kPrivateDataMemory + word_offset(id, uc_.index());
    uc_.axi_write32(registers::uc::address(member, offset), command_ << 16U | (decision ? kDecision : 0) | sent);
    uc_.axi_write32(registers::uc::address(member, registers::uc::kCoreControl), 1U << registers::uc::kWakeup.lsb);
  }
}

std::optional<unsigned> RemoteBarriers::missing(unsigned id, std::uint32_t party) const {
  for (unsigned member = 0; member < kMaxUcs; ++member) {
    if (!in_party(party, member) || member == uc_.index()) continue;
    if ((word(id, member) & kCountMask) == left_.at(id).at(member)) return member;
  }
  return std::nullopt;
}

bool RemoteBarriers::decision(unsigned id, unsigned member) const {
  return (word(id, member) & kDecision) != 0;
}

void RemoteBarriers::leave(unsigned id, std::uint32_t party) {
  for (unsigned member = 0; member < kMaxUcs; ++member) {
    if (!in_party(party, member) || member == uc_.index()) continue;
    std::uint16_t& left = left_.at(id).at(member);
    left = static_cast<std::uint16_t>((left + 1U) & kCountMask);
  }
}

std::string_view remote_barrier_subject(unsigned id) {
  static constexpr std::array<std::string_view, RemoteBarriers::kIds> kSubjects = {
      "barrier of CERT: arrival of uC",     "remote barrier $rb0: arrival of uC", "remote barrier $rb1: arrival of uC",
      "remote barrier $rb2: arrival of uC", "remote barrier $rb3: arrival of uC", "remote barrier $rb4: arrival of uC",
      "remote barrier $rb5: arrival of uC", "remote barrier $rb6: arrival of uC", "remote barrier $rb7: arrival of uC",
      "barrier of PREEMPT: arrival of uC",  "barrier of PREEMPT: arrival of uC"};
  return kSubjects.at(id);
}

}  // namespace aie4::cert
