#include "algorithms/color_histogram.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "core/thread_pool.hpp"

namespace shoal {
namespace {

constexpr int kBucketBits = 12;
constexpr std::size_t kBuckets = std::size_t{1} << kBucketBits;
constexpr std::size_t kChunks = 32;  // of pixels; fixed, so that nothing depends on the threads
constexpr std::size_t kGroups = 64;  // of buckets

// Byte v with its bits `Channels` apart.
template <int Channels>
constexpr std::array<std::uint32_t, 256> spread_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t v = 0; v < 256; ++v) {
    for (int bit = 0; bit < 8; ++bit) table[v] |= ((v >> bit) & 1u) << (bit * Channels);
  }
  return table;
}
template <int Channels>
constexpr std::array<std::uint32_t, 256> kSpread = spread_table<Channels>();

template <int Channels>
std::uint32_t key_of(const std::uint8_t* p) {
  const auto& spread = kSpread<Channels>;
  if constexpr (Channels == 3) {
    return spread[p[0]] << 2 | spread[p[1]] << 1 | spread[p[2]];
  } else {
    if (p[3] == 0) return 0;
    return spread[p[0]] << 3 | spread[p[1]] << 2 | spread[p[2]] << 1 | spread[p[3]];
  }
}

std::uint8_t gather(std::uint32_t key, int channels, int shift) {
  std::uint32_t value = 0;
  for (int bit = 0; bit < 8; ++bit) value |= ((key >> (bit * channels + shift)) & 1u) << bit;
  return static_cast<std::uint8_t>(value);
}

struct Counted {
  std::vector<std::uint32_t> keys;
  std::vector<double> counts;
};

// Adds the different values of a bucket, ascending, and clears the bucket's part of `table`.
template <class Rest>
void count_bucket(Rest* values, std::size_t count, std::uint32_t high, std::vector<double>& table,
                  Counted& out) {
  const auto add = [&](std::uint32_t rest, double times) {
    out.keys.push_back(high | rest);
    out.counts.push_back(times);
  };
  if (!table.empty() && count > table.size() / 8) {
    for (std::size_t i = 0; i < count; ++i) table[values[i]] += 1;
    for (std::size_t rest = 0; rest < table.size(); ++rest) {
      if (table[rest] > 0) add(static_cast<std::uint32_t>(rest), table[rest]);
      table[rest] = 0;
    }
    return;
  }
  std::sort(values, values + count);
  for (std::size_t i = 0, next = 0; i < count; i = next) {
    while (next < count && values[next] == values[i]) ++next;
    add(values[i], static_cast<double>(next - i));
  }
}

// Pixels are dealt out to buckets by the high bits of their keys, then counted bucket by bucket.
template <int Channels, class Rest>
ColorHistogram count_keys(MatrixView<const std::uint8_t> pixels, int n_threads) {
  constexpr int kRestBits = Channels * 8 - kBucketBits;
  const auto n = static_cast<std::size_t>(pixels.rows());
  const auto begin = [&](std::size_t c) { return c * n / kChunks; };
  const std::uint8_t* data = pixels.data();

  std::vector<std::size_t> place(kChunks * kBuckets, 0);
  parallel_for(kChunks, n_threads, [&](std::size_t c, int) {
    std::size_t* const at = place.data() + c * kBuckets;
    for (std::size_t p = begin(c); p < begin(c + 1); ++p) {
      ++at[key_of<Channels>(data + p * Channels) >> kRestBits];
    }
  });
  std::vector<std::size_t> starts(kBuckets + 1, 0);
  std::size_t total = 0;
  for (std::size_t b = 0; b < kBuckets; ++b) {
    starts[b] = total;
    for (std::size_t c = 0; c < kChunks; ++c) {
      const std::size_t count = place[c * kBuckets + b];
      place[c * kBuckets + b] = total;
      total += count;
    }
  }
  starts[kBuckets] = total;

  const std::unique_ptr<Rest[]> dealt(new Rest[n]);
  parallel_for(kChunks, n_threads, [&](std::size_t c, int) {
    std::size_t* const at = place.data() + c * kBuckets;
    for (std::size_t p = begin(c); p < begin(c + 1); ++p) {
      const std::uint32_t key = key_of<Channels>(data + p * Channels);
      dealt[at[key >> kRestBits]++] = static_cast<Rest>(key & ((1u << kRestBits) - 1));
    }
  });

  std::vector<Counted> groups(kGroups);
  parallel_for(kGroups, n_threads, [&](std::size_t g, int) {
    std::vector<double> table(Channels == 3 ? std::size_t{1} << kRestBits : 0, 0.0);
    for (std::size_t b = g * kBuckets / kGroups; b < (g + 1) * kBuckets / kGroups; ++b) {
      count_bucket(dealt.get() + starts[b], starts[b + 1] - starts[b],
                   static_cast<std::uint32_t>(b) << kRestBits, table, groups[g]);
    }
  });
  ColorHistogram found;
  found.alpha = Channels == 4;
  for (const Counted& group : groups) {
    found.keys.insert(found.keys.end(), group.keys.begin(), group.keys.end());
    found.counts.insert(found.counts.end(), group.counts.begin(), group.counts.end());
  }
  return found;
}

template <int Channels, class Label>
void spread_chunks(MatrixView<const std::uint8_t> pixels, int n_threads, std::uint8_t* out,
                   const Label& label) {
  const auto n = static_cast<std::size_t>(pixels.rows());
  parallel_for(kChunks, n_threads, [&](std::size_t c, int) {
    for (std::size_t p = c * n / kChunks; p < (c + 1) * n / kChunks; ++p) {
      out[p] = label(key_of<Channels>(pixels.data() + p * Channels));
    }
  });
}

}  // namespace

Rgba ColorHistogram::color(std::int64_t i) const {
  const std::uint32_t key = keys[static_cast<std::size_t>(i)];
  if (!alpha) return {gather(key, 3, 2), gather(key, 3, 1), gather(key, 3, 0), 255};
  return {gather(key, 4, 3), gather(key, 4, 2), gather(key, 4, 1), gather(key, 4, 0)};
}

ColorHistogram count_colors(MatrixView<const std::uint8_t> pixels, int n_threads) {
  return pixels.cols() == 4 ? count_keys<4, std::uint32_t>(pixels, n_threads)
                            : count_keys<3, std::uint16_t>(pixels, n_threads);
}

void spread_labels(const ColorHistogram& histogram, const std::uint8_t* labels,
                   MatrixView<const std::uint8_t> pixels, int n_threads, std::uint8_t* out) {
  const auto& keys = histogram.keys;
  if (histogram.alpha) {
    spread_chunks<4>(pixels, n_threads, out, [&](std::uint32_t key) {
      return labels[std::lower_bound(keys.begin(), keys.end(), key) - keys.begin()];
    });
    return;
  }
  // Only the entries of colours that occur are written and read.
  const std::unique_ptr<std::uint8_t[]> table(new std::uint8_t[std::size_t{1} << 24]);
  for (std::size_t i = 0; i < keys.size(); ++i) table[keys[i]] = labels[i];
  spread_chunks<3>(pixels, n_threads, out, [&](std::uint32_t key) { return table[key]; });
}

}  // namespace shoal
