// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/management/bench.hpp"

#include "tests/support/catch.hpp"

namespace aie4::management::bench {
namespace {

constexpr std::size_t kHostMemory = 0x80'0000;

FirmwareSet firmware_set(Bench& bench, UcProgramFactory cert) {
  if (!cert) {
    cert = [](Microcontroller& core, std::span<const std::byte>) {
      return std::make_unique<Program>([&core] {
        for (;;) core.sleep({WaitReason::Host, "test", 0, "the test"});
      });
    };
  }
  return {.verifier = nullptr,
          .management = make_management_factory(bench.configuration, bench.faults, bench.counters,
                                                [](std::span<const std::byte>) { return 5U; }),
          .cert = std::move(cert)};
}

}  // namespace

// --- driver -------------------------------------------------------------------------------------------------------

Driver::Driver(const std::string& name, FunctionUnit& unit)
    : bar0((name + "_bar0").c_str()), bar2((name + "_bar2").c_str()) {
  bar0.socket.bind(unit.bar0);
  bar2.socket.bind(unit.bar2);
  unit.msix.set_masks_held_by_host(true);
  unit.msix.set_control(true, false, true);
  unit.msix.deliver = [this](unsigned vector) { interrupts.emplace_back(vector, now()); };
}

Words Driver::info() {
  Words words;
  for (std::uint32_t offset = 0; offset < 0x40; offset += 4) words.push_back(bar2.read(offset));
  return words;
}

void Driver::attach() {
  x2i_tail_ = bar0.read(kX2iTail);
  i2x_head_ = bar0.read(kI2xHead);
  next_id_ = 0;
}

std::uint32_t Driver::send(std::uint32_t opcode, const Words& payload) {
  const auto bytes = static_cast<std::uint32_t>(4 * payload.size());
  const std::uint32_t id = 0x1D00'0000 + next_id_++ % 256;
  const RequestPlan plan = plan_request(kRing, bar0.read(kX2iHead), x2i_tail_, bytes);
  REQUIRE_FALSE(plan.wait);
  if (plan.tombstone) bar2.write(kX2iRing + *plan.tombstone, 0xDEAD'FACE);
  std::uint32_t at = kX2iRing + plan.offset;
  for (const std::uint32_t word : {bytes, bytes | 1U << 16, id, opcode}) {
    bar2.write(at, word);
    at += 4;
  }
  for (const std::uint32_t word : payload) {
    bar2.write(at, word);
    at += 4;
  }
  x2i_tail_ = plan.tail;
  write_tail(x2i_tail_);
  return id;
}

void Driver::send_raw(const Words& words) {
  for (const std::uint32_t word : words) {
    bar2.write(kX2iRing + x2i_tail_, word);
    x2i_tail_ += 4;
  }
  write_tail(x2i_tail_);
}

std::optional<Response> Driver::receive() {
  for (;;) {
    const std::uint32_t tail = bar0.read(kI2xTail);
    const std::uint32_t first = bar2.read(kI2xRing + read_offset(kRing, i2x_head_));
    const RingStep step = next_response(kRing, i2x_head_, tail, first);
    INFO("i2x head " << i2x_head_ << " tail " << tail << ": " << to_string(step.error));
    REQUIRE(step.kind != RingStep::Kind::Error);
    if (step.kind == RingStep::Kind::Empty) return std::nullopt;
    i2x_head_ = step.head;
    if (step.kind == RingStep::Kind::Wrap) {
      bar0.write(kI2xHead, 0);
      continue;
    }
    const std::uint32_t at = kI2xRing + step.offset;
    Response response{{bar2.read(at), bar2.read(at + 4), bar2.read(at + 8), bar2.read(at + 12)}, {}};
    for (std::uint32_t offset = 16; offset < 16 + step.size; offset += 4) {
      response.payload.push_back(bar2.read(at + offset));
    }
    bar0.write(kI2xHead, i2x_head_);
    return response;
  }
}

Response Driver::call(std::uint32_t opcode, const Words& payload) {
  const std::size_t before = count_interrupts(0);
  const std::uint32_t id = send(opcode, payload);
  run_until([&] { return count_interrupts(0) != before; });
  std::optional<Response> response = receive();
  if (!response) return {};
  CHECK(response->header.id == id);
  CHECK(response->header.opcode == opcode);
  CHECK(response->header.consistent());
  CHECK(count_interrupts(0) == before + 1);
  CHECK(bar0.read(kX2iHead) == x2i_tail_);
  return *response;
}

std::size_t Driver::count_interrupts(unsigned vector) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(interrupts, [vector](const auto& entry) { return entry.first == vector; }));
}

std::uint32_t Driver::create_partition() {
  const Response response = call(op::kCreatePartition, {0, 3});
  REQUIRE(response.payload.size() == 2);
  REQUIRE(response.status() == kOk);
  return response.payload[1];
}

Context Driver::create_context(std::uint64_t queue, std::uint32_t band, std::uint32_t partition, std::uint32_t tiles) {
  const Response response = call(op::kCreateContext, {partition, tiles, static_cast<std::uint32_t>(queue >> 32),
                                                      static_cast<std::uint32_t>(queue), kNoPasid, band});
  REQUIRE(response.payload.size() == 4);
  REQUIRE(response.status() == kOk);
  return {response.payload[1], response.payload[2], response.payload[3]};
}

// --- bench --------------------------------------------------------------------------------------------------------

Bench::Bench(const Configuration& chosen, UcProgramFactory cert)
    : configuration(chosen),
      faults(chosen.faults),
      npu("npu", configuration, faults, diagnostics, firmware_set(*this, std::move(cert)), std::vector<std::byte>(1),
          std::vector<std::byte>(64)) {
  for (unsigned index = 0; index < npu.functions.size(); ++index) {
    const std::string name = "host_" + Npu::function_name(configuration, index);
    drivers.push_back(std::make_unique<Driver>(name, *npu.functions[index]));
    memories.push_back(std::make_unique<Memory>((name + "_memory").c_str(), kHostMemory));
    npu.noc.upstream[index].bind(memories.back()->socket);
  }
  if (configuration.has_pf) {
    psp_ = std::make_unique<Initiator>("host_psp");
    smu_ = std::make_unique<Initiator>("host_smu");
    psp_->socket.bind(npu.psp->host);
    smu_->socket.bind(npu.smu->host);
  }
  settle();
}

void Bench::boot() {
  if (configuration.has_pf) npu.mpnpu.start(std::vector<std::byte>(1), std::vector<std::byte>(64));
  REQUIRE(run_until([this] { return drivers.front()->valid(); }));
}

void Bench::boot_with_vfs(unsigned count) {
  boot();
  run_until([] { return false; });
  if (configuration.has_pf) {
    REQUIRE(pf().call(op::kAttach, {0x40'0000, 0, 0, 0x40'0000}).status() == kOk);
    if (configuration.vf_mode == VfMode::Sriov) REQUIRE(pf().call(op::kCreateVfs, {count}).status() == kOk);
  }
  for (unsigned index = 0; index < count; ++index) {
    REQUIRE(vf(index).valid());
    REQUIRE(vf(index).create_partition() == 1);
  }
}

}  // namespace aie4::management::bench
