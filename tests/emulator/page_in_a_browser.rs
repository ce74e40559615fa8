//! The page as a person sees it: in Chromium, light and dark, narrow, with nothing and with a lot.

use std::{fs, time::Duration};

use serde_json::{Value, json};

use crate::harness::{
    Browser, Load, ROLE, Server, base64_of, path, repository, script, until, within,
};

const WIDE: (u32, u32) = (1000, 1100);
const NARROW: (u32, u32) = (400, 1500);
const TAB: u32 = 9;
const ENTER: u32 = 13;

/// Blue serves, red is released, and some of what it answers fails.
fn split() -> (Server, Load) {
    let server = Server::with_blue();
    let load = Load::start(&server, 40);
    server.set_variable("FAIL_HOW", "error", true);
    let red = path("red");
    let publish = ["publish", "--binary", &red, "--description", "the red one"];
    server.bluegreen(&publish).succeeds();
    server.bluegreen(&["shift", "20%", "--to", "2"]).succeeds();
    (server, load)
}

/// Waits until the page was put in anew by what the server sends.
fn lives(browser: &mut Browser) {
    browser.sees("document.querySelector('main').className === '' && window.performance.now() > 1500 || null");
}

/// No part of the page stands out of its window.
fn fits(browser: &mut Browser) {
    let width = "document.documentElement.scrollWidth <= window.innerWidth";
    assert_eq!(browser.value(width), json!(true));
}

/// The least contrast of a text with what it stands on.
const CONTRAST: &str = r#"(() => {
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\d.]+/g).map((part) => part / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (backgroundColor !== "rgba(0, 0, 0, 0)") return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...document.body.querySelectorAll("*")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  const of = (element) => {
    const style = getComputedStyle(element);
    const color = element.closest("svg") ? style.fill : style.color;
    const [a, b] = [luminance(color), luminance(back(element))].sort((a, b) => b - a);
    return (a + 0.05) / (b + 0.05);
  };
  return Math.min(...texts.map(of));
})()"#;

#[test]
fn the_page_is_readable_light_and_dark_and_on_a_narrow_screen() {
    let (server, _load) = split();
    let is_written = std::env::var_os("WRITE_SCREENSHOTS").is_some();
    if is_written {
        let minute = "document.querySelector('tbody').textContent.includes('1 min ago') || null";
        let mut browser = Browser::open(&server.url, WIDE, "light");
        within(Duration::from_secs(90), || {
            Some(browser.value(minute)).filter(|seen| !seen.is_null())
        });
    }
    for (name, size, scheme) in [
        ("light", WIDE, "light"),
        ("dark", WIDE, "dark"),
        ("narrow", NARROW, "light"),
    ] {
        let mut browser = Browser::open(&server.url, size, scheme);
        lives(&mut browser);
        browser.sees("document.querySelector('polyline.red') && 1");
        fits(&mut browser);
        let contrast = browser.value(CONTRAST).as_f64().unwrap();
        assert!(contrast >= 4.5, "{name}: {contrast}");
        let png = browser.screenshot();
        if is_written {
            let file = repository().join(format!("docs/page-{name}.png"));
            fs::write(file, &png).unwrap();
        }
        assert!(png.starts_with(b"\x89PNG") && png.len() > 10_000);
    }
    let size = server.request("GET", "/", b"").text().len()
        + server.request("GET", "/_local/page.js", b"").text().len();
    assert!(size < 60_000, "{size}");
}

#[test]
fn colours_say_the_part_that_a_version_plays() {
    let (server, _load) = split();
    let mut browser = Browser::open(&server.url, WIDE, "light");
    let class = |version: &str| {
        format!(
            "[...document.querySelectorAll('tbody tr')].map((row) => row.cells[0]).find((cell) => \
             cell.textContent.trim() === '{version}')?.querySelector('i').className ?? null"
        )
    };
    assert_eq!(browser.sees(&class("1")), json!("blue"));
    assert_eq!(browser.sees(&class("2")), json!("green"));
    assert_eq!(browser.sees(&class("$LATEST")), json!("grey"));
    let says = browser.sees("document.querySelector('.says').textContent");
    assert!(
        says.as_str().unwrap().contains("1 to 2, 20% by hand"),
        "{says}"
    );
    browser.sees("document.querySelector('line.move title')?.textContent ?? null");
}

#[test]
fn a_log_is_one_click_away_and_stays_open() {
    let (server, _load) = split();
    let mut browser = Browser::open(&server.url, WIDE, "light");
    browser.sees("document.querySelector('summary') && 1");
    browser.value("{ window.id = document.querySelector('details').id; document.querySelector('summary').click() }");
    let lines = "(() => { const text = document.getElementById(window.id)?.querySelector('pre')\
                 .textContent ?? ''; return text.includes('platform.report') ? text : null })()";
    let lines = browser.sees(lines);
    assert!(
        lines.as_str().unwrap().contains("platform.start"),
        "{lines}"
    );
    // Also where the page is put in anew.
    browser.value("window.before = document.querySelector('section')");
    browser.sees("window.before !== document.querySelector('section') || null");
    browser.sees("document.getElementById(window.id).open || null");
}

#[test]
fn the_keyboard_reaches_what_the_mouse_does() {
    let server = Server::with_blue();
    let mut browser = Browser::open(&server.url, WIDE, "light");
    lives(&mut browser);
    let focused = "document.activeElement.dataset.send ?? null";
    for _ in 0..10 {
        browser.press("Tab", TAB);
        if !browser.value(focused).is_null() {
            break;
        }
    }
    assert!(!browser.value(focused).is_null());
    browser.press("Enter", ENTER);
    let answer = browser.sees("document.querySelector('output').textContent || null");
    assert!(
        answer.as_str().unwrap().contains("200: Hello From Blue"),
        "{answer}"
    );
}

#[test]
fn it_says_what_to_do_where_there_is_no_function() {
    let server = Server::start();
    let mut browser = Browser::open(&server.url, WIDE, "light");
    browser.sees("document.body.textContent.includes('No function yet') || null");
}

#[test]
fn ten_functions_and_a_thousand_versions_are_a_page_still() {
    let server = Server::start();
    let zip = script("exit 1");
    for index in 0..10 {
        let function = json!({
            "FunctionName": format!("function-{index}"), "Runtime": "provided.al2023",
            "Role": ROLE, "Handler": "bootstrap",
            "Code": { "ZipFile": base64_of(&zip) },
        });
        assert_eq!(server.lambda("POST", "", &function).status, 201);
    }
    until("it is active", || {
        let found = server
            .lambda("GET", "/function-0/configuration", &Value::Null)
            .json();
        (found["State"] == "Active").then_some(())
    });
    for number in 1..=1000 {
        let change = json!({ "Environment": { "Variables": { "NUMBER": number.to_string() } } });
        let path = "/function-0/configuration";
        until("it is changed", || {
            (server.lambda("PUT", path, &change).status == 200).then_some(())
        });
        until("it is published", || {
            (server
                .lambda("POST", "/function-0/versions", &json!({}))
                .status
                == 201)
                .then_some(())
        });
    }
    let mut browser = Browser::open(&server.url, NARROW, "dark");
    lives(&mut browser);
    assert_eq!(
        browser.sees("document.querySelectorAll('section').length"),
        json!(10)
    );
    let left_out = browser.sees("document.querySelector('p.dim').textContent");
    assert_eq!(left_out, json!("and 990 older versions"));
    fits(&mut browser);
    let size = server.request("GET", "/", b"").text().len();
    assert!(size < 60_000, "{size}");
}
