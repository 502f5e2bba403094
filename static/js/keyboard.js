// `/` search, `g` then a letter to go, `n` new trade, `j` `k` rows, Enter opens, `?` help. Quiet while somebody types.

const isTyping = (target) => target.closest("input, select, textarea, [contenteditable]");
const NEVER = -Infinity;
let going = NEVER; // when `g` was pressed

function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement) || row.classList.contains("is-shown"));
  const focused = rows.some((row) => row.contains(document.activeElement));
  const next = focused || step < 0 ? at + step : Math.max(at, 0);
  const row = rows[Math.min(Math.max(next, 0), rows.length - 1)];
  row.querySelector("a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

// what is typed replaces what was asked before
function search() {
  const field = document.querySelector("#symbol-search");
  field?.focus();
  field?.select();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const key = event.key;
  if (performance.now() - going < 1500 && /^[a-z]$/.test(key)) {
    going = NEVER;
    const link = document.querySelector(`[data-go="${key}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  if (key === "/") search();
  else if (key === "?") document.querySelector("#keys")?.togglePopover();
  else if (key === "g") going = performance.now();
  else if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (document.querySelector(`[data-key="${CSS.escape(key)}"]`)) document.querySelector(`[data-key="${CSS.escape(key)}"]`).click();
  else return;
  event.preventDefault();
});

// a click anywhere in a row follows its link; links and buttons inside keep their own meaning
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row || event.target.closest("a, button, summary, input") || getSelection().toString()) return;
  const link = row.querySelector("a");
  event.ctrlKey || event.metaKey ? open(link.href) : link.click();
});
