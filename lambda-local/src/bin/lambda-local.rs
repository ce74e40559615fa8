//! The program; what it does is in the library, which tests start without it.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Memory is often given back by another thread than took it, which glibc's allocator does under
/// a lock.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    lambda_local::program::main()
}
