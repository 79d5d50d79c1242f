// Which files a box takes, as the `accept` of a file input says it.

/** Returns whether a file is of a kind such as "image/*" or has an ending such as ".avif". */
export function accepts(accept, { name, type }) {
  return accept.split(",").some((kind) => {
    if (kind.startsWith(".")) return name.toLowerCase().endsWith(kind);
    return type.startsWith(kind.replace("*", ""));
  });
}
