// SPDX-License-Identifier: Apache-2.0
#include "models/common/fault_plan.hpp"

#include <algorithm>

namespace aie4 {
namespace {

constexpr auto kCatalogue = std::to_array<FaultInfo>({
    {Fault::SmuSilent, "smu-silent", "SMU never answers a command", "smu cmd 4 timed out"},
    {Fault::SmuError, "smu-error", "SMU answers a command with FAILED", "smu cmd 4 failed, 0xff"},
    {Fault::PspNotReady, "psp-not-ready", "PSP is busy before the first command", "PSP is not ready"},
    {Fault::PspSilent, "psp-silent", "PSP never completes a command", "PSP is not ready"},
    {Fault::PspError, "psp-error", "PSP answers a command with CANCEL", "fw return error 0xffff0002"},
    {Fault::PspReleaseError, "psp-release-error", "PSP fails RELEASE_TMR", "release tmr failed"},
    {Fault::SmuOffError, "smu-off-error", "SMU fails the POWER_OFF of a stop", "Power off failed"},
    {Fault::FirmwareNotAlive, "firmware-not-alive", "mailbox_info.valid of the PF stays 0", "fw_is_valid=0 after"},
    {Fault::ProtocolUnsupported, "protocol-unsupported", "the mailbox announces protocol 4.0",
     "mailbox major.minor 4.0 is not supported"},
    {Fault::RingSizeOdd, "ring-size-odd", "x2i_buffer_size is no power of two", "Ring buf size must be power of 2"},
    {Fault::MailboxVectorOutOfRange, "mailbox-vector-out-of-range", "i2x_msi_idx lies beyond the MSI-X table",
     "failed to alloc irq vector, return -22"},
    {Fault::MessageLost, "message-lost", "a management request gets no response", "Wait for completion timeout"},
    {Fault::MessageStatus, "message-status", "a management request is answered with status 1", "failed, status 0x1"},
    {Fault::ResponseShort, "response-short", "a response is one word short", "Message callback ret -22"},
    {Fault::ResponseLong, "response-long", "a response is one word too long", "Message callback ret -22"},
    {Fault::ResponseIdForeign, "response-id-foreign", "a response id lacks the driver's top byte", "Bad message ID 0x"},
    {Fault::ResponseIdUnknown, "response-id-unknown", "a response id matches no request", "Cannot find msg 0x"},
    {Fault::ResponseTailUnaligned, "response-tail-unaligned", "the i2x tail is no multiple of 4", "Invalid tail 0x"},
    {Fault::ResponseSizeUnaligned, "response-size-unaligned", "total_size of a response is no multiple of 4",
     "Invalid total size 0x"},
    {Fault::ResponseOverrun, "response-overrun", "total_size of a response reaches beyond the tail",
     "Invalid message size"},
    {Fault::ResponseTombstone, "response-tombstone", "a tombstone stands where a response should", "Tombstone, head"},
    {Fault::PartitionIdZero, "partition-id-zero", "CREATE_PARTITION answers partition 0",
     "invalid request partition_id 0"},
    {Fault::ContextRefused, "context-refused", "CREATE_HW_CONTEXT is answered with status 1", "create ctx failed: -22"},
    {Fault::CompletionVectorOutOfRange, "completion-vector-out-of-range",
     "job_complete_msix_idx lies beyond the MSI-X table", "is invalid, ret:-22"},
    {Fault::CompletionVectorShared, "completion-vector-shared", "job_complete_msix_idx is the mailbox vector",
     "failed -16"},
    {Fault::DoorbellUnaligned, "doorbell-unaligned", "doorbell_offset is no multiple of 4096",
     "mmap of the doorbell fails"},
    {Fault::CompletionInterruptLost, "completion-interrupt-lost", "a completion raises no interrupt",
     "WAIT_CMD ends with ETIME"},
    {Fault::ReadIndexBeyond, "read-index-beyond", "read_index overtakes write_index", "Invalid index, ri"},
    {Fault::ReadIndexWithoutCompletion, "read-index-without-completion",
     "read_index advances and the completion word does not", "WAIT_CMD succeeds, the command stays NEW"},
    {Fault::CompletionError, "completion-error", "a good command ends with an error code",
     "WAIT_CMD succeeds, the command shows ERROR"},
    {Fault::JobNeverFinishes, "job-never-finishes", "a command never ends", "WAIT_CMD ends with ETIME"},
    {Fault::DestroyContextError, "destroy-context-error", "DESTROY_HW_CONTEXT is answered with status 1",
     "command opcode 0x30004 failed, status 0x1"},
    {Fault::DestroyPartitionError, "destroy-partition-error", "DESTROY_PARTITION is answered with status 1",
     "partition fini failed: -22"},
    {Fault::CreateVfsRefused, "create-vfs-refused", "CREATE_VFS is answered with status 1",
     "create vfs op failed: -22"},
    {Fault::DestroyVfsError, "destroy-vfs-error", "DESTROY_VFS is answered with status 1",
     "destroy vfs op failed: -22"},
    {Fault::SuspendError, "suspend-error", "SUSPEND is answered with status 1", "Failed to suspend fw, ret -22"},
});
static_assert(kCatalogue.size() == static_cast<std::size_t>(Fault::Count));

}  // namespace

std::span<const FaultInfo> fault_catalogue() {
  return kCatalogue;
}

std::optional<Fault> find_fault(std::string_view name) {
  const auto found = std::ranges::find(kCatalogue, name, &FaultInfo::name);
  if (found == kCatalogue.end()) return std::nullopt;
  return found->fault;
}

}  // namespace aie4
