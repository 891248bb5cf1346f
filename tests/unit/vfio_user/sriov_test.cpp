// SPDX-License-Identifier: Apache-2.0
// SR-IOV on stock QEMU: what is shown when, and what QEMU is told through its qtest socket.
#include <sys/socket.h>
#include <unistd.h>

#include "sim/vfio_user/listening_socket.hpp"
#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {
namespace {

using pci::ConfigSpace;

/// QEMU's end of the qtest socket.
class FakeQtest {
 public:
  explicit FakeQtest(const std::string& path) : listener_(path) {}
  /// What has been sent since the last call, by line. Answers each line with `answer`.
  std::vector<std::string> commands(const std::string& answer = "OK\n") {
    if (!client_) client_ = listener_.accept();
    std::string text;
    std::array<char, 4096> chunk{};
    for (ssize_t got = 0; client_ && (got = ::recv(client_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT)) > 0;) {
      text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      REQUIRE(end != text.npos);
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
      if (!answer.empty()) REQUIRE(::send(client_.get(), answer.data(), answer.size(), 0) > 0);
    }
    return lines;
  }
  [[nodiscard]] bool connected() const { return static_cast<bool>(client_); }
  void close() { client_.reset(); }

 private:
  ListeningSocket listener_;
  UniqueFd client_;
};

struct Ready {
  Ready() : bench(shapes(), options()) {
    bench.devices[0]->on_virtual_functions = [this](unsigned count) {
      for (unsigned vf = 0; vf < 4; ++vf) bench.functions[1 + vf]->set_vf_enabled(vf < count);
    };
  }
  static std::vector<pci::FunctionShape> shapes() {
    std::vector<pci::FunctionShape> result{pf_shape(true)};
    for (unsigned number = 0; number < 4; ++number) result.push_back(vf_shape(number));
    return result;
  }
  ServerOptions options() const {
    ServerOptions result;
    result.qtest_socket = folder.file("qtest");
    result.pf_address = {4, 0};
    return result;
  }
  /// As Linux does it: VF BARs, NumVFs, then VF Enable with VF Memory Space Enable.
  static void enable_vfs(VfioUserClient& pf, std::uint16_t count) {
    const std::uint32_t sriov = ConfigSpace::sriov_capability_offset();
    pf.config<std::uint32_t>(sriov + 0x20, 4096 / 4096);  // System page size.
    pf.config<std::uint32_t>(sriov + 0x24, 0xFEB0'0000);
    pf.config<std::uint32_t>(sriov + 0x2C, 0x4000'0000);
    pf.config<std::uint32_t>(sriov + 0x30, 0x0000'0070);
    pf.config<std::uint16_t>(sriov + 0x10, count);
    pf.config<std::uint16_t>(sriov + 0x08, 0x0009);
  }
  static void disable_vfs(VfioUserClient& pf) {
    pf.config<std::uint16_t>(ConfigSpace::sriov_capability_offset() + 0x08, 0);
  }

  TemporaryFolder folder;
  Bench bench;
};

const std::vector<std::string> kTwoVfs = {
    "writel 0xb0028010 0xfeb00000", "writel 0xb0028018 0x40000000", "writel 0xb002801c 0x70", "writew 0xb0028004 0x2",
    "writel 0xb0030010 0xfeb20000", "writel 0xb0030018 0x40080000", "writel 0xb003001c 0x70", "writew 0xb0030004 0x2"};

}  // namespace

TEST_CASE("QEMU sees no extended space of the PF until the first reset, the guest does, the next QEMU not") {
  Ready ready;
  const std::uint32_t sriov = ConfigSpace::sriov_capability_offset();
  for (unsigned life = 0; life < 2; ++life) {
    VfioUserClient pf = ready.bench.client();
    CHECK(pf.config<std::uint32_t>(0x100) == 0);
    CHECK(pf.config<std::uint32_t>(sriov) == 0);
    REQUIRE(pf.reset() == 0);
    CHECK((pf.config<std::uint32_t>(sriov) & 0xFFFFU) == 0x0010);
    REQUIRE(pf.reset() == 0);  // A guest that reboots.
    CHECK((pf.config<std::uint32_t>(sriov) & 0xFFFFU) == 0x0010);
    pf.close();
    ready.bench.turns();
  }
}

TEST_CASE("QEMU sees the identity of a VF until the first reset, the guest never does") {
  Ready ready;
  for (unsigned life = 0; life < 2; ++life) {
    VfioUserClient vf = ready.bench.client(1);
    CHECK(vf.config<std::uint32_t>(0) == 0x17F31022);
    REQUIRE(vf.reset() == 0);
    CHECK(vf.config<std::uint32_t>(0) == 0xFFFFFFFF);
    REQUIRE(vf.reset() == 0);
    CHECK(vf.config<std::uint32_t>(0) == 0xFFFFFFFF);
    vf.close();
    ready.bench.turns();
  }
}

TEST_CASE("a PF without SR-IOV and a static VF show everything at all times") {
  pci::FunctionShape fixed = vf_shape(0);
  fixed.virtual_function = false;
  Bench bench({pf_shape(), fixed});
  VfioUserClient pf = bench.client(0);
  VfioUserClient vf = bench.client(1);
  const std::uint32_t extended = pf.config<std::uint32_t>(0x100);
  CHECK(vf.config<std::uint32_t>(0) == 0x17F31022);
  REQUIRE(pf.reset() == 0);
  REQUIRE(vf.reset() == 0);
  CHECK(pf.config<std::uint32_t>(0x100) == extended);
  CHECK(vf.config<std::uint32_t>(0) == 0x17F31022);
}

TEST_CASE("QEMU is told the BARs of the VFs before the guest's write is answered") {
  Ready ready;
  FakeQtest qtest(ready.options().qtest_socket);
  VfioUserClient pf = ready.bench.client();
  REQUIRE(pf.reset() == 0);
  CHECK(qtest.commands().empty());
  Ready::enable_vfs(pf, 2);
  CHECK(qtest.commands() == kTwoVfs);
  ready.bench.turns();
  CHECK(ready.bench.server->vf_bar_programmer().acknowledged() == kTwoVfs.size());
  CHECK(ready.bench.server->vf_bar_programmer().outstanding() == 0);

  Ready::disable_vfs(pf);
  CHECK(qtest.commands() == std::vector<std::string>{"writew 0xb0028004 0x0", "writew 0xb0030004 0x0"});
  Ready::enable_vfs(pf, 2);
  CHECK(qtest.commands() == kTwoVfs);
}

TEST_CASE("a configuration write that changes nothing about the VFs tells QEMU nothing") {
  Ready ready;
  FakeQtest qtest(ready.options().qtest_socket);
  VfioUserClient pf = ready.bench.client();
  REQUIRE(pf.reset() == 0);
  Ready::enable_vfs(pf, 2);
  CHECK(qtest.commands().size() == 8);
  pf.config<std::uint16_t>(0x04, 0x0006);
  pf.config<std::uint16_t>(ConfigSpace::sriov_capability_offset() + 0x08, 0x0009);
  CHECK(qtest.commands().empty());
}

TEST_CASE("a reset of the PF takes the VFs from QEMU") {
  Ready ready;
  FakeQtest qtest(ready.options().qtest_socket);
  VfioUserClient pf = ready.bench.client();
  REQUIRE(pf.reset() == 0);
  Ready::enable_vfs(pf, 1);
  CHECK(qtest.commands().size() == 4);
  REQUIRE(pf.reset() == 0);
  CHECK(qtest.commands() == std::vector<std::string>{"writew 0xb0028004 0x0"});
}

TEST_CASE("the configuration write is answered although QEMU acknowledges nothing") {
  Ready ready;
  FakeQtest qtest(ready.options().qtest_socket);
  VfioUserClient pf = ready.bench.client();
  REQUIRE(pf.reset() == 0);
  for (unsigned round = 0; round < 200; ++round) {
    Ready::enable_vfs(pf, 4);
    Ready::disable_vfs(pf);
  }
  CHECK(qtest.commands("").size() >= 400);
  require_usable(pf);
}

TEST_CASE("a qtest socket that appears late is reached in the next turns") {
  Ready ready;
  VfioUserClient pf = ready.bench.client();
  REQUIRE(pf.reset() == 0);
  Ready::enable_vfs(pf, 2);
  CHECK(ready.bench.server->vf_bar_programmer().waiting_for_socket());
  CHECK(ready.bench.logged("cannot be reached yet"));
  FakeQtest qtest(ready.options().qtest_socket);
  ready.bench.turns();
  CHECK(qtest.commands() == kTwoVfs);
}

TEST_CASE("the next QEMU is reached at its own qtest socket and told everything anew") {
  Ready ready;
  for (unsigned life = 0; life < 2; ++life) {
    FakeQtest qtest(ready.options().qtest_socket);
    VfioUserClient pf = ready.bench.client();
    REQUIRE(pf.reset() == 0);
    Ready::enable_vfs(pf, 2);
    CHECK(qtest.commands() == kTwoVfs);
    pf.close();
    ready.bench.turns();
  }
}

TEST_CASE("a write that QEMU refuses is said, a closed qtest socket too, and the server goes on") {
  Ready ready;
  FakeQtest qtest(ready.options().qtest_socket);
  VfioUserClient pf = ready.bench.client();
  REQUIRE(pf.reset() == 0);
  Ready::enable_vfs(pf, 1);
  CHECK(qtest.commands("FAIL Unknown command 'writel'\nIRQ raise 3\n").size() == 4);
  ready.bench.turns();
  CHECK(ready.bench.logged("QEMU refused a configuration write of a VF: FAIL"));
  Ready::disable_vfs(pf);
  qtest.close();
  ready.bench.turns();
  CHECK(ready.bench.logged("closed its qtest socket"));
  Ready::enable_vfs(pf, 2);
  CHECK(qtest.commands() == kTwoVfs);
}

TEST_CASE("without a qtest socket, enabling VFs is an error that says what to pass") {
  Bench bench({pf_shape(true)});
  VfioUserClient pf = bench.client();
  REQUIRE(pf.reset() == 0);
  Ready::enable_vfs(pf, 1);
  CHECK(bench.logged("pass --qtest"));
  CHECK_FALSE(bench.server->vf_bar_programmer().waiting_for_socket());
  require_usable(pf);
}

TEST_CASE("the PF may sit elsewhere than at 04.0") {
  TemporaryFolder folder;
  ServerOptions options;
  options.qtest_socket = folder.file("qtest");
  options.pf_address = {6, 1};
  Bench bench({pf_shape(true)}, options);
  FakeQtest qtest(options.qtest_socket);
  VfioUserClient pf = bench.client();
  REQUIRE(pf.reset() == 0);
  Ready::enable_vfs(pf, 1);
  const std::vector<std::string> lines = qtest.commands();
  REQUIRE(lines.size() == 4);
  CHECK(lines.back() == "writew 0xb0039004 0x2");  // Device 7, function 1.
}

}  // namespace aie4::vfio_user::test
