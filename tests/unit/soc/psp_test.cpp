// SPDX-License-Identifier: Apache-2.0
// The PSP as BAR4 shows it (host-interface, section 2), against a memory that notes every fetch.
#include "models/soc/psp.hpp"

#include <memory>
#include <optional>

#include "models/common/parameters.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/soc/bench.hpp"

namespace aie4 {
namespace {

using namespace bench;
using Response = registers::psp::Response;

// host-interface 2.1 to 2.3, typed in a second time on purpose.
constexpr std::uint32_t kIntr = 0xA24;
constexpr std::uint32_t kCmdStatus = 0xAEC;
constexpr std::uint32_t kArg0Resp = 0xB70;
constexpr std::uint32_t kArg1 = 0xB74;
constexpr std::uint32_t kReady = 0x8000'0000;
constexpr std::uint32_t kKick = 0xD007'BE11;
constexpr std::uint32_t kValidate = 1;
constexpr std::uint32_t kStart = 2;
constexpr std::uint32_t kReleaseTmr = 3;
constexpr std::uint32_t kValidateCert = 4;
constexpr std::uint32_t kOk = 0;
constexpr std::uint32_t kCancel = 0xFFFF'0002;
constexpr std::uint32_t kBadState = 0xFFFF'0007;

constexpr std::uint64_t kImages = 0x1'2345'0000;
constexpr std::uint64_t kCertImage = kImages + 0x4'0000;
constexpr std::uint32_t kHeader = 64;

/// An image is a word that says its size and a word that says how good it is.
class Verifier : public ImageVerifier {
 public:
  [[nodiscard]] std::size_t header_size() const override { return kHeader; }
  [[nodiscard]] std::variant<std::size_t, ImageVerdict> extent(ImageKind /*kind*/, std::span<const std::byte> header,
                                                               std::size_t buffer) const override {
    std::uint32_t size = 0;
    std::memcpy(&size, header.data(), 4);
    if (size > buffer) return ImageVerdict{Response::BAD_FORMAT, "an image longer than its buffer"};
    return std::size_t{size};
  }
  [[nodiscard]] ImageVerdict verify(ImageKind /*kind*/, std::span<const std::byte> image) const override {
    std::uint32_t good = 0;
    std::memcpy(&good, image.data() + 4, 4);
    if (good != 1) return {Response::SECURITY, "a broken seal"};
    return {};
  }
};

struct Bench : Reports {
  Parameters parameters;
  FaultPlan faults;
  WaitRegistry waits;
  Memory memory{"memory", 0x10'0000, kImages};
  Psp psp{"psp", parameters, faults, diagnostics, waits, std::make_shared<Verifier>()};
  Initiator host{"host"};
  std::optional<std::pair<std::size_t, std::size_t>> started;  // Sizes of the two images.
  unsigned releases = 0;

  Bench() {
    host.socket.bind(psp.host);
    psp.noc.bind(memory.socket);
    psp.on_start = [this](const std::vector<std::byte>& management, const std::vector<std::byte>& cert) {
      started = {management.size(), cert.size()};
    };
    psp.on_release = [this] { ++releases; };
    image(kImages, 0x2'8000);
    image(kCertImage, 0x5000);
    settle();
  }
  void image(std::uint64_t address, std::uint32_t size, std::uint32_t good = 1) {
    memory.put(address, size);
    memory.put(address + 4, good);
  }
  /// The driver's writes (2.2, steps 2 to 6).
  void send(std::uint32_t command, std::uint64_t address = 0, std::uint32_t size = 0) {
    host.write(kCmdStatus, command);
    host.write(kArg0Resp, static_cast<std::uint32_t>(address));
    host.write(kArg1, static_cast<std::uint32_t>(address >> 32));
    host.write(kCmdStatus, size | command << 24);
    host.write(kIntr, 0);
    host.write(kIntr, kKick);
    settle();
  }
  [[nodiscard]] bool ready() { return (host.read(kCmdStatus) & kReady) != 0; }
  std::uint32_t call(std::uint32_t command, std::uint64_t address = 0, std::uint32_t size = 0) {
    send(command, address, size);
    REQUIRE(run_until([this] { return ready(); }));
    return host.read(kArg0Resp);
  }
  std::uint32_t validate() { return call(kValidate, kImages, 0x3'0000); }
  std::uint32_t validate_cert() { return call(kValidateCert, kCertImage, 0x8000); }
  std::uint32_t start() { return call(kStart, 1); }
  /// True if the PSP is ready for the first time exactly `busy` from now.
  [[nodiscard]] bool ready_exactly_after(const sc_core::sc_time& busy) {
    run(busy - ps(1));
    if (ready()) return false;
    run(ps(1));
    return ready();
  }
};

TEST_CASE("At power-on the PSP is ready") {
  Bench bench;
  CHECK(bench.host.read(kCmdStatus) == kReady);
  CHECK_FALSE(sc_core::sc_pending_activity());
}

TEST_CASE("The start sequence of the driver validates both images and starts them") {
  Bench bench;
  CHECK(bench.validate() == kOk);
  CHECK_FALSE(bench.started.has_value());
  CHECK(bench.validate_cert() == kOk);
  CHECK(bench.start() == kOk);
  CHECK(bench.started == std::pair<std::size_t, std::size_t>{0x2'8000, 0x5000});
  CHECK(bench.text().empty());
}

TEST_CASE("Each command is busy for its configured time, a fetch comes on top") {
  Bench bench;
  bench.memory.latency = us(3);
  bench.send(kValidate, kImages, 0x3'0000);
  CHECK(bench.ready_exactly_after(us(2000) + 4 * us(3)));  // Header, then 0x27FC0 bytes in pieces of 64 KiB.
  bench.send(kValidateCert, kCertImage, 0x8000);
  CHECK(bench.ready_exactly_after(us(2000) + 2 * us(3)));
  bench.send(kStart, 1);
  CHECK(bench.ready_exactly_after(us(500)));
  bench.send(kReleaseTmr);
  CHECK(bench.ready_exactly_after(us(200)));
}

TEST_CASE("An image is fetched as guest-physical memory of the PF: header first, then no more than it needs") {
  Bench bench;
  REQUIRE(bench.validate() == kOk);
  const auto& log = bench.memory.log;
  REQUIRE(log.size() == 4);
  CHECK((log[0].address == kImages && log[0].bytes == kHeader));
  CHECK((log[1].address == kImages + kHeader && log[1].bytes == 0x1'0000));
  CHECK((log[2].address == kImages + kHeader + 0x1'0000 && log[2].bytes == 0x1'0000));
  CHECK((log[3].address == kImages + kHeader + 0x2'0000 && log[3].bytes == 0x8000 - kHeader));
  for (const Memory::Access& access : log) {
    CHECK(access.read);
    CHECK(access.space == DmaSpace::GuestPhysical);
    CHECK(access.engine == "PSP");
    CHECK(access.function == 0);
  }
}

TEST_CASE("Nothing happens before the kick, and only the kick value is one") {
  Bench bench;
  bench.host.write(kCmdStatus, kValidate);
  bench.host.write(kArg0Resp, static_cast<std::uint32_t>(kImages));
  bench.host.write(kArg1, static_cast<std::uint32_t>(kImages >> 32));
  bench.host.write(kCmdStatus, 0x3'0000 | kValidate << 24);
  for (const std::uint32_t value : {0U, 1U, 0xD007'BE10U}) bench.host.write(kIntr, value);
  run(us(100'000));
  CHECK_FALSE(bench.ready());  // The host's own write cleared bit 31.
  CHECK(bench.memory.log.empty());
  bench.host.write(kIntr, kKick);
  REQUIRE(run_until([&] { return bench.ready(); }));
  CHECK(bench.host.read(kArg0Resp) == kOk);
}

TEST_CASE("The command is what the registers hold at the kick, whatever is written afterwards") {
  Bench bench;
  bench.host.write(kArg0Resp, static_cast<std::uint32_t>(kImages));
  bench.host.write(kArg1, static_cast<std::uint32_t>(kImages >> 32));
  bench.host.write(kCmdStatus, 0x3'0000 | kValidate << 24);
  bench.host.write(kIntr, kKick);
  // In the same instant, before the PSP has had a chance to look.
  bench.host.write(kCmdStatus, kReleaseTmr << 24);
  bench.host.write(kArg0Resp, 0);
  bench.host.write(kArg1, 0);
  REQUIRE(run_until([&] { return bench.ready(); }));
  CHECK(bench.host.read(kArg0Resp) == kOk);
  CHECK(bench.releases == 0);
  REQUIRE_FALSE(bench.memory.log.empty());
  CHECK(bench.memory.log.front().address == kImages);
}

TEST_CASE("When ready is seen the response is there") {
  Bench bench;
  bench.send(kValidate, kImages, 0x3'0000);
  // ARG0, which shares the register with RESP, stands there until the very end.
  run(us(2000) - ps(1));
  CHECK(bench.host.read(kArg0Resp) == static_cast<std::uint32_t>(kImages));
  run(ps(1));
  CHECK(bench.ready());
  CHECK(bench.host.read(kArg0Resp) == kOk);
}

TEST_CASE("A kick while the PSP is busy is lost") {
  Bench bench;
  bench.send(kValidate, kImages, 0x3'0000);
  run(us(100));
  bench.host.write(kIntr, kKick);
  REQUIRE(run_until([&] { return bench.ready(); }));
  const std::size_t fetches = bench.memory.log.size();
  run(us(100'000));
  CHECK(bench.memory.log.size() == fetches);
}

TEST_CASE("START without a validated image is a bad state and says so") {
  Bench bench;
  CHECK(bench.start() == kBadState);
  CHECK_FALSE(bench.started.has_value());
  CHECK(bench.count(FaultCategory::GuestError, "no validated image") == 1);
}

TEST_CASE("A second START is a bad state and starts nothing") {
  Bench bench;
  REQUIRE(bench.validate() == kOk);
  REQUIRE(bench.validate_cert() == kOk);
  REQUIRE(bench.start() == kOk);
  bench.started.reset();
  CHECK(bench.start() == kBadState);
  CHECK_FALSE(bench.started.has_value());
  CHECK(bench.count(FaultCategory::GuestError, "a second START") == 1);
}

TEST_CASE("A driver without a CERT image may start the management firmware alone") {
  Bench bench;
  REQUIRE(bench.validate() == kOk);
  CHECK(bench.start() == kOk);
  CHECK(bench.started == std::pair<std::size_t, std::size_t>{0x2'8000, 0});
}

TEST_CASE("VALIDATE_CERT comes after VALIDATE") {
  Bench bench;
  CHECK(bench.validate_cert() == kBadState);
  CHECK(bench.memory.log.empty());
  CHECK(bench.count(FaultCategory::GuestError, "cert.dev.sbin") == 1);
  REQUIRE(bench.validate() == kOk);
  CHECK(bench.validate_cert() == kOk);
}

TEST_CASE("A new VALIDATE begins a new sequence: the CERT image of the old one is not started") {
  Bench bench;
  REQUIRE(bench.validate() == kOk);
  REQUIRE(bench.validate_cert() == kOk);
  REQUIRE(bench.validate() == kOk);
  REQUIRE(bench.start() == kOk);
  CHECK(bench.started == std::pair<std::size_t, std::size_t>{0x2'8000, 0});
}

TEST_CASE("No image is validated while firmware runs") {
  Bench bench;
  REQUIRE(bench.validate() == kOk);
  REQUIRE(bench.start() == kOk);
  const std::size_t fetches = bench.memory.log.size();
  CHECK(bench.validate() == kBadState);
  CHECK(bench.validate_cert() == kBadState);
  CHECK(bench.memory.log.size() == fetches);
  CHECK(bench.count(FaultCategory::GuestError, "VALIDATE while firmware runs") == 1);
}

TEST_CASE("RELEASE_TMR stops the firmware and forgets the images, the sequence can begin again") {
  Bench bench;
  REQUIRE(bench.validate() == kOk);
  REQUIRE(bench.validate_cert() == kOk);
  REQUIRE(bench.start() == kOk);
  CHECK(bench.releases == 0);
  CHECK(bench.call(kReleaseTmr) == kOk);
  CHECK(bench.releases == 1);
  CHECK(bench.start() == kBadState);
  CHECK(bench.validate() == kOk);
  CHECK(bench.validate_cert() == kOk);
  CHECK(bench.start() == kOk);
}

TEST_CASE("RELEASE_TMR succeeds when nothing runs") {
  Bench bench;
  CHECK(bench.call(kReleaseTmr) == kOk);
}

TEST_CASE("An unknown command is refused and named") {
  Bench bench;
  for (const std::uint32_t command : {0U, 5U, 0x7FU}) CHECK(bench.call(command) == 0xFFFF'000A);
  CHECK(bench.count(FaultCategory::GuestError, "expected a command 1..4") == 3);
}

TEST_CASE("A refused image gives the verifier's code, says why, and leaves nothing to start") {
  Bench bench;
  bench.image(kImages, 0x2'8000, 0);
  CHECK(bench.validate() == 0xFFFF'000F);
  CHECK(bench.count(FaultCategory::GuestError, "npu.dev.sbin") == 1);
  CHECK(bench.count(FaultCategory::GuestError, "a broken seal (response 0xffff000f)") == 1);
  CHECK(bench.start() == kBadState);
  bench.image(kImages, 0x4'0000);
  CHECK(bench.validate() == 0xFFFF'0005);
  CHECK(bench.count(FaultCategory::GuestError, "an image longer than its buffer") == 1);
}

TEST_CASE("A refused CERT image leaves the management image as it was") {
  Bench bench;
  REQUIRE(bench.validate() == kOk);
  bench.image(kCertImage, 0x5000, 7);
  CHECK(bench.validate_cert() == 0xFFFF'000F);
  CHECK(bench.count(FaultCategory::GuestError, "cert.dev.sbin") == 1);
  bench.image(kCertImage, 0x5000);
  CHECK(bench.validate_cert() == kOk);
  CHECK(bench.start() == kOk);
}

TEST_CASE("A buffer too small for a header, or that cannot be read, is a bad parameter") {
  Bench bench;
  CHECK(bench.call(kValidate, kImages, kHeader - 1) == 0xFFFF'0006);
  CHECK(bench.memory.log.empty());
  CHECK(bench.call(kValidate, 0x1000, 0x1'0000) == 0xFFFF'0006);
  CHECK(bench.count(FaultCategory::GuestError, "an unreadable buffer at guest-physical 0x1000") == 1);
  // The end of the image is missing.
  bench.image(kImages + 0xF'0000, 0x2'0000);
  CHECK(bench.call(kValidate, kImages + 0xF'0000, 0x2'0000) == 0xFFFF'0006);
}

TEST_CASE("A reset in the middle of a command ends it without effect, at once") {
  Bench bench;
  bench.send(kValidate, kImages, 0x3'0000);
  run(us(1000));
  bench.psp.reset();
  CHECK(bench.ready());
  CHECK(bench.start() == kBadState);
  run(us(100'000));
  CHECK(bench.memory.log.empty());
  CHECK(bench.host.read(kArg0Resp) == kBadState);
}

TEST_CASE("A reset in the middle of a fetch leaves no half-validated image behind") {
  Bench bench;
  bench.memory.latency = us(10);
  bench.send(kValidate, kImages, 0x3'0000);
  run(us(2000) + us(15));
  bench.psp.reset();
  run(us(100'000));
  CHECK(bench.start() == kBadState);
}

TEST_CASE("A START that a reset overtakes starts nothing and blames nobody") {
  Bench bench;
  REQUIRE(bench.validate() == kOk);
  bench.send(kStart, 1);
  run(us(100));
  bench.psp.reset();
  run(us(100'000));
  CHECK_FALSE(bench.started.has_value());
  CHECK(bench.text().empty());
}

TEST_CASE("A RELEASE_TMR that a reset overtakes does not stop the firmware of the next start") {
  Bench bench;
  REQUIRE(bench.validate() == kOk);
  REQUIRE(bench.start() == kOk);
  bench.send(kReleaseTmr);
  run(us(100));
  bench.psp.reset();
  run(us(100'000));
  CHECK(bench.releases == 0);
}

TEST_CASE("A command right after a reset is taken, although the one before has not run out") {
  Bench bench;
  bench.send(kValidate, kImages, 0x3'0000);
  run(us(100));
  bench.psp.reset();
  bench.send(kValidate, kImages, 0x3'0000);  // In the instant of the reset.
  CHECK(bench.ready_exactly_after(us(2000)));
  CHECK(bench.host.read(kArg0Resp) == kOk);
  CHECK(bench.validate_cert() == kOk);
  CHECK(bench.start() == kOk);
}

TEST_CASE("A silent PSP stays busy until it is reset, and works then") {
  Bench bench;
  bench.faults.arm(Fault::PspSilent);
  bench.send(kValidate, kImages, 0x3'0000);
  run(us(10'000'000));
  CHECK_FALSE(bench.ready());
  bench.psp.reset();
  CHECK(bench.ready());
  CHECK(bench.validate() == kOk);
}

TEST_CASE("A PSP that is not ready at first stays so until it is reset") {
  Bench bench;
  bench.faults.arm(Fault::PspNotReady);
  for (unsigned i = 0; i < 50; ++i) CHECK_FALSE(bench.ready());
  bench.psp.reset();
  CHECK(bench.ready());
}

TEST_CASE("The error faults answer CANCEL") {
  Bench bench;
  bench.faults.arm(Fault::PspError);
  CHECK(bench.validate() == kCancel);
  CHECK(bench.validate() == kOk);
  bench.faults.arm(Fault::PspReleaseError);
  CHECK(bench.call(kReleaseTmr) == kCancel);
  CHECK(bench.releases == 1);
}

TEST_CASE("The hang report says what the PSP does") {
  Bench bench;
  CHECK(bench.waits.hang_report().empty());
  CHECK(bench.waits.hang_report(true).size() == 1);
  bench.send(kValidate, kImages, 0x3'0000);
  REQUIRE(bench.waits.hang_report().size() == 1);
  CHECK(bench.waits.hang_report().front().find("PSP waits for clock: VALIDATE") == 0);
}

}  // namespace
}  // namespace aie4
