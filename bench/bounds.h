// SPDX-License-Identifier: MIT
// bounds.h — how well a curve can be read from a part of its positions by who knows it already: what is left to be gained.
#pragma once
#include <functional>
#include <vector>

#include "bench/replay.h"

namespace thinktrace::bench {

// The positions of least summed |dP| plus `price` for each probe, interpolated as adaptive probing does: nothing that
// interpolates so can do better. Dynamic programming over all pairs of positions at most 128 tokens apart.
// Cost: n_tokens * 128 stretches.
AdaptiveCurve best_positions(const KnownTrace& trace, double price);

// Every block of `block` tokens is read at a stride of its own, of those between 1 and 96 the one of least summed |dP| plus
// `price` for each probe: how restless each block is is known, and nothing of where in it the curve moves.
AdaptiveCurve best_strides(const KnownTrace& trace, int block, double price);

// The price at which `share` of the traces' positions are probed, at most.
using PricedStrategy = std::function<AdaptiveCurve(const KnownTrace&, double price)>;
double price_for(const PricedStrategy& strategy, const std::vector<KnownTrace>& traces, double share);

}  // namespace thinktrace::bench
