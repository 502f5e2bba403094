// Loaded before the first paint, so that a chosen theme never flashes. Without a choice the page follows the system.
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
      value ? localStorage.setItem(name, value) : localStorage.removeItem(name);
    } catch {
      /* as above */
    }
  };

  const apply = (theme, palette) => {
    const chosen = theme === "light" || theme === "dark";
    root.dataset.themeChoice = chosen ? theme : "system";
    root.dataset.bsTheme = chosen ? theme : system.matches ? "dark" : "light";
    palette === "blue-orange" ? (root.dataset.palette = palette) : delete root.dataset.palette;
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === root.dataset.themeChoice));
    }
    for (const button of document.querySelectorAll("[data-set-palette]")) {
      button.setAttribute("aria-pressed", String(root.dataset.palette === "blue-orange"));
    }
    document.dispatchEvent(new CustomEvent("legend:theme"));
  };
  const current = () => apply(stored("legend-theme"), stored("legend-palette"));

  root.dataset.script = "";
  current();
  system.addEventListener("change", current);
  document.addEventListener("DOMContentLoaded", current);
  document.addEventListener("click", (event) => {
    const theme = event.target.closest("[data-set-theme]");
    const palette = event.target.closest("[data-set-palette]");
    if (theme) store("legend-theme", theme.dataset.setTheme === "system" ? "" : theme.dataset.setTheme);
    if (palette) store("legend-palette", root.dataset.palette ? "" : "blue-orange");
    if (theme || palette) current();
  });
})();
