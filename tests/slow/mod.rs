//! What takes too long for each change, or needs what few machines have: `make test-slow`.

mod arm64;
mod real_time;
