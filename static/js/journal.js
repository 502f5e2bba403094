// What was opened stays open while one moves through the journal; a form is sent once.

for (const details of document.querySelectorAll("details[data-keep-open]")) {
  const name = `open:${details.id}`;
  if (sessionStorage.getItem(name)) details.open = true;
  details.addEventListener("toggle", () => (details.open ? sessionStorage.setItem(name, "1") : sessionStorage.removeItem(name)));
}

// a form that was refused is shown again
document.querySelector("[popover][data-open]")?.showPopover();

// a second press before the answer is there sends nothing
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 4000) return event.preventDefault();
  form.dataset.sent = String(Date.now());
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
