// Run tokens, and the secrets that they are made of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { prepareToken, randomDigits, takeToken, tokenOf } from "../../infinitalk_app/ui/static/page/run_token.js";

test("a token is made of its secret as the server makes it", async () => {
  assert.equal(await tokenOf("0".repeat(32)), "134c40337e1607c2f069079013ca2149");
});

test("each token is another one, and its secret is not", async () => {
  await prepareToken();
  const { token, secret } = takeToken();
  assert.match(secret, /^[0-9a-f]{32}$/);
  assert.equal(token, await tokenOf(secret));
  const next = takeToken();
  assert.notEqual(next.token, token);
});

test("before its secret is made, a token has none and works all the same", async () => {
  await prepareToken();
  takeToken();
  const { token, secret } = takeToken();
  assert.match(token, /^[0-9a-f]{32}$/);
  assert.equal(secret, "");
  assert.match(randomDigits(), /^[0-9a-f]{32}$/);
});
