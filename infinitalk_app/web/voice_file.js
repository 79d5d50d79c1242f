const chosen = element.querySelector("input");

async function take(file) {
  if (!file) return;
  talk.form.voice = talk.gradio.file(await upload(file), file);
  trigger("upload");
}

chosen.addEventListener("change", () => take(chosen.files[0]));
const box = document.querySelector("#voice");
box?.addEventListener("dragover", (event) => event.preventDefault());
box?.addEventListener("drop", (event) => {
  if (box.querySelector("input[type=file]")) return; // an empty box takes it by itself
  event.preventDefault();
  take(event.dataTransfer.files[0]);
});
