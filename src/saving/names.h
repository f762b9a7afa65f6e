// The names that Keras gives to groups in a weights file: a layer "c1" is saved as "layers/conv2d".
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

#include "saving/file.h"

namespace keravino::saving {

/// Keras's to_snake_case: "Conv2DTranspose" -> "conv2d_transpose", "ReLU" -> "re_lu".
std::string snake_case(std::string_view name);

/// `a/b`, or `b` alone under the root.
std::string join(const std::string& group, const std::string& name);

/// Names the members of one list or dict, in order: "conv2d", "conv2d_1", "dense", "conv2d_2". A member that is itself
/// a list is named by the class name "container".
class ContainerNames {
 public:
  std::string next(std::string_view class_name);

 private:
  std::unordered_map<std::string, size_t> used_;
};

/// The weights group of every object in a saved model's config, by the JSON pointer of that object:
///   "" -> "", "/config/layers/3" -> "layers/conv2d", "/config/layers/4/config/layers/1" ->
///   "layers/functional/layers/dense",
///   "/config/layers/5/config/layer" -> "layers/bidirectional/forward_layer".
/// An object that is shared (`shared_object_id`) has one group, that of its first place. What a layer makes for itself
/// is not in the config and not here: an LSTM's cell is in its group's "cell", MultiHeadAttention's parts in
/// "query_dense", "key_dense", "value_dense" and "output_dense" (in GroupQueryAttention the same with a leading
/// underscore).
/// They may be far longer together than the config, and are out of `budget`.
std::unordered_map<std::string, std::string> weight_groups(const nlohmann::json& model, Budget& budget);

}  // namespace keravino::saving
