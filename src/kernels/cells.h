// The element-wise half of a recurrent layer in training: one step of one sample.
#pragma once

#include <cstddef>

namespace keravino::kernels {

/// Of an LSTM with H units. `gates` (4 * H: i, f, candidate, o) hold the products with the inputs and with the state
/// before, and become the gates. Writes the new states c and h (H).
void lstm_step(size_t units, float* gates, const float* bias, const float* c_before, float* c, float* h);

/// Backwards. `dy` and `dh` (H): the gradients of h from this step's result and from the next step; `dc` (H): that of
/// c, which becomes the one of c_before. Writes the gradients of the products to `dgates` (4 * H) and adds them to
/// `dbias`.
void lstm_step_back(size_t units, const float* gates, const float* c_before, const float* c, const float* dy,
                    const float* dh, float* dc, float* dgates, float* dbias);

/// Of a GRU that resets after the product. `gates` (3 * H: z, r, candidate) hold the products with the inputs, and
/// become the gates; `recurrent` (3 * H) holds those with h_before; `bias` is (2, 3 * H). The candidate's part of the
/// recurrent products with their bias goes to `inner` (H), the new state to `h` (H).
void gru_step(size_t units, float* gates, const float* recurrent, const float* bias, const float* h_before,
              float* inner, float* h);

/// Backwards. `dh` (H) becomes the part of the gradient of h_before that does not come through products. Writes the
/// gradients of the products with the inputs and with the state to `dgates` and `drecurrent` (3 * H each), and adds
/// both to `dbias`.
void gru_step_back(size_t units, const float* gates, const float* inner, const float* h_before, const float* dy,
                   float* dh, float* dgates, float* drecurrent, float* dbias);

}  // namespace keravino::kernels
