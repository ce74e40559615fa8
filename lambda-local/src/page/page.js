// Puts in what the server sends once a second; what cannot be had is shown pale. What somebody
// opened, sent or stands on stays, also where newer invocations have taken its place.
const main = document.querySelector("main");

const put = (html) => {
  const opened = [...main.querySelectorAll("details[open]")];
  const outputs = [...main.querySelectorAll("output")].map((output) => output.textContent);
  const focus = path(document.activeElement);
  main.innerHTML = html;
  for (const old of opened) {
    const anew = document.getElementById(old.id);
    if (anew) anew.replaceWith(old);
    else document.getElementById(old.dataset.of)?.prepend(old);
  }
  main.querySelectorAll("output").forEach((output, at) => (output.textContent = outputs[at] ?? ""));
  if (focus) main.querySelector(focus)?.focus({ preventScroll: true });
};

// How to find again what has the focus.
const path = (element) => {
  if (!main.contains(element)) return "";
  const { send, copy } = element.dataset;
  if (send) return `[data-send="${send}"]`;
  if (copy) return `[data-copy="${copy}"]`;
  if (element.matches("summary")) return `#${CSS.escape(element.parentElement.id)} > summary`;
  return element.matches("a") ? `a[href="${element.getAttribute("href")}"]` : "";
};

const events = new EventSource("/_local/events");
events.onmessage = ({ data }) => {
  main.className = "";
  put(data);
};
events.onerror = () => (main.className = "stale");

// A log is asked for when it is opened.
main.addEventListener(
  "toggle",
  async ({ target }) => {
    const lines = target.querySelector("pre");
    if (!target.open || lines.textContent) return;
    const answer = await fetch(target.dataset.log);
    document.getElementById(target.id).querySelector("pre").textContent = await answer.text();
  },
  true,
);

const send = async (button) => {
  const url = button.dataset.send;
  const say = (text) => {
    const found = main.querySelector(`[data-send="${url}"]`);
    if (found) found.parentElement.querySelector("output").textContent = text;
  };
  try {
    const answer = await fetch(url);
    say(`${answer.status}: ${(await answer.text()).slice(0, 120)}`);
  } catch {
    say("no answer");
  }
};

const copy = async (button, text) => {
  await navigator.clipboard.writeText(text);
  button.textContent = "copied";
};

document.addEventListener("click", ({ target }) => {
  if (target.dataset?.send) send(target);
  if (target.dataset?.copy) copy(target, target.dataset.copy);
  if (target.id === "copy") copy(target, document.querySelector("#exports").textContent);
});
