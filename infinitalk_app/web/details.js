// This may come to life late: what lies in a closed accordion is not drawn.
talk.details = props;
props.value = talk.value?.details ?? null;
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  button.dataset.text = button.parentElement.querySelector("pre").textContent;
  button.dataset.done = props.value.copied;
  talk.copy(button);
});
