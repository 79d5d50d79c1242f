// The providers that the page offers, by id, with what `Provider.in_browser` says of each.

export const providers = {};

export function setProviders(known) {
  Object.assign(providers, known);
}

/** Returns the id of the first free provider, or of the first paid one. */
export function firstProvider(free) {
  return Object.keys(providers).find((id) => providers[id].free === free);
}
