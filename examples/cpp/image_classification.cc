// image_classification MODEL.keras IMAGE ...: the three best classes of each image file (png, jpg, bmp, gif ...).
// The model takes numbers from 0 to 255, as those of keras.applications with a preprocessing layer do.
#include <keravino/model.h>
#include <keravino/ops.h>

#include <iostream>

#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>

using keravino::Tensor;

/// An image file as (1, height, width, channels), in the size of the model's input.
Tensor read_image(const char* file, const ov::PartialShape& wanted) {
  const auto channels = static_cast<int>(wanted[3].get_length());
  int height, width, own_channels;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load(file, &width, &height, &own_channels, channels), &stbi_image_free);
  if (!pixels) throw std::runtime_error(std::string(file) + ": " + stbi_failure_reason());
  const ov::Tensor image(ov::element::u8,
                         {1, static_cast<size_t>(height), static_cast<size_t>(width), static_cast<size_t>(channels)},
                         pixels.get());  // no copy: the pixels live until this function ends
  const Tensor numbers = keravino::ops::cast(Tensor(image), keravino::DType::float32);
  const Tensor resized = keravino::ops::resize(numbers, {wanted[1].get_length(), wanted[2].get_length()});
  return Tensor(resized.numbers());  // computed now
}

int main(int count, char** arguments) try {
  if (count < 3) throw std::runtime_error("usage: image_classification MODEL.keras IMAGE ...");
  const auto model = keravino::Model::load(arguments[1]);
  for (int i = 2; i < count; ++i) {
    const Tensor image = read_image(arguments[i], model.inputs().at(0).shape);
    const auto [scores, classes] = keravino::ops::top_k(model.predict({image})[0], 3);
    std::cout << arguments[i];
    for (size_t k = 0; k < 3; ++k)
      std::cout << (k == 0 ? ": " : ", ") << classes.numbers().data<int32_t>()[k] << " ("
                << scores.numbers().data<float>()[k] << ")";
    std::cout << "\n";
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
