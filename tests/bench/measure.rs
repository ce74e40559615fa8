//! One build of a function: how quickly it starts, what an invocation costs, what it weighs.

use std::{
    fs, io,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::runtime_api::RuntimeApi;

const EVENT: &str = include_str!("../../functions/events/http-api.json");
/// Ticks of the kernel's CPU accounting in a second.
const TICKS: f64 = 100.0;

/// A function to measure.
#[derive(Debug, Clone)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) command: Vec<String>,
    /// The executable, where it is one that would be uploaded.
    pub(crate) executable: Option<PathBuf>,
    pub(crate) folder: PathBuf,
}

/// What was measured of a variant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    /// From exec to the first request for an event: one for each start.
    pub(crate) starts: Vec<Duration>,
    /// Microseconds of the function's CPU time.
    pub(crate) cpu_per_invocation: f64,
    pub(crate) wall_per_invocation: f64,
    /// Resident KiB: before the first invocation, after 10,000, and after 100,000.
    pub(crate) memory: [Option<u64>; 3],
    pub(crate) executable_bytes: Option<u64>,
    pub(crate) zip_bytes: Option<u64>,
}

/// A started function, killed when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Variant {
    /// Starts the function once, and says how long it took until it asked for an event.
    pub(crate) fn start(&self) -> io::Result<Duration> {
        let mut api = RuntimeApi::start()?;
        let begin = Instant::now();
        let _running = self.spawn(&api)?;
        api.wait_for_next()?;
        Ok(begin.elapsed())
    }

    /// Runs so many invocations, and 100,000 where memory is to be watched.
    pub(crate) fn run(&self, invocations: u64, watch_memory: bool) -> io::Result<Measured> {
        let mut api = RuntimeApi::start()?;
        let running = self.spawn(&api)?;
        let pid = running.0.id();
        let ready = api.wait_for_next()?;
        let mut measured = Measured {
            memory: [Some(resident(pid)?), None, None],
            ..Measured::default()
        };
        let ready = ready.invoke(EVENT, invocations / 10)?;
        let (begin, cpu) = (Instant::now(), cpu_seconds(pid)?);
        let ready = ready.invoke(EVENT, invocations)?;
        let count = invocations as f64;
        measured.wall_per_invocation = begin.elapsed().as_secs_f64() * 1e6 / count;
        measured.cpu_per_invocation = (cpu_seconds(pid)? - cpu) * 1e6 / count;
        measured.memory[1] = Some(resident(pid)?);
        if watch_memory {
            ready.invoke(EVENT, 100_000 - invocations)?;
            measured.memory[2] = Some(resident(pid)?);
        }
        if let Some(executable) = &self.executable {
            let code = fs::read(executable)?;
            measured.executable_bytes = Some(code.len() as u64);
            measured.zip_bytes = Some(zipped(&code)?);
        }
        Ok(measured)
    }

    fn spawn(&self, api: &RuntimeApi) -> io::Result<Running> {
        let child = Command::new(&self.command[0])
            .args(&self.command[1..])
            .current_dir(&self.folder)
            .env("AWS_LAMBDA_RUNTIME_API", api.address()?.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("AWS_REGION", "us-east-1")
            .env("_HANDLER", "handler.handler")
            .env("LAMBDA_TASK_ROOT", &self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        child.map(Running)
    }
}

impl Measured {
    /// The median start in milliseconds.
    pub(crate) fn start_ms(&self) -> f64 {
        let mut starts = self.starts.clone();
        starts.sort_unstable();
        starts
            .get(starts.len() / 2)
            .map_or(f64::NAN, |start| start.as_secs_f64() * 1e3)
    }
}

/// Resident KiB of a process.
fn resident(pid: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kib.ok_or_else(|| io::Error::other("the process has no VmRSS"))
}

/// CPU time of a process and its threads, in seconds.
fn cpu_seconds(pid: u32) -> io::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name may hold anything; the fields behind it are numbered from 3 on.
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |field: usize| {
        fields
            .get(field - 3)
            .and_then(|text| text.parse::<f64>().ok())
    };
    match (ticks(14), ticks(15)) {
        (Some(user), Some(system)) => Ok((user + system) / TICKS),
        _ => Err(io::Error::other("the process has no CPU times")),
    }
}

fn zipped(code: &[u8]) -> io::Result<u64> {
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    zip.start_file("bootstrap", SimpleFileOptions::default())
        .map_err(io::Error::other)?;
    io::Write::write_all(&mut zip, code)?;
    let bytes = zip.finish().map_err(io::Error::other)?;
    Ok(bytes.into_inner().len() as u64)
}
