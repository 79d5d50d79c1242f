// Run tokens. Whoever has a run's link sees its token; only the browser that made it knows what it is made of.

let next = null; // the token and the secret of the next run

function digits(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Returns 16 random bytes as hexadecimal digits. */
export function randomDigits() {
  return digits(crypto.getRandomValues(new Uint8Array(16)));
}

/** Returns the token of the run whose browser keeps this secret, as `token_of` of shares.py does. */
export async function tokenOf(secret) {
  const text = new TextEncoder().encode(`infinitalk run ${secret}`);
  return digits(new Uint8Array(await crypto.subtle.digest("SHA-256", text))).slice(0, 32);
}

/** Makes the next token; a browser makes no digest for a page that came over plain HTTP. */
export async function prepareToken() {
  if (!crypto.subtle) return;
  const secret = randomDigits();
  next = { token: await tokenOf(secret), secret };
}

/** Returns a new token, and its secret; one without a secret belongs to a run that has no share card. */
export function takeToken() {
  const taken = next ?? { token: randomDigits(), secret: "" };
  next = null;
  prepareToken();
  return taken;
}
