#include "model/no_rows.h"

#include "ops/make.h"

namespace keravino {
namespace {

bool has_open_batch(const TensorInfo& input) { return input.shape.size() > 0 && input.shape[0].is_dynamic(); }

std::vector<ov::PartialShape> output_shapes(ov::Model& graph, const std::vector<TensorInfo>& infos,
                                            const std::vector<ov::Tensor>& inputs, size_t rows) {
  std::map<size_t, ov::PartialShape> fixed;
  for (size_t i = 0; i < infos.size(); ++i) {
    ov::Shape shape = inputs[i].get_shape();
    if (has_open_batch(infos[i])) shape[0] = rows;
    fixed.emplace(i, shape);
  }
  graph.reshape(fixed);
  std::vector<ov::PartialShape> shapes;
  for (const auto& output : graph.outputs()) shapes.push_back(output.get_partial_shape());
  return shapes;
}

}  // namespace

bool has_no_rows(const std::vector<TensorInfo>& infos, const std::vector<ov::Tensor>& inputs) {
  for (size_t i = 0; i < infos.size(); ++i) {
    if (has_open_batch(infos[i]) && inputs[i].get_shape()[0] == 0) return true;
  }
  return false;
}

std::optional<std::vector<ov::Tensor>> outputs_for_no_rows(const ov::Model& graph, const std::vector<TensorInfo>& infos,
                                                           const std::vector<ov::Tensor>& inputs) {
  const auto copy = graph.clone();
  // Many nodes infer no shape from an empty one (a Reshape with -1 in it); what two rows have more than one does.
  const auto one = output_shapes(*copy, infos, inputs, 1), two = output_shapes(*copy, infos, inputs, 2);
  std::vector<ov::Tensor> outputs;
  for (size_t i = 0; i < one.size(); ++i) {
    if (one[i].is_dynamic() || two[i].is_dynamic() || one[i].size() != two[i].size()) return std::nullopt;
    ov::Shape shape = one[i].to_shape();
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      const size_t more = two[i][axis].get_max_length() - shape[axis];
      if (more > shape[axis]) return std::nullopt;
      shape[axis] -= more;
    }
    if (ov::shape_size(shape) > 0) return std::nullopt;
    outputs.emplace_back(copy->output(i).get_element_type(), shape);
  }
  return outputs;
}

}  // namespace keravino
