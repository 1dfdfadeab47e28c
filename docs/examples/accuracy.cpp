// Measures the accuracy of a network on IDX files, on all processors: the network is safe to call from many threads,
// as long as each has a workspace of its own.
//
//     netc build models/lenet5.net --infer --emit lib --weights runs/latest
//     c++ -std=c++17 accuracy.cpp liblenet5.a -lm -pthread -o accuracy
//     ./accuracy t10k-images-idx3-ubyte t10k-labels-idx1-ubyte
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "lenet5.h"

// The bytes of an IDX file after its header, which must promise as many as there are.
static std::vector<std::uint8_t> read_idx(const std::string &path, unsigned dimensions, std::size_t item) {
    std::ifstream file(path, std::ios::binary);
    std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
    std::size_t header = 4 + 4 * dimensions;
    if (!file.is_open()) throw std::runtime_error(path + ": cannot be read");
    if (bytes.size() > 2 && bytes[0] == 0x1f && bytes[1] == 0x8b)
        throw std::runtime_error(path + ": is packed; gunzip it first");
    if (bytes.size() < header || bytes[2] != 8 || bytes[3] != dimensions)
        throw std::runtime_error(path + ": is no IDX file of " + std::to_string(dimensions) + " dimensions");
    std::size_t count = 0;
    for (int i = 4; i < 8; i++) count = count << 8 | bytes[i];
    bytes.erase(bytes.begin(), bytes.begin() + header);
    if (bytes.size() != count * item) throw std::runtime_error(path + ": is cut short");
    return bytes;
}

// Counts the images first … last-1 that are classified right.
static std::size_t count_right(const std::uint8_t *images, const std::uint8_t *labels, std::size_t first,
                               std::size_t last) {
    constexpr std::size_t batch = 256;
    std::vector<float> x(batch * LENET5_INPUTS), y(batch * LENET5_OUTPUTS);
    std::vector<unsigned char> workspace(LENET5_WORKSPACE_BYTES);
    std::size_t right = 0;
    for (std::size_t at = first; at < last; at += batch) {
        std::size_t n = std::min(batch, last - at);
        std::transform(images + at * LENET5_INPUTS, images + (at + n) * LENET5_INPUTS, x.begin(),
                       [](std::uint8_t pixel) { return static_cast<float>(pixel) * static_cast<float>(1.0 / 255); });
        lenet5_predict_batch(x.data(), y.data(), static_cast<std::int64_t>(n), workspace.data());
        for (std::size_t i = 0; i < n; i++) {
            const float *row = &y[i * LENET5_OUTPUTS];
            right += std::max_element(row, row + LENET5_OUTPUTS) - row == labels[at + i];
        }
    }
    return right;
}

int main(int argc, char **argv) try {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s IMAGES LABELS\n", argv[0]);
        return 2;
    }
    const auto images = read_idx(argv[1], 3, LENET5_INPUTS), labels = read_idx(argv[2], 1, 1);
    const std::size_t n = labels.size(), threads = std::max(1u, std::thread::hardware_concurrency());
    if (n == 0 || images.size() != n * LENET5_INPUTS) throw std::runtime_error("not as many labels as images");
    std::atomic<std::size_t> right{0};
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < threads; i++)
        workers.emplace_back(
            [&, i] { right += count_right(images.data(), labels.data(), n * i / threads, n * (i + 1) / threads); });
    for (auto &worker : workers) worker.join();
    std::printf("%.2f %%  (%zu of %zu)\n", 100.0 * static_cast<double>(right) / static_cast<double>(n), right.load(),
                n);
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
}
