#include "model/random_numbers.h"

#include "engine/evaluate.h"
#include "ops/make.h"

namespace keravino {

ov::Tensor random_numbers(std::mt19937& generator, const ov::Shape& shape, const ov::element::Type& type) {
  std::uniform_real_distribution<float> uniform;
  ov::Tensor numbers(ov::element::f32, shape);
  std::generate_n(numbers.data<float>(), numbers.get_size(),
                  [&] { return type.is_real() ? uniform(generator) : std::round(uniform(generator)); });
  return engine::convert(numbers, type);
}

ov::Tensor random_input(std::mt19937& generator, const std::string& name, ov::PartialShape shape,
                        const ov::element::Type& type, int64_t rows) {
  const auto none = [&](const std::string& why) {
    return Error(
        fmt::format("there are no random numbers for input \"{}\" of shape {}: {}", name, ops::to_string(shape), why));
  };
  if (type == ov::element::string) throw none("it takes texts");
  for (size_t axis = 1; axis < shape.size(); ++axis) {
    if (shape[axis].is_dynamic()) throw none(fmt::format("dimension {} is open", axis));
  }
  if (shape.size() > 0 && shape[0].is_dynamic()) shape[0] = rows;
  return random_numbers(generator, shape.to_shape(), type);
}

}  // namespace keravino
