// The page's head; its link opens what happens to a visitor's files.
export function startTitle({ element }) {
  element.querySelector("a").addEventListener("click", () => {
    document.querySelector("#how").querySelector("details").open = true;
  });
}
