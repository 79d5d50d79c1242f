watch("value", () => props.value.field && talk.refused(props.value.field));
