talk.check = props;
