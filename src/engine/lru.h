// A bounded cache by key.
#pragma once

#include <list>
#include <string>
#include <unordered_map>

namespace keravino::engine {

/// Keeps the `size` most recently used values. References stay valid until the value goes.
template <class Value>
class Lru {
 public:
  explicit Lru(size_t size) : size_(size) {}

  /// The value of a key, now the most recently used one; null if there is none.
  Value* find(const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &entries_.front().second;
  }

  /// Keeps a value under a key that is not there yet; the least recently used one goes if there are too many.
  Value& insert(const std::string& key, Value value) {
    entries_.emplace_front(key, std::move(value));
    index_[key] = entries_.begin();
    if (entries_.size() > size_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    return entries_.front().second;
  }

 private:
  size_t size_;
  std::list<std::pair<std::string, Value>> entries_;
  std::unordered_map<std::string, typename std::list<std::pair<std::string, Value>>::iterator> index_;
};

}  // namespace keravino::engine
