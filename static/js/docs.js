// The API page's own dark look, in step with the theme of the site.
const follow = () => document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset.bsTheme === "dark");
follow();
new MutationObserver(follow).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
