#include "sweep/numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace rdvc::sweep {

namespace {

std::string without_blanks(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\r\f\v";
    const auto start = text.find_first_not_of(blanks);
    if (start == std::string_view::npos)
        return "";
    return std::string(text.substr(start, text.find_last_not_of(blanks) - start + 1));
}

// The text without `_`, each of which must be between two digits.
std::optional<std::string> without_underscores(const std::string& text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '_')
            plain += text[i];
        else if (i == 0 || i + 1 == text.size() || !base::is_digit(text[i - 1]) ||
                 !base::is_digit(text[i + 1]))
            return std::nullopt;
    }
    return plain;
}

// Digits, a fraction, an exponent: what strtod() reads besides hexadecimal numbers and words.
bool is_decimal(std::string_view text) {
    const auto digits = [&text] {
        std::size_t n = 0;
        while (n < text.size() && base::is_digit(text[n]))
            ++n;
        text.remove_prefix(n);
        return n;
    };
    const auto sign = [&text] {
        if (!text.empty() && (text[0] == '+' || text[0] == '-'))
            text.remove_prefix(1);
    };
    sign();
    auto found = digits();
    if (!text.empty() && text[0] == '.') {
        text.remove_prefix(1);
        found += digits();
    }
    if (found == 0)
        return false;
    if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
        text.remove_prefix(1);
        sign();
        if (digits() == 0)
            return false;
    }
    return text.empty();
}

void drop_leading_zeros(std::string& digits) {
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

int compare_digits(const std::string& one, const std::string& other) {
    if (one.size() != other.size())
        return one.size() < other.size() ? -1 : 1;
    return one.compare(other);
}

std::string add_digits(std::string one, const std::string& other) {
    one.insert(0, other.size() > one.size() ? other.size() - one.size() : 0, '0');
    int carry = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        auto& digit = one[one.size() - 1 - i];
        const int sum =
            (digit - '0') + carry + (i < other.size() ? other[other.size() - 1 - i] - '0' : 0);
        digit = static_cast<char>('0' + sum % 10);
        carry = sum / 10;
    }
    return carry > 0 ? "1" + one : one;
}

// `one` must not be the smaller one.
std::string subtract_digits(std::string one, const std::string& other) {
    int borrow = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        auto& digit = one[one.size() - 1 - i];
        int rest =
            (digit - '0') - borrow - (i < other.size() ? other[other.size() - 1 - i] - '0' : 0);
        borrow = rest < 0 ? 1 : 0;
        rest += borrow * 10;
        digit = static_cast<char>('0' + rest);
    }
    drop_leading_zeros(one);
    return one;
}

bool is_zero(const std::string& digits) {
    return digits.find_first_not_of('0') == std::string::npos;
}

} // namespace

std::optional<Integer> parse_integer(std::string_view text) {
    auto plain = without_underscores(without_blanks(text));
    if (!plain || plain->empty())
        return std::nullopt;
    const bool negative = plain->front() == '-';
    if (negative || plain->front() == '+')
        plain->erase(0, 1);
    if (plain->empty() || !std::all_of(plain->begin(), plain->end(), base::is_digit))
        return std::nullopt;
    drop_leading_zeros(*plain);
    return Integer{negative && *plain != "0" ? "-" + *plain : *plain};
}

std::optional<double> parse_float(std::string_view text) {
    const auto plain = without_underscores(without_blanks(text));
    if (!plain)
        return std::nullopt;
    const auto word =
        base::lower(plain->starts_with('+') || plain->starts_with('-') ? plain->substr(1) : *plain);
    if (!is_decimal(*plain) && word != "inf" && word != "infinity" && word != "nan")
        return std::nullopt;
    return std::strtod(plain->c_str(), nullptr);
}

std::optional<double> to_double(const Integer& number) {
    const auto value = std::strtod(number.digits.c_str(), nullptr);
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<Integer> to_integer(double number) {
    if (!std::isfinite(number))
        return std::nullopt;
    std::array<char, 400> text{}; // the largest has 309 digits
    const auto size = std::snprintf(text.data(), text.size(), "%.0f", std::trunc(number));
    return parse_integer({text.data(), static_cast<std::size_t>(size)});
}

std::optional<std::int64_t> to_int64(const Integer& number) {
    std::int64_t value = 0;
    const auto* end = number.digits.data() + number.digits.size();
    const auto [stopped, error] = std::from_chars(number.digits.data(), end, value);
    return error == std::errc() && stopped == end ? std::optional(value) : std::nullopt;
}

std::optional<Integer> add(const Integer& one, const Integer& other) {
    const auto mine = to_int64(one);
    const auto theirs = to_int64(other);
    std::int64_t sum = 0;
    if (!mine || !theirs || __builtin_add_overflow(*mine, *theirs, &sum))
        return std::nullopt;
    return Integer{std::to_string(sum)};
}

std::string float_text(double number) {
    if (std::isnan(number))
        return "nan";
    if (std::isinf(number))
        return number < 0 ? "-inf" : "inf";
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                   std::chars_format::scientific)
                         .ptr;
    std::string text(buffer.data(), end); // [-]D[.DDD]e±XX
    const std::string sign = text.starts_with('-') ? "-" : "";
    text.erase(0, sign.size());
    const auto e = text.find('e');
    const int exponent = std::atoi(text.c_str() + e + 1);
    constexpr int smallest = -4;
    constexpr int largest = 16;
    if (exponent < smallest || exponent >= largest)
        return sign + text;
    auto digits = text.substr(0, e);
    digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
    if (exponent < 0)
        return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    const auto before_point = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= before_point)
        return sign + digits + std::string(before_point - digits.size(), '0') + ".0";
    return sign + digits.insert(before_point, ".");
}

Decimal::Decimal(const Integer& number) : negative_(number.digits.starts_with('-')) {
    digits_ = number.digits.substr(negative_ ? 1 : 0);
}

Decimal::Decimal(double finite) : negative_(std::signbit(finite)) {
    // No double has more digits than this.
    constexpr int precision = 800;
    std::array<char, precision + 16> text{};
    std::snprintf(text.data(), text.size(), "%.*e", precision, std::fabs(finite));
    const std::string all(text.data());
    const auto e = all.find('e');
    digits_ = all.substr(0, 1) + all.substr(2, e - 2);
    exponent_ = std::atoi(all.c_str() + e + 1) - precision;
    const auto last = digits_.find_last_not_of('0');
    if (last == std::string::npos) {
        digits_ = "0";
        exponent_ = 0;
    } else {
        exponent_ += static_cast<int>(digits_.size() - last - 1);
        digits_.erase(last + 1);
    }
}

namespace {

// Both numbers' digits with the smaller of the two exponents.
int align(std::string& one, int exponent, std::string& other, int other_exponent) {
    const int both = std::min(exponent, other_exponent);
    one.append(static_cast<std::size_t>(exponent - both), '0');
    other.append(static_cast<std::size_t>(other_exponent - both), '0');
    drop_leading_zeros(one);
    drop_leading_zeros(other);
    return both;
}

} // namespace

Decimal Decimal::plus(const Decimal& other) const {
    auto mine = digits_;
    auto theirs = other.digits_;
    Decimal sum;
    sum.exponent_ = align(mine, exponent_, theirs, other.exponent_);
    if (negative_ == other.negative_) {
        sum.negative_ = negative_;
        sum.digits_ = add_digits(std::move(mine), theirs);
    } else if (const int order = compare_digits(mine, theirs); order == 0) {
        sum.digits_ = "0";
    } else {
        sum.negative_ = order > 0 ? negative_ : other.negative_;
        sum.digits_ = order > 0 ? subtract_digits(std::move(mine), theirs)
                                : subtract_digits(std::move(theirs), mine);
    }
    sum.round();
    return sum;
}

void Decimal::round() {
    constexpr std::size_t precision = 28;
    drop_leading_zeros(digits_);
    if (digits_.size() <= precision)
        return;
    const auto rest = digits_.substr(precision);
    digits_.erase(precision);
    exponent_ += static_cast<int>(rest.size());
    const bool more_than_half = rest[0] > '5' || (rest[0] == '5' && !is_zero(rest.substr(1)));
    const bool half = rest[0] == '5' && !more_than_half;
    if (more_than_half || (half && (digits_.back() - '0') % 2 == 1))
        digits_ = add_digits(digits_, "1");
    if (digits_.size() > precision) { // 99...9 became 100...0
        digits_.pop_back();
        ++exponent_;
    }
}

int Decimal::compare(const Decimal& other) const {
    auto mine = digits_;
    auto theirs = other.digits_;
    align(mine, exponent_, theirs, other.exponent_);
    if (is_zero(mine) && is_zero(theirs))
        return 0;
    if (negative_ != other.negative_ || is_zero(mine) || is_zero(theirs)) {
        const int my_sign = is_zero(mine) ? 0 : (negative_ ? -1 : 1);
        const int their_sign = is_zero(theirs) ? 0 : (other.negative_ ? -1 : 1);
        return my_sign - their_sign;
    }
    return negative_ ? compare_digits(theirs, mine) : compare_digits(mine, theirs);
}

double Decimal::to_double() const {
    return std::strtod(((negative_ ? "-" : "") + digits_ + "e" + std::to_string(exponent_)).c_str(),
                       nullptr);
}

} // namespace rdvc::sweep
