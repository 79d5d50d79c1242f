// The way out of a frame; the run and the language of the frame stay.
import { addressOfFullPage } from "../page/address.js";

export function startFullPageLink({ element }) {
  const link = element.querySelector("a");
  link.addEventListener("click", () => {
    link.href = addressOfFullPage(location.href);
  });
}
