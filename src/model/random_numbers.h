// Numbers that stand for data.
#pragma once

#include <openvino/runtime/tensor.hpp>
#include <random>

namespace keravino {

/// Numbers from 0 to 1 of a dtype; whole ones are 0 or 1.
ov::Tensor random_numbers(std::mt19937& generator, const ov::Shape& shape, const ov::element::Type& type);

}  // namespace keravino
