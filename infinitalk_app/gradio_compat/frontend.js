// What the page's scripts rest on in Gradio's frontend that it does not document.
talk.gradio = {
  // Rests on: js= may return this in the place of a value. If it breaks: have a handler in Python do it.
  update: (changes) => ({ __type__: "update", ...changes }),

  // Rests on: file components take this from js=. If it breaks: look at what an upload leaves in their value.
  file: ({ path, url }, { name, size, type }) => ({
    ...{ path, url, orig_name: name, size, mime_type: type },
    meta: { _type: "gradio.FileData" },
  }),
};

// Answers that may be left lying. Gradio closes its stream of answers when it knows of no open question. A question
// that crosses those words is taken, but nobody fetches its answer, until one more is asked: here, soon after, one is.
// If it breaks (Gradio opens its stream for such a question by itself): leave it out, and the panel's `tick`.
talk.news = {
  expected: new Map(), // what an answer is still due for -> how often it is still asked after
  ask: () => {}, // asks the server for nothing; the panel knows how
  AFTER_MS: 4000,
  TIMES: 5,

  expect(what) {
    talk.news.expected.set(what, talk.news.TIMES);
  },

  came(what) {
    talk.news.expected.delete(what);
  },

  // The form goes to the server as it is.
  form(...values) {
    talk.news.expect("check");
    return values;
  },

  again() {
    const { expected } = talk.news;
    if (!expected.size) return;
    for (const [what, times] of expected) times > 1 ? expected.set(what, times - 1) : expected.delete(what);
    talk.news.ask();
  },
};
setInterval(() => talk.news.again(), talk.news.AFTER_MS);
