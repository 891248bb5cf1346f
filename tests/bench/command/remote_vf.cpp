// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/command/remote_vf.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <stdexcept>
#include <thread>

#include "firmware-stub/cert/host_queue.hpp"
#include "firmware-stub/management/ring.hpp"
#include "models/registers/mailbox.hpp"
#include "sim/host/driver/vf_driver.hpp"

namespace aie4::bench {
namespace {

namespace info = registers::mailbox::info;

constexpr std::size_t kRam = 16U << 20;
constexpr std::uint64_t kLowMemory = 1U << 20;  ///< Below, a PC keeps its firmware.
constexpr std::uint32_t kRegisterBar = 0;
constexpr std::uint32_t kSramBar = 2;
constexpr int kPatienceMs = 5000;
constexpr std::uint32_t kCompleted = 4;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("remote VF: " + what);
}

}  // namespace

RemoteVf::RemoteVf(const std::string& socket)
    : ram_(kRam),
      client_(vfio_user::VfioUserClient::connect(socket)),
      memory_(kLowMemory, kRam - kLowMemory),
      domain_(memory_, host::AddressMode::Identity),
      code_(host::nop_program().load(domain_)),
      queue_(domain_) {
  client_.realise(ram_);
  client_.start_guest(ram_);
  vectors_ = std::vector<vfio_user::EventCounter>(client_.irq_info(vfio_user::kIrqMsix).count);
  std::vector<int> fds;
  for (const vfio_user::EventCounter& vector : vectors_) fds.push_back(vector.fd());
  client_.enable_device(fds);
  read_mailbox_info();
  fill_queue();
  create_context();
}

template <typename T>
T& RemoteVf::guest(std::uint64_t address) {
  return *reinterpret_cast<T*>(ram_.bytes().subspan(address, sizeof(T)).data());
}

void RemoteVf::copy_to_guest(std::uint64_t address, std::uint64_t size) {
  memory_.read(address, ram_.bytes().subspan(address, size));
}

void RemoteVf::read_mailbox_info() {
  const auto word = [this](std::uint32_t offset) { return client_.read<std::uint32_t>(kSramBar, offset); };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (word(info::kVALID) != 1) {
    if (std::chrono::steady_clock::now() > deadline) fail("the firmware does not come alive");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  info_ = {.protocol_major = word(info::kPROTOCOL_MAJOR),
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
  x2i_tail_ = client_.read<std::uint32_t>(kRegisterBar, info_.x2i_tail);
  i2x_head_ = client_.read<std::uint32_t>(kRegisterBar, info_.i2x_head);
}

std::vector<std::byte> RemoteVf::request(std::uint32_t opcode, std::initializer_list<Value> fields) {
  const management::MessageInfo& message = *management::kP5.find(opcode);
  std::vector<std::byte> bytes(management::kHeaderSize + message.request_size);
  const std::span<std::byte> payload = std::span(bytes).subspan(management::kHeaderSize);
  for (const Value& value : fields) management::set(payload, value.field, value.value);
  management::encode_header(
      std::span(bytes).first<management::kHeaderSize>(),
      management::MessageHeader::make(message.request_size, management::kMessageIdBase + sent_++, opcode));
  // The handful of messages of one life of a VF fit in the ring: nothing wraps.
  if (x2i_tail_ + bytes.size() > info_.x2i_size - 4) fail("more messages than the ring holds");
  // Word by word, as the driver's memcpy_toio and memcpy_fromio arrive.
  for (std::uint32_t offset = 0; offset < bytes.size(); offset += 4) {
    const std::span<const std::byte> word = std::span(bytes).subspan(offset, 4);
    if (client_.write_region(kSramBar, info_.x2i_ring + x2i_tail_ + offset, word) != 0) fail("cannot write BAR 2");
  }
  x2i_tail_ += static_cast<std::uint32_t>(bytes.size());
  client_.write<std::uint32_t>(kRegisterBar, info_.x2i_tail, x2i_tail_);
  if (vectors_.at(info_.vector).wait(kPatienceMs) == 0) fail(fmt::format("no answer to {}", message.name));

  const auto tail = client_.read<std::uint32_t>(kRegisterBar, info_.i2x_tail);
  const std::uint32_t size = management::kHeaderSize + message.response_size;
  if (tail != i2x_head_ + size) fail(fmt::format("{}: an answer of another size", message.name));
  std::vector<std::byte> response(message.response_size);
  for (std::uint32_t offset = 0; offset < response.size(); offset += 4) {
    const std::uint32_t at = info_.i2x_ring + i2x_head_ + management::kHeaderSize + offset;
    management::store_word(std::span(response).subspan(offset).first<4>(), client_.read<std::uint32_t>(kSramBar, at));
  }
  i2x_head_ = tail;
  client_.write<std::uint32_t>(kRegisterBar, info_.i2x_head, i2x_head_);
  if (management::get(response, management::kStatus) != 0) fail(fmt::format("{} was refused", message.name));
  return response;
}

void RemoteVf::fill_queue() {
  for (std::uint32_t slot = 0; slot < host::Queue::kCapacity; ++slot) {
    commands_.push_back(
        std::make_unique<host::Command>(domain_, std::vector<host::Work>{{.uc = 0, .control_code = code_.address()}}));
    const host::Command& command = *commands_.back();
    queue_.fill(slot, {.completion_signal = command.address(), .work = command.work()});
    copy_to_guest(command.address(), sizeof(std::uint32_t));
  }
  armed_ = commands_.front()->word();
  copy_to_guest(code_.address(), code_.size());
  copy_to_guest(queue_.address(), queue_.memory().size());
}

void RemoteVf::create_context() {
  namespace opcode = management::opcode;
  std::uint64_t tiles = 0;
  {
    namespace message = management::aie_tile_info;
    const std::vector<std::byte> answer = request(opcode::kAIE_TILE_INFO, {});
    tiles = management::get(answer, message::kCols) * management::get(answer, message::kCoreRows);
  }
  std::uint64_t partition = 0;
  {
    namespace message = management::create_partition;
    partition = management::get(
        request(opcode::kCREATE_PARTITION,
                {{message::kStartColumn, 0}, {message::kColumnCount, host::VfDriver::kPartitionColumns}}),
        message::kPartitionId);
  }
  namespace message = management::create_hw_context;
  const std::vector<std::byte> answer =
      request(opcode::kCREATE_HW_CONTEXT, {{message::kPartitionId, partition},
                                           {message::kRequestNumTiles, tiles},
                                           {message::kHsaAddrHigh, queue_.address() >> 32},
                                           {message::kHsaAddrLow, queue_.address()},
                                           {message::kPasid, host::VfDriver::kNoPasid}});
  doorbell_ = static_cast<std::uint32_t>(management::get(answer, message::kDoorbellOffset));
  vector_ = static_cast<unsigned>(management::get(answer, message::kJobCompleteMsixIdx));
}

void RemoteVf::run_command() {
  const std::uint64_t header = queue_.address();
  const std::atomic_ref word(guest<std::uint32_t>(commands_[next_ % commands_.size()]->address()));
  const std::atomic_ref write_index(guest<std::uint64_t>(header + cert::QueueHeader::kWideWriteIndex));
  const std::atomic_ref read_index(guest<std::uint64_t>(header + cert::QueueHeader::kReadIndex));
  word.store(armed_, std::memory_order_relaxed);
  write_index.store(++next_, std::memory_order_release);
  client_.post<std::uint32_t>(kSramBar, doorbell_, 0);
  if (vectors_.at(vector_).wait(kPatienceMs) == 0) fail(fmt::format("no interrupt for command {}", next_ - 1));
  if (read_index.load(std::memory_order_acquire) != next_ || word.load(std::memory_order_relaxed) != kCompleted) {
    fail(fmt::format("command {}: expected read_index {} and completion word {:#x}, came {} and {:#x}", next_ - 1,
                     next_, kCompleted, read_index.load(), word.load()));
  }
}

}  // namespace aie4::bench
