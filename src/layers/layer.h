// A layer of a saved model: its config and its weights, typed and checked.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "keravino/error.h"
#include "keravino/tensor.h"
#include "ops/arg.h"
#include "saving/archive.h"

namespace keravino::layers {

using nlohmann::json;

/// What a graph is built for: with weights that are constants, or with weights that are its inputs.
enum class Purpose { predict, train, evaluate };

/// A variable of a layer. What training changes is a parameter of a graph for training or evaluation; all else is a
/// constant that shares the memory of the file.
struct Variable {
  Tensor start;  // as the graph gets it
  Tensor value;  // as the layers built so far leave it
  size_t elements, bytes;
  bool trainable;
  size_t order = 0;                                 // how many were there before it, where a Source learns
  std::function<Tensor(const Tensor&)> constraint;  // of new values, in training
};

/// x in a dtype. Numbers that are known are rounded to the nearest, as OpenVINO's (2026.4.1) folding of constants to
/// bfloat16 does not.
Tensor in_dtype(const Tensor& x, DType dtype);

/// What a stateful layer keeps from one call of the model to the next.
struct State {
  Tensor start;  // a parameter of the graph
  Tensor value;  // as the layers built so far leave it
};

/// A model file being built. All layers of it, nested ones too, refer to this.
struct Source {
  /// `seed` is for random numbers of layers that have none in the config.
  explicit Source(const saving::Archive& file, Purpose purpose = Purpose::predict, uint64_t seed = 0);

  const saving::Archive& archive;
  saving::Budget budget;  // of the file: what is computed from a config may be far larger than it
  Purpose purpose;
  uint64_t seed;
  bool learns = false;  // which variables the layers want: each is a parameter then, whatever the file has
  std::unordered_map<std::string, std::string> groups;  // the weights group of an object, by its JSON pointer
  /// The variables in use, by group and index: one node each, however often it is used.
  std::map<std::pair<std::string, size_t>, Variable> variables;
  /// Variables that a file has twice, where a Source learns: the key of the copy, and the other's.
  std::map<std::pair<std::string, size_t>, std::pair<std::string, size_t>> copies;
  std::map<std::string, std::vector<ov::PartialShape>> output_shapes;  // of a layer's first call, by its JSON pointer
  std::set<DType> compute_dtypes;                                      // floats that the layers with weights compute in
  std::map<std::shared_ptr<Value>, Tensor> masks;                      // of the tensors that have one
  /// The first number of each layer's seeds, by the layer's JSON pointer, and the pair as the calls so far leave it.
  std::map<std::string, std::pair<uint32_t, Variable>> seeds;
  std::map<std::string, std::vector<State>> states;  // by the layer's JSON pointer
  /// Results of activations that change a shape. Keras takes every activation for one that does not, and saves so.
  std::vector<Tensor> misjudged;
  std::vector<Tensor> losses;  // scalars that layers add to the loss of a model that is trained: regularisers
};

/// One use of a layer: reads of the config are typed and checked, and weights are taken one after the other, in the
/// order of Keras's variables. Every error says where in the file it is.
class Layer {
 public:
  /// `node` is the layer's object in config.json, `pointer` its place there, "/config/layers/3", `parent` what holds
  /// it.
  Layer(Source& source, const json& node, std::string pointer, const Layer* parent = nullptr);

  const std::string& class_name() const { return class_name_; }
  const std::string& name() const { return name_; }
  /// Its name with those of the models that it is in, but for the outermost: "backbone/conv1".
  const std::string& path() const { return path_; }
  const std::string& pointer() const { return pointer_; }
  const json& node() const { return *node_; }
  Source& source() const { return *source_; }

  /// The config's value as JSON; Error if there is none.
  const json& value(std::string_view key) const;
  /// True if the config has a value that is not null.
  bool has(std::string_view key) const;
  /// A value of the config as bool, int64_t, uint64_t, double, std::string, DType, or a vector of numbers or
  /// std::string. An int64_t is at most 2^31 - 1 here; a uint64_t any integer, modulo 2^64.
  template <class T>
  T get(std::string_view key) const;
  /// The same, or `fallback` where the config has no value or null.
  template <class T>
  T get_or(std::string_view key, T fallback) const {
    return has(key) ? get<T>(key) : fallback;
  }
  /// A number, or one per spatial dimension: "kernel_size", "strides".
  std::vector<int64_t> sizes(std::string_view key, size_t count) const;
  /// The number of elements; Error if it is beyond all numbers.
  int64_t product(const std::vector<int64_t>& sizes) const;
  /// Pairs, one per spatial dimension: n, (n, m) or ((a, b), (c, d)): "padding", "cropping".
  std::vector<std::pair<int64_t, int64_t>> pairs(std::string_view key, size_t count) const;
  /// One of the names in `choices`; the error lists them.
  std::string choice(std::string_view key, std::vector<std::string_view> choices) const;
  /// "channels_last" or "channels_first".
  std::string data_format() const;
  bool channels_first() const { return data_format() == "channels_first"; }
  /// The axis of channels: 1, or the last one.
  int64_t channel_axis(int64_t rank) const { return channels_first() ? 1 : rank - 1; }

  /// A layer within the config: `sub("layer")`, `sub("layers/0")`.
  Layer sub(std::string_view path) const;

  /// A layer that this one makes for itself, which is not in the config: its weights are in the group `attribute` of
  /// this one's, and `index` is its place among them.
  Layer part(size_t index, const std::string& attribute, json node) const;
  /// The same for a part that reads the config of this layer: an LSTM's cell.
  Layer part(size_t index, const std::string& attribute) const;

  /// An argument of this call besides its inputs, "initial_state"; None if there is none.
  const ops::Arg& argument(const std::string& name) const;
  /// The same as a tensor, or no Tensor, and as a flag.
  Tensor tensor(const std::string& name) const;
  bool flag(const std::string& name) const;
  void set_argument(const std::string& name, ops::Arg argument) { arguments_[name] = std::move(argument); }
  std::map<std::string, ops::Arg>& arguments() { return arguments_; }

  /// What the layer computes in, and what floats given to it are cast to: float32 unless its dtype policy says
  /// otherwise.
  DType compute_dtype() const { return compute_dtype_; }
  /// How its dtype policy quantises its weights, "int8" or "int4/128"; empty if it does not.
  const std::string& quantization() const { return quantization_; }
  /// True if the layer acts as in training.
  bool training() const { return source_->purpose == Purpose::train; }
  /// False in what was frozen: the layer itself, or a model that it is in.
  bool trainable() const { return trainable_; }
  /// False if the layer takes its inputs in any dtype.
  bool autocast() const { return get_or<bool>("autocast", true); }

  /// The next variable in the compute dtype. Error if there is none, or if its shape is another.
  Tensor weight(std::string_view name, const std::vector<int64_t>& shape);
  /// The same in the dtype of the file, for weights that are kept in fewer bits.
  Tensor stored_weight(std::string_view name, const std::vector<int64_t>& shape);
  /// The same for a variable that training does not change by gradients, as moving averages.
  Tensor statistic(std::string_view name, const std::vector<int64_t>& shape);
  /// Takes the next variable, which is the first one of a layer within this one again: that one.
  const Variable& copy(std::string_view name, const Layer& within);
  /// Changes a variable that was taken under this name, for the layer's next call and the next step of training.
  void assign(std::string_view name, const Tensor& value);
  /// The states that a stateful layer begins its call with, of these shapes: those it ended the last one with.
  std::vector<State>& states(const std::vector<std::vector<int64_t>>& shapes);
  /// A seed for random numbers, another one for each call and step.
  Tensor seed();
  /// A text that Keras keeps for this layer in a file of its own within the model's, "vocabulary.txt". Error if there
  /// is none.
  std::string_view asset(std::string_view name) const;
  /// Accounts for the nodes of a call.
  void take_call() const { take_memory(1, 16 << 10); }
  /// Accounts for memory that a number in the config asks for, before it is taken.
  void take_memory(int64_t elements, size_t size_of_each) const;
  /// The number of variables that the file has for this layer itself.
  size_t weight_count() const { return variables().size(); }
  /// Error if variables are left that nobody took: then the file means something else than we do.
  void all_weights_taken() const;

  /// `model.keras: config.json /config/layers/3 (Conv2D "c1"): what`.
  Error error(const std::string& what, Error::Kind kind = Error::Kind::file) const;

 private:
  DType policy_dtype(const json& policy);
  std::string place() const;
  const std::string& group() const;
  const std::vector<saving::SavedTensor>& variables() const;
  Variable& take(std::string_view name, const std::vector<int64_t>& shape, bool trainable);
  Variable& learn(size_t index, const std::vector<int64_t>& shape, bool trainable) const;
  void regularize(std::string_view name, Variable& weight) const;

  Source* source_;
  const json* node_;
  const json* config_;
  std::string pointer_, class_name_, name_, path_, quantization_;
  DType compute_dtype_;
  bool trainable_;
  std::vector<std::string> taken_;
  std::map<std::string, ops::Arg> arguments_;
  std::shared_ptr<const json> own_node_;  // of a part
};

/// A shape as Keras prints it: "(3, 3, 16, 32)", "(4,)".
std::string shape_text(const std::vector<int64_t>& shape);

}  // namespace keravino::layers
