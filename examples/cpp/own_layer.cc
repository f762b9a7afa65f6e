// Runs a model with a layer of a class that Python code defined, `Scaled`: factor * x ** power.
#include <keravino/layers.h>
#include <keravino/model.h>
#include <keravino/ops.h>

#include <iostream>

using keravino::Tensor;

std::vector<Tensor> scaled(keravino::LayerCall& layer, const std::vector<Tensor>& inputs) {
  const Tensor& x = inputs.at(0);
  const Tensor factor = layer.weight("factor", {x.shape()[1].get_length()});  // as `add_weight` made it
  return {factor * keravino::ops::power(x, layer.get<int64_t>("power"))};     // as `get_config` gave it
}

int main(int, char** arguments) try {
  keravino::register_layer("Scaled", scaled);
  const auto model = keravino::Model::load(arguments[1]);
  ov::Tensor x(ov::element::f32, {1, 3});
  for (size_t i = 0; i < 3; ++i) x.data<float>()[i] = static_cast<float>(i + 1);
  const ov::Tensor y = model.predict({Tensor(x)})[0].numbers();
  for (size_t i = 0; i < y.get_size(); ++i) std::cout << y.data<float>()[i] << "\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
