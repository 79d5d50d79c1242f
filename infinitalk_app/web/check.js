talk.check = props;
watch("value", () => {
  talk.news.came("check");
  talk.form.lacking();
});
