talk.history.props = props;
talk.history.show();
setInterval(() => talk.history.show(), 20000);
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) talk.history.act(button.dataset.do, button.closest("li")?.dataset.run, () => trigger("select"));
});
