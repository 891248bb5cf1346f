// SPDX-License-Identifier: Apache-2.0
// The way to host memory: latency, shared bandwidth, routing by function.
#include "models/soc/noc.hpp"

#include "models/common/parameters.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/soc/bench.hpp"

namespace aie4 {
namespace {

using namespace bench;

/// A DMA engine: makes accesses at the present instant and says what each would take.
struct Engine : Initiator {
  tlm::tlm_generic_payload payload;
  HostAccess* extension = new HostAccess;
  std::vector<std::byte> data = std::vector<std::byte>(0x1'0000);

  explicit Engine(sc_core::sc_module_name name) : Initiator(name) { payload.set_extension(extension); }

  sc_core::sc_time move(bool read, std::uint32_t function, std::uint64_t address, std::size_t bytes,
                        const sc_core::sc_time& offset = sc_core::SC_ZERO_TIME) {
    extension->function = function;
    payload.set_command(read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
    payload.set_data_length(static_cast<unsigned>(bytes));
    payload.set_streaming_width(static_cast<unsigned>(bytes));
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    delay = offset;
    socket->b_transport(payload, delay);
    return delay;
  }
};

struct Bench {
  Parameters parameters;
  Noc noc;
  Memory memory0{"memory0", 0x2'0000};
  Memory memory1{"memory1", 0x2'0000};
  Engine a{"a"};
  Engine b{"b"};

  explicit Bench(const Parameters& chosen = {}) : parameters(chosen), noc("noc", 2, parameters) {
    noc.upstream[0].bind(memory0.socket);
    noc.upstream[1].bind(memory1.socket);
    a.socket.bind(noc.engines);
    b.socket.bind(noc.engines);
    settle();
  }
};

TEST_CASE("An access takes the latency and its share of the bandwidth, exactly") {
  Bench bench;  // 400 ns, 80 bytes a nanosecond
  CHECK(bench.a.move(true, 0, 0, 64) == ns(400) + ps(800));
  run(us(1));
  CHECK(bench.a.move(false, 0, 0, 8000) == ns(400) + ns(100));
  run(us(1));
  CHECK(bench.a.move(true, 0, 0, 4) == ns(400) + ps(50));
}

TEST_CASE("Latency and bandwidth are those of the configuration, a fraction of a picosecond rounds up") {
  Parameters parameters;
  parameters.noc_latency_ns = 7;
  parameters.noc_bytes_per_us = 3;
  Bench bench(parameters);
  CHECK(bench.a.move(true, 0, 0, 4) == ns(7) + ps(1'333'334));
}

TEST_CASE("Two engines share one budget in the order in which they ask, the latency is each one's own") {
  Bench bench;
  CHECK(bench.a.move(true, 0, 0, 8000) == ns(100) + ns(400));
  CHECK(bench.b.move(true, 1, 0, 8000) == ns(200) + ns(400));
  CHECK(bench.a.move(true, 0, 0, 80) == ns(201) + ns(400));
  run(ns(150));
  CHECK(bench.b.move(true, 1, 0, 80) == ns(52) + ns(400));
  run(us(10));
  CHECK(bench.b.move(true, 1, 0, 80) == ns(1) + ns(400));
}

TEST_CASE("Time that an engine is already ahead counts") {
  Bench bench;
  CHECK(bench.a.move(true, 0, 0, 80, ns(1000)) == ns(1000) + ns(1) + ns(400));
  CHECK(bench.b.move(true, 0, 0, 80) == ns(1002) + ns(400));  // The link is taken until then.
}

TEST_CASE("A stream pays no latency, but for each run some bytes more than it moves") {
  Bench bench;
  bench.a.extension->streaming = true;
  CHECK(bench.a.move(true, 0, 0, 8000) == ns(100) + ps(750));  // (8000 + 60) / 80
  CHECK(bench.a.move(false, 0, 0, 20) == ns(101) + ps(750));   // (20 + 60) / 80 behind it
  bench.parameters.noc_run_overhead_bytes = 0;
  run(us(1));
  CHECK(bench.a.move(true, 0, 0, 8000) == ns(100));
}

TEST_CASE("A stream that asks ahead of time does not hold up who asks in time") {
  Bench bench;
  bench.a.extension->streaming = true;
  bench.b.extension->streaming = true;
  CHECK(bench.a.move(true, 0, 0, 7940, us(1)) == us(1) + ns(100));
  CHECK(bench.b.move(true, 1, 0, 7940) == ns(200));  // Behind the share of the first, not behind its time.
  CHECK(bench.a.move(true, 0, 0, 7940, us(1)) == us(1) + ns(100));
  CHECK(bench.b.move(true, 1, 0, 7940) == ns(400));
}

TEST_CASE("Accesses go to the memory of the function that they name, data and attributes unchanged") {
  Bench bench;
  bench.memory0.put(0x100, 0x11);
  bench.memory1.put(0x100, 0x22);
  bench.a.extension->attributes = {.space = DmaSpace::GuestPhysical, .engine = "PSP", .context = 9};
  bench.a.move(true, 1, 0x100, 4);
  CHECK(bench.a.data[0] == std::byte{0x22});
  REQUIRE(bench.memory1.log.size() == 1);
  CHECK(bench.memory0.log.empty());
  CHECK(bench.memory1.log.front().engine == "PSP");
  CHECK(bench.memory1.log.front().space == DmaSpace::GuestPhysical);
  CHECK(bench.memory1.log.front().context == 9);
  bench.a.data[0] = std::byte{0x77};
  bench.a.move(false, 0, 0x100, 4);
  CHECK(bench.memory0.get<std::uint8_t>(0x100) == 0x77);
  CHECK(bench.memory1.get<std::uint8_t>(0x100) == 0x22);
  CHECK(bench.noc.accesses() == 2);
  CHECK(bench.noc.bytes_moved() == 8);
}

TEST_CASE("A function that does not exist, and an access that names none, reach nothing") {
  Bench bench;
  bench.a.move(true, 2, 0, 4);
  CHECK(bench.a.payload.is_response_error());
  CHECK(bench.a.extension->status == DmaStatus::NotMapped);
  const auto value = bench.b.Initiator::read(0);  // A payload without extension.
  static_cast<void>(value);
  CHECK_FALSE(bench.b.ok());
  CHECK(bench.memory0.log.empty());
  CHECK(bench.memory1.log.empty());
  CHECK(bench.noc.accesses() == 0);
}

TEST_CASE("A refused access costs the latency but moves no bytes and takes no bandwidth") {
  Bench bench;
  bench.memory0.refuse = true;
  CHECK(bench.a.move(false, 0, 0, 8000) == ns(400));
  CHECK(bench.a.payload.is_response_error());
  CHECK(bench.a.extension->status == DmaStatus::NotMapped);
  CHECK(bench.noc.bytes_moved() == 0);
  CHECK(bench.noc.accesses() == 1);
  CHECK(bench.b.move(true, 1, 0, 80) == ns(1) + ns(400));
}

}  // namespace
}  // namespace aie4
