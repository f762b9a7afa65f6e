// Loads a Keras model and classifies one image, without Python.
#include <iostream>
#include <keravino/model.h>

int main(int argc, char** argv) {
  const auto model = keravino::Model::load(argc > 1 ? argv[1] : "digits.keras");
  std::cout << model.summary();
}
