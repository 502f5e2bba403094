// The row whose preview is shown is marked; htmx fetches the preview itself.

const preview = () => document.querySelector("#preview");
const isVisible = () => preview() && getComputedStyle(preview()).display !== "none";

// A row that scrolls or is swapped in under a resting mouse is "entered" too; only a moved mouse points at something.
let movedAt = -1;
document.addEventListener("mousemove", (event) => (movedAt = event.timeStamp), { passive: true });

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (!row || event.detail.elt !== row) return;
  const cause = event.detail.requestConfig.triggeringEvent;
  if (cause?.type === "mouseenter" && movedAt < cause.timeStamp) return event.preventDefault();
  if (!isVisible() || row.dataset.code === preview().dataset.code) event.preventDefault();
  if (isVisible()) mark(row);
});

// filters that are not set stay out of the address
document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id !== "scan-filters") return;
  const asked = event.detail.parameters;
  for (const name of Object.keys(asked)) if (asked[name] === "") delete asked[name];
});

// results were replaced: keep the mark, or show the first row when the one shown is gone
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "results" || !isVisible()) return;
  const rows = [...document.querySelectorAll("[data-row]")];
  const same = rows.find((row) => row.dataset.code === preview().dataset.code);
  if (same) mark(same);
  else if (rows.length) htmx.trigger(rows[0], "show");
});

function mark(row) {
  for (const other of document.querySelectorAll("[data-row].is-shown")) other.classList.toggle("is-shown", other === row);
  row.classList.add("is-shown");
}
