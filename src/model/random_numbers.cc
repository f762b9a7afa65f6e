#include "model/random_numbers.h"

#include "engine/evaluate.h"

namespace keravino {

ov::Tensor random_numbers(std::mt19937& generator, const ov::Shape& shape, const ov::element::Type& type) {
  std::uniform_real_distribution<float> uniform;
  ov::Tensor numbers(ov::element::f32, shape);
  std::generate_n(numbers.data<float>(), numbers.get_size(),
                  [&] { return type.is_real() ? uniform(generator) : std::round(uniform(generator)); });
  return engine::convert(numbers, type);
}

}  // namespace keravino
