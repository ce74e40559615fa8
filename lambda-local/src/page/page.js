// Asks once a second for what there is; what cannot be had is shown pale.
const main = document.querySelector("main");
setInterval(async () => {
  try {
    const answer = await fetch("/_local/page");
    if (!answer.ok) throw new Error(answer.statusText);
    main.innerHTML = await answer.text();
    main.className = "";
  } catch {
    main.className = "stale";
  }
}, 1000);

const exports = document.querySelector("#exports");
document.querySelector("#copy").addEventListener("click", async ({ target }) => {
  await navigator.clipboard.writeText(exports.textContent);
  target.textContent = "copied";
});
