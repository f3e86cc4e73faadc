"""What can go wrong while something is trained."""

MESSAGES = {
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
    "weights_unfold": (
        "The file {path} unfolds to far more than weights should: save the network's state_dict() "
        "anew and give that file."
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
        "The device {device} ran out of memory with batches of {batch_size}: choose a "
        "{setting[batch_size]} of {smaller}, or smaller models."
    ),
    "out_of_memory_fits": (
        "The device {device} ran out of memory with batches of {batch_size}; a step with {fits} "
        "examples was tried and fits: choose a {setting[batch_size]} of {fits}, or smaller models."
    ),
    "out_of_memory_whole": (
        "The device {device} ran out of memory with all {examples} examples as one batch, as "
        "{choice[optimizer=gd]} takes them: choose another {setting[optimizer]}, fewer examples by "
        "{setting[transfer_size]}, or smaller models."
    ),
    "out_of_memory_alone": (
        "The device {device} ran out of memory: choose smaller models or less data."
    ),
    "models_memory": (
        "To be trained, the models need about {needs:,.1f} GiB, but the device {device} has "
        "{has:,.1f} GiB in all: choose smaller models or fewer."
    ),
    "device_lost": (
        "The device {device} failed ({cause}): start the run again; if it fails once more, choose "
        "the device cpu and have the machine looked at."
    ),
}
