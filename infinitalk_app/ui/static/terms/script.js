// Who renders, what it costs, and where a key is made: the cost by this page's record once it is known.

let component = null; // its props
let cost = "";

function draw() {
  if (component) component.value = component.value.map((line) => ({ ...line, usual: line.of === "cost" ? cost : "" }));
}

/** The form was checked. */
export function showCost(checked) {
  cost = checked.cost;
  draw();
}

export function startTerms({ props, watch }) {
  component = props;
  draw(); // it is drawn when an engine is chosen that asks for something
  watch("value", draw);
}
