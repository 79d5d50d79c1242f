"""What a visitor reads of a page, and hears of it."""

from playwright.sync_api import Page

# Every text node in sight, and what is read out; code to copy and Gradio's own words are no texts of ours.
VISIBLE = """() => {
  const found = [document.title];
  const page = document.querySelector(".gradio-container");
  const walker = document.createTreeWalker(page, NodeFilter.SHOW_ELEMENT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.closest("footer, pre, code, script, style, svg, .html-container style, [data-testid]")) continue;
    const boxes = "#picture, #voice, #heard, #clip, #result, .file-preview, .toast-wrap";
    const drawnByGradio = node.closest(boxes);
    if (drawnByGradio && !node.closest("label")) continue;
    for (const child of node.childNodes) if (child.nodeType === 3) found.push(child.textContent.trim());
    for (const name of ["aria-label", "title", "placeholder", "alt"])
      if (node.closest("#status, #face, #history, #details, #head, #wait, #sound, #check, #keynote, .ways"))
        found.push(node.getAttribute(name) ?? "");
  }
  return found.filter((text) => text);
}"""


def visible(tab: Page) -> list[str]:
    """Return every text in sight; a page that shows few has not been drawn yet."""
    said = list(tab.evaluate(VISIBLE))
    assert len(said) > 30
    return said
