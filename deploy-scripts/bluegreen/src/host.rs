//! What a function runs on, and whether an executable could start there.

use std::{env, path::Path, process::Command};

use anyhow::{Context, Result, anyhow};

use crate::{
    alias::AliasHandle,
    aws::Architecture,
    executable::{Executable, Glibc},
};

/// The C library of Lambda's runtimes for executables.
/// <https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html>
const RUNTIMES: [(&str, Glibc); 2] = [
    ("provided.al2023", Glibc(2, 34)),
    ("provided.al2", Glibc(2, 26)),
];
/// Interpreters that scripts ask for, and that none of these runtimes has (not recorded: their
/// images are minimal ones).
const LACKING: [&str; 7] = ["python", "node", "ruby", "perl", "php", "deno", "java"];

/// What a function runs on.
#[derive(Debug)]
pub(crate) enum Host {
    Lambda {
        runtime: String,
        architecture: Architecture,
    },
    /// Whoever plays Lambda is on this machine, and so are its functions.
    ThisMachine { architecture: Architecture },
}

impl Host {
    /// The host of a function of this runtime and architecture.
    pub(crate) fn of(handle: &AliasHandle, runtime: &str, architecture: Architecture) -> Self {
        match handle.contact.is_here() {
            true => Self::ThisMachine { architecture },
            false => Self::Lambda {
                runtime: runtime.to_owned(),
                architecture,
            },
        }
    }

    /// # Errors
    /// If the executable could not start here, with what to do.
    pub(crate) fn check(&self, executable: &Executable) -> Result<()> {
        let refusal = match executable {
            Executable::Script { interpreter } => {
                let lacks = self.lacks_interpreter(interpreter);
                lacks.then(|| {
                    (
                        format!("needs {interpreter}, which {self} does not have"),
                        SCRIPT,
                    )
                })
            }
            Executable::Elf {
                architecture,
                loader,
                glibc,
            } => self
                .other_architecture(*architecture)
                .or_else(|| self.missing_loader(loader.as_deref()?, *architecture))
                .or_else(|| self.older_library((*glibc)?)),
        };
        match refusal {
            Some((why, advice)) => Err(anyhow!(advice)).with_context(|| format!("it {why}")),
            None => Ok(()),
        }
    }

    fn lacks_interpreter(&self, interpreter: &str) -> bool {
        match self {
            Self::Lambda { .. } => {
                let name = Path::new(interpreter).file_name().unwrap_or_default();
                let name = name.to_string_lossy().into_owned();
                // What is brought along, in the package or in a layer, is not the runtime's.
                let brought = interpreter.starts_with("/opt/") || interpreter.starts_with("/var/");
                !brought && LACKING.iter().any(|lacking| name.starts_with(lacking))
            }
            Self::ThisMachine { .. } => !is_installed(interpreter),
        }
    }

    fn other_architecture(&self, built_for: Architecture) -> Option<Refusal> {
        let (Self::Lambda { architecture, .. } | Self::ThisMachine { architecture }) = self;
        if built_for != *architecture {
            let why = format!("was built for {built_for}, and the function runs on {architecture}");
            return Some((why, build_for(*architecture)));
        }
        let here = Architecture::of_this_machine().filter(|here| *here != built_for)?;
        match self {
            Self::Lambda { .. } => None,
            Self::ThisMachine { .. } => Some((
                format!("was built for {built_for}, and {self} is {here}"),
                "build it for this machine, with `cargo build`",
            )),
        }
    }

    fn missing_loader(&self, loader: &str, architecture: Architecture) -> Option<Refusal> {
        let is_there = match self {
            Self::Lambda { .. } => loader == lambdas_loader(architecture),
            Self::ThisMachine { .. } => Path::new(loader).exists(),
        };
        (!is_there).then(|| {
            let why = format!("is started by {loader}, which {self} does not have");
            (why, STATICALLY)
        })
    }

    fn older_library(&self, needed: Glibc) -> Option<Refusal> {
        let has = match self {
            Self::Lambda { runtime, .. } => {
                let known = RUNTIMES.iter().find(|(name, _)| name == runtime);
                known.map(|(_, glibc)| *glibc)
            }
            Self::ThisMachine { .. } => this_machines_glibc(),
        }?;
        (needed > has).then(|| {
            let why = format!("needs GLIBC_{needed}, and {self} has {has}: it could not start");
            (why, STATICALLY)
        })
    }
}

/// Why an executable cannot start, and what to do.
type Refusal = (String, &'static str);

const STATICALLY: &str = "build it with `cargo lambda build --release`, which links for older C \
                          libraries, or statically, with `--target x86_64-unknown-linux-musl` or \
                          `aarch64-unknown-linux-musl`";
const SCRIPT: &str = "give an executable, or bring the interpreter along in the zip";

const fn build_for(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => {
            "build it for the function's architecture, with `cargo lambda build --x86-64`"
        }
        Architecture::Arm64 => {
            "build it for the function's architecture, with `cargo lambda build --arm64`"
        }
    }
}

const fn lambdas_loader(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "/lib64/ld-linux-x86-64.so.2",
        Architecture::Arm64 => "/lib/ld-linux-aarch64.so.1",
    }
}

fn is_installed(program: &str) -> bool {
    if program.contains('/') {
        return Path::new(program).exists();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).exists())
}

/// `None` where it cannot be told, and then it is not held against anything.
fn this_machines_glibc() -> Option<Glibc> {
    let asked = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let said = String::from_utf8(asked.ok()?.stdout).ok()?;
    Glibc::parse(said.trim().strip_prefix("glibc ")?)
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lambda { runtime, .. } => write!(f, "runtime {runtime}"),
            Self::ThisMachine { .. } => f.write_str("this machine, which runs the function,"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Architecture, Executable, Glibc, Host};

    fn lambda(runtime: &str) -> Host {
        Host::Lambda {
            runtime: runtime.to_owned(),
            architecture: Architecture::X86_64,
        }
    }

    fn elf(architecture: Architecture, loader: Option<&str>, glibc: Option<Glibc>) -> Executable {
        Executable::Elf {
            architecture,
            loader: loader.map(str::to_owned),
            glibc,
        }
    }

    fn refused(host: &Host, executable: &Executable) -> String {
        format!("{:#}", host.check(executable).unwrap_err())
    }

    #[test]
    fn an_executable_for_a_newer_c_library_is_refused_with_the_cure() {
        let loader = Some("/lib64/ld-linux-x86-64.so.2");
        let needs = |minor| elf(Architecture::X86_64, loader, Some(Glibc(2, minor)));
        assert!(lambda("provided.al2023").check(&needs(34)).is_ok());
        assert!(lambda("provided.al2").check(&needs(26)).is_ok());
        let said = refused(&lambda("provided.al2023"), &needs(38));
        for text in [
            "needs GLIBC_2.38",
            "provided.al2023 has 2.34",
            "cargo lambda build",
            "musl",
        ] {
            assert!(said.contains(text), "{said}");
        }
        assert!(lambda("provided.al2").check(&needs(34)).is_err());
    }

    #[test]
    fn another_processor_or_loader_is_refused_and_a_static_build_is_not() {
        let host = lambda("provided.al2023");
        let arm = elf(Architecture::Arm64, None, None);
        assert!(refused(&host, &arm).contains("was built for arm64"));
        let musl = elf(Architecture::X86_64, Some("/lib/ld-musl-x86_64.so.1"), None);
        assert!(refused(&host, &musl).contains("is started by /lib/ld-musl-x86_64.so.1"));
        assert!(host.check(&elf(Architecture::X86_64, None, None)).is_ok());
    }

    #[test]
    fn a_script_needs_an_interpreter_that_is_there() {
        let script = |interpreter: &str| Executable::Script {
            interpreter: interpreter.to_owned(),
        };
        let host = lambda("provided.al2023");
        for there in ["/bin/sh", "bash", "/opt/bin/python3", "/var/task/node"] {
            assert!(host.check(&script(there)).is_ok(), "{there}");
        }
        for lacking in ["python3", "/usr/bin/node", "/usr/bin/perl"] {
            assert!(refused(&host, &script(lacking)).contains("does not have"));
        }
        let here = Host::ThisMachine {
            architecture: Architecture::X86_64,
        };
        assert!(here.check(&script("/bin/sh")).is_ok());
        assert!(refused(&here, &script("/no/such/program")).contains("this machine"));
    }
}
