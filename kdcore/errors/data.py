"""What can be wrong with data."""

MESSAGES = {
    "unknown_dataset": (
        "There is no data set {name!r}: choose one of {allowed}, "
        "or give the path of a folder, archive or CSV file of your own.{hint}"
    ),
    "data_path_missing": "There is no file or folder {path}: check the path.",
    "data_path_unreadable": "{path} cannot be opened ({cause}): check who may read it.",
    "data_kind_unknown": (
        "{path} cannot be used as data: give a folder of images or recordings, a zip or tar "
        "archive of one, or a CSV file."
    ),
    "one_class": (
        "{dataset} has only one class ({found}): a classifier needs at least two, "
        "each in its own folder or with its own label."
    ),
    "class_too_small": (
        "The class {class_name!r} of {dataset} has too few training examples ({count}): at least "
        "{least} are needed."
    ),
    "target_needs_images": (
        "{setting[target]} is {target!r}, but {dataset} holds no images: choose two data sets of "
        "images, or leave it empty."
    ),
    "target_classes": (
        "The target data {target} have other classes ({found}) than {dataset} ({needed}): choose "
        "a target with the same classes."
    ),
    "augment_needs_images": (
        "{setting[augment]} is {augment}, but these data are not images: choose "
        "{choice[augment=none]}."
    ),
    "sound_broken": (
        "The recording {sound} in {path} cannot be read ({cause}): give WAV files with samples of "
        "8, 16, 24 or 32 bits, not compressed."
    ),
    "sound_too_large": (
        "The recording {sound} in {path} is too large: cut it into shorter ones, a word or a few "
        "seconds each."
    ),
    "sounds_too_many": (
        "The recordings in {path} are longer than {hours} hours together: take fewer of them."
    ),
    "file_damaged": "{path} is cut off or damaged: delete it and start again to fetch it anew.",
    "idx_magic": (
        "{path} begins with the number {found} instead of {expected}: it is another kind of file; "
        "delete it and start again to fetch the right one."
    ),
    "idx_counts": (
        "{images_path} holds {images} images but {labels_path} holds {labels} labels: "
        "delete both and start again to fetch them anew."
    ),
    "label_outside": (
        "{path} holds the label {label}, but the highest is {highest}: "
        "delete it and start again to fetch it anew."
    ),
    "download_unreachable": (
        "{file} could not be fetched from {url} ({cause}): connect to the network and start "
        "again, or put the file into {folder} by hand."
    ),
    "download_cut_off": (
        "The connection to {url} broke before {file} was complete: start again to go on where it "
        "stopped, or put the file into {folder} by hand."
    ),
    "download_html": (
        "{url} answered with a web page instead of {file}: log in to the network if it asks for "
        "that and start again, or put the file into {folder} by hand."
    ),
    "download_wrong_sum": (
        "What {url} sent as {file} is not the published file and was deleted: start again later, "
        "or put the right file into {folder} by hand."
    ),
    "folder_not_writable": (
        "{folder} cannot be written to ({cause}): make room there or choose another folder."
    ),
    "no_images": (
        "{path} holds neither images nor recordings: put PNG, JPEG, BMP, GIF, WebP, TIFF, PPM or "
        "WAV files into one folder for each class."
    ),
    "no_class_folders": (
        "The images or recordings of {path} do not lie in class folders: put them into one folder "
        "for each class."
    ),
    "no_training_folder": (
        "{path} has folders for splits ({found}) but none for training: "
        "call the one to learn from train."
    ),
    "too_many_classes": (
        "{dataset} has more than {most:,} classes, the most that are trained: "
        "put all images of one class into one folder, or name another column as "
        "{setting[label_column]}."
    ),
    "folder_too_large": (
        "The folder {path} has more than {most:,} folders in it: "
        "give one that holds a folder for each class."
    ),
    "folder_many_files": (
        "The folder {path} has more than {most:,} files in it: give one with fewer, or an archive."
    ),
    "archive_too_long": (
        "The archive {path} has more than {gigabytes} GiB: leave out what is no image, or make "
        "the images smaller."
    ),
    "archive_broken": "The archive {path} cannot be read ({cause}): pack or fetch it again.",
    "archive_locked": "The archive {path} is protected by a password: pack it without one.",
    "archive_inside": (
        "{path} holds no images but one or more archives ({found}): unpack it and give one of them."
    ),
    "archive_too_large": (
        "The archive {path} unfolds to far more than it should: leave out what is not an image."
    ),
    "image_broken": "The image {image} in {path} cannot be read ({cause}): replace or remove it.",
    "image_too_large": (
        "The image {image} in {path} has more than 16 million pixels or 64 MiB: make it smaller, "
        "or save it as JPEG, which is read at a fraction of its size."
    ),
    "images_too_many": (
        "The images of {path} take more than {limit} GiB at {setting[image_size]} {image_size}: "
        "choose a smaller image size or fewer images."
    ),
    "preview_died": (
        "The data could not be looked at: the process ended unexpectedly ({cause}); "
        "give smaller data if memory ran out."
    ),
    "data_spreadsheet": "{path} is a spreadsheet: save the sheet as CSV and give that file.",
    "tables_inside": (
        "{path} holds no images but several tables ({found}): unpack it and give one of them."
    ),
    "table_unreadable": "The table {path} cannot be read ({cause}): save it as CSV in UTF-8.",
    "table_too_large": "The table {path} is too large: at most {gigabytes} GiB of text are read.",
    "table_too_wide": (
        "The table {path} has {columns:,} columns, at most {most:,} are read: leave some out."
    ),
    "table_row_too_long": (
        "A line of {path} is longer than {most} MiB: it is no table of numbers and names."
    ),
    "table_label_too_long": (
        "Row {row} of {path} has {length:,} characters in the column {column!r} of the classes: "
        "at most {most:,} are read, write the names of the classes shorter."
    ),
    "table_line_too_long": (
        "The first line of {path} is longer than {most} MiB: it is no table of numbers and names."
    ),
    "table_too_many_numbers": (
        "The table {path} takes more than {gigabytes} GiB after {rows:,} rows: "
        "give fewer rows or columns."
    ),
    "table_one_column": (
        "The table {path} has fewer than two columns: it needs numbers and a label, "
        "separated by commas, semicolons or tabs."
    ),
    "table_without_features": (
        "No column of {path} beside {column!r}, the label, can be used: it needs numbers, "
        "categories that come again, or texts of three words or more."
    ),
    "table_column_twice": "The table {path} has two columns {column!r}: rename one of them.",
    "table_without_header": (
        "The first row of {path} holds only numbers: put a row with the names of the columns first."
    ),
    "table_file_empty": "The file {path} is empty: give one with a row for each example.",
    "table_row_long": (
        "Line {line} of {path} has {found} values instead of {expected}: take the surplus ones "
        "out, or put a text that holds the separator into quotation marks."
    ),
    "table_quote_open": (
        "A quotation mark near line {line} of {path} is not closed: close it or take it out."
    ),
    "table_empty": "The table {path} has no rows below its header: add one for each example.",
    "table_text": (
        "Row {row} of {path} has {value!r} in the column {column!r}, unlike most of its cells: "
        "correct it or leave the column out, or name it as {setting[label_column]} if it holds the "
        "classes."
    ),
    "table_text_comma": (
        "Row {row} of {path} has {value!r} in the column {column!r}, perhaps a decimal comma: "
        "write all numbers alike, best with a point."
    ),
    "table_comma": (
        "{value!r} in {path} may have a decimal comma or a comma between thousands: "
        "write numbers with a decimal point, or separate the columns by semicolons."
    ),
    "table_value_missing": (
        "Row {row} of {path} has an infinite value in the column {column!r}: correct it or "
        "remove the row."
    ),
    "table_values_missing": (
        "{count:,} rows of {path} have an infinite value, the first is row {row} in the column "
        "{column!r}: correct them or remove the rows."
    ),
    "target_not_numbers": (
        "The column {column!r} of {path} holds {value!r}, which is no number: name a column of "
        "numbers as {setting[label_column]}."
    ),
    "target_constant": (
        "The column {column!r} of {path} has one number in every row: name another column as "
        "{setting[label_column]}."
    ),
    "too_few_rows": "{path} has {rows:,} rows: at least {least} are needed.",
    "regression_no_table": (
        "{path} is no table: a number can be predicted from a CSV, or from the bundled diabetes."
    ),
    "regression_setting": (
        "A regression does not look at {name}, which is {value!r}: leave it at its default, "
        "{usual!r}."
    ),
    "regression_model": (
        "{model!r} cannot predict a number with its uncertainty here: choose a model of {allowed}."
    ),
    "table_label_missing": (
        "Row {row} of {path} has no class in the column {column!r}: fill it in or remove the row."
    ),
    "table_labels_missing": (
        "{count:,} rows of {path} have no class in the column {column!r}, the first is row {row}: "
        "fill them in or remove the rows."
    ),
    "label_column_missing": (
        "The table {path} has no column {column!r}: {setting[label_column]} may be one of "
        "{allowed}.{hint}"
    ),
    "label_not_classes": (
        "The column {column!r} of {path} holds {different:,} different values in {rows:,} rows: "
        "it is no class. Name the column of the classes as {setting[label_column]}."
    ),
    "bad_function": (
        "{text!r} is no function of x: write it with numbers, + - * / ** and brackets, and with "
        "{allowed}, as in sin(2*x)."
    ),
    "function_not_finite": (
        "{text!r} has no value for some x between -3 and 3: choose a function that has one "
        "everywhere."
    ),
    "points_one_sided": (
        "At least two classes with {least} points each are needed, and no class may have fewer: "
        "add points, or choose a function that leaves some on both sides."
    ),
    "points_unreadable": (
        "What was sent are no points of the plane: draw up to {most} points of up to four classes."
    ),
    "given_elsewhere": (
        "The data {dataset} belong to a Python program and are not known here: start that program"
        " again, where they are given."
    ),
    "given_kind": (
        "Inputs of the shape {shape} are not of the kind {kind} ({cause}): give them as it stores "
        "them, or leave the kind out."
    ),
    "given_no_pair": (
        "The data are a {found} instead of inputs and labels: give a pair of tensors, or a data "
        "set or loader of such pairs."
    ),
    "given_unreadable": (
        "The {split} data cannot be read ({cause}): give pairs of inputs and labels as tensors of"
        " one shape."
    ),
    "given_no_kind": (
        "The kind of input is a {found}: give an object of kdcore.inputs, such as Image(), or "
        "leave it out."
    ),
    "given_shape": (
        "The {split} inputs have the shape {shape}: give one or more examples of real numbers."
    ),
    "given_unlike": (
        "The {split} inputs, of the shape {shape} and kind {kind}, differ from those to learn "
        "from: give all examples alike."
    ),
    "given_lengths": (
        "There are {inputs:,} {split} inputs, but the labels have the shape {labels}: give one "
        "label for each."
    ),
    "given_label_kind": (
        "The {split} labels are of the kind {kind}: give the number of each class as a whole "
        "number."
    ),
    "given_label_outside": (
        "The {split} data have the label {found}, but labels go from 0 to {highest}: number the "
        "classes from 0, or name all of them."
    ),
    "given_not_finite": (
        "The {split} example {example} holds a number that is not finite: fill it in or leave the"
        " example out."
    ),
    "given_normalisation": (
        "The {name} has {found} numbers, but the inputs have {wanted}: give one number, or as many."
    ),
    "given_normalisation_bad": (
        "The mean and the deviation to normalise by must be finite, and the deviation above 0: "
        "look at both."
    ),
    # recordings
    "corpus_layout": (
        "{path} is not laid out as LibriSpeech: it holds no transcripts "
        "SPLIT/SPEAKER/CHAPTER/SPEAKER-CHAPTER.trans.txt. Give the folder that the splits lie in."
    ),
    "transcript_unreadable": (
        "The transcript {path} cannot be read ({cause}): each line has the name of a recording, a "
        "space and what is said."
    ),
    "recording_missing": (
        "A transcript names {name}, but {folder} holds neither {name}.flac nor {name}.wav: add the "
        "recording or delete the line."
    ),
    "recording_unreadable": (
        "The recording {path} cannot be read ({cause}): give FLAC, or WAV of 8 or 16 bits."
    ),
    "recording_too_large": (
        "The recording {path} is larger than {most} MB: cut it into utterances."
    ),
    "flac_needs_soundfile": (
        "{path} is FLAC, which is read by soundfile: install it with pip install 'kdcore[audio]', "
        "or convert the recordings to WAV."
    ),
    "sample_rates_differ": (
        "The recordings of {path} have different sample rates ({low} and {high} Hz): bring them to "
        "one."
    ),
    "corpus_without_words": (
        "The transcripts of {path} name recordings and say no words: write what is said behind "
        "each name."
    ),
    "split_without_utterances": (
        "{path} has no utterance for {split} that is neither too long nor too short for its "
        "transcript: add some, or allow longer ones."
    ),
    "speakers_too_few": (
        "{path} has {count} speakers, and test data shall have others than training data: at "
        "least three are needed where no folder is named test."
    ),
    "espeak_missing": (
        "The corpus is spoken by espeak-ng, which is not installed: install it (apt install "
        "espeak-ng, brew install espeak-ng), or give the folder of a corpus."
    ),
    "espeak_failed": "espeak-ng could not speak as {variant} ({cause}): reinstall it.",
}
