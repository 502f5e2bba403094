// Loaded before the first paint, so that a chosen theme never flashes. Who is signed in finds their choice in every browser (the page says it);
// for others this browser remembers. Without a choice the page follows the system.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // storage refused: the choice lasts as long as the page
    }
  };
  const store = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      /* as above */
    }
  };
  const theme = () => root.dataset.chosenTheme ?? stored("legend-theme");
  const palette = () => root.dataset.chosenPalette ?? stored("legend-palette");

  const apply = () => {
    const chosen = theme() === "light" || theme() === "dark";
    root.dataset.themeChoice = chosen ? theme() : "system";
    root.dataset.bsTheme = chosen ? theme() : system.matches ? "dark" : "light";
    palette() === "blue-orange" ? (root.dataset.palette = "blue-orange") : delete root.dataset.palette;
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === root.dataset.themeChoice));
    }
    for (const button of document.querySelectorAll("[data-set-palette]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setPalette === (root.dataset.palette ?? "standard")));
    }
    document.dispatchEvent(new CustomEvent("legend:theme"));
  };

  const keep = (button, name, value) => {
    const address = button.closest("[data-keep-look]")?.dataset.keepLook;
    if (address) {
      const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
      fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams({ [name]: value }) });
    }
  };

  root.dataset.script = "";
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set-theme], [data-set-palette]");
    if (!button) return;
    const [name, value] = button.dataset.setTheme ? ["theme", button.dataset.setTheme] : ["palette", button.dataset.setPalette];
    root.dataset[name === "theme" ? "chosenTheme" : "chosenPalette"] = value;
    store(`legend-${name}`, value);
    keep(button, name, value);
    apply();
  });
})();
