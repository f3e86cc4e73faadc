"""What a person may not do in an app that others share."""

MESSAGES = {
    "lecturer_only": (
        "This is for the lecturer, who steers what everybody sees: look around, ask the models and "
        "explore what is there."
    ),
    "lecturer_link_wrong": (
        "This link does not make you the lecturer: open the one that the program printed when it "
        "was started with --share."
    ),
    "path_refused": (
        "{name} is {value!r}, which is no data set of the list: only the lecturer may name files "
        "of the server."
    ),
    "path_outside": (
        "{name} is {value!r}: while the app is shared, files are read from {allowed} alone. Upload "
        "the file, or name its folder in KDCORE_ROOTS before the start."
    ),
}
