// Answers that may be left lying. Gradio closes its stream of answers when it knows of no open question. A question
// that crosses those words is taken, but nobody fetches its answer, until one more is asked: here, soon after, one is.
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
