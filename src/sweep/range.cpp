#include "sweep/range.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace rdvc::sweep {

namespace {

bool is_whole(const Range& range) {
    return std::holds_alternative<Integer>(range.start) &&
           std::holds_alternative<Integer>(range.stop) &&
           std::holds_alternative<Integer>(range.step);
}

std::int64_t small(const Number& number) {
    const auto value = to_int64(std::get<Integer>(number));
    if (!value)
        throw std::invalid_argument("a number of `range()` is too large");
    return *value;
}

double real(const Number& number) {
    const auto* value = std::get_if<double>(&number);
    const auto result =
        value != nullptr ? std::optional(*value) : to_double(std::get<Integer>(number));
    if (!result || !std::isfinite(*result))
        throw std::invalid_argument("the numbers of `range()` must be finite");
    return *result;
}

std::size_t whole_size(std::int64_t start, std::int64_t stop, std::int64_t step) {
    if (step > 0 ? start >= stop : start <= stop)
        return 0;
    // Unsigned, because the difference of two may not have 63 bits.
    const auto low = static_cast<std::uint64_t>(std::min(start, stop));
    const auto high = static_cast<std::uint64_t>(std::max(start, stop));
    const auto width = step > 0 ? static_cast<std::uint64_t>(step)
                                : std::uint64_t{0} - static_cast<std::uint64_t>(step);
    return static_cast<std::size_t>((high - low - 1) / width + 1);
}

Decimal decimal(const Number& number) {
    return std::visit([](const auto& value) { return Decimal(value); }, number);
}

// Hydra adds step after step, in decimal arithmetic.
template <typename Visit>
void each_float(const Range& range, const Visit& visit) {
    auto value = decimal(range.start);
    const auto stop = decimal(range.stop);
    const auto step = decimal(range.step);
    const int direction = step.compare(Decimal(Integer{}));
    while (direction > 0 ? value.compare(stop) < 0 : value.compare(stop) > 0) {
        visit(value.to_double());
        value = value.plus(step);
    }
}

} // namespace

std::size_t size_of(const Range& range) {
    const auto step = real(range.step);
    const bool has_step = compare(range.step, Integer{}) != 0;
    if (!has_step)
        throw std::invalid_argument("the step of `range()` is 0");
    if (is_whole(range))
        return whole_size(small(range.start), small(range.stop), small(range.step));
    constexpr double many = 200'000;
    const auto about = (real(range.stop) - real(range.start)) / step;
    if (about > many)
        return about < 1e18 ? static_cast<std::size_t>(about)
                            : std::numeric_limits<std::size_t>::max();
    std::size_t size = 0;
    each_float(range, [&size](double) { ++size; });
    return size;
}

List values_of(const Range& range) {
    List values;
    if (!is_whole(range)) {
        each_float(range, [&values](double value) { values.push_back({value}); });
        return values;
    }
    const auto start = small(range.start);
    const auto step = small(range.step);
    const auto size = whole_size(start, small(range.stop), step);
    for (std::size_t i = 0; i < size; ++i)
        values.push_back({Integer{std::to_string(start + static_cast<std::int64_t>(i) * step)}});
    return values;
}

} // namespace rdvc::sweep
