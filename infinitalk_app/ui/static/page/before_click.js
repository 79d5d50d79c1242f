// What has to allow a click on the main button before Gradio hears of it.

const checks = [];

/** Has a function called at each click, which returns whether the click may go on. */
export function beforeClick(allows) {
  checks.push(allows);
}

export function startClickChecks() {
  const check = (event) => {
    if (!event.target.closest?.("#generate") || checks.every((allows) => allows())) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("click", check, true);
}
