"""What can be wrong with a setting, or with two that contradict each other."""

MESSAGES = {
    "outside_range": "{name} is {value}: it must lie between {low} and {high}.",
    "weight_outside_range": (
        "{setting[weight]} is {value}: with {mixing} mixing it must lie between 0 and {high}."
    ),
    "not_a_number": "{name} is {value}: it must be a number between {low} and {high}.",
    "not_a_text": "{name} is {value}: it must be a text.",
    "text_too_long": "{name} has {length:,} characters: write {most:,} at most.",
    "not_a_choice": "{name} is {value!r}: choose one of {allowed}.{hint}",
    "unknown_setting": "There is no setting {name!r}.{hint}",
    "unknown_method_setting": (
        "The method {method} has no setting {name!r}: its own are {allowed}.{hint}"
    ),
    "unknown_shift_setting": (
        "The shift {shift} has no setting {name!r}: its own are {allowed}.{hint}"
    ),
    "target_method": (
        "{method} does not learn from the teacher's logits alone, so it cannot use soft labels of "
        "target data: "
        "choose kd or another method on logits, or leave {setting[target]} empty."
    ),
    "target_students": (
        "{setting[target]} is {target!r}, which {name} does not know: leave one of the two out."
    ),
    "target_none": (
        "{name} acts on target data: name some as {setting[target]}, or set it back to {usual}."
    ),
    "target_alone": (
        "Several processes do not share target data: leave {setting[target]} empty, or start "
        "without torchrun."
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
    "method_input_kind": (
        "{method} changes the numbers of an input, and inputs of the kind {kind} are no numbers: "
        "choose a method that acts on logits, such as {option[method=kd]}."
    ),
    "method_generates_inputs": (
        "{method} makes inputs of its own, which it cannot do of the kind {kind}: choose a method "
        "that acts on logits, such as {option[method=kd]}."
    ),
    "mixup_input_kind": (
        "{setting[mixup]} is above 0, and inputs of the kind {kind} cannot be mixed: choose "
        "{choice[mixup=0]}."
    ),
    "method_one_teacher": (
        "{method} compares features inside the networks and takes a single teacher: name one "
        "teacher, or choose a method that acts on logits."
    ),
    "method_several_teachers": (
        "{method} learns how several teachers differ: name two or more in {setting[teacher]}, "
        "joined by +, and leave {setting[assistants]} empty."
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
}
