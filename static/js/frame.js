// Menus that close, suggestions that answer the arrow keys, toasts.

const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  if (event.target.closest("[data-dismiss]")) event.target.closest(".notice")?.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});

// how many of a list are chosen, said on the button that opens it
document.addEventListener("change", (event) => {
  const choose = event.target.closest("[data-counts]");
  if (!choose) return;
  const boxes = [...choose.querySelectorAll("input[type=checkbox]")];
  const chosen = boxes.filter((box) => box.checked);
  const words = chosen.length === 0 || chosen.length === boxes.length ? `All ${boxes.length}` : chosen.length === 1 ? chosen[0].closest("label").textContent.trim() : `${chosen.length} of ${boxes.length}`;
  choose.querySelector("[data-count]").textContent = words;
});

// on a phone the list of settings runs over the side
document.querySelector(".settings-list [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const field = document.getElementById(copy.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    toast("Copied.", "success");
  } catch {
    toast("The browser does not let pages copy here. It is selected: press Ctrl+C.", "warning");
  }
});

const search = document.querySelector("#symbol-search");
const suggestions = document.querySelector("#suggestions");

if (search && suggestions) {
  const links = () => [...suggestions.querySelectorAll("a")];
  const show = () => search.setAttribute("aria-expanded", String(links().length > 0));
  const close = () => {
    suggestions.replaceChildren();
    show();
  };
  new MutationObserver(show).observe(suggestions, { childList: true });
  const box = search.closest(".search");
  box.addEventListener("keydown", (event) => {
    const list = links();
    const at = list.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && list.length) list[Math.min(at + 1, list.length - 1)].focus();
    else if (event.key === "ArrowUp" && at >= 0) (at === 0 ? search : list[at - 1]).focus();
    else if (event.key === "Escape") {
      close();
      search.focus();
      search.select();
    } else return;
    event.preventDefault();
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) setTimeout(close, 120); // a click on a link has to arrive first
  });
}

const toasts = document.querySelector("#toasts");

function toast(text, kind = "info") {
  const template = document.querySelector("#toast-template");
  const notice = template.content.firstElementChild.cloneNode(true);
  notice.classList.add(`notice-${kind}`);
  notice.querySelector("p").textContent = text;
  toasts.append(notice);
  fade(notice);
}

function fade(notice) {
  if (notice.classList.contains("notice-error")) return; // stays until it is read
  let timer = setTimeout(() => notice.remove(), 7000);
  notice.addEventListener("mouseenter", () => clearTimeout(timer));
  notice.addEventListener("mouseleave", () => (timer = setTimeout(() => notice.remove(), 3000)));
}

for (const notice of toasts.children) fade(notice);
document.body.addEventListener("toast", (event) => toast(event.detail.text, event.detail.kind));
document.body.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  toast(status === 429 ? "Too many requests just now. Wait a moment and try again." : `That did not work (answer ${status}). Reload the page and try again.`, "error");
});
document.body.addEventListener("htmx:sendError", () => toast("The server does not answer. Check the connection and try again.", "error"));
