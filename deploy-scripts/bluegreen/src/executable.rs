//! What an executable needs so that it can be started: read from the file, which is not run.

use std::path::Path;

use anyhow::{Result, bail};
use object::{
    Endianness, elf,
    read::elf::{FileHeader, ProgramHeader},
};

use crate::aws::Architecture;

type Header = elf::FileHeader64<Endianness>;

/// An executable, as far as whoever starts it has to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Executable {
    Elf {
        architecture: Architecture,
        /// The loader that it asks for; none where it is statically linked.
        loader: Option<String>,
        /// The newest version of the C library that one of its symbols needs.
        glibc: Option<Glibc>,
    },
    /// The program that runs it, without its options.
    Script { interpreter: String },
}

/// A version of the GNU C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Glibc(pub(crate) u32, pub(crate) u32);

impl Executable {
    /// # Errors
    /// If Linux could not start it, whatever the machine has.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        if let Some(rest) = bytes.strip_prefix(b"#!") {
            return Ok(Self::Script {
                interpreter: interpreter(rest),
            });
        }
        if !bytes.starts_with(b"\x7fELF") {
            bail!(
                "it is not an executable for Linux; build one with `cargo lambda build`, or with \
                 `cargo build` on Linux"
            );
        }
        let header = Header::parse(bytes);
        let read = header.and_then(|header| Ok((architecture(header)?, needs(header, bytes)?)));
        match read {
            Ok((Some(architecture), (loader, glibc))) => Ok(Self::Elf {
                architecture,
                loader,
                glibc,
            }),
            Ok((None, _)) => bail!("it was built for a processor that Lambda does not have"),
            Err(error) => bail!("it is damaged, or not for 64 bits: {error}"),
        }
    }

    /// What it was built for; `None` for a script.
    pub(crate) const fn architecture(&self) -> Option<Architecture> {
        match self {
            Self::Elf { architecture, .. } => Some(*architecture),
            Self::Script { .. } => None,
        }
    }
}

fn architecture(header: &Header) -> object::read::Result<Option<Architecture>> {
    Ok(match header.e_machine(header.endian()?) {
        elf::EM_X86_64 => Some(Architecture::X86_64),
        elf::EM_AARCH64 => Some(Architecture::Arm64),
        _ => None,
    })
}

/// The loader, and the newest version of the C library.
fn needs(header: &Header, bytes: &[u8]) -> object::read::Result<(Option<String>, Option<Glibc>)> {
    let endian = header.endian()?;
    let mut loader = None;
    for segment in header.program_headers(endian, bytes)? {
        if let Some(path) = segment.interpreter(endian, bytes)? {
            loader = Some(text(path));
        }
    }
    let sections = header.sections(endian, bytes)?;
    let mut newest = None;
    let Some((mut files, strings)) = sections.gnu_verneed(endian, bytes)? else {
        return Ok((loader, None));
    };
    let strings = sections.strings(endian, bytes, strings)?;
    while let Some((_, mut versions)) = files.next()? {
        while let Some(version) = versions.next()? {
            newest = newest.max(Glibc::of_symbol(&text(version.name(endian, strings)?)));
        }
    }
    Ok((loader, newest))
}

fn text(bytes: &[u8]) -> String {
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    String::from_utf8_lossy(bytes).into_owned()
}

impl Glibc {
    /// `2.34` of `GLIBC_2.34`; none for versions of other libraries.
    fn of_symbol(name: &str) -> Option<Self> {
        match name.strip_prefix("GLIBC_")? {
            // Relative relocations in the short form, which older loaders refuse.
            // <https://sourceware.org/glibc/wiki/Release/2.36>
            "ABI_DT_RELR" => Some(Self(2, 36)),
            number => Self::parse(number),
        }
    }

    /// Reads `2.34`, or `2.2.5`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(str::parse);
        Some(Self(numbers.next()?.ok()?, numbers.next()?.ok()?))
    }
}

impl std::fmt::Display for Glibc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// Of `/usr/bin/env python3 -u` the program that `env` starts.
fn interpreter(after_mark: &[u8]) -> String {
    let line = after_mark.split(|byte| *byte == b'\n').next();
    let line = String::from_utf8_lossy(line.unwrap_or_default()).into_owned();
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let is_env = Path::new(first)
        .file_name()
        .is_some_and(|name| name == "env");
    let started = words.find(|word| !word.starts_with('-') && !word.contains('='));
    started.filter(|_| is_env).unwrap_or(first).to_owned()
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::{Executable, Glibc, interpreter};

    #[test]
    fn a_program_of_this_machine_says_its_loader_and_its_c_library() {
        let this = fs::read(env::current_exe().unwrap()).unwrap();
        let Executable::Elf { loader, glibc, .. } = Executable::read(&this).unwrap() else {
            panic!("a test is an ELF file");
        };
        assert!(loader.unwrap().contains("/ld-linux-"));
        assert!(glibc.unwrap() > Glibc(2, 2));
    }

    #[test]
    fn versions_of_the_c_library_are_compared_as_numbers() {
        assert_eq!(Glibc::of_symbol("GLIBC_2.2.5"), Some(Glibc(2, 2)));
        assert!(Glibc::of_symbol("GLIBC_2.9") < Glibc::of_symbol("GLIBC_2.34"));
        assert_eq!(Glibc::of_symbol("GLIBC_ABI_DT_RELR"), Some(Glibc(2, 36)));
        for other in ["GCC_4.2.0", "GLIBC_PRIVATE", "GLIBCXX_3.4"] {
            assert_eq!(Glibc::of_symbol(other), None, "{other}");
        }
    }

    #[test]
    fn the_interpreter_is_the_program_that_env_starts() {
        for (line, program) in [
            ("/bin/sh\n# next line", "/bin/sh"),
            (" /bin/bash -e", "/bin/bash"),
            ("/usr/bin/env python3\n", "python3"),
            ("/usr/bin/env -S A=1 node --x", "node"),
        ] {
            assert_eq!(interpreter(line.as_bytes()), program, "{line}");
        }
    }

    #[test]
    fn what_is_cut_off_is_damaged_and_not_a_panic() {
        let this = fs::read(env::current_exe().unwrap()).unwrap();
        for length in [4, 20, 63, 64, 200, 5000, this.len() / 2] {
            let read = Executable::read(&this[..length]);
            assert!(read.is_err() || length > 64, "{length}");
        }
    }
}
