//! The Markdown files: what they link to is there, and the front page stays one.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::harness::repository;

/// A Markdown file: where it leads, and where others can enter it.
#[derive(Debug, Default)]
struct Document {
    links: Vec<String>,
    /// What is shown as code in a sentence.
    code: Vec<String>,
    anchors: Vec<String>,
    /// The heading that is being read.
    heading: Option<String>,
}

impl Document {
    fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap();
        let mut document = Self::default();
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            document.take(event);
        }
        document
    }

    fn take(&mut self, event: Event<'_>) {
        if let Event::Code(code) = &event {
            self.code.push(code.to_string());
        }
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                self.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => self.heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                self.heading
                    .iter_mut()
                    .for_each(|heading| *heading += &text);
            }
            Event::End(TagEnd::Heading(_)) => {
                let heading = self.heading.take();
                self.anchors.extend(heading.map(|text| anchor(&text)));
            }
            _ => {}
        }
    }
}

/// What GitHub makes of a heading. One that stands twice gets a number, which nothing here needs.
fn anchor(heading: &str) -> String {
    let lower = heading.to_lowercase().replace(' ', "-");
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_');
    lower.chars().filter(kept).collect()
}

/// The Markdown files below a folder, without those that are built or installed.
fn documents(folder: &Path, found: &mut BTreeMap<PathBuf, Document>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != ".git" {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let path = path.canonicalize().unwrap();
            let document = Document::read(&path);
            found.insert(path, document);
        }
    }
}

/// Why a link leads nowhere.
fn fault(link: &str, file: &Path, all: &BTreeMap<PathBuf, Document>) -> Option<&'static str> {
    if let Some((_, rest)) = link.split_once("://") {
        let host = rest.split('/').next().unwrap_or_default();
        let sound = link.starts_with("https://") && host.contains('.') && !link.contains(' ');
        return (!sound).then_some("is no https address");
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => file.to_owned(),
        path => file.parent().unwrap().join(path),
    };
    let Ok(target) = target.canonicalize() else {
        return Some("is not there");
    };
    let known = |document: &Document| document.anchors.iter().any(|known| known == anchor);
    let entered = anchor.is_empty() || all.get(&target).is_some_and(known);
    (!entered).then_some("has no such heading")
}

#[test]
fn every_link_of_every_markdown_file_leads_somewhere() {
    let mut all = BTreeMap::new();
    documents(repository(), &mut all);
    let links = |document: &Document| document.links.len();
    assert!(all.values().map(links).sum::<usize>() > 100, "{all:#?}");
    let mut faults = Vec::new();
    for (file, document) in &all {
        for link in &document.links {
            let found = fault(link, file, &all);
            faults.extend(found.map(|fault| format!("{}: {link} {fault}", file.display())));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_make_target_of_every_markdown_file_is_there() {
    let makefile = fs::read_to_string(repository().join("Makefile")).unwrap();
    let mut all = BTreeMap::new();
    documents(repository(), &mut all);
    let mut found = 0;
    for (file, document) in &all {
        for target in document
            .code
            .iter()
            .filter_map(|code| code.strip_prefix("make "))
        {
            let target = target.split(' ').next().unwrap_or_default();
            // `make X=Y` is a variable.
            let is_there = makefile.contains(&format!("\n{target}:")) || target.contains('=');
            assert!(is_there, "make {target} in {}", file.display());
            found += 1;
        }
    }
    assert!(found > 20, "{found}");
}

#[test]
fn the_front_page_is_one_page() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    assert!(readme.lines().count() <= 150);
}

#[test]
fn the_test_that_is_shown_to_users_is_one_that_runs() {
    let read = |path| fs::read_to_string(repository().join(path)).unwrap();
    let test = read("tests/own_function/tests/behind_its_api.rs");
    assert!(read("docs/testing.md").contains(&format!("```rust\n{test}```\n")));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let mut all = BTreeMap::new();
    documents(repository(), &mut all);
    let file = repository().canonicalize().unwrap().join("README.md");
    let fault = |link| fault(link, &file, &all);
    assert_eq!(fault("docs/tutorial.md#2-test-it"), None);
    assert_eq!(fault("https://rustup.rs"), None);
    assert!(fault("docs/none.md").is_some());
    assert!(fault("docs/tutorial.md#none").is_some());
    assert!(fault("http://rustup.rs").is_some());
}

/// Build scripts are other people's programs: where they run there is nothing to take.
#[test]
fn the_release_workflow_builds_where_there_are_no_credentials() {
    let file = repository().join("deploy-scripts/github-actions.yml");
    let text = fs::read_to_string(file).unwrap();
    let (build, release) = text.split_once("\n  release:\n").unwrap();
    assert!(!build.contains("id-token") && !build.contains("configure-aws-credentials"));
    assert!(release.contains("id-token: write"));
    for builds in ["make ", "cargo ", "checkout@"] {
        assert!(!release.contains(builds), "{builds}");
    }
}
