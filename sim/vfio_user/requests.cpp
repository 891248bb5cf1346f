// SPDX-License-Identifier: Apache-2.0
// What each request does (vfio-user protocol, one function per command).
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sim/vfio_user/connection.hpp"
#include "sim/vfio_user/version.hpp"

namespace aie4::vfio_user {

Connection::Result Connection::execute(Message& message) {
  const Payload payload = message.payload;
  switch (static_cast<Command>(message.header.command)) {
    case Command::Version:
      return version(payload);
    case Command::DmaMap:
      return map_memory(payload, std::move(message.descriptors));
    case Command::DmaUnmap:
      return unmap_memory(payload);
    case Command::DeviceGetInfo:
      return device_info(payload);
    case Command::DeviceGetRegionInfo:
      return region_info(payload);
    case Command::DeviceGetIrqInfo:
      return irq_info(payload);
    case Command::DeviceSetIrqs:
      return set_irqs(payload, std::move(message.descriptors));
    case Command::RegionRead:
      return region_read(payload);
    case Command::RegionWrite:
      return region_write(payload);
    case Command::DeviceReset:
      return reset();
    case Command::DmaRead:
    case Command::DmaWrite:
      return {EINVAL, "a command for the other direction"};
    case Command::DeviceGetRegionIoFds:
    case Command::DirtyPages:
    case Command::RegionWriteMulti:
    case Command::DeviceFeature:
    case Command::MigrationDataRead:
    case Command::MigrationDataWrite:
      return {ENOTSUP, "a command that was not offered"};
  }
  return {EINVAL, "unknown command"};
}

Connection::Result Connection::version(Payload payload) {
  if (negotiated_) return {EINVAL, "VERSION was negotiated before"};
  const VersionResult result = parse_version(payload);
  if (result.error != 0) {
    hang_up_ = result.fatal;
    return {result.error, result.fatal ? "another major version" : "malformed version or capabilities"};
  }
  reply_with(result.version);
  const std::string text = version_reply_text();
  // With the terminating NUL, which belongs to the message.
  std::memcpy(reply_.data() + sizeof(Header) + reply_payload_, text.c_str(), text.size() + 1);
  reply_payload_ += text.size() + 1;
  negotiated_ = true;
  env_.function.connect(irqs_, *this);
  device_touched_ = true;
  env_.listener.host_connected(env_.slot);
  return {};
}

Connection::Result Connection::map_memory(Payload payload, std::vector<UniqueFd> descriptors) {
  if (payload.size() < sizeof(DmaMapRequest)) return {EINVAL, "message too short"};
  const auto request = load<DmaMapRequest>(payload);
  // In this command, argsz is the size of the request itself.
  if (request.argsz < sizeof(DmaMapRequest) || request.argsz > payload.size()) return {EINVAL, "bad argsz"};
  if (descriptors.size() > 1) return {EINVAL, "more than one descriptor"};
  const int error = dma_.map(request, descriptors.empty() ? UniqueFd() : std::move(descriptors.front()));
  switch (error) {
    case 0:
      return {};
    case EEXIST:
      return {error, "overlaps another map"};
    case ENOSPC:
      return {error, "too many or too large maps"};
    case EFAULT:
      return {error, "the descriptor cannot be mapped with these rights"};
    default:
      return {error, "bad range, flags or descriptor"};
  }
}

Connection::Result Connection::unmap_memory(Payload payload) {
  if (payload.size() < sizeof(DmaUnmapRequest)) return {EINVAL, "message too short"};
  const auto request = load<DmaUnmapRequest>(payload);
  if (request.argsz < sizeof(DmaUnmapRequest) || request.argsz > kMaxMessage) return {EINVAL, "bad argsz"};
  // The device touches memory only on this thread: no access is under way now, and none will follow.
  if (const int error = dma_.unmap(request); error != 0) return {error, "bad range or flags"};
  reply_with(request);
  return {};
}

Connection::Result Connection::device_info(Payload payload) {
  if (payload.size() < sizeof(DeviceInfo)) return {EINVAL, "message too short"};
  if (load<DeviceInfo>(payload).argsz < sizeof(DeviceInfo)) return {EINVAL, "bad argsz"};
  reply_with(DeviceInfo{sizeof(DeviceInfo), kDeviceReset | kDevicePci, kRegionCount, kIrqCount});
  return {};
}

std::uint64_t Connection::region_size(std::uint32_t region) const {
  if (region < pci::kBarCount) return env_.function.shape().bars[region].size;
  return region == kRegionConfig ? kConfigSize : 0;
}

Connection::Result Connection::region_info(Payload payload) {
  if (payload.size() < sizeof(RegionInfo)) return {EINVAL, "message too short"};
  const auto request = load<RegionInfo>(payload);
  if (request.argsz < sizeof(RegionInfo)) return {EINVAL, "bad argsz"};
  if (request.index >= kRegionCount) return {EINVAL, "no such region"};
  RegionInfo info;
  info.argsz = sizeof(RegionInfo);
  info.index = request.index;
  info.size = region_size(request.index);
  // Never mappable: one mappable region makes QEMU wait for every write to the device.
  info.flags = info.size != 0 ? kRegionRead | kRegionWrite : 0;
  reply_with(info);
  return {};
}

Connection::Result Connection::irq_info(Payload payload) {
  if (payload.size() < sizeof(IrqInfo)) return {EINVAL, "message too short"};
  const auto request = load<IrqInfo>(payload);
  if (request.argsz < sizeof(IrqInfo)) return {EINVAL, "bad argsz"};
  if (request.index >= kIrqCount) return {EINVAL, "no such interrupt index"};
  const std::uint32_t count = irqs_.count(request.index);
  reply_with(IrqInfo{sizeof(IrqInfo), count != 0 ? kIrqEventfd : 0, request.index, count});
  return {};
}

Connection::Result Connection::set_irqs(Payload payload, std::vector<UniqueFd> descriptors) {
  if (payload.size() < sizeof(SetIrqsRequest)) return {EINVAL, "message too short"};
  const auto request = load<SetIrqsRequest>(payload);
  if (request.argsz < sizeof(SetIrqsRequest)) return {EINVAL, "bad argsz"};
  const int error = irqs_.set(request, payload.subspan(sizeof(SetIrqsRequest)), std::move(descriptors));
  if (error != 0) return {error, "bad flags, range, data or descriptors"};
  return {};
}

Connection::Result Connection::check_access(const RegionAccess& access) const {
  const std::uint64_t size = region_size(access.region);
  if (size == 0) return {EINVAL, "no such region"};
  if (access.count > kMaxDataTransfer) return {EINVAL, "more bytes than agreed"};
  if (access.offset > size || access.count > size - access.offset) return {EINVAL, "beyond the end of the region"};
  if (access.region != kRegionConfig && access.count > 8) return {EINVAL, "wider than an access to a device can be"};
  return {};
}

Connection::Result Connection::region_read(Payload payload) {
  if (payload.size() < sizeof(RegionAccess)) return {EINVAL, "message too short"};
  const auto access = load<RegionAccess>(payload);
  if (const Result result = check_access(access); result.error != 0) return result;
  reply_with(access);
  reply_payload_ += access.count;
  if (access.count == 0) return {};
  const auto data = std::span(reply_).subspan(sizeof(Header) + sizeof(RegionAccess), access.count);
  device_touched_ = true;
  if (access.region == kRegionConfig) {
    env_.function.config_read(static_cast<std::uint32_t>(access.offset), data);
    return {};
  }
  std::fill(data.begin(), data.end(), std::byte{0xFF});
  const pci::AccessStatus status = env_.function.bar_read(access.region, access.offset, data);
  if (status == pci::AccessStatus::BadSize) return {EINVAL, "not 1, 2, 4 or 8 bytes"};
  return {};  // What the function does not decode reads as all ones, as on a bus.
}

Connection::Result Connection::region_write(Payload payload) {
  if (payload.size() < sizeof(RegionAccess)) return {EINVAL, "message too short"};
  const auto access = load<RegionAccess>(payload);
  const Payload data = payload.subspan(sizeof(RegionAccess));
  if (data.size() != access.count) return {EINVAL, "count and message size differ"};
  if (const Result result = check_access(access); result.error != 0) return result;
  reply_with(access);
  if (access.count == 0) return {};
  device_touched_ = true;
  if (access.region == kRegionConfig) {
    env_.function.config_write(static_cast<std::uint32_t>(access.offset), data);
    env_.listener.config_written(env_.slot);
    return {};
  }
  const pci::AccessStatus status = env_.function.bar_write(access.region, access.offset, data);
  if (status == pci::AccessStatus::BadSize) return {EINVAL, "not 1, 2, 4 or 8 bytes"};
  return {};
}

Connection::Result Connection::reset() {
  env_.function.reset();
  device_touched_ = true;
  irqs_.clear();
  // Maps stay: QEMU does not send them again. What was mapped so far is guest RAM at its physical addresses.
  dma_.freeze_guest_physical();
  env_.listener.host_reset(env_.slot);
  return {};
}

}  // namespace aie4::vfio_user
