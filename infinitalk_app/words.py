"""Every text that the page says, and nothing that decides when."""

from dataclasses import replace

from infinitalk_app.messages import Action, Say, Trouble

TITLE = "Make a picture talk"
INTRO = "One picture and one voice clip. A free preview in seconds, the full render in about five minutes."
HOW = "How it works"
API = "API"
FULL_PAGE = "Open the full page"
SOUND_ON = "Sound on"

PICTURE = "Picture"
VOICE = "Voice"
VIDEO_SOURCE = "A short video instead of a picture"
EXAMPLES = "Or try one of these, with a voice. Free."
TRIM = "Use only a part of the voice"
START = "From second"
SECONDS = "For seconds"
IN_PAUSE = "End in a pause"
CLIP = "What will be sent"
CLIP_FACTS = "{seconds:.1f} s, level {level:.0f} dB."
ENGINE = "Engine"
PREVIEW = "Preview\nFree, here, in seconds"
PAID = "{model}\nPaid, own key{about}"
PAID_BY_OWNER = "{model}\nFrom this Space's budget{about}"
ABOUT_MINUTES = ", about {minutes} min"
KEY = "Your {service} key"
KEY_HINT = "Used for this run alone. We do not keep it."
KEY_HINT_OWNER = "Not needed: this Space pays. With your own key, its limits do not apply."
CONSENT = "I may use this face and this voice"
DIRECTION = "Direction"
DIRECTION_HINT = (
    "How the person should come across. InfiniteTalk follows it; the preview takes its energy only."
)
MORE = "More settings"
FPS = "Frames per second"
FPS_HINT = "Lips fit best at 25."
RESOLUTION = "Resolution"
SEED = "Seed"
SEED_HINT = "The same seed and inputs give the same video; -1 is a random one."
NEW_SEED = "New seed"
KEEP_SEED = "Keep this seed"
QUALITY = "Quality"
QUALITIES = {
    "draft": "Draft\n480p, 16 fps",
    "standard": "Standard\n480p, 25 fps",
    "final": "Final\n720p, 25 fps",
}
PHRASINGS = {
    "Warm smile": "A friendly person smiles warmly and talks to the camera, with small natural gestures.",
    "Calm and serious": "A calm, serious person speaks to the camera and holds still.",
    "Lively": "A lively person speaks with energy, gesturing with both hands.",
}
GO_PREVIEW = "Make a free preview"
GO_PAID = "Render with {model}"
GOING_PREVIEW = "Making the preview…"
GOING_PAID = "Rendering…"

CHECK_SPEECH = "{seconds:.2f} s of speech"
CHECK_QUIET = "Quiet"
CHECK_LOUD = "Too loud in places"
CHECK_LITTLE_SPEECH = "Little speech in it"
CHECK_FACE = "Face found"
CHECK_PERSON = "{faces} faces: person {number} talks"
CHECK_MARKS = "{done} of 3 marks"
CHECK_MARKED = "Marked: it talks"
CHECK_ONLY = "Cropped around {person}"
CHECK_NO_FACE = "No face found: it will sway, not speak"
CHECK_CROPPED_TALL = "Top and bottom cropped"
CHECK_CROPPED_WIDE = "Sides cropped"
CHECK_FPS = "{fps:g} fps: lips fit less well"
CHECK_REACHABLE = "Files can be fetched"
CHECK_UNREACHABLE = "This page's files cannot be fetched"
CHECK_STORAGE = "{service}'s storage will be used"
CHECK_KEY_REFUSED = "The key was refused"
CHECK_NO_BALANCE = "{service} does not answer just now"
CREDITS = "{credits:.2f} credits"
SUM_FREE = "Free, {time}"
SUM_PAID = "{price}, {time}"
A_FEW_SECONDS = "a few seconds"
PAID_SHORT = "Paid"
PRICE = "${low:.2f}–{high:.2f}"  # noqa: RUF001  # a range's dash
SOME_MINUTES = "some minutes"
KEY_KNOWN = "Key …{last4}: {credits:.2f} credits"
KEY_UNSURE = "Key …{last4}: {service} does not answer just now"
KEYS_TOO_MANY = "Key …{last4} was not looked at: too many keys at once. Wait a minute."
KEY_REFUSED = "Key …{last4} was refused. Check it at {service} and paste it again."
KEY_FORGET = "Forget it"
HOW_LINES = (
    "Picture and voice are checked, cleaned and cut on this page's server.",
    "Preview: a program moves the lips on your still picture, right here, for free.",
    "InfiniteTalk: Segmind fetches both files, renders for about five minutes, and charges once.",
    "The finished file is opened and checked before you see it.",
    "The address of the page is the way back to a run, from any tab.",
)
PRIVACY = (
    "Your files stay on this page's server for an hour at most; the video stays for two hours. "
    "With InfiniteTalk they also go to Segmind. Whoever has the link sees the video. "
    "Every video is made by AI and says so in the file."
)
VIDEO = "Video"
VIDEO_SAMPLE = "Sample preview"
VIDEO_PAID = "Made with {model}"
PREVIEW_NAME = "Preview"

STEPS = ("Prepare", "Host", "Queue", "Render", "Fetch", "Verify")
LATE = "Taking longer than usual. It goes on by itself."
USUAL_PAID = "usually done between {low:.0f} and {high:.0f} minutes"
USUAL_HERE = "about this long in our last {runs} runs: {time}"
SO_FAR = "so far"
IN_ALL = "in all"
LINK_HINT = "You may close this page. The link brings you back to it."
STOP_BEFORE = "Stop"
DRAWN_HERE = "Preview, drawn here"
DRAWN_AT = "{model}, at {service}"
BUTTONS: dict[Action, str] = {
    "stop": "Stop watching",
    "copy": "Copy link",
    "console": "Open {service}",
    "free": "Free preview instead",
    "own_key": "Use my own key",
    "again": "Try again",
    "settings": "Use these settings",
    "submit_again": "Submit again",
    "look": "Look again",
    "paid": GO_PAID,
    "picture": "Use another picture",
    "download": "Download",
}
FRAMES = "{done} of {total} frames"
REQUEST = "request {short}"
CHARGED_AT_END = "charged at the end"
NOT_SENT = "not sent"
FROM_FILM = "its best frame was animated"
BY_AI = "made by AI"
AI_TAG = "AI-generated video, made with {model} at {service} on {when}."
FREE = "free"
MARKED = "AI-made, marked preview"
COST = "cost ${cost:.2f}"
LEFT = "{left:.2f} credits left"
COPIED = "Link copied. Whoever has it sees the video."


IDLE = Say("Ready when you are", "Add a picture and a voice, or take an example.")
SAMPLE = Say("A sample preview", "Made from the picture and voice in the form. Bring your own.")
STATES: dict[str, tuple[Say, Say]] = {  # state -> (free, paid)
    "PREPARING": (
        Say("Preparing", "We check and shrink your files."),
        Say("Preparing", "We check and shrink your files."),
    ),
    "HOSTING": (
        Say("Preparing", "We check and shrink your files."),
        Say("Making the files reachable", "We prove that {service} can read them."),
    ),
    "QUEUED": (
        Say("Waiting for a free place", "You are next."),
        Say("Queued at {service}", LINK_HINT),
    ),
    "PROCESSING": (
        Say("Drawing your preview", "This takes a few seconds."),
        Say("Rendering at {model}", LINK_HINT),
    ),
    "FETCHING": (
        Say("Fetching your video", "Nearly there."),
        Say("Fetching your video", "Nearly there."),
    ),
    "VERIFYING": (
        Say("Checking the file", "We open it before you do."),
        Say("Checking the file", "We open it before you do."),
    ),
    "COMPLETED": (
        Say("Your preview is ready", "We opened the file and checked it."),
        Say("Your video is ready", "We opened the file and checked it."),
    ),
    "CANCELLED": (
        Say("Stopped", "Nothing was sent, and nothing was charged."),
        Say("Stopped", "Nothing was sent, and nothing was charged."),
    ),
}
WAITS = Say("{service} keeps us waiting", "Nothing is lost. We try again by ourselves in {seconds} s.")
IN_LINE = "{ahead} before you."
STOPPED = Say("Not watching any more", "It goes on at {service} and will be charged. The link shows it.")
STOPPED_PREVIEW = Say("Not watching any more", "It goes on here. The link shows it.")
BRING = "Add its picture and its voice again, then press the form's button."
CHANGED = "The form was changed since: its button sends what it holds now."
LENGTH_DIFFERS = "The video has {video:.2f} s, and the voice that was sent has {clip:.2f} s."
VIA_SEGMIND = "This page's files cannot be reached from outside: {service}'s storage was used."
VIA_UPLOAD = "This page asks for a login: the files went through the preview server's own storage."
VIA_CHOICE = "{service}'s storage was used, as this page is set to."
NO_PUBLIC_ADDRESS = "This page has no public address."
PROOF_SILENT = "Nothing answers at this page's public address."
PROOF_STATUS = "This page's public address answers {status} to a stranger."
PROOF_OTHER = "This page's public address shows something else than the file."
UNKNOWN_STATE = "{service} calls this run “{word}”, which is not known here. We go on waiting."
ODD_FPS = "{fps} fps: lips fit less well than at {best}."

_ERRORS: dict[str, Trouble] = {
    "key": Trouble(
        "The key was refused",
        "Nothing was charged. Check it at {service} and paste it again.",
        ("console", "free"),
    ),
    "credits": Trouble(
        "Not enough credits", "Nothing was charged. {service} said: “{said}”", ("console", "free")
    ),
    "no_balance": Trouble(
        "Not enough credits",
        "Nothing was charged. {service} shows {left:.2f} credits.",
        ("console", "free"),
    ),
    "refused": Trouble("{service} said no", "Nothing was charged. It said: “{said}”", ("free",)),
    "retired": Trouble(
        "This model was retired",
        "Nothing was charged. {service} does not offer it any more; the preview still works.",
        ("free",),
    ),
    "busy": Trouble(
        "{service} is busy",
        "Nothing was charged. It wants fewer requests; try again in a minute.",
        ("again",),
    ),
    "busy_preview": Trouble("The queue is full", "Previews are free. Try again in a minute.", ("again",)),
    "busy_preview_for_long": Trouble("The queue is full", "Previews are free. {said}.", ("again",)),
    "failed": Trouble(
        "It did not work out",
        "{service} says failed runs are free. It said: “{said}”",
        ("again", "free"),
    ),
    "failed_perhaps_charged": Trouble(
        "It did not work out", "It may be charged: look at {service}. It said: “{said}”", ("console", "free")
    ),
    "failed_preview": Trouble("It did not work out", "Previews are free. {said}", ("again",)),
    "blocked": Trouble(
        "{service} will not render this",
        "Its content check said no. Failed runs are free, it says. It said: “{said}”",
        ("picture",),
    ),
    "blocked_perhaps_charged": Trouble(
        "{service} will not render this",
        "Its content check said no. It may be charged. It said: “{said}”",
        ("picture", "console"),
    ),
    "uncertain": Trouble(
        "Sent, but no answer came",
        "It may be running. Look at {service} first, so you do not pay twice.",
        ("console", "submit_again"),
    ),
    "gone": Trouble(
        "This video is gone",
        "{service} keeps a result for one hour, and its history does not have it any more.",
        ("settings",),
    ),
    "not_kept": Trouble("This video is gone", "{service} does not keep its result any more.", ("settings",)),
    "gone_preview": Trouble("This preview is gone", "It was free, and is kept for two hours.", ("again",)),
    "preview_died": Trouble(
        "The preview was lost", "It was free. The page was restarted while it was drawn.", ("again",)
    ),
    "unreachable": Trouble(
        "We lost sight of it",
        "It goes on at {service} and will be charged. Come back with the link.",
        ("copy", "look"),
    ),
    "never_sent": Trouble(
        "{service} does not answer", "Nothing was sent, and nothing was charged.", ("again", "free")
    ),
    "restarted": Trouble(
        "The page was restarted", "It happened before anything was sent. Nothing was charged.", ("again",)
    ),
    "ended": Trouble("This run has ended", "{said}", ("again",)),
    "limit_day": Trouble(
        "Enough for today",
        "Nothing was charged. The budget opens again at 00:00 UTC.",
        ("own_key", "free"),
    ),
    "limit_visitor": Trouble(
        "Enough for today",
        "Nothing was charged. Your runs are used up; 00:00 UTC brings new ones.",
        ("own_key", "free"),
    ),
    "whose": Trouble(
        "Whose video is this?", "Paste the key that bought it; looking is free.", ("look",), wants_key=True
    ),
    "other_key": Trouble(
        "The key was refused",
        "Looking is free. Paste the key that bought this run.",
        ("look",),
        wants_key=True,
    ),
    "odd": Trouble(
        "An odd answer", "The run was sent, and may be charged. {service} said: “{said}”", ("look",)
    ),
    "bad_video": Trouble(
        "The video is not whole", "The run is charged. {said} Looking again may help.", ("look",)
    ),
    "input": Trouble("This will not do yet", "{said} Nothing was charged."),
    "unreachable_files": Trouble(
        "Nobody can fetch the files",
        "Nothing was charged. {why} Ways out: a public Space, share=True, or PUBLIC_BASE_URL.",
        ("free",),
    ),
    "unknown_run": Trouble(
        "No such run", "Nothing is known of it here. If it was a paid one, look at {service}.", ("console",)
    ),
    **{
        code: Trouble(
            "Something broke here",
            f"{cost} Nothing more will be sent. Incident {{incident}}, please mention it.",
            ("again",),
        )
        for code, cost in (
            ("unforeseen", "Nothing was charged."),
            ("unforeseen_and_free", "Previews are free."),
            ("unforeseen_and_perhaps_charged", "It may be charged: look at {service}."),
        )
    },
}

ERRORS = {code: replace(trouble, code=code) for code, trouble in _ERRORS.items()}

CROPPED = "{}×{} of {}×{} pixels, around {person}"  # noqa: RUF001  # the sign
PERSON, MARKED_PERSON = "person {number}", "the marked face"
NOT_WHOLE_SENT = "The picture was cropped around {person}, so that nobody else talks."
FACES_UNKNOWN = "The faces of this picture could not be looked for. Try again."
WHO = "Who talks?"
WHO_NAME = "Person {number}, {where}"
WHO_NAMES = {2: ["left", "right"], 3: ["left", "middle", "right"]}
WHO_NTH = "{nth} from the left"
WHO_WORDS = {
    "title": WHO,
    "sent": "{model} itself would choose among them: only this part is sent.",
    "whole_sent": "{model} chooses among them: the whole picture is sent.",
    "whole": "Send the whole picture",
    "none": "No face found. Mark one, and it talks.",
    "next": [
        "Click on the eye at the left.",
        "Click on the eye at the right.",
        "Click on the mouth.",
        "Marked. It talks.",
    ],
    "picture": "Your picture, to be marked",
    "keys": "By keyboard: arrow keys move the cross, Enter marks, Backspace takes a mark back.",
    "at": "{left} % from the left, {top} % from the top",
    "undo": "Undo",
}

NEED_PICTURE = "Add a picture."
NEED_VOICE = "Add a voice."
NEED_CONSENT = "Tick the box: you must be allowed to use this face and this voice."
NEED_KEY = "{model} needs a {service} key: paste yours, or make the free preview."
FOREIGN_HOST = "This page is not known by this name. If it is yours, name its address in PUBLIC_BASE_URL."
BAD_ENGINE = "The engine must be {names}."
BAD_RESOLUTION = "{model} offers {names}."
BAD_FPS = "Frames per second must be a whole number from {least} to {most}."
BAD_KEY = "The key must be a text. Nothing was sent; copy it again."
BAD_RUN = "A run token has 32 hexadecimal digits."
BAD_NUMBER = "{name} must be a number."
NOT_WHOLE = "{name} must be a whole number."
BAD_START = "The start must be 0 seconds or later, within 24 hours."
BAD_SECONDS = "The length must be between 0.5 and {most:g} seconds."
NOT_FETCHED = (
    "The {name} could not be fetched from {address}. Nothing was sent, and nothing was charged. "
    "Give an address that anybody can open, or upload the file."
)
JSON_TOO_LARGE = (
    "A message may have {most} MB. Upload the file to /gradio_api/upload and name it; nothing was charged."
)
UPLOADS_YOURS = (
    "You have brought {most} MB within the hour, as much as this page keeps for one visitor. "
    "Nothing was sent, and nothing was charged; try again later."
)
UPLOADS_ALL = "This page holds as many files as it can. Nothing was charged; try again later."
TOO_LARGE = "The file is larger than 100 MB; send a smaller one."

DETAILS = "Details of this run"
DETAILS_NONE = "Nothing yet: the details of a run show up here, and how to repeat it from a program."
DETAIL_NAMES = {
    "request_id": "Request id",
    "engine": "Engine",
    "settings": "Settings",
    "picture": "Picture sent",
    "times": "Times",
    "cost": "Cost",
    "left": "Credits left",
    "file": "File, verified",
    "renderer": "Drawn by",
}
SAME_RUN = {"python": "Python", "curl": "cURL", "shell": "Command line"}
COPY = "Copy"
COPIED_SHORT = "Copied"
HISTORY = "Your videos in this browser"
HISTORY_NONE = "What you make shows up here, with its link, until you forget it."
HISTORY_STATES = {
    "ready": "Ready",
    "busy": "Rendering",
    "failed": "Failed",
    "stopped": "Stopped",
    "unseen": "Not followed",
    "expired": "Expired",
}
HISTORY_WORDS = {
    "kept": "kept {time}",
    "so_far": "{time} so far",
    "gone": "file is gone",
    "unknown": "open it to look",
    "again": "Use again",
    "forget": "Forget",
    "forget_all": "Forget all",
    "open": "Open",
}
