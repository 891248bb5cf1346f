// SPDX-License-Identifier: Apache-2.0
// A VF at the other end of a vfio-user socket, with its driver's part and one application, and no virtual machine: the
// least that can see a command from doorbell to completion as a guest would.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "firmware-stub/management/messages.hpp"
#include "sim/host/driver/context.hpp"
#include "sim/host/driver/control_code.hpp"
#include "sim/host/driver/mailbox_channel.hpp"
#include "sim/host/driver/queue.hpp"
#include "tests/support/vfio_user_client.hpp"

namespace aie4::bench {

/// One context on the whole array, whose queue holds a command that does nothing in each slot.
///
/// What the device reads is written by the structures of the in-process host, into memory of its own, and then copied
/// to the same addresses of the memory that is shared with the server.
class RemoteVf {
 public:
  /// Connects and brings the VF up. Throws std::runtime_error if anything is not as it must be.
  explicit RemoteVf(const std::string& socket);

  /// One command: publishes the next packet, writes the doorbell, waits for the completion interrupt, and checks
  /// read_index and the completion word. Throws std::runtime_error.
  void run_command();

 private:
  struct Value {
    management::Field field;
    std::uint64_t value = 0;
  };
  void read_mailbox_info();
  std::vector<std::byte> request(std::uint32_t opcode, std::initializer_list<Value> fields);
  void create_context();
  void fill_queue();
  void copy_to_guest(std::uint64_t address, std::uint64_t size);
  template <typename T>
  [[nodiscard]] T& guest(std::uint64_t address);

  vfio_user::GuestMemory ram_;
  vfio_user::VfioUserClient client_;
  std::vector<vfio_user::EventCounter> vectors_;
  host::MailboxInfo info_;
  std::uint32_t sent_ = 0;
  std::uint32_t x2i_tail_ = 0;
  std::uint32_t i2x_head_ = 0;

  host::HostMemory memory_;
  host::DmaDomain domain_;
  host::DmaBuffer code_;
  host::Queue queue_;
  std::vector<std::unique_ptr<host::Command>> commands_;
  std::uint32_t armed_ = 0;  ///< Completion word before the device writes it.
  std::uint32_t doorbell_ = 0;
  unsigned vector_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace aie4::bench
