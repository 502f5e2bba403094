// Sliders and the numbers beside them say the same; what differs from its default is marked; htmx asks for the answer.

const numberOf = (slider) => slider.querySelector("input[type=number]");
const rangeOf = (slider) => slider.querySelector("input[type=range]");

function mark(slider) {
  slider.classList.toggle("is-changed", Number(numberOf(slider).value) !== Number(slider.dataset.default));
}

// before htmx reads the form, hence while the event is on its way down
document.addEventListener(
  "input",
  (event) => {
    const slider = event.target.closest("[data-slider]");
    if (!slider) return;
    if (event.target === rangeOf(slider)) numberOf(slider).value = event.target.value;
    else rangeOf(slider).value = event.target.value;
    mark(slider);
  },
  true,
);

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-reset]");
  if (!link) return;
  event.preventDefault();
  const slider = link.closest("[data-slider]");
  const number = numberOf(slider);
  number.value = slider.dataset.default;
  number.dispatchEvent(new Event("input", { bubbles: true }));
  number.focus();
});
