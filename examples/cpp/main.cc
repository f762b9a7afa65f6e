// Loads a Keras model and classifies one image, without Python.
#include <keravino/model.h>

#include <iostream>

int main(int argc, char** argv) {
  const auto model = keravino::Model::load(argc > 1 ? argv[1] : "digits.keras");
  std::cout << model.summary();
}
