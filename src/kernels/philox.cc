#include "kernels/philox.h"

#include "kernels/processors.h"

namespace keravino::kernels {

FOR_EACH_PROCESSOR void philox_batch(uint64_t first, Key key, Block* out) {
  uint32_t c[4][kPhiloxBatch];
  for (size_t i = 0; i < kPhiloxBatch; ++i) {
    c[0][i] = static_cast<uint32_t>(first + i);
    c[1][i] = static_cast<uint32_t>((first + i) >> 32);
    c[2][i] = 0;
    c[3][i] = 0;
  }
  for (int round = 0; round < 10; ++round) {
    for (size_t i = 0; i < kPhiloxBatch; ++i) {
      const uint64_t a = uint64_t{0xD2511F53} * c[0][i];
      const uint64_t b = uint64_t{0xCD9E8D57} * c[2][i];
      c[0][i] = static_cast<uint32_t>(b >> 32) ^ c[1][i] ^ key[0];
      c[1][i] = static_cast<uint32_t>(b);
      c[2][i] = static_cast<uint32_t>(a >> 32) ^ c[3][i] ^ key[1];
      c[3][i] = static_cast<uint32_t>(a);
    }
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  for (size_t i = 0; i < kPhiloxBatch; ++i) out[i] = {c[0][i], c[1][i], c[2][i], c[3][i]};
}

}  // namespace keravino::kernels
