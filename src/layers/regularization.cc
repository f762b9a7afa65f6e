// Layers that act in training only: at inference each gives its input.
#include "layers/families.h"

namespace keravino::layers {
namespace {

Tensor inactive(Layer&, const Tensor& x) { return x; }

constexpr Row kRows[] = {
    row<&inactive>("ActivityRegularization"),
    row<&inactive>("AlphaDropout"),
    row<&inactive>("Dropout"),
    row<&inactive>("GaussianDropout"),
    row<&inactive>("GaussianNoise"),
    row<&inactive>("SpatialDropout1D"),
    row<&inactive>("SpatialDropout2D"),
    row<&inactive>("SpatialDropout3D"),
    // ConvNeXt's own layer, which Keras saves with its models.
    row<&inactive>("StochasticDepth"),
};

}  // namespace

std::span<const Row> regularization_layers() { return kRows; }

}  // namespace keravino::layers
