// The choice of the page's language: the address names it, so that it needs no cookie, which a frame may refuse.
import { addressInLanguage } from "../page/address.js";

export function startLanguageChoice({ element, props }) {
  element.addEventListener("change", ({ target }) => {
    if (target.value !== props.chosen) location.assign(addressInLanguage(location.href, target.value));
  });
}
