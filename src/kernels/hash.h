// Hashes of text that Keras's layers put features into bins with: the bins are part of a saved model.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace keravino::kernels {

/// FarmHash's Fingerprint64 (Pike and Alakuijala, 2014), which does not change from machine to machine.
uint64_t fingerprint(std::string_view text);

/// The fingerprint of two fingerprints in this order, as TensorFlow crosses features.
uint64_t joined_fingerprints(uint64_t first, uint64_t second);

/// SipHash-2-4 (Aumasson and Bernstein, 2012).
uint64_t siphash(std::string_view text, std::array<uint64_t, 2> key);

}  // namespace keravino::kernels
