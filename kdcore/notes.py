"""What was decided about data or weights without asking, each as one sentence.

Like the messages of ``kdcore.errors`` a sentence is kept apart from its values, so that the
dashboard can write it in another language; settings are named in the same way.
"""

from dataclasses import dataclass
from typing import Any

from kdcore.errors import NAMES
from kdcore.escapes import readable

NOTES = {
    # tables
    "label_column": "The column {column!r} holds the classes.",
    "row_numbers_left_out": "The column {column!r} only names or numbers the rows and is left out.",
    "row_numbers_kept": (
        "The column {column!r} seems to number the rows but is kept as a feature: "
        "delete it if it says nothing about the class."
    ),
    "column_repeats_label": (
        "The column {column!r} has one value for each class: delete it if it is the label in "
        "other words."
    ),
    "empty_columns_left_out": "Columns without any value are left out: {columns}.",
    "empty_rows_left_out": "Rows without any value are left out: {count:,}.",
    "first_row_is_data": (
        "The table has no row with the names of its columns: the first row is read as data."
    ),
    "lines_before_header": "Lines before the names of the columns are left out: {count}.",
    "row_names_without_header": "The first column has no name in the header, as R writes it.",
    "decimal_comma": "Numbers are read with a decimal comma.",
    "thousands_separator": "Numbers are read with {separator!r} between thousands.",
    "categories_encoded": (
        "Columns of words become a column of 0 and 1 for each category: {columns}."
    ),
    "rare_categories": (
        "Categories with few training rows share the column '= …', and those that training data "
        "lack have none: {columns}."
    ),
    "texts_left_out": "Columns with another text in nearly every row are left out: {columns}.",
    "one_category": "Columns with the same word in every row are left out: {columns}.",
    "target_column": "The column {column!r} is predicted.",
    "missing_filled": (
        "Missing values are filled with the median of the training data, and a column '= ?' says "
        "where: {columns}."
    ),
    "missing_category": "Where a category is missing, a column '= ?' says so: {columns}.",
    "missing_unlearned": (
        "Values are missing in validation or test data alone; there a number is the median of the "
        "training data and a category none of the known ones: {columns}."
    ),
    "units_read": "Numbers are read with the unit in their cells: {columns}.",
    "dates_read": "Dates are read as days since the earliest one: {columns}.",
    "dates_month_first": "Dates are read with the month before the day: {columns}.",
    "encoding": "The text is read as {encoding}, since it is not UTF-8.",
    "table_inside": "The table {table} inside is read.",
    "label_column_unused": (
        "{setting[label_column]} is {column!r}, but these data are no table of one's own."
    ),
    # texts
    "text_column": "The column {column!r} holds the texts.",
    "text_columns_left_out": "Columns beside text and class are left out: {columns}.",
    "texts_without_words_left_out": "Rows without any text are left out: {count:,}.",
    "text_words": (
        "Texts are cut into words in lower case, Chinese and Japanese into characters. The "
        "{size:,} most frequent of the training data have a number each; all others count as "
        "unknown, {unknown:.1%} of the words of the test data."
    ),
    "text_characters": (
        "Texts are cut into characters in lower case. The {size:,} characters of the training data "
        "have a number each; all others count as unknown, {unknown:.1%} of those of the test data."
    ),
    "text_longer_words": (
        "Networks read {length} words of a text; of longer ones, {share:.0%} of the training "
        "data, the first and the last half of that many."
    ),
    "text_longer_characters": (
        "Networks read {length} characters of a text; of longer ones, {share:.0%} of the training "
        "data, the first and the last half of that many."
    ),
    # images
    "train_folder": "The folder {folder} holds the training data.",
    "test_folder": "The folder {folder} holds the test data.",
    "validation_folder": "The folder {folder} holds the validation data.",
    "unlabelled_folder": (
        "The images of the folder {folder} lie in no class folders and are left out: {count:,}."
    ),
    "folder_left_out": "The folder {folder} is no class and is left out (images: {count:,}).",
    "copied_folder": "The folder {folder} repeats the class folders beside it and is left out.",
    "images_beside_classes": "Images outside the class folders are left out: {count:,}.",
    "files_left_out": "Files that are no images are left out: {count:,} ({endings}).",
    "class_without_images": "Folders without an image are no classes: {folders}.",
    "links_left_out": "Links that lead nowhere and special files are left out: {count:,}.",
    "transparent_on_white": "Transparent images are laid on white: {count:,}.",
    "transparent_on_black": (
        "Transparent images are laid on black, as their ink is light: {count:,}."
    ),
    "transparent_on_gray": (
        "Transparent images are laid on gray, as some have light ink and some dark: {count:,}."
    ),
    "deep_images": (
        "Images of more than 8 bits are scaled so that {highest:,.6g} becomes white: {count:,}."
    ),
    "inputs_all_alike": "All examples have equal inputs: nothing can be learned from them.",
    "target_scaled": (
        "The target images of {target} are scaled from {found} to {needed}, the form of the source."
    ),
    "names_numbered": "Class names that would be equal have got a number: {names}.",
    # recordings
    "utterances_too_long": "Utterances of more than {seconds:g} s are left out: {count:,}.",
    "utterances_too_short": (
        "Training utterances with too few frames for their characters are left out: {count:,}."
    ),
    "utterances_without_words": "Utterances without any word are left out: {count:,}.",
    "speakers_held_out": "These speakers are held out as {split} data: {speakers}.",
    "speakers_shared": (
        "These speakers are in the training data and in others, too: {speakers}. The error rates "
        "say nothing about new speakers."
    ),
    "speakers": "Training and validation: speakers {train}; test: speakers {test}.",
    "sounds_of_length": (
        "Each recording is brought to {seconds:g} s at {rate:,} Hz, in the middle of silence where "
        "it is shorter."
    ),
    "sounds_cut": "Of recordings that are longer the loudest part is kept: {count:,}.",
    "sounds_left_out": "Recordings outside the class folders are left out: {count:,}.",
    "images_beside_sounds": (
        "Beside each recording lies an image of its class from the bundled MNIST digits, of the "
        "same split."
    ),
    # teachers from files
    "classes_reordered": "The teacher's answers are put into the order of these classes.",
    "classes_renamed": (
        "The teacher was trained on other classes ({teacher}) than those of the data ({data}): "
        "they are matched by their order."
    ),
    "teacher_normalisation": (
        "The teacher keeps the mean and standard deviation of the data that it was trained on."
    ),
    "shared_normalisation": (
        "Teacher and students see inputs normalised by the mean and standard deviation of the "
        "data that the teacher was trained on."
    ),
    "teacher_of_file": "The file holds {model}, which is used instead of {asked}.",
    "teacher_prefix": "The teacher's weights are read without the prefix {prefix!r}.",
    "teacher_tempered": "The teacher's logits are divided by T_cal = {temperature} first.",
    "teachers_tempered": "The teachers' logits are divided by T_cal = {temperatures} first.",
    "teacher_converted": "The teacher's weights are converted from {kind} to float32.",
    "teacher_own_inputs": (
        "The teacher gets images of {size}, normalised by mean {mean} and standard deviation "
        "{std}; the students get them as the data have them."
    ),
    "teacher_probe": (
        "The teacher {model} learned from ImageNet, and its weights stay; its last layer alone "
        "was fitted to {count:,} training images, by logistic regression."
    ),
    # optimisers
    "muon_by_adam": (
        "The student {student} has no matrix between hidden layers for {option[optimizer=muon]} to "
        "move: Adam trains all of it."
    ),
    # devices
    "gpu_shared": (
        "Another process trains on the same {device} device: both share its memory, of which "
        "{free:,.1f} of {whole:,.1f} GiB are free, and take longer."
    ),
    "device_shared": (
        "Another process trains on the same {device} device: both share its memory and take longer."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One sentence; made by ``note``."""

    text: str
    """In English."""
    code: str
    """Key of ``NOTES``."""
    values: dict[str, Any]
    """What the sentence names, JSON values."""


def note(code: str, **values: Any) -> Note:
    """The note ``code`` with its values.

    Example:
        >>> note("label_column", column="species").text
        "The column 'species' holds the classes."
    """
    values = {
        name: readable(value) if isinstance(value, str) else value for name, value in values.items()
    }
    return Note(text=NOTES[code].format(**values, **NAMES), code=code, values=values)
