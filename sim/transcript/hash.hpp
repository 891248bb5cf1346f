// SPDX-License-Identifier: Apache-2.0
// SHA-256 of a stream of bytes, by libcrypto.
#pragma once

#include <cstddef>
#include <memory>
#include <openssl/evp.h>
#include <span>

#include "sim/transcript/format.hpp"

namespace aie4::transcript {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
      throw TranscriptError("libcrypto offers no SHA-256");
    }
  }
  void update(std::span<const std::byte> bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  /// The hash of everything so far; the object is used up.
  [[nodiscard]] Hash finish() {
    Hash hash{};
    static_assert(sizeof(hash) == 32);
    EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(hash.data()), nullptr);
    return hash;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace aie4::transcript
