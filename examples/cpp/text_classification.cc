// text_classification MODEL.keras: the class of each line of stdin. The model takes the texts as they are, its first
// layer is a TextVectorization.
#include <keravino/model.h>

#include <algorithm>
#include <iostream>

int main(int count, char** arguments) try {
  if (count != 2) throw std::runtime_error("usage: text_classification MODEL.keras");
  const auto model = keravino::Model::load(arguments[1]);
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) lines.push_back(line);
  const ov::Tensor texts(ov::element::string, {lines.size(), 1}, lines.data());  // no copy
  const ov::Tensor scores = model.predict({keravino::Tensor(texts)})[0].numbers();
  const size_t classes = scores.get_shape()[1];
  for (size_t i = 0; i < lines.size(); ++i) {
    const float* row = scores.data<const float>() + i * classes;
    const float* best = std::max_element(row, row + classes);
    std::cout << best - row << " (" << *best << ") " << lines[i] << "\n";
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
