// Numbers that stand for data.
#pragma once

#include <openvino/runtime/tensor.hpp>
#include <random>

namespace keravino {

/// Numbers from 0 to 1 of a dtype; whole ones are 0 or 1.
ov::Tensor random_numbers(std::mt19937& generator, const ov::Shape& shape, const ov::element::Type& type);

/// The same for an input of a model, with so many rows where its batch is open. Error for texts, and for another
/// dimension that is open.
ov::Tensor random_input(std::mt19937& generator, const std::string& name, ov::PartialShape shape,
                        const ov::element::Type& type, int64_t rows);

}  // namespace keravino
