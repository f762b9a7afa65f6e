#include "saving/weights.h"

#include <ranges>

#include "saving/dataset.h"
#include "saving/legacy.h"
#include "saving/names.h"
#include "saving/suggest.h"
#include "saving/weights_image.h"

namespace keravino::saving {
namespace {

using hdf5::Handle;

constexpr int kDeepest = 64;

// The number in a dataset's name, for the order "2" before "10"; other names come after, by the alphabet.
std::pair<size_t, std::string> order_of(const SavedTensor& tensor) {
  const bool number = tensor.name.size() < 10 && tensor.name.find_first_not_of("0123456789") == std::string::npos;
  return {number ? std::stoul(tensor.name) : SIZE_MAX, tensor.name};
}

class Reader {
 public:
  explicit Reader(hdf5::Contents& contents) : contents_(contents) {}

  void group(hid_t group, const std::string& path, int depth) {
    if (depth > kDeepest) throw contents_.error(path, fmt::format("groups are nested deeper than {}", kDeepest));
    for (const std::string& name : contents_.members(group, path)) {
      const Handle child = contents_.open(group, name, path);
      if (H5Iget_type(child) != H5I_GROUP) continue;  // Keras looks for datasets in "vars" only
      if (name == "vars")
        variables(child, path);
      else
        this->group(child, join(path, name), depth + 1);
    }
  }

  std::map<std::string, std::vector<SavedTensor>> groups;
  std::map<std::string, std::string> names;

 private:
  void variables(hid_t group, std::string path) {
    const std::string vars = join(path, "vars");
    // Keras 2.13 wrote this name where all others write "layers".
    constexpr std::string_view kOld = "_layer_checkpoint_dependencies";
    while (path.find(kOld) != path.npos) path.replace(path.find(kOld), kOld.size(), "layers");
    auto& tensors = groups[path];
    for (std::string& name : contents_.texts(group, "name", vars)) names[path] = std::move(name);
    for (const std::string& name : contents_.members(group, vars)) {
      const Handle dataset = contents_.open(group, name, vars);
      tensors.push_back(contents_.tensor(dataset, name, join(vars, name)));
    }
    std::ranges::sort(tensors, {}, order_of);
  }

  hdf5::Contents& contents_;
};

}  // namespace

WeightStore::WeightStore(std::string where, const Buffer& image, Budget& budget) : where_(std::move(where)) {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  const std::string_view start(reinterpret_cast<const char*>(image.data.get()),
                               std::min(image.size, kSignature.size()));
  if (start != kSignature) throw file_error(where_, "is not an HDF5 file");
  const hdf5::Session session;
  const Handle file = hdf5::open_image(where_, image);
  const Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
  if (root < 0) throw file_error(where_, "is damaged (" + hdf5::reason() + ")");
  hdf5::Contents contents(where_, image, budget);
  if (std::optional<std::vector<LayerTensors>> layers = legacy_layers(contents, root)) {
    layers_ = std::move(*layers);
    if (auto optimizer = legacy_optimizer(contents, root)) set("optimizer", std::move(*optimizer));
    return;
  }
  Reader reader(contents);
  reader.group(root, "", 0);
  groups_ = std::move(reader.groups);
  names_ = std::move(reader.names);
}

void WeightStore::set(const std::string& group, std::vector<SavedTensor> tensors) {
  for (size_t i = 0; i < tensors.size(); ++i) tensors[i].name = std::to_string(i);
  groups_[group] = std::move(tensors);
}

void WeightStore::add(WeightStore other) {
  for (auto& [group, tensors] : other.groups_) {
    auto& own = groups_[group];
    own.insert(own.end(), std::make_move_iterator(tensors.begin()), std::make_move_iterator(tensors.end()));
    std::ranges::sort(own, {}, order_of);
  }
  names_.merge(other.names_);
}

Buffer WeightStore::image() const { return hdf5_image(where_, groups_, names_); }

const std::vector<SavedTensor>& WeightStore::vars(const std::string& group) const {
  const auto found = groups_.find(group);
  if (found != groups_.end()) return found->second;
  throw file_error(where_,
                   fmt::format("has no weights for \"{}\"{}", group, did_you_mean(group, std::views::keys(groups_))));
}

}  // namespace keravino::saving
