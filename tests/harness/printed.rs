//! What a program prints while it runs.

use std::{
    io::Read,
    sync::{Arc, Mutex},
    thread,
};

/// Read all the time, so that the program never waits for the test.
#[derive(Debug, Clone, Default)]
pub(crate) struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    pub(crate) fn by(mut output: impl Read + Send + 'static) -> Self {
        let printed = Self::default();
        let read = printed.clone();
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut bytes = read.0.lock().expect("nobody panics while it is held");
                bytes.extend_from_slice(&buffer[..count]);
            }
        });
        printed
    }

    pub(crate) fn text(&self) -> String {
        let bytes = self.0.lock().expect("nobody panics while it is held");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
