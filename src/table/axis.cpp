#include "table/axis.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

namespace rdvc::table {

namespace {

std::string tick_text(double value) {
    return fmt::format("{:.4g}", value == 0 ? 0 : value); // no minus zero
}

// 1, 2 or 5 times a power of ten: the smallest that gives at most `most` steps.
double nice_step(double range, std::size_t most) {
    const double raw = range / static_cast<double>(std::max<std::size_t>(most, 1));
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= raw * 0.999)
            return factor * power;
    return 10 * power;
}

} // namespace

Axis::Axis(double low, double high, bool is_log, std::size_t most) : is_log_(is_log) {
    begin_ = scaled(low);
    end_ = scaled(high);
    // One value only, or values that double cannot tell apart in a picture.
    if (const double least = std::max(std::abs(begin_), std::abs(end_)) * 1e-9;
        end_ - begin_ <= least) {
        const double around = begin_ == 0 ? 1 : is_log_ ? 0.5 : std::abs(begin_) * 0.1;
        begin_ -= around;
        end_ += around;
    }
    if (is_log_) {
        const auto first = static_cast<int>(std::ceil(begin_ - 1e-9));
        const auto last = static_cast<int>(std::floor(end_ + 1e-9));
        const auto step =
            std::max(1, (last - first) / static_cast<int>(std::max<std::size_t>(most, 1)) + 1);
        for (int power = first; power <= last;
             power += last - first < static_cast<int>(most) ? 1 : step)
            ticks_.push_back({std::pow(10.0, power), tick_text(std::pow(10.0, power))});
        if (ticks_.size() > 1)
            return;
        ticks_.clear();
        for (const double at : {begin_, end_})
            ticks_.push_back({std::pow(10.0, at), tick_text(std::pow(10.0, at))});
        return;
    }
    const double step = nice_step(end_ - begin_, most);
    if (!std::isfinite(step) || step <= 0) { // the range is larger than any double
        ticks_ = {{begin_, tick_text(begin_)}, {end_, tick_text(end_)}};
        return;
    }
    const double first = std::ceil(begin_ / step - 1e-6);
    for (std::size_t i = 0; i <= most + 1; ++i) {
        const double value = (first + static_cast<double>(i)) * step;
        if (value > end_ + step * 1e-6)
            break;
        ticks_.push_back({value, tick_text(value)});
    }
}

double Axis::scaled(double value) const {
    return is_log_ ? std::log10(value) : value;
}

double Axis::place(double value) const {
    // Halves, because the difference of two large numbers may be infinite.
    const double at = (scaled(value) / 2 - begin_ / 2) / (end_ / 2 - begin_ / 2);
    return std::isfinite(at) ? std::clamp(at, 0.0, 1.0) : 0;
}

} // namespace rdvc::table
