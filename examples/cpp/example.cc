// Loads a Keras model of 8x8 images and prints its scores for one, without Python.
#include <keravino/model.h>

#include <iostream>

int main(int count, char** arguments) try {
  const auto model = keravino::Model::load(count > 1 ? arguments[1] : "digits.keras");
  ov::Tensor image(ov::element::f32, {1, 8, 8, 1});
  for (size_t i = 0; i < image.get_size(); ++i) image.data<float>()[i] = static_cast<float>(i % 17);
  const ov::Tensor scores = model.predict({keravino::Tensor(image)})[0].numbers();
  for (size_t i = 0; i < scores.get_size(); ++i) std::cout << i << ": " << scores.data<float>()[i] << "\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
