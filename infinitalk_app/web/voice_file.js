const chosen = element.querySelector("input");

async function take(file) {
  if (!file) return;
  const { path, url } = await upload(file);
  const meta = { _type: "gradio.FileData" };
  talk.form.voice = { path, url, orig_name: file.name, size: file.size, mime_type: file.type, meta };
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
