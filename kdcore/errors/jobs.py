"""What can be wrong with what a sweep, a search or another job of several parts is asked for."""

MESSAGES = {
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
    "queue_full": (
        "{most} jobs wait already: cancel some on the Runs page, or start this one later."
    ),
    "own_queue_full": (
        "{most} jobs of yours wait already: cancel one on the Runs page, or start this one later."
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
    "not_an_assignment": "--set is {text!r}: write NAME=VALUE, as in epochs=8.",
    "one_process": "{command} trains in one process: start it without torchrun.",
    "teachers_too_few": "A comparison needs two or more teachers: name them, separated by spaces.",
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
    "checkpoint_unreadable": (
        "The checkpoint {path} cannot be read ({cause}): remove it, then the run goes on from an "
        "earlier one."
    ),
    "checkpoint_of_other_data": (
        "The data have changed since the run was broken off: bring back the data that it began "
        "with, or start a new run."
    ),
    "run_finished": (
        "{run!r} is finished: there is nothing to resume. A run can be branched from one of its "
        "epochs to go on with other settings."
    ),
    "unknown_recipe": "There is no recipe {name!r}: choose from {allowed}.{hint}",
    "recipe_without_training": (
        "The recipe {name!r} is a worked example and trains nothing: read it with "
        "python -m kdcore recipe {name}, or on the Evidence page."
    ),
    "recipe_changed": (
        "{run!r} began with other trials or settings than the recipe {recipe} has now, so that it "
        "cannot go on: start the recipe anew."
    ),
    "recipe_data_missing": (
        "The recipe needs {file}, which is not in {folder} and cannot be downloaded: put it there, "
        "or name the folder that has it in {setting[data_root]}."
    ),
    "compress_what": "Give RUN, whose distilled student is to be compressed, or --resume.",
    "recognition_network": (
        "{model!r} is no network for recognition: write crnn:CHANNELS,WIDTH,LAYERS, such as "
        "crnn:16,96,2, up to 256, 1024 and 6."
    ),
    "recognition_data": "Give the folder of a corpus, or made for the one that is synthesised.",
    "recognition_what": "Give --data DIR with a corpus, --made for a synthesised one, or --resume.",
    "recognition_twice": "Give --data or --made, not both.",
    "robustness_what": "Give RUN, whose networks are to be tested.",
    "robustness_images": (
        "The data set {dataset!r} has no images, and only images can be corrupted: choose a run "
        "on images."
    ),
    "nothing_kept": (
        "The run {run!r} kept no weights of its networks: choose a finished run that has them."
    ),
    "nothing_attacked": (
        "No network of {run!r} has a gradient, which an attack needs: a forest has none. "
        "Choose corruptions that are no attacks."
    ),
    "not_branchable": ("A branch cannot change {name}: choose from {allowed}, or start a new run."),
    "no_checkpoint": ("The run {run!r} has no checkpoint of epoch {epoch}: choose from {allowed}."),
    "branch_is_over": (
        "The branch would end after {epochs} epochs and begins at epoch {epoch}: choose an "
        "earlier one, or more {setting[epochs]}."
    ),
    "bad_query": "The question's {part} cannot be used: possible is {allowed}.",
    "not_answering": (
        "The students of this run do not learn at the moment, so that none answers: ask again "
        "once they have begun, or when the run is over."
    ),
    "no_weights": (
        "The run {run!r} keeps no weights that could be asked: choose a run that went to its end, "
        "or start one."
    ),
    "nobody_to_ask": (
        "{job!r} is no single run: open one of its runs, or a run of its own, to ask its learners."
    ),
    "asked_of_a_program": (
        "The learners of the run {run} belong to a Python program, which alone can ask them: "
        "choose another run."
    ),
    "asked_elsewhere": (
        "The run {run!r} is trained by another program: it can be asked once it is over."
    ),
    "no_answer": (
        "There was no answer within {seconds:g} seconds: ask again, or wait for the computer to "
        "have less to do."
    ),
    "answerer_died": "The process that answers ended unexpectedly ({cause}): ask again.",
    "question_failed": (
        "The question could not be answered ({cause}): ask about fewer inputs, or about others."
    ),
    "asking_busy": "Too many questions wait for their answers: ask again in a moment.",
    "question_too_large": "The question has more than {most} bytes: ask about fewer inputs.",
    "question_no_json": "The question is no JSON: send one object as application/json.",
    "inputs_shape": (
        "An input of the question has {given} numbers, but the learners take {needed} (shape "
        "{shape}): send as many."
    ),
    "no_plane": ("The data have inputs of shape {shape}: only data of two features have a map."),
    "no_words": (
        "The data have inputs of the kind {kind}: only texts have words that carry an answer."
    ),
    "map_classes": (
        "The data have {classes} classes: a map shows at most {most}; ask for the answers to "
        "single points instead."
    ),
    "no_such_layer": (
        "The {learner} has {layers} hidden layers whose units can be shown: choose a layer below "
        "that number."
    ),
    "no_such_learner": (
        "The run has no {learner} that could be asked: choose a run with a teacher and this "
        "student."
    ),
    "no_step": (
        "This student takes no steps, as trees have no gradient: choose a run whose student is a "
        "network."
    ),
}
