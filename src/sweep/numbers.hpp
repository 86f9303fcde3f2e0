// Numbers as Python has them, because Hydra is written in Python: whole numbers of any size, the
// shortest text of a float, and the decimal arithmetic of Hydra's ranges.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdvc::sweep {

/// A whole number: decimal digits without leading zeros, after `-` if it is negative.
struct Integer {
    std::string digits = "0";
};

/// `text` as Python's int() reads it: digits with single `_` between them, a sign, blanks around.
std::optional<Integer> parse_integer(std::string_view text);

/// `text` as Python's float() reads it; also `inf`, `infinity` and `nan` in any case.
std::optional<double> parse_float(std::string_view text);

/// The nearest double; nothing if it is out of range.
std::optional<double> to_double(const Integer& number);

/// The number without its fraction; nothing for infinities and NaN.
std::optional<Integer> to_integer(double number);

/// The sum, if all three have 64 bits.
std::optional<Integer> add(const Integer& one, const Integer& other);

/// The number if it has 64 bits.
std::optional<std::int64_t> to_int64(const Integer& number);

/// Python's repr(): the shortest text that is read as the same number, always with a point or an
/// exponent.
std::string float_text(double number);

/// Python's decimal.Decimal, as far as ranges need it.
class Decimal {
  public:
    explicit Decimal(const Integer& number);
    explicit Decimal(double finite); ///< exactly this number

    /// The sum rounded to 28 digits, half to even, which is Python's default context.
    [[nodiscard]] Decimal plus(const Decimal& other) const;
    /// Negative, zero or positive: this number compared with the other.
    [[nodiscard]] int compare(const Decimal& other) const;
    [[nodiscard]] double to_double() const;

  private:
    Decimal() = default;
    void round();

    bool negative_ = false;
    std::string digits_ = "0"; ///< the number is digits_ times 10 to the power of exponent_
    int exponent_ = 0;
};

} // namespace rdvc::sweep
