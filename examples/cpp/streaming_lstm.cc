// streaming_lstm MODEL.keras: a recurrent network with stateful=True for one step of one sequence,
// Input(batch_shape=(1, 1, features)). Each line of stdin is a sensor's name and its numbers, or its name alone where
// it begins anew. Sensors are streams of the same model, each with its own states.
#include <keravino/model.h>

#include <iostream>
#include <sstream>

using keravino::Model;

int main(int count, char** arguments) try {
  if (count != 2) throw std::runtime_error("usage: streaming_lstm MODEL.keras");
  const Model model = Model::load(arguments[1]);
  const ov::Shape shape = model.inputs().at(0).shape.to_shape();
  std::map<std::string, Model> sensors;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    if (!sensors.contains(name)) sensors.emplace(name, model.new_stream());
    const Model& sensor = sensors.at(name);
    std::vector<float> step;
    for (float number; words >> number;) step.push_back(number);
    if (step.empty()) {
      sensor.reset_states();
      continue;
    }
    if (step.size() != ov::shape_size(shape)) throw std::runtime_error(line + ": another number of features");
    const ov::Tensor output =
        sensor.predict({keravino::Tensor(ov::Tensor(ov::element::f32, shape, step.data()))})[0].numbers();
    std::cout << name;
    for (size_t i = 0; i < output.get_size(); ++i) std::cout << " " << output.data<const float>()[i];
    std::cout << std::endl;  // the answer is due before the next step comes
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
