"""What is not read is said: other files, empty folders, links that lead nowhere."""

import io
import stat
import tarfile
import zipfile

import pytest
from support.files import as_folder, as_zip, picture, pictures_in

CLASSES = ("cat", "dog", "eel")


def total(data):
    return sum(len(split.labels) for split in (data.train, data.validation, data.test))


@pytest.mark.parametrize("container", [as_folder, as_zip])
def test_files_that_are_no_images_are_counted(load, noted, tmp_path, container):
    files = pictures_in(CLASSES, 5) | {
        "cat/a.heic": b"x",
        "cat/b.HEIC": b"x",
        "notes.txt": b"x",
        "dog/Thumbs.db": b"x",
        "dog/desktop.ini": b"x",
        ".DS_Store": b"x",
        "README": b"x",
    }
    data = load(container(tmp_path / "a.zip", files))

    assert total(data) == 15
    assert noted(data)["files_left_out"] == {"count": 4, "endings": ".heic, .txt, –"}


def test_nothing_is_said_where_nothing_is_left_out(load, noted, tmp_path):
    assert noted(load(as_folder(tmp_path / "a", pictures_in(CLASSES, 5)))) == {}


def test_class_folders_without_an_image_are_named(load, noted, tmp_path):
    folder = as_folder(tmp_path / "a", pictures_in(CLASSES, 5) | {"fox/a.heic": b"x"})
    (folder / "hen").mkdir()
    data = load(folder)

    assert data.classes == CLASSES
    assert noted(data)["class_without_images"] == {"folders": "fox, hen"}


def test_an_empty_class_folder_of_a_zip_is_named(load, noted, tmp_path):
    path = as_zip(tmp_path / "a.zip", pictures_in(CLASSES, 5))
    with zipfile.ZipFile(path, "a") as archive:
        archive.mkdir("fox")

    assert noted(load(path))["class_without_images"] == {"folders": "fox"}


# Links


def test_class_folders_and_images_may_be_links(load, noted, tmp_path):
    source = as_folder(tmp_path / "source", pictures_in(CLASSES, 5))
    linked = as_folder(tmp_path / "linked", pictures_in(["cat"], 5))
    (linked / "dog").symlink_to(source / "dog")
    (linked / "eel").mkdir()
    for number in range(5):
        (linked / "eel" / f"{number}.png").symlink_to(source / "eel" / f"{number:03d}.png")
    data = load(linked)

    assert data.classes == CLASSES
    assert total(data) == 15
    assert noted(data) == {}


def test_a_folder_for_training_may_be_a_link(load, tmp_path):
    source = as_folder(tmp_path / "source", pictures_in(CLASSES, 10))
    folder = as_folder(tmp_path / "a", pictures_in([f"test/{name}" for name in CLASSES], 4))
    (folder / "train").symlink_to(source)

    data = load(folder)
    assert [len(s.labels) for s in (data.train, data.validation, data.test)] == [27, 3, 12]


def test_links_in_a_circle_end(load, tmp_path):
    folder = as_folder(tmp_path / "a", pictures_in(CLASSES, 5))
    (folder / "cat" / "up").symlink_to(folder)
    (folder / "dog" / "self").symlink_to(folder / "dog")

    assert load(folder).classes == CLASSES


def test_links_that_lead_nowhere_are_counted(load, noted, tmp_path):
    folder = as_folder(tmp_path / "a", pictures_in(CLASSES, 5))
    (folder / "cat" / "gone.png").symlink_to(tmp_path / "nowhere.png")

    assert noted(load(folder))["links_left_out"] == {"count": 1}


def linked_tar(path, kind, links):
    with tarfile.open(path, "w") as archive:
        for name, content in pictures_in(CLASSES, 5).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for name, target in links.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, target
            archive.addfile(entry)
    return path


def test_hard_links_of_a_tar_are_the_images_that_they_stand_for(load, tmp_path):
    links = {f"fox/{number}.png": "cat/000.png" for number in range(5)}
    data = load(linked_tar(tmp_path / "a.tar", tarfile.LNKTYPE, links))

    assert data.classes == (*CLASSES, "fox")
    fox = data.train.inputs[data.train.labels == 3]
    assert (fox == fox[0]).all()
    assert int(fox[0, 0, 0, 0]) == 0


def test_symbolic_links_are_heeded_within_an_archive_alone(load, noted, tmp_path):
    links = {
        "cat/ok.png": "../dog/000.png",
        "cat/out.png": "/etc/passwd",
        "cat/up.png": "../../../x.png",
        "cat/gone.png": "gone.png",
    }
    data = load(linked_tar(tmp_path / "a.tar", tarfile.SYMTYPE, links))

    assert total(data) == 16
    assert noted(data)["links_left_out"] == {"count": 3}


def test_links_of_a_zip_are_heeded(load, noted, tmp_path):
    path = as_zip(tmp_path / "a.zip", pictures_in(CLASSES, 5))
    with zipfile.ZipFile(path, "a") as archive:
        for name, target in (("cat/ok.png", "../dog/000.png"), ("cat/out.png", "/etc/passwd")):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, target)
    data = load(path)

    assert total(data) == 16
    assert noted(data)["links_left_out"] == {"count": 1}


def test_a_class_of_which_only_dead_links_are_left_is_refused(refusal, tmp_path):
    folder = as_folder(tmp_path / "a", pictures_in(["cat"], 5) | {"dog/1.png": picture(1)})
    for number in range(4):
        (folder / "dog" / f"gone{number}.png").symlink_to(tmp_path / "nowhere.png")

    assert refusal(folder).values["class_name"] == "dog"
