// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/management/mailbox.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "models/registers/mailbox.hpp"
#include "models/registers/mpnpu.hpp"

namespace aie4::management {
namespace {

namespace hw = registers::mailbox;
namespace map = registers::mpnpu;

constexpr std::uint32_t kForeignId = 0x5500'0001;

}  // namespace

Mailbox::Mailbox(ManagementController& controller, unsigned index, std::string owner, FaultPlan& faults)
    : controller_(controller), index_(index), owner_(std::move(owner)), faults_(faults) {
  request_.reserve(hw::kRingSize);
  message_.reserve(hw::kRingSize);
}

std::uint64_t Mailbox::reg(std::uint32_t offset) const {
  return map::kFunctions + index_ * map::kFunctionStride + map::kMailbox + offset;
}

std::uint64_t Mailbox::sram(std::uint32_t offset) const {
  return map::kFunctions + index_ * map::kFunctionStride + map::kSram + offset;
}

void Mailbox::publish() {
  for (const std::uint32_t offset : {hw::kX2I_TAIL, hw::kX2I_HEAD, hw::kI2X_TAIL, hw::kI2X_HEAD}) {
    controller_.write32(reg(offset), 0);
  }
  x2i_head_ = 0;
  i2x_tail_ = 0;
  published_ = true;

  const Parameters& parameters = controller_.parameters();
  const bool old_protocol = faults_.strikes(Fault::ProtocolUnsupported);
  const std::uint32_t ring_size = faults_.strikes(Fault::RingSizeOdd) ? hw::kRingSize - 4 : hw::kRingSize;
  const std::uint32_t vector = faults_.strikes(Fault::MailboxVectorOutOfRange) ? 0x7FF : kMailboxVector;
  std::array<std::uint32_t, hw::info::kSize / 4> block{};
  const auto put = [&block](std::uint32_t offset, std::uint64_t value) {
    block[offset / 4] = static_cast<std::uint32_t>(value);
  };
  put(hw::info::kPROTOCOL_MAJOR, old_protocol ? 4 : parameters.protocol_major);
  put(hw::info::kPROTOCOL_MINOR, old_protocol ? 0 : parameters.protocol_minor);
  put(hw::info::kX2I_TAIL_OFFSET, hw::kX2I_TAIL);
  put(hw::info::kX2I_HEAD_OFFSET, hw::kX2I_HEAD);
  put(hw::info::kX2I_BUFFER_ADDR, hw::kX2IRing);
  put(hw::info::kX2I_BUFFER_SIZE, ring_size);
  put(hw::info::kI2X_TAIL_OFFSET, hw::kI2X_TAIL);
  put(hw::info::kI2X_HEAD_OFFSET, hw::kI2X_HEAD);
  put(hw::info::kI2X_BUFFER_ADDR, hw::kI2XRing);
  put(hw::info::kI2X_BUFFER_SIZE, hw::kRingSize);
  put(hw::info::kI2X_MSI_IDX, vector);
  controller_.write(sram(0), std::as_bytes(std::span(block)));
  if (faults_.strikes(Fault::FirmwareNotAlive)) return;
  controller_.write32(sram(hw::info::kVALID), 1);
}

void Mailbox::withdraw() {
  published_ = false;
  controller_.write32(sram(hw::info::kVALID), 0);
}

void Mailbox::refuse_ring(RingError error, std::uint32_t head, std::uint32_t tail) {
  controller_.diagnostics().report({.category = FaultCategory::GuestError,
                                    .where = owner_ + " x2i ring",
                                    .expected = "a message between head and tail",
                                    .came = fmt::format("{} (head {:#x}, tail {:#x})", to_string(error), head, tail),
                                    .blame = "the driver"});
}

std::optional<Request> Mailbox::receive() {
  if (!published_) return std::nullopt;
  for (;;) {
    const std::uint32_t tail = controller_.read32(reg(hw::kX2I_TAIL));
    // A tail is 0 only before the first message: the function was reset while we were looking. If it was not, the
    // driver finds the head where the next message can start.
    if (tail == 0) {
      if (x2i_head_ != 0) controller_.write32(reg(hw::kX2I_HEAD), 0);
      x2i_head_ = 0;
      return std::nullopt;
    }
    const std::uint32_t head = x2i_head_;
    const bool readable = head != tail && head < hw::kRingSize;
    const std::uint32_t first = readable ? controller_.read32(sram(hw::kX2IRing + head)) : 0;
    const RingStep step = next_request(hw::kRingSize, head, tail, first);
    switch (step.kind) {
      case RingStep::Kind::Empty:
        return std::nullopt;
      case RingStep::Kind::Wrap:
        x2i_head_ = 0;
        break;
      case RingStep::Kind::Error:
        refuse_ring(step.error, head, tail);
        // Skip to where the next message can start. A tail that cannot be one says nothing: the driver goes on from
        // its own, which is where the head stands.
        if (step.error != RingError::BadRegister) x2i_head_ = tail;
        controller_.write32(reg(hw::kX2I_HEAD), x2i_head_);
        return std::nullopt;
      case RingStep::Kind::Message:
        request_.resize(kHeaderSize + step.size);
        controller_.read(sram(hw::kX2IRing + step.offset), request_);
        x2i_head_ = step.head;
        controller_.write32(reg(hw::kX2I_HEAD), x2i_head_);
        return Request{decode_header(std::span(request_).first<kHeaderSize>()),
                       std::span<const std::byte>(request_).subspan(kHeaderSize)};
    }
  }
}

void Mailbox::corrupt(MessageHeader& header, std::vector<std::byte>& message, std::uint32_t& tail) {
  if (faults_.strikes(Fault::ResponseShort) && message.size() >= kHeaderSize + 4) {
    // A response of one word has nothing to lose without becoming "size 0": another error. Lengthen that one.
    const bool only_status = message.size() == kHeaderSize + 4;
    message.resize(only_status ? message.size() + 4 : message.size() - 4);
    header.total_size = static_cast<std::uint32_t>(message.size() - kHeaderSize);
  }
  if (faults_.strikes(Fault::ResponseLong)) {
    message.resize(message.size() + 4);
    header.total_size = static_cast<std::uint32_t>(message.size() - kHeaderSize);
  }
  if (faults_.strikes(Fault::ResponseIdForeign)) header.id = kForeignId;
  if (faults_.strikes(Fault::ResponseIdUnknown)) header.id ^= 0x80;
  if (faults_.strikes(Fault::ResponseSizeUnaligned)) header.total_size += 2;
  if (faults_.strikes(Fault::ResponseOverrun)) header.total_size += 0x100;
  if (faults_.strikes(Fault::ResponseTombstone)) header.total_size = kTombstone;
  if (faults_.strikes(Fault::ResponseTailUnaligned)) tail += 2;
}

void Mailbox::respond(const MessageHeader& request, std::span<const std::byte> payload) {
  if (faults_.strikes(Fault::MessageLost)) return;
  MessageHeader header = MessageHeader::make(static_cast<std::uint32_t>(payload.size()), request.id, request.opcode);
  message_.assign(kHeaderSize, std::byte{0});
  message_.insert(message_.end(), payload.begin(), payload.end());
  std::uint32_t tail_fault = 0;
  corrupt(header, message_, tail_fault);
  encode_header(std::span(message_).first<kHeaderSize>(), header);

  const std::uint32_t head = controller_.read32(reg(hw::kI2X_HEAD));
  const auto size = static_cast<std::uint32_t>(message_.size() - kHeaderSize);
  const std::optional<Placement> place =
      head <= hw::kRingSize && head % 4 == 0 ? place_response(hw::kRingSize, head, i2x_tail_, size) : std::nullopt;
  if (!place) {
    controller_.diagnostics().report({.category = FaultCategory::GuestError,
                                      .where = owner_ + " i2x ring",
                                      .expected = "room for a response",
                                      .came = fmt::format("head {:#x}, tail {:#x}", head, i2x_tail_),
                                      .blame = "the driver does not read its responses"});
    return;
  }
  if (place->tombstone) controller_.write32(sram(hw::kI2XRing + *place->tombstone), kTombstone);
  controller_.write(sram(hw::kI2XRing + place->offset), message_);
  i2x_tail_ = place->tail;
  controller_.write32(reg(hw::kI2X_TAIL), i2x_tail_ + tail_fault);
  controller_.write32(map::kFunctions + index_ * map::kFunctionStride + map::kControl + map::kMsixTrigger,
                      kMailboxVector);
}

}  // namespace aie4::management
