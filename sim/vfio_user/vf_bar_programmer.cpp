// SPDX-License-Identifier: Apache-2.0
#include "sim/vfio_user/vf_bar_programmer.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <utility>

namespace aie4::vfio_user {
namespace {

constexpr std::uint64_t kCommandRegister = 0x04;
constexpr std::uint64_t kBar0Register = 0x10;
constexpr std::uint32_t kMemorySpaceEnable = 0x2;
constexpr std::size_t kMaxAnswerLine = 4096;
/// A QEMU that does not read: the state is sent as differences, so this is 20 times all VFs.
constexpr std::size_t kMaxQueuedBytes = 65536;

}  // namespace

void show_to_virtual_machine_monitor(pci::PciFunction& function) {
  if (function.shape().sriov.has_value()) function.set_extended_config_visible(false);
  if (function.shape().virtual_function) function.set_identity_hidden(false);
}

void show_to_guest(pci::PciFunction& function) {
  if (function.shape().sriov.has_value()) function.set_extended_config_visible(true);
  if (function.shape().virtual_function) function.set_identity_hidden(true);
}

VfBarProgrammer::VfBarProgrammer(std::string qtest_path, PciAddress pf_address, EventLoop& loop, Log& log)
    : qtest_path_(std::move(qtest_path)), pf_address_(pf_address), loop_(loop), log_(log) {}

VfBarProgrammer::~VfBarProgrammer() {
  disconnect();
}

void VfBarProgrammer::update(const pci::PciFunction& pf) {
  const unsigned count = pf.vf_count();
  if (count == 0 && told_.empty()) return;
  for (unsigned vf = count; vf < told_.size(); ++vf) withdraw(pf, vf);
  const std::size_t known = told_.size();
  told_.resize(count);
  for (unsigned vf = 0; vf < count; ++vf) {
    Bars bars{};
    for (unsigned bar = 0; bar < pci::kBarCount; ++bar) {
      if (const std::uint64_t base = pf.vf_bar_base(bar); base != 0) {
        bars[bar] = base + vf * pf.config().vf_bar_aperture(bar);
      }
    }
    if (vf < known && told_[vf] == bars) continue;
    program(pf, vf, bars);
    told_[vf] = bars;
  }
  retry();
}

void VfBarProgrammer::program(const pci::PciFunction& pf, unsigned vf, const Bars& bars) {
  const std::uint64_t config = config_address(pf, vf);
  for (unsigned bar = 0; bar < pci::kBarCount; ++bar) {
    if (bars[bar] == 0) continue;
    queue("writel", config + kBar0Register + 4 * bar, static_cast<std::uint32_t>(bars[bar]));
    if (pf.shape().sriov->vf_bars[bar].is_64bit) {
      queue("writel", config + kBar0Register + 4 * (bar + 1), static_cast<std::uint32_t>(bars[bar] >> 32));
    }
  }
  queue("writew", config + kCommandRegister, kMemorySpaceEnable);
}

void VfBarProgrammer::withdraw(const pci::PciFunction& pf, unsigned vf) {
  queue("writew", config_address(pf, vf) + kCommandRegister, 0);
}

std::uint64_t VfBarProgrammer::config_address(const pci::PciFunction& pf, unsigned vf) const {
  const pci::SriovShape& sriov = *pf.shape().sriov;
  const unsigned routing_id = pf_address_.routing_id() + sriov.first_vf_offset + vf * sriov.vf_stride;
  return kEcamBase + (std::uint64_t{routing_id} << 12);
}

void VfBarProgrammer::queue(const char* command, std::uint64_t address, std::uint32_t value) {
  if (commands_.size() > kMaxQueuedBytes) return;
  commands_ += fmt::format("{} {:#x} {:#x}\n", command, address, value);
  ++sent_;
}

void VfBarProgrammer::forget() {
  disconnect();
  told_.clear();
  commands_.clear();
  unreachable_reported_ = false;
}

void VfBarProgrammer::retry() {
  if (commands_.empty()) return;
  if (!socket_ && !connect()) return;
  send();
}

bool VfBarProgrammer::connect() {
  int error = ENOENT;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!qtest_path_.empty() && qtest_path_.size() < sizeof(address.sun_path)) {
    std::memcpy(address.sun_path, qtest_path_.c_str(), qtest_path_.size() + 1);
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    error = socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0
                ? 0
                : errno;
    if (error == 0) error = loop_.add(socket.get(), EPOLLIN, *this);
    if (error == 0) socket_ = std::move(socket);
  }
  if (error == 0) return true;
  if (!unreachable_reported_) {
    unreachable_reported_ = true;
    if (qtest_path_.empty()) {
      log_.error(
          "VFs were enabled, but there is no way to tell QEMU where their BARs are: pass --qtest, and "
          "-qtest unix:PATH,server=on,wait=off to QEMU");
      commands_.clear();
    } else {
      log_.warning("the qtest socket {} of QEMU cannot be reached yet: {}", qtest_path_, ::strerrordesc_np(error));
    }
  }
  return false;
}

void VfBarProgrammer::disconnect() {
  if (!socket_) return;
  loop_.remove(socket_.get(), *this);
  socket_.reset();
  writable_awaited_ = false;
  answer_.clear();
  sent_ = acknowledged_ = 0;
}

void VfBarProgrammer::send() {
  while (!commands_.empty()) {
    const ssize_t count = ::send(socket_.get(), commands_.data(), commands_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        log_.error("the qtest socket failed: {}", ::strerrordesc_np(errno));
        disconnect();
        return;
      }
      break;
    }
    commands_.erase(0, static_cast<std::size_t>(count));
  }
  const bool wait_for_room = !commands_.empty();
  if (wait_for_room != writable_awaited_) {
    writable_awaited_ = wait_for_room;
    loop_.modify(socket_.get(), wait_for_room ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
  }
}

void VfBarProgrammer::ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) send();
  if (!socket_ || (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  std::array<char, 4096> bytes;
  const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  if (count <= 0) {
    if (outstanding() != 0) log_.error("QEMU closed its qtest socket with {} writes not acknowledged", outstanding());
    disconnect();
    return;
  }
  for (const char character : std::span(bytes).first(static_cast<std::size_t>(count))) {
    if (character == '\n') {
      take_line(answer_);
      answer_.clear();
    } else if (answer_.size() < kMaxAnswerLine) {
      answer_ += character;
    }
  }
}

void VfBarProgrammer::take_line(const std::string& line) {
  if (line.rfind("IRQ", 0) == 0) return;  // Unasked news of the interrupt controller.
  if (acknowledged_ < sent_) ++acknowledged_;
  if (line.rfind("OK", 0) != 0) log_.error("QEMU refused a configuration write of a VF: {}", line.substr(0, 80));
}

}  // namespace aie4::vfio_user
