// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver/mailbox_channel.hpp"

#include <array>
#include <bit>
#include <cerrno>

#include "models/registers/mailbox.hpp"

namespace aie4::host {
namespace {

namespace info = registers::mailbox::info;
using management::MessageHeader;

constexpr unsigned kRegisterBar = 0;
constexpr unsigned kSramBar = 2;
constexpr std::uint64_t kAliveInterval = 20 * kPicosecondsPerMillisecond;
constexpr std::uint64_t kAliveTimeout = 1000 * kPicosecondsPerMillisecond;
constexpr std::uint64_t kSpaceInterval = kPicosecondsPerMicrosecond;
constexpr std::uint64_t kSpaceTimeout = 100 * kPicosecondsPerMicrosecond;
constexpr std::uint64_t kResponseTimeout = 5000 * kPicosecondsPerMillisecond;
constexpr std::uint32_t kMaxIds = 256;
constexpr std::uint32_t kProtocolMajor = 5;  // amdxdna of Linux 7.3.
constexpr std::uint32_t kProtocolMinMinor = 10;

}  // namespace

MailboxInfo read_mailbox_info(PciDevice& device) {
  Host& host = device.host();
  std::uint32_t valid = 0;
  const bool alive = poll_register(host, kAliveInterval, kAliveTimeout, [&] {
    valid = device.read32(kSramBar, info::kVALID);
    return valid == 1;
  });
  // The driver prints its poll result in the wrong unit: the wait was 1 s (host-interface, 10.3).
  if (!alive) throw host.log().fail(-ETIMEDOUT, "fw_is_valid={} after 1 ms", valid);

  std::array<std::uint32_t, info::kSize / 4> words{};
  for (std::size_t i = 0; i < words.size(); ++i) words.at(i) = device.read32(kSramBar, 4 * i);
  const auto word = [&words](std::uint32_t offset) { return words.at(offset / 4); };
  const MailboxInfo block{.protocol_major = word(info::kPROTOCOL_MAJOR),
                          .protocol_minor = word(info::kPROTOCOL_MINOR),
                          .x2i_tail = word(info::kX2I_TAIL_OFFSET),
                          .x2i_head = word(info::kX2I_HEAD_OFFSET),
                          .i2x_tail = word(info::kI2X_TAIL_OFFSET),
                          .i2x_head = word(info::kI2X_HEAD_OFFSET),
                          .x2i_ring = word(info::kX2I_BUFFER_ADDR),
                          .x2i_size = word(info::kX2I_BUFFER_SIZE),
                          .i2x_ring = word(info::kI2X_BUFFER_ADDR),
                          .i2x_size = word(info::kI2X_BUFFER_SIZE),
                          .vector = word(info::kI2X_MSI_IDX)};
  if (block.protocol_major != kProtocolMajor || block.protocol_minor < kProtocolMinMinor) {
    throw host.log().fail(-EOPNOTSUPP, "mailbox major.minor {}.{} is not supported", block.protocol_major,
                          block.protocol_minor);
  }
  return block;
}

MailboxChannel::MailboxChannel(PciDevice& device, const MailboxInfo& block) : device_(device), info_(block) {
  KernelLog& log = device.host().log();
  if (info_.vector >= device.msix_vectors()) {
    throw log.fail(-EINVAL, "failed to alloc irq vector, return {}", -EINVAL);
  }
  if (!std::has_single_bit(info_.x2i_size) || !std::has_single_bit(info_.i2x_size)) {
    throw log.fail(log.fail(-EINVAL, "Ring buf size must be power of 2"), "failed to start management mailbox channel");
  }
  x2i_tail_ = device.read32(kRegisterBar, info_.x2i_tail);
  i2x_head_ = device.read32(kRegisterBar, info_.i2x_head);
  device.request_irq(info_.vector, [this] { work(); });
}

MailboxChannel::~MailboxChannel() {
  device_.free_irq(info_.vector);
}

std::uint32_t MailboxChannel::allocate_id() {
  for (std::uint32_t n = 0; n < kMaxIds; ++n) {
    const std::uint32_t id = (next_id_ + n) % kMaxIds;
    if (requests_.contains(id)) continue;
    next_id_ = (id + 1) % kMaxIds;
    return id;
  }
  throw device_.host().log().fail(-EBUSY, "Send message failed, ret {}", -EBUSY);
}

std::vector<std::byte> MailboxChannel::call(std::uint32_t opcode, std::span<const std::byte> payload,
                                            std::uint32_t response_size) {
  KernelLog& log = device_.host().log();
  if (bad_) throw log.fail(log.fail(-EPIPE, "Channel in bad state"), "Send message failed, ret {}", -EPIPE);
  const std::uint32_t id = allocate_id();
  requests_[id].response_size = response_size;
  try {
    send(MessageHeader::make(static_cast<std::uint32_t>(payload.size()), management::kMessageIdBase + id, opcode),
         payload);
  } catch (const DriverError& error) {
    requests_.erase(id);
    throw log.fail(error, "Send message failed, ret {}", error.code());
  }
  Host& host = device_.host();
  const bool answered = host.wait_for(kResponseTimeout, [&] { return requests_[id].result.has_value(); });
  const Request request = std::move(requests_[id]);
  requests_.erase(id);
  if (!answered) throw log.fail(-ETIME, "Wait for completion timeout");
  const int result = request.result.value_or(-ETIME);
  if (result != 0) throw DriverError(result, {fmt::format("Message callback ret {}", result)});
  return request.response;
}

void MailboxChannel::send(const MessageHeader& header, std::span<const std::byte> payload) {
  Host& host = device_.host();
  const auto plan_now = [&] {
    const std::uint32_t head = device_.read32(kRegisterBar, info_.x2i_head);
    return management::plan_request(info_.x2i_size, head, x2i_tail_, header.total_size);
  };
  management::RequestPlan plan = plan_now();
  while (plan.tombstone || plan.wait) {
    if (plan.tombstone) {
      device_.write32(kSramBar, std::uint64_t{info_.x2i_ring} + *plan.tombstone, management::kTombstone);
      x2i_tail_ = plan.offset;
      plan.tombstone.reset();
    }
    if (!plan.wait) break;
    const bool room = poll_register(host, kSpaceInterval, kSpaceTimeout, [&] {
      plan = plan_now();
      return !plan.wait;
    });
    if (!room) throw DriverError(-ETIMEDOUT, {});
  }
  std::array<std::byte, management::kHeaderSize> bytes{};
  management::encode_header(bytes, header);
  device_.write_block(kSramBar, std::uint64_t{info_.x2i_ring} + plan.offset, bytes);
  device_.write_block(kSramBar, std::uint64_t{info_.x2i_ring} + plan.offset + bytes.size(), payload);
  x2i_tail_ = plan.tail;
  device_.write32(kRegisterBar, info_.x2i_tail, x2i_tail_);
}

void MailboxChannel::work() {
  KernelLog& log = device_.host().log();
  if (bad_) {
    log.error("Channel in bad state, work aborted");
    return;
  }
  try {
    while (receive()) {
    }
  } catch (const DriverError& error) {
    log.error(fmt::format("Unexpected ret {}, disable irq", error.code()));
    bad_ = true;
  }
}

bool MailboxChannel::receive() {
  KernelLog& log = device_.host().log();
  const std::uint32_t tail = device_.read32(kRegisterBar, info_.i2x_tail);
  const std::uint32_t size = info_.i2x_size;
  if (tail > size || tail % 4 != 0) {
    const std::string text = fmt::format("Invalid tail {:#x}", tail);
    if (!tail_warned_) log.error(text);
    tail_warned_ = true;
    throw DriverError(-EINVAL, {text});
  }
  if (tail == i2x_head_) return false;
  const std::uint32_t head = management::read_offset(size, i2x_head_);
  const std::uint64_t at = std::uint64_t{info_.i2x_ring} + head;
  const std::uint32_t first = device_.read32(kSramBar, at);
  const management::RingStep step = management::next_response(size, i2x_head_, tail, first);
  if (step.kind == management::RingStep::Kind::Wrap) {
    i2x_head_ = 0;
    device_.write32(kRegisterBar, info_.i2x_head, 0);
    return true;
  }
  switch (step.error) {
    case management::RingError::None:
    case management::RingError::BadRegister:
      break;
    case management::RingError::Tombstone:
      throw log.fail(-EINVAL, "Tombstone, head {:#x} tail {:#x}", head, tail);
    case management::RingError::BadSize:
      throw log.fail(-EINVAL, "Invalid total size {:#x}", first);
    case management::RingError::Overrun:
      throw log.fail(-EINVAL, "Invalid message size {}, tail {}, head {}", management::kHeaderSize + first, tail, head);
  }
  std::array<std::byte, management::kHeaderSize> bytes{};
  management::store_word(std::span(bytes).first<4>(), first);
  device_.read_block(kSramBar, at + 4, std::span(bytes).subspan(4));
  const int result = deliver(management::decode_header(bytes), at + bytes.size());
  i2x_head_ = head + management::kHeaderSize + first;
  device_.write32(kRegisterBar, info_.i2x_head, i2x_head_);
  if (result != 0) throw DriverError(result, {});
  return true;
}

int MailboxChannel::deliver(const MessageHeader& header, std::uint64_t payload_offset) {
  KernelLog& log = device_.host().log();
  if ((header.id & management::kMessageIdMask) != management::kMessageIdBase) {
    log.error(fmt::format("Bad message ID {:#x}", header.id));
    return -EINVAL;
  }
  const auto found = requests_.find(header.id & ~management::kMessageIdMask);
  if (found == requests_.end() || found->second.result) {
    log.error(fmt::format("Cannot find msg {:#x}", header.id));
    return -EINVAL;
  }
  Request& request = found->second;
  if (header.total_size != request.response_size) {
    request.result = -EINVAL;
    log.error(fmt::format("Message callback ret {}", -EINVAL));
    return -EINVAL;
  }
  request.response.resize(header.total_size);
  device_.read_block(kSramBar, payload_offset, request.response);
  request.result = 0;
  return 0;
}

}  // namespace aie4::host
