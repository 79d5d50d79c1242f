talk.history.props = props;
talk.history.reuse = () => trigger("select");
// At once is too early: a value that is set before Gradio has drawn the page can be lost.
setTimeout(() => talk.history.show(), 0);
setInterval(() => talk.history.show(), 5000);
addEventListener("storage", () => talk.history.show());
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) talk.history.act(button.dataset.do, button.closest("li")?.dataset.run);
});
