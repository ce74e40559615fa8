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

/// A function to measure.
#[derive(Debug, Clone)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) command: Vec<String>,
    /// The executable, where it is one that would be uploaded.
    pub(crate) executable: Option<PathBuf>,
    pub(crate) folder: PathBuf,
    pub(crate) log_level: String,
}

/// What was measured of a variant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    /// From exec to the first request for an event: one for each start.
    pub(crate) starts: Vec<Duration>,
    /// What an invocation took of the function's CPU time, and of time: one for each round.
    pub(crate) cpu: Vec<Duration>,
    pub(crate) wall: Vec<Duration>,
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

    /// Starts the function, and stays with it.
    pub(crate) fn open(&self) -> io::Result<Session> {
        let mut api = RuntimeApi::start()?;
        let running = self.spawn(&api)?;
        api.wait_for_next()?;
        let mut session = Session {
            running,
            api,
            measured: Measured::default(),
        };
        session.measured.memory[0] = Some(session.resident()?);
        if let Some(executable) = &self.executable {
            let code = fs::read(executable)?;
            session.measured.executable_bytes = Some(code.len() as u64);
            session.measured.zip_bytes = Some(zipped(&code)?);
        }
        Ok(session)
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
            .env("AWS_LAMBDA_LOG_LEVEL", &self.log_level)
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

/// A function that runs, and what was measured of it so far.
pub(crate) struct Session {
    running: Running,
    api: RuntimeApi,
    pub(crate) measured: Measured,
}

impl Session {
    /// Invocations before anything is measured.
    pub(crate) fn warm(&mut self, invocations: u32) -> io::Result<()> {
        self.api.invoke(EVENT, invocations.into())
    }

    /// One round of invocations.
    pub(crate) fn round(&mut self, invocations: u32) -> io::Result<()> {
        let (begin, cpu) = (Instant::now(), self.cpu()?);
        self.api.invoke(EVENT, invocations.into())?;
        self.measured.wall.push(begin.elapsed() / invocations);
        self.measured.cpu.push((self.cpu()? - cpu) / invocations);
        Ok(())
    }

    /// Watches the memory while more are made, up to so many in all.
    pub(crate) fn watch_memory(&mut self, total: u64) -> io::Result<()> {
        self.measured.memory[1] = Some(self.resident()?);
        let made = self.api.invocations();
        self.api.invoke(EVENT, total.saturating_sub(made))?;
        self.measured.memory[2] = Some(self.resident()?);
        Ok(())
    }

    /// Resident KiB of the process.
    fn resident(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.running.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kib.ok_or_else(|| io::Error::other("the process has no VmRSS"))
    }

    /// CPU time of the process's threads so far, as the scheduler has it: to the nanosecond, where
    /// `/proc/PID/stat` has hundredths of a second.
    fn cpu(&self) -> io::Result<Duration> {
        let mut sum = Duration::ZERO;
        for task in fs::read_dir(format!("/proc/{}/task", self.running.0.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            let on_cpu = text
                .split(' ')
                .next()
                .and_then(|nanoseconds| nanoseconds.parse().ok());
            let on_cpu = on_cpu.ok_or_else(|| io::Error::other("the process has no CPU times"))?;
            sum += Duration::from_nanos(on_cpu);
        }
        Ok(sum)
    }
}

impl Measured {
    /// The median start in milliseconds.
    pub(crate) fn start_ms(&self) -> f64 {
        median(&self.starts) * 1e3
    }

    /// The median round, in microseconds an invocation.
    pub(crate) fn cpu_us(&self) -> f64 {
        median(&self.cpu) * 1e6
    }

    pub(crate) fn wall_us(&self) -> f64 {
        median(&self.wall) * 1e6
    }
}

/// Seconds.
fn median(times: &[Duration]) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    times
        .get(times.len() / 2)
        .map_or(f64::NAN, Duration::as_secs_f64)
}

fn zipped(code: &[u8]) -> io::Result<u64> {
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    zip.start_file("bootstrap", SimpleFileOptions::default())
        .map_err(io::Error::other)?;
    io::Write::write_all(&mut zip, code)?;
    let bytes = zip.finish().map_err(io::Error::other)?;
    Ok(bytes.into_inner().len() as u64)
}
