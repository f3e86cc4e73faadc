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
    "uploads_too_many": (
        "This page has uploaded more than 1 GiB: reload it and upload less at a time."
    ),
    "uploads_full": (
        "The uploads of all pages together are more than the server takes at a time: try again in "
        "a few minutes."
    ),
    "uploads_stored": (
        "The uploads that are kept have more than {most} GiB together: delete some in {path}, or "
        "name a file of the server instead."
    ),
    "path_refused": (
        "{name} is {value!r}, which is no data set of the list: only the lecturer may name files "
        "of the server."
    ),
    "path_outside": (
        "{name} is {value!r}: while the app is shared, files are read from {allowed} alone. Upload "
        "the file, or name its folder in KDCORE_ROOTS before the start."
    ),
    "class_unreadable": (
        "What the page sent to the class cannot be read: load the page again, and try once more."
    ),
    "class_other_question": "This question is over: another one is asked now, or none.",
    "class_closed": "The question is closed: no more votes are taken.",
    "class_many_changes": (
        "You have changed your vote {most} times, and no more changes are taken: the one before "
        "counts."
    ),
    "class_too_quick": "Too many at once: wait a moment, then try again.",
    "class_full": "No more than {most:,} browsers can take part, and that many already do.",
    "class_no_question": "There is no question yet: type one.",
    "class_options": (
        "A question has between {fewest} and {most} different options, but {given} were given."
    ),
    "class_temperatures": (
        "{given!r} are no temperatures: give numbers above 0 and below {most:,}, separated by "
        "commas, such as 1, 2, 4, 8."
    ),
    "class_locked": (
        "The lecturer has closed the controls for the moment: look on, and ask when they are "
        "open again."
    ),
}
