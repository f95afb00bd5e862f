// What the native code throws; the bindings turn it into shoal.errors.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace shoal {

class Error : public std::runtime_error {
 public:
  enum class Kind { parameter, data };

  Error(Kind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}

  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// The caller asked to stop; the binding re-raises what the caller raised.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

}  // namespace shoal
