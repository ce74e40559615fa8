//! A deployer at a desk: it carries out every call at once and well, unless a test says otherwise.

use bluegreen_rollout::{
    Routing, Seconds, Timestamp, Version,
    controller::{
        Alias, Answer, Call, Controller, Failure, Look, Report, Resumable, Settings, Waiting, Write,
    },
    journal::Journal,
    plan::Plan,
    samples::{Sample, Samples},
    signal::{Answers, Signal},
};

pub(crate) const START: u64 = 1_800_000_000;

pub(crate) fn v(number: u64) -> Version {
    Version::new(number).unwrap()
}

/// Metrics of ten seconds, ten seconds late.
pub(crate) fn plan(strategy: &str) -> Plan {
    let mut plan = Plan::new(strategy.parse().unwrap());
    plan.metrics.period = Seconds(10);
    plan.metrics.delay = Seconds(10);
    plan
}

pub(crate) fn settings() -> Settings {
    Settings {
        timeout: Seconds(3),
        ..Settings::default()
    }
}

/// Version 1 serves everything.
pub(crate) fn at_blue() -> Alias {
    Alias {
        routing: Routing::All(v(1)),
        description: "mine".to_owned(),
        revision: "r0".to_owned(),
    }
}

pub(crate) struct Desk {
    pub(crate) controller: Controller,
    /// Seconds since the start.
    pub(crate) now: u64,
    pub(crate) alias: Alias,
    pub(crate) samples: Result<Vec<Sample>, String>,
    /// What the function says.
    pub(crate) outcomes: Vec<Sample>,
    pub(crate) ringing: Result<Vec<String>, String>,
    /// What was written, and what was seen last.
    pub(crate) writes: Vec<Write>,
    pub(crate) looked: Option<Look>,
}

impl Desk {
    pub(crate) fn with(controller: Controller, alias: Alias) -> Self {
        Self {
            controller,
            now: 0,
            alias,
            samples: Ok(Vec::new()),
            outcomes: Vec::new(),
            ringing: Ok(Vec::new()),
            writes: Vec::new(),
            looked: None,
        }
    }

    pub(crate) fn new(plan: Plan, settings: Settings) -> Self {
        let begun = Controller::begin(at_blue(), v(2), plan, "run".to_owned(), None, settings);
        Self::with(begun.unwrap(), at_blue())
    }

    /// A rollout from version 1 to version 2 at its first step.
    pub(crate) fn begun(plan: Plan) -> Self {
        Self::begun_with(plan, settings())
    }

    pub(crate) fn begun_with(plan: Plan, settings: Settings) -> Self {
        let mut desk = Self::new(plan, settings);
        desk.until_it_waits();
        desk
    }

    /// Another deployer takes up what this one left.
    pub(crate) fn resumed(&self, settings: Settings) -> Self {
        let found = Resumable::found(&self.alias).unwrap();
        let controller = Controller::resume(found, None, settings).unwrap();
        let mut desk = Self::with(controller, self.alias.clone());
        desk.now = self.now;
        desk.samples = self.samples.clone();
        desk
    }

    pub(crate) fn time(&self) -> Timestamp {
        Timestamp::from_unix(START + self.now)
    }

    pub(crate) fn next(&mut self) -> Call {
        loop {
            match self.controller.next(self.time()) {
                Call::Say(Report::Looked(looked)) => self.looked = Some(*looked),
                Call::Say(_) => {}
                call => return call,
            }
        }
    }

    /// Carries out calls until one that takes no answer.
    pub(crate) fn until_it_waits(&mut self) -> Call {
        loop {
            let call = self.next();
            if let Some(answer) = self.answer(&call) {
                self.answered(answer);
            } else {
                return call;
            }
        }
    }

    /// Carries out calls until the next write, and leaves that.
    #[track_caller]
    pub(crate) fn until_it_writes(&mut self) -> Write {
        loop {
            let call = self.next();
            match (&call, self.answer_to_read(&call)) {
                (Call::Write(write), _) => return (**write).clone(),
                (_, Some(answer)) => self.answered(answer),
                (call, None) => panic!("{call:?}"),
            }
        }
    }

    pub(crate) fn answered(&mut self, answer: Answer) {
        self.controller.answered(self.time(), answer);
    }

    pub(crate) fn lost(&mut self) {
        self.answered(Answer::Failed(Failure::Lost("no answer".to_owned())));
    }

    fn answer(&mut self, call: &Call) -> Option<Answer> {
        match call {
            Call::Write(write) => Some(self.write(write)),
            read => self.answer_to_read(read),
        }
    }

    fn answer_to_read(&self, call: &Call) -> Option<Answer> {
        let failed = |text: &String| Answer::Failed(Failure::Lost(text.clone()));
        match call {
            Call::ReadAlias => Some(Answer::Alias(self.alias.clone())),
            Call::ReadAlarms(_) => {
                let ringing = self.ringing.clone().map(Answer::Ringing);
                Some(ringing.unwrap_or_else(|text| failed(&text)))
            }
            Call::ReadMetrics(_) => {
                let samples = self.samples.clone();
                let samples = samples.map(|lambda| {
                    Answer::Samples(Samples {
                        lambda,
                        outcomes: self.outcomes.clone(),
                    })
                });
                Some(samples.unwrap_or_else(|text| failed(&text)))
            }
            Call::MakeWay(_) => Some(Answer::Done),
            _ => None,
        }
    }

    /// As Lambda does it.
    pub(crate) fn write(&mut self, write: &Write) -> Answer {
        if write.revision != self.alias.revision {
            return Answer::Failed(Failure::Conflict);
        }
        self.writes.push(write.clone());
        self.alias = Alias {
            routing: write.routing(),
            description: write.description.clone(),
            revision: format!("r{}", self.writes.len()),
        };
        Answer::Alias(self.alias.clone())
    }

    /// Goes on at this second, with a rest before it, to the next rest or the end.
    pub(crate) fn at(&mut self, now: u64) -> Call {
        self.now = now;
        self.until_it_waits()
    }

    /// What the last look waited for.
    #[track_caller]
    pub(crate) fn waiting(&self) -> Waiting {
        self.looked.clone().unwrap().waiting.unwrap()
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::read(&self.alias.description).unwrap()
    }
}

pub(crate) fn answers((requests, errors): (u64, u64)) -> Answers {
    Answers::new(requests).with(Signal::Errors, errors)
}

/// Ten-second periods in which a version answers so many requests, and fails so many.
pub(crate) fn samples(seconds: u64, blue: (u64, u64), green: (u64, u64)) -> Vec<Sample> {
    let sample = |at| Sample {
        at: Timestamp::from_unix(at),
        blue: Some(answers(blue)),
        green: Some(answers(green)),
        total: None,
    };
    (START..START + seconds).step_by(10).map(sample).collect()
}
