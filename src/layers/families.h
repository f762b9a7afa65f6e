// Every family of layers, in one list. A family is a file of src/layers with a function that returns its rows.
#pragma once

#include "layers/registry.h"

namespace keravino::layers {

using Family = std::span<const Row> (*)();

std::span<const Row> activation_layers();
std::span<const Row> attention_layers();
std::span<const Row> augmentation_layers();
std::span<const Row> convolution_layers();
std::span<const Row> core_layers();
std::span<const Row> embedding_layers();
std::span<const Row> feature_layers();
std::span<const Row> lookup_layers();
std::span<const Row> merging_layers();
std::span<const Row> models();
std::span<const Row> normalization_layers();
std::span<const Row> pooling_layers();
std::span<const Row> preprocessing_layers();
std::span<const Row> recurrent_layers();
std::span<const Row> regularization_layers();
std::span<const Row> reshaping_layers();

inline constexpr Family kFamilies[] = {
    activation_layers,    attention_layers, augmentation_layers,   convolution_layers,
    core_layers,          embedding_layers, feature_layers,        lookup_layers,
    merging_layers,       models,           normalization_layers,  pooling_layers,
    preprocessing_layers, recurrent_layers, regularization_layers, reshaping_layers,
};

}  // namespace keravino::layers
