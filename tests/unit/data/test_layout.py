"""Which folders are classes, which are splits, and which are neither."""

import pytest
from support.files import as_folder, as_zip, picture, pictures_in

from kdcore.data.split_names import role

CLASSES = ("cat", "dog", "eel")


def below(top, count, classes=CLASSES):
    return pictures_in([f"{top}/{name}" for name in classes], count)


def flat(top, count):
    return {f"{top}/{number}.png": picture(number) for number in range(count)}


def sizes(data):
    return [len(split.labels) for split in (data.train, data.validation, data.test)]


@pytest.fixture
def load_files(load, tmp_path):
    return lambda files: load(as_zip(tmp_path / "a.zip", files))


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("training_set", "test_set"),
        ("training_set/training_set", "test_set/test_set"),
        ("train_images", "test_images"),
        ("train_data", "test_data"),
        ("trainset", "testset"),
        ("Training Data", "Testing Data"),
        ("TrainVal", "Test"),
        ("train_zip/train", "test_zip/test"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("asl_alphabet_train", "asl_alphabet_test"),
        ("images/train", "images/test"),
        ("train", "eval"),
        ("train", "holdout"),
        ("train-256", "test-256"),
        ("训练集", "测试集"),
    ],
)
def test_folders_for_training_and_test_are_known_by_their_names_and_said(
    load_files, noted, train, test
):
    data = load_files(below(train, 10) | below(test, 4))

    assert data.classes == CLASSES
    assert sizes(data) == [27, 3, 12]
    assert {"train_folder", "test_folder"} <= noted(data).keys()


@pytest.mark.parametrize("name", ["val_256", "valid", "dev", "validation-images", "验证集"])
def test_folders_for_validation_are_known_by_their_names(load_files, noted, name):
    data = load_files(below("train", 10) | below(name, 2))

    assert sizes(data) == [24, 6, 6]
    assert noted(data)["validation_folder"] == {"folder": name}


def test_a_folder_of_neither_kind_beside_splits_is_left_out_and_said(load_files, noted):
    data = load_files(below("seg_train", 10) | below("seg_test", 4) | flat("seg_pred", 7))

    assert sizes(data) == [27, 3, 12]
    assert noted(data)["folder_left_out"] == {"folder": "seg_pred", "count": 7}


def test_images_for_test_without_classes_are_left_out_and_said(load_files, noted):
    data = load_files(below("train", 10) | flat("test1", 8))

    assert data.classes == CLASSES
    assert sizes(data) == [21, 3, 6]
    assert noted(data)["unlabelled_folder"] == {"folder": "test1", "count": 8}


@pytest.mark.parametrize(
    ("train", "test", "inner"),
    [
        ("asl_alphabet_train/asl_alphabet_train", "asl_alphabet_test", "asl_alphabet_test"),
        ("training_set", "test_set", "unknown"),
        ("train/train", "test", "test"),
        ("train", "test", "images"),
        ("train", "test1", "test1/images"),
        ("seg_train", "my_val", "all"),
    ],
)
def test_a_lone_folder_around_images_for_test_is_no_class(load_files, noted, train, test, inner):
    data = load_files(below(train, 10) | flat(f"{test}/{inner}", 8))

    assert data.classes == CLASSES
    assert sum(sizes(data)) == 30
    assert noted(data)["unlabelled_folder"] == {"folder": test, "count": 8}


def test_one_class_for_test_that_is_learned_is_one(load_files):
    assert sizes(load_files(below("training_set", 10) | below("test_set", 4, ["cat"])))[2] == 4


def test_splits_without_one_for_training_are_refused(refusal, tmp_path):
    error = refusal(as_zip(tmp_path / "a.zip", below("test", 10) | below("val", 4)))

    assert error.code == "no_training_folder"
    assert "test, val" in str(error)


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train", "test1"),
        ("train/train", "test1/test1"),
        ("train/images", "test"),
        ("data/train/train", "data/test1/test1"),
    ],
)
def test_flat_splits_are_no_classes(refusal, tmp_path, train, test):
    files = flat(train, 9) | flat(test, 9)

    assert refusal(as_zip(tmp_path / "a.zip", files)).code == "no_class_folders"


def test_class_folders_that_lie_once_more_beside_themselves_count_once(load_files, noted):
    data = load_files(below("cell_images", 10) | below("cell_images/cell_images", 10))

    assert data.classes == CLASSES
    assert sum(sizes(data)) == 30
    assert noted(data)["copied_folder"] == {"folder": "cell_images"}


@pytest.mark.parametrize(
    ("folders", "classes"),
    [
        (["train/angle1", "car/angle1", "bus/angle1"], ("bus", "car", "train")),
        (["train/angle1", "train/angle2", "car", "bus"], ("bus", "car", "train")),
        (["train", "car", "bus"], ("bus", "car", "train")),
        (["train", "test", "car"], ("car", "test", "train")),
        (
            ["test tube/a", "test tube/b", "training shoe/c", "training shoe/d"],
            ("test tube", "training shoe"),
        ),
        (["testudo", "valve", "device"], ("device", "testudo", "valve")),
    ],
)
def test_a_class_may_be_called_like_a_split(load_files, folders, classes):
    assert load_files(pictures_in(folders, 6)).classes == classes


def test_splits_may_lie_within_the_classes(load_files, noted):
    data = load_files(
        pictures_in([f"{name}/train" for name in CLASSES], 10)
        | pictures_in([f"{name}/test" for name in CLASSES], 4)
    )

    assert data.classes == CLASSES
    assert sizes(data) == [27, 3, 12]
    assert {"train_folder", "test_folder"} <= noted(data).keys()


@pytest.mark.parametrize("below_top", ["d", "d/train", "a/b/c"])
def test_an_image_beside_the_top_folder_does_not_count(load_files, noted, below_top):
    data = load_files(
        below(below_top, 10) | {"preview.png": picture(1), f"{below_top[0]}/x.png": picture(2)}
    )

    assert data.classes == CLASSES
    assert noted(data)["images_beside_classes"] == {"count": 2}


@pytest.mark.parametrize("other", ["docs", "annotations", "masks", "anything"])
def test_what_lies_beside_a_folder_of_images_is_no_class(load_files, noted, other):
    data = load_files(below("images", 10) | {f"{other}/figure.png": picture(1)})

    assert data.classes == CLASSES
    assert noted(data)["folder_left_out"] == {"folder": other, "count": 1}


def test_annotations_with_the_same_folders_are_no_examples(load_files):
    data = load_files(below("images", 10) | below("annotations", 10))

    assert sum(sizes(data)) == 30
    assert data.classes == CLASSES


def test_a_few_images_of_documents_beside_classes_are_no_class(load_files, noted):
    data = load_files(pictures_in(CLASSES, 10) | {"docs/figure.png": picture(1)})

    assert data.classes == CLASSES
    assert noted(data)["folder_left_out"] == {"folder": "docs", "count": 1}


def test_a_class_of_documents_is_one(load_files):
    assert load_files(pictures_in(["docs", "photos"], 10)).classes == ("docs", "photos")


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("Train", "train"),
        ("trained_models", ""),
        ("value", ""),
        ("contest", ""),
        ("my_test", "test"),
        ("TESTING", "test"),
        ("Validation2", "validation"),
        ("development", ""),
        ("x-val", "validation"),
    ],
)
def test_a_name_says_a_split_as_a_whole_word_alone(name, split):
    assert role(name) == split


def test_folders_of_a_hundred_thousand_classes_are_refused_before_any_is_decoded(
    refusal, tmp_path, monkeypatch
):
    monkeypatch.setattr("kdcore.data.own.MOST_CLASSES", 20)
    monkeypatch.setattr("kdcore.data.own.decode", None)  # would fail
    files = {f"{number}/{at}.png": b"" for number in range(30) for at in range(3)}

    assert refusal(as_folder(tmp_path / "many", files)).code == "too_many_classes"


def test_too_many_folders_are_refused_at_the_first_look(refusal, tmp_path, monkeypatch):
    monkeypatch.setattr("kdcore.data.archive.MOST_FOLDERS", 20)
    monkeypatch.setattr("kdcore.data.archive._is_hidden", None)  # no name is looked at
    (tmp_path / "many").mkdir()
    for number in range(30):
        (tmp_path / "many" / str(number)).mkdir()

    assert refusal(tmp_path / "many").code == "folder_too_large"


def test_too_small_a_class_is_refused_before_any_image_is_decoded(refusal, tmp_path, monkeypatch):
    monkeypatch.setattr("kdcore.data.own.decode", None)  # would fail
    files = {"a/1.png": b"", **{f"b/{number}.png": b"" for number in range(9)}}

    assert refusal(as_folder(tmp_path / "few", files)).values["class_name"] == "a"
