// The page's address names the run that it shows.

/** Returns the run token or request id that a query names, with its provider, or null. */
export function runOfAddress(query) {
  const asked = new URLSearchParams(query);
  const run = asked.get("job") || asked.get("run");
  return run ? { run, engine: asked.get("engine") ?? "" } : null;
}

/** Returns where the page's API lies, without a slash at the end; it can stand between quotes of any kind. */
export function pageAddress({ origin, pathname }) {
  return `${origin}${pathname}`.replace(/\/+$/, "").replaceAll("'", "%27");
}

/** Returns an address that names another run, or none. */
export function addressOfRun(address, names) {
  const url = new URL(address);
  for (const name of ["run", "job", "engine"]) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(names)) url.searchParams.set(name, value);
  return url.href;
}

/** Returns an address of the same page in another language. */
export function addressInLanguage(address, language) {
  const url = new URL(address);
  url.searchParams.set("lang", language);
  return url.href;
}

/** Returns the address of the same page outside of a frame. */
export function addressOfFullPage(address) {
  const url = new URL(address);
  url.searchParams.delete("embed");
  return url.href;
}

/** Returns what the address names for a run: its request id once there is one. */
export function namesOfRun({ run, job, engine }) {
  return job ? { job, engine } : { run };
}

export function setAddress(names) {
  const address = addressOfRun(location.href, names);
  if (address !== location.href) history.replaceState(history.state, "", address);
}
