"""What can go wrong by a person's hand, each as one sentence: what, where, what to do.

A message is kept apart from its values so that the dashboard can say it in another language. What
a setting is called is filled in where the message is shown: ``{setting[augment]}`` is the setting,
``{choice[augment=none]}`` one of its choices with it and ``{option[augment=none]}`` without it. On
the command line these are the names that people type.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from kdcore.escapes import readable

MESSAGES = {
    # settings
    "outside_range": "{name} is {value}: it must lie between {low} and {high}.",
    "weight_outside_range": (
        "{setting[weight]} is {value}: with {mixing} mixing it must lie between 0 and {high}."
    ),
    "not_a_number": "{name} is {value}: it must be a number between {low} and {high}.",
    "not_a_text": "{name} is {value}: it must be a text.",
    "not_a_choice": "{name} is {value!r}: choose one of {allowed}.{hint}",
    "unknown_setting": "There is no setting {name!r}.{hint}",
    "unknown_method_setting": (
        "The method {method} has no setting {name!r}: its own are {allowed}.{hint}"
    ),
    "unknown_class": (
        "{setting[drop_classes]} contains {value!r}, which is no class: the classes are "
        "{allowed}.{hint}"
    ),
    "no_class_left": "{setting[drop_classes]} holds out every class: name fewer of {allowed}.",
    "bad_schedule": (
        "{name} is {value!r}: it may be linear:END, cosine:END, step:FACTOR:EPOCHS or "
        "at:EPOCH=VALUE:…, after warmup:EPOCHS and a comma if it has a warmup."
    ),
    "schedule_from_zero": "{name} is {value!r}: T cannot start at 0, so it takes no warmup.",
    "unknown_layer": (
        "{name} names {path!r}, which the network does not have: its stages end at {allowed}.{hint}"
    ),
    "layers_differ": (
        "{setting[student_layers]} names {student} modules and {setting[teacher_layers]} "
        "{teacher}: name as many in both, in the same order."
    ),
    "method_needs_maps": (
        "{method} compares feature maps: choose a convolutional student and teacher, and layers "
        "before the global pooling."
    ),
    "method_one_teacher": (
        "{method} compares features inside the networks and takes a single teacher: name one "
        "teacher, or choose a method that acts on logits."
    ),
    "mixing_unheard": (
        "{setting[teacher_mixing]} is {teacher_mixing}, but {method} does not use each teacher's "
        "logits: choose {option[teacher_mixing=losses]}, {option[teacher_mixing=logits]} or "
        "{option[teacher_mixing=probabilities]}."
    ),
    "starts_alike": (
        "All networks of an ensemble would start as copies of the teacher and stay identical: "
        "choose {choice[student_start=random]}."
    ),
    "method_without_teacher": "{method} uses no teacher: leave {setting[assistants]} empty.",
    "bad_also": (
        "{setting[also]} contains {value!r}: write a weight, * and a method, as in 100*hint; "
        "methods are {allowed}.{hint}"
    ),
    "not_beside": (
        "{method} cannot be combined with another method: leave it out of {setting[also]}."
    ),
    "nothing_beside": "The method {method} has no soft term: leave {setting[also]} empty.",
    "teacher_shares_count": (
        "{setting[teacher_shares]} is {value!r}, but there are {teachers} teachers: give one "
        "number for each."
    ),
    "only_simple_courses": (
        "{command} trains every student for the same epochs with the same teacher: leave "
        "{setting[patience]} at 0 and {setting[assistants]} empty."
    ),
    "method_alone": (
        "{method} looks inside the networks, which several processes do not share: "
        "start it without torchrun."
    ),
    "not_retunable": "{name} cannot change during a run: choose one of {allowed}.",
    "config_not_a_file": "{path} is no regular file: give a JSON file with settings.",
    "config_too_large": (
        "The configuration file {path} has more than {most} KiB: give a JSON file with settings."
    ),
    "config_file": (
        "The configuration file {path} cannot be read ({cause}): give a JSON file with settings, "
        "in UTF-8."
    ),
    # sweeps
    "empty_axis": "{axis} has no value: give one or more, separated by commas.",
    "value_twice": "{axis} lists {value} twice: give every value once.",
    "sweep_too_large": (
        "The grid has {cells} cells, at most {most} are trained in one sweep: "
        "leave out some values."
    ),
    "sweep_memory": (
        "One student of the sweep needs {needs:.2f} GiB but {free:.2f} GiB are free: "
        "choose a smaller student or batch size."
    ),
    "sweep_worker_died": (
        "The process that trained this student ended unexpectedly ({cause}), twice: choose a "
        "smaller model or batch size if memory ran out."
    ),
    "sweep_fixed": "The settings of {sweep} cannot change while it runs: it can only be stopped.",
    "cluster_missing": (
        "Ray is not installed, so no sweep can run on a cluster: install it with pip install -e "
        "'.[cluster]'."
    ),
    "cluster_unreachable": (
        "No Ray cluster answers at {address} ({cause}): check the address, that Ray was started "
        "there and, if it asks for a token, RAY_AUTH_MODE; without an address Ray starts here."
    ),
    # searches
    "bad_range": (
        "{axis} is {value!r}: write a range as LOW:HIGH with the smaller number first, "
        "as in 0.5:1, or values separated by commas."
    ),
    "no_range": "{axis} is {value!r}: it takes values by name, not a range.",
    "nothing_to_search": (
        "Every axis of the search has one value: give at least one of {axes} a range "
        "or several values."
    ),
    "no_models": "{axis} has no model: give one or more, separated by spaces.",
    "bad_folds": "folds is {folds}: choose 0 for the validation split, or from 2 to {most}.",
    "folds_too_many": (
        "The class {class_name!r} of {dataset} has {count} examples for training and validation: "
        "choose at most {count} folds."
    ),
    "teacher_given": (
        "{setting[teacher_weights]} is {path!r}, but the teachers are trained from scratch here, "
        "so that none has seen the data that it is evaluated on: leave it out."
    ),
    "one_process": "{command} trains in one process: start it without torchrun.",
    "teachers_too_few": "A comparison needs two or more teachers: name them, separated by spaces.",
    # shrinking
    "shrink_one_network": (
        "The student of the run {run!r} is a forest or several networks: "
        "choose a run whose student is one network."
    ),
    "nothing_distilled": (
        "The run {run!r} has no distilled student with saved weights: choose a finished run that "
        "has one."
    ),
    "stage_unsuited": "The stage {stage} does not suit the student {model}: choose from {allowed}.",
    "rank_saves_nothing": (
        "{setting[rank_share]} is {share}, with which no layer of {model} becomes smaller: choose "
        "a lower share."
    ),
    "no_int8_engine": (
        "This build of PyTorch cannot compute in int8: leave out the stages {stages}."
    ),
    # models
    "unknown_model": "There is no model {spec!r}: choose one of {allowed}.{hint}",
    "model_widths": (
        "The model {spec!r} has a bad width: widths are whole numbers from 1 to 16384, "
        "separated by commas, as in {example}."
    ),
    "model_takes_no_widths": "The model {spec!r} takes no widths: write {family!r} alone.",
    "forest_size": (
        "The model {spec!r} has a bad size: write the number of trees, from 1 to {trees}, and if "
        "wanted their maximum depth, from 1 to {depth}, as in forest:100 or forest:100,12."
    ),
    "forest_teacher": (
        "{method} needs features or gradients of the teacher, which a forest does not have: "
        "choose a method that acts on logits, such as {option[method=kd]}, or another teacher."
    ),
    "forest_method": (
        "{method} cannot train a forest, which learns by regression on soft labels: choose the "
        "method {option[method=kd]} or {option[method=hard]}, or another student."
    ),
    "forest_setting": (
        "The student {student!r} is a forest, which regresses on one teacher's answers: leave "
        "{name} at its default, or choose another student."
    ),
    "forest_assistant": (
        "The assistant {model!r} is a forest, which is not trained as networks are: choose "
        "another model."
    ),
    "forest_alone": (
        "The student {student!r} is a forest, which cannot be trained together with other "
        "students: train it in a run of its own, or choose another student."
    ),
    "images_only": (
        "The model {spec!r} takes images, but the data have the shape {shape}: "
        "choose an mlp such as mlp:64."
    ),
    "nothing_matches": (
        "The student ({student}) and the teacher ({teacher}) have no layers of the same name: "
        "choose models of one kind, or {choice[student_start=random]}."
    ),
    # training
    "loss_not_finite": (
        "The {term} of the {learner} became {value} at step {step}: lower the learning rate "
        "(now {lr:g}) or the weight, or choose the precision float32, and start again."
    ),
    "teacher_not_finite": (
        "The {term} of the teacher became {value} in epoch {epoch}: choose a smaller teacher or "
        "the precision float32, or look for extreme values in the data."
    ),
    "class_count": (
        "The teacher has {teacher} classes but the data set {dataset!r} has {data}: choose a "
        "teacher that was trained for these data."
    ),
    "input_shape": (
        "The teacher takes inputs of shape {teacher} but the data set {dataset!r} has {data}: "
        "choose a teacher that was trained for these data."
    ),
    "weights_foreign": (
        "The file {path} does not hold a network of this program: "
        "give a safetensors file that a run has saved."
    ),
    "weights_missing": "There is no file {path}: check the path.",
    "weights_unreadable": (
        "The file {path} cannot be read as weights ({cause}): give a state dict that torch.save "
        "has written (.pt, .pth), or a safetensors file."
    ),
    "weights_kind": (
        "The weights {name} of {path} are of the kind {kind}: give them as floating-point numbers, "
        "as they were before they were quantised."
    ),
    "weights_not_a_file": "{path} is no regular file: give a file of weights.",
    "weights_too_large": (
        "The file {path} has {size:.1f} GiB, at most {most} GiB of weights are read: "
        "give the weights of a smaller network."
    ),
    "weights_no_state_dict": (
        "The file {path} holds something else than weights: save the network's state_dict() "
        "and give that file."
    ),
    "weights_keys": (
        "The weights of {path} do not fit the teacher {model}: missing: {missing}; "
        "not expected: {surplus}; of another shape: {shapes}."
    ),
    "weights_not_finite": (
        "The weights {name} of {path} are not finite: give a network whose training went well."
    ),
    "outputs_of_augmented": (
        "{choice[teacher_outputs=once]} does not suit {name}, which changes every batch at "
        "random: choose {choice[teacher_outputs=each_step]} or {option[teacher_outputs=auto]}."
    ),
    "device_missing": "The device {device!r} is not available here: choose one of {allowed}.",
    "device_alone": (
        "Several processes cannot share the device {device!r}: choose cpu or cuda, "
        "or start without torchrun."
    ),
    "too_few_gpus": (
        "{processes} processes need a GPU each, but there are {count}: "
        "start fewer (--nproc-per-node) or choose the device cpu."
    ),
    "fewer_examples_than_processes": (
        "The students see {examples} examples, too few for {processes} processes: start fewer "
        "(--nproc-per-node) or raise {setting[transfer_size]}."
    ),
    "sweep_by_torchrun": "A sweep distributes its students by itself: start it without torchrun.",
    "only_stop": (
        "A run over several processes can be stopped but takes no other command, such as "
        "{command}: set everything before it starts."
    ),
    "out_of_memory": (
        "The {device} ran out of memory with batches of {batch_size}: "
        "halve the batch size or choose smaller models."
    ),
    # store and hub
    "no_such_job": (
        "{found} {listing} match {job!r}: give the id of one, as listed by python -m kdcore "
        "{listing}."
    ),
    "not_resumable": "{job!r} cannot be continued: start it again.",
    "format_newer": (
        "A later version of this program wrote {job!r} (format {format}, this one reads up to "
        "{known}): update the program to open it."
    ),
    "not_a_job": "{path} is left out: it holds neither the settings nor the events of a job.",
    "log_damaged": "Lines of the log of {job!r} that cannot be read are left out: {lines}.",
    "folder_damaged": (
        "The settings of {run!r} cannot be read ({cause}): delete it, or mend its config.json in "
        "{path}."
    ),
    "cell_stays": "{run!r} is a part of {owner!r}: delete that as a whole.",
    "already_in_trash": (
        "The trash already holds another {run!r}: restore that one or empty the trash first."
    ),
    "not_in_trash": (
        "The trash holds {found} jobs called {run!r}: give the id of one, as listed by "
        "python -m kdcore trash."
    ),
    "id_taken": "The store holds another {run!r} again: delete that one before restoring this one.",
    "never_began": (
        "The app ended before this job's turn came, so that nothing was trained: start it again."
    ),
    "run_read_only": "The run {run!r} comes with the program and stays as it is.",
    "run_in_use": "The run {run!r} is still running: stop it first.",
    "store_not_writable": "{path} cannot be written ({cause}): "
    "free some space or choose another store.",
    "export_folder_missing": (
        "There is no folder {folder} to write {file} into: make it first, or choose another one."
    ),
    "file_not_writable": (
        "The file {path} cannot be written ({cause}): choose another folder, or free some space."
    ),
    "arrays_unreadable": (
        "The file {path} of the store cannot be read ({cause}): start its run again."
    ),
    "not_ours": "The run {run!r} is not trained by this app: it can be watched but not controlled.",
    "worker_died": (
        "The training process ended unexpectedly ({cause}); everything up to that point was "
        "saved: start again, with a smaller model or batch size if memory ran out."
    ),
    # data
    "unknown_dataset": (
        "There is no data set {name!r}: choose one of {allowed}, "
        "or give the path of a folder, archive or CSV file of your own.{hint}"
    ),
    "data_path_missing": "There is no file or folder {path}: check the path.",
    "data_path_unreadable": "{path} cannot be opened ({cause}): check who may read it.",
    "data_kind_unknown": (
        "{path} cannot be used as data: give a folder of images, a zip or tar archive of one, "
        "or a CSV file."
    ),
    "one_class": (
        "{dataset} has only one class ({found}): a classifier needs at least two, "
        "each in its own folder or with its own label."
    ),
    "class_too_small": (
        "The class {class_name!r} of {dataset} has too few training examples ({count}): at least "
        "{least} are needed."
    ),
    "augment_needs_images": (
        "{setting[augment]} is {augment}, but these data are not images: choose "
        "{choice[augment=none]}."
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
        "{path} holds no images: put PNG, JPEG, BMP, GIF, WebP, TIFF or PPM files into one folder "
        "for each class."
    ),
    "no_class_folders": (
        "The images of {path} do not lie in class folders: put them into one folder for each class."
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
        "Row {row} of {path} has {value!r} in the column {column!r}: features must be numbers; "
        "leave the column out, or name it as {setting[label_column]} if it holds the classes."
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
        "Row {row} of {path} has no finite value in the column {column!r}: fill it in or remove "
        "the row."
    ),
    "table_values_missing": (
        "{count:,} rows of {path} have a column without a finite value, the first is row {row} in "
        "the column {column!r}: fill them in or remove the rows."
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
}

RUN_FAILURES = frozenset(
    {
        "loss_not_finite",
        "teacher_not_finite",
        "out_of_memory",
        "sweep_memory",
        "sweep_worker_died",
        "worker_died",
        "never_began",
        "cluster_unreachable",
        "store_not_writable",
        "folder_not_writable",
        "file_not_writable",
        "file_damaged",
        "idx_magic",
        "idx_counts",
        "label_outside",
        "download_unreachable",
        "download_cut_off",
        "download_html",
        "download_wrong_sum",
    }
)
"""Codes of what goes wrong while a job is carried out; any other is a mistake in what was asked."""


class _Names:
    """What the command line shows for a setting or a choice: the name, in the way of ``show``."""

    def __init__(self, show: Callable[[str], str]) -> None:
        self._show = show

    def __getitem__(self, name: str) -> str:
        return self._show(name)


NAMES = {
    "setting": _Names(lambda name: name),
    "choice": _Names(lambda pair: pair.replace("=", " ")),
    "option": _Names(lambda pair: pair.partition("=")[2]),
}
"""What messages may look names up in, on the command line."""


class UserError(ValueError):
    """A mistake that a person can mend; ``str(error)`` is the English sentence.

    Args:
        code: key of ``MESSAGES``.
        values: what the message names, JSON values.
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = {
            name: readable(value) if isinstance(value, str) else value
            for name, value in values.items()
        }
        super().__init__(MESSAGES[code].format(**self.values, **NAMES))


def hint(given: object, allowed: list[str]) -> str:
    """`` Did you mean 'digits'?`` where one of ``allowed`` is near, else nothing."""
    near = get_close_matches(str(given), allowed, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def check_names(given: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise ``UserError`` where one of the names given is no setting."""
    known = list(allowed)
    for name in given:
        if name not in known:
            raise UserError("unknown_setting", name=name, hint=hint(name, known))
