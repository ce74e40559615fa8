//! How many of something happen; the simulation and `bench_verdict` count with it.

use fastrand::Rng;

/// A Poisson variable: by multiplication for small means, by the normal law for large ones.
pub(crate) fn poisson(rng: &mut Rng, mean: f64) -> u64 {
    if mean > 50.0 {
        let uniform = (1.0 - rng.f64(), rng.f64());
        let normal = (-2.0 * uniform.0.ln()).sqrt() * (std::f64::consts::TAU * uniform.1).cos();
        return (mean + mean.sqrt() * normal).round().max(0.0) as u64;
    }
    let (limit, mut product, mut count) = ((-mean).exp(), rng.f64(), 0);
    while product > limit {
        product *= rng.f64();
        count += 1;
    }
    count
}
