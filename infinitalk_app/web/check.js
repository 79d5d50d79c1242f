watch("value", () => props.value.field && talk.form.point(props.value.field));
