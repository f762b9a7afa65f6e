#include "layers/custom.h"

#include <mutex>

namespace keravino {
namespace {

struct Registered {
  std::mutex mutex;
  std::map<std::string, LayerFunction> functions;
};
Registered& all() {
  static auto* registered = new Registered();  // outlives every thread
  return *registered;
}

}  // namespace

void register_layer(const std::string& class_name, LayerFunction function) {
  if (!function) throw Error(fmt::format("[register_layer] \"{}\" has no function", class_name));
  const std::lock_guard lock(all().mutex);
  if (layers::find_row(class_name) || !all().functions.emplace(class_name, std::move(function)).second)
    throw Error(fmt::format("[register_layer] \"{}\" is known already", class_name));
}

LayerFunction layers::registered(const std::string& class_name) {
  const std::lock_guard lock(all().mutex);
  const auto found = all().functions.find(class_name);
  return found == all().functions.end() ? LayerFunction() : found->second;
}

const std::string& LayerCall::name() const { return layer_.name(); }
bool LayerCall::has(const std::string& key) const { return layer_.has(key); }
bool LayerCall::training() const { return layer_.training(); }
Error LayerCall::error(const std::string& what) const { return layer_.error(what); }
Tensor LayerCall::weight(const std::string& name, const std::vector<int64_t>& shape) {
  return layer_.weight(name, shape);
}

template <class T>
T LayerCall::get(const std::string& key) const {
  return layer_.get<T>(key);
}
template bool LayerCall::get(const std::string&) const;
template int64_t LayerCall::get(const std::string&) const;
template double LayerCall::get(const std::string&) const;
template std::string LayerCall::get(const std::string&) const;
template DType LayerCall::get(const std::string&) const;
template std::vector<int64_t> LayerCall::get(const std::string&) const;
template std::vector<double> LayerCall::get(const std::string&) const;
template std::vector<std::string> LayerCall::get(const std::string&) const;

}  // namespace keravino
