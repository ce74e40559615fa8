//! Requests that flow while something else is tested.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::Server;

const SENDERS: u32 = 2;

/// One request: when it was answered, and whether it failed.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) at: Instant,
    pub(crate) failed: bool,
}

/// A steady load on the API of a server. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    requests: Arc<Mutex<Vec<Request>>>,
    senders: Vec<JoinHandle<()>>,
}

impl Load {
    /// Sends this many requests a second, as far as the machine allows.
    pub(crate) fn start(server: &Server, rate: u32) -> Self {
        Self::on(server.api_url(), rate)
    }

    /// The same on one path of the API.
    pub(crate) fn on(url: String, rate: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let requests = Arc::new(Mutex::default());
        let gap = Duration::from_secs(1) * SENDERS / rate;
        let sender = |_| {
            let (url, stop, requests) = (url.clone(), stop.clone(), Arc::clone(&requests));
            thread::spawn(move || send(&url, gap, &stop, &requests))
        };
        Self {
            senders: (0..SENDERS).map(sender).collect(),
            stop,
            requests,
        }
    }

    /// What was answered so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Ends the load, and fails if any request has failed.
    #[track_caller]
    pub(crate) fn ends_without_a_failure(self) {
        let requests = self.requests();
        let first = requests.first().expect("no request was answered").at;
        let failed: Vec<Duration> = requests
            .iter()
            .filter(|request| request.failed)
            .map(|request| request.at - first)
            .collect();
        assert!(
            failed.is_empty(),
            "failed at {failed:?} of {} requests",
            requests.len()
        );
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for sender in self.senders.drain(..) {
            let _ = sender.join();
        }
    }
}

fn send(url: &str, gap: Duration, stop: &AtomicBool, requests: &Mutex<Vec<Request>>) {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build();
    let agent = ureq::Agent::new_with_config(config);
    let mut due = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        let answered = agent.get(url).call();
        let failed = match answered {
            Ok(mut response) => {
                let complete = response.body_mut().read_to_vec().is_ok();
                !complete || response.status().as_u16() != 200
            }
            Err(_) => true,
        };
        let at = Instant::now();
        requests.lock().unwrap().push(Request { at, failed });
        due += gap;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}
