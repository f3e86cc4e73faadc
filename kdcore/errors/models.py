"""What can be wrong with a model or its weights."""

MESSAGES = {
    "unknown_model": "There is no model {spec!r}: choose one of {allowed}.{hint}",
    "model_widths": (
        "The model {spec!r} has a bad width: widths are whole numbers from 1 to 16384, "
        "separated by commas, as in {example}."
    ),
    "model_too_deep": (
        "The model {spec!r} has {layers:,} hidden layers: at most {most} are trained, leave some "
        "out."
    ),
    "models_too_many": (
        "{text!r} names {count:,} models: at most {most} are trained, leave some out."
    ),
    "model_takes_no_widths": "The model {spec!r} takes no widths: write {family!r} alone.",
    "forest_size": (
        "The model {spec!r} has a bad size: write the number of trees, from 1 to {trees}, and if "
        "wanted their maximum depth, from 1 to {depth}, as in forest:100 or forest:100,12."
    ),
    "boosted_size": (
        "The model {spec!r} has a bad size: write the number of rounds, from 1 to {trees}, and if "
        "wanted the maximum depth of their trees, from 1 to {depth}, as in boosted:100 or "
        "boosted:100,3."
    ),
    "tree_size": (
        "The model {spec!r} has a bad size: write the tree's maximum depth, from 1 to {depth}, as "
        "in tree:3. More than a person can read has forest:1,12, a forest of one tree."
    ),
    "cannot_learn": (
        "{student!r} can teach but not learn from a teacher: choose another student, such as "
        "{suited}."
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
    "model_input_shape": (
        "The model {spec!r} takes inputs of the kind {kinds}, but the data have the shape {shape}: "
        "choose another model."
    ),
    "model_input_kind": (
        "The model {spec!r} takes inputs of the kind {kinds}, and those of {dataset} are of the "
        "kind {kind}: choose another model, such as {example}."
    ),
    "nothing_matches": (
        "The student ({student}) and the teacher ({teacher}) have no layers of the same name: "
        "choose models of one kind, or {choice[student_start=random]}."
    ),
}
