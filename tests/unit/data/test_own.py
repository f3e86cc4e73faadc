import io
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import pytest
import torch
from PIL import Image
from support.files import as_folder, as_zip, picture, pictures_in

CLASSES = ("cat", "dog", "eel")
TAR_MODES = {
    "a.tar": "w",
    "a.tar.gz": "w:gz",
    "a.tgz": "w:gz",
    "a.tar.bz2": "w:bz2",
    "a.tar.xz": "w:xz",
}


def as_tar(path, files, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def sizes(data):
    return [len(split.labels) for split in (data.train, data.validation, data.test)]


def everything(data):
    """The first channel's shade of each image with its class name."""
    return sorted(
        (int(image[0, 0, 0]), data.classes[label])
        for split in (data.train, data.validation, data.test)
        for image, label in zip(split.inputs, split.labels, strict=True)
    )


EXPECTED = sorted(
    (20 * place + number, name) for place, name in enumerate(CLASSES) for number in range(10)
)


@pytest.mark.parametrize("top", ["", "top/", "one/two/"])
def test_a_folder_of_class_folders_is_split_by_fifths_and_tenths(load, tmp_path, top):
    files = pictures_in([top + name for name in CLASSES], 10)
    data = load(as_folder(tmp_path / "pets", files))
    assert data.name == "pets"
    assert data.classes == CLASSES
    assert data.input_shape == (3, 12, 12)
    assert sizes(data) == [21, 3, 6]
    assert everything(data) == EXPECTED


@pytest.mark.parametrize("name", ["a.zip", *TAR_MODES])
def test_an_archive_gives_what_its_folder_gives(load, tmp_path, name):
    files = pictures_in(CLASSES, 10)
    path = tmp_path / name
    if name == "a.zip":
        as_zip(path, files)
    else:
        as_tar(path, files, TAR_MODES[name])
    folder = load(as_folder(tmp_path / "a", files))
    packed = load(path)
    assert packed.fingerprint == folder.fingerprint
    assert packed.name == "a"


def test_the_order_in_an_archive_does_not_matter(load, tmp_path):
    files = pictures_in(CLASSES, 10)
    backwards = dict(reversed(files.items()))
    one, other = as_zip(tmp_path / "a.zip", files), as_zip(tmp_path / "b.zip", backwards)
    assert load(one).fingerprint == load(other).fingerprint


@pytest.mark.parametrize("top", ["", "top/"])
def test_folders_for_training_and_test_are_kept(load, tmp_path, top):
    files = pictures_in([f"{top}train/{name}" for name in CLASSES], 10)
    files |= pictures_in([f"{top}test/{name}" for name in CLASSES], 4)
    data = load(as_zip(tmp_path / "a.zip", files))
    assert data.classes == CLASSES
    assert sizes(data) == [27, 3, 12]
    shades = {int(image[0, 0, 0]) for image in data.test.inputs}
    assert shades == {20 * place + number for place in range(3) for number in range(4)}


def test_a_folder_for_validation_is_kept(load, tmp_path):
    files = pictures_in([f"train/{name}" for name in CLASSES], 10)
    files |= pictures_in([f"valid/{name}" for name in CLASSES], 2)
    assert sizes(load(as_zip(tmp_path / "a.zip", files))) == [24, 6, 6]


def test_the_first_validation_examples_are_of_several_classes(load, tmp_path):
    data = load(as_folder(tmp_path / "a", pictures_in(CLASSES, 60)))
    assert set(data.validation.labels[:12].tolist()) == {0, 1, 2}


def test_classes_that_are_numbers_stand_in_their_order(load, tmp_path):
    data = load(as_zip(tmp_path / "a.zip", pictures_in(["10", "9", "1"], 3)))
    assert data.classes == ("1", "9", "10")


def test_hidden_files_and_those_of_a_mac_are_left_out(load, tmp_path):
    files = pictures_in(CLASSES, 10) | {
        "__MACOSX/cat/._000.png": b"x",
        ".hidden/a.png": b"x",
        "cat/.a.png": b"x",
        "cat/notes.txt": b"x",
        "preview.png": picture(0),
    }
    assert everything(load(as_zip(tmp_path / "a.zip", files))) == EXPECTED
    assert everything(load(as_folder(tmp_path / "a", files))) == EXPECTED


def test_names_that_lead_out_of_the_archive_write_nothing(load, tmp_path):
    files = {f"../../../{name}": content for name, content in pictures_in(CLASSES, 4).items()}
    files |= {"/cat/a.png": picture(1), "..\\dog\\a.png": picture(2)}
    (tmp_path / "deep" / "er").mkdir(parents=True)
    path = as_zip(tmp_path / "deep" / "er" / "a.zip", files)
    before = {p for p in tmp_path.rglob("*") if "store" not in p.parts}
    data = load(path)
    assert data.classes == CLASSES
    assert len(everything(data)) == 14
    assert {p for p in tmp_path.rglob("*") if "store" not in p.parts} == before


def test_links_in_an_archive_are_left_out(load, tmp_path):
    path = as_tar(tmp_path / "a.tar", pictures_in(CLASSES, 10))
    with tarfile.open(path, "a") as archive:
        link = tarfile.TarInfo("cat/link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert everything(load(path)) == EXPECTED


def test_gray_images_have_one_channel_and_one_coloured_image_makes_three(load, tmp_path):
    files = pictures_in(CLASSES, 5, mode="L")
    assert load(as_zip(tmp_path / "a.zip", files)).input_shape == (1, 12, 12)
    files["cat/colour.png"] = picture(9)
    data = load(as_zip(tmp_path / "b.zip", files))
    assert data.input_shape == (3, 12, 12)
    assert (
        sum(
            int((image[0] == image[1]).all())
            for split in (data.train, data.validation, data.test)
            for image in split.inputs
        )
        == 15
    )


def test_small_images_of_one_size_are_kept_even_if_not_square(load, tmp_path):
    files = pictures_in(CLASSES, 5, (14, 9))
    assert load(as_zip(tmp_path / "a.zip", files)).input_shape == (3, 9, 14)


@pytest.mark.parametrize("side", [8, 16])
def test_images_of_several_sizes_are_scaled_to_the_size_asked_for(load, tmp_path, side):
    files = pictures_in(CLASSES, 4, (40, 30)) | {"cat/small.png": picture(77, (5, 6))}
    data = load(as_zip(tmp_path / "a.zip", files), image_size=side)
    assert data.input_shape == (3, side, side)
    assert 77 in [shade for shade, _ in everything(data)]


def test_the_centre_of_a_long_image_is_kept(load, tmp_path):
    wide = np.zeros((20, 60), dtype=np.uint8)
    wide[:, 20:40] = 200
    file = io.BytesIO()
    Image.fromarray(wide).save(file, "PNG")
    files = {f"{name}/{number}.png": file.getvalue() for name in "ab" for number in range(3)}
    data = load(as_zip(tmp_path / "a.zip", files), image_size=10)
    middle = data.train.inputs[:, :, :, 1:-1].int()
    assert (middle - 200).abs().max() <= 4


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP"])
def test_common_formats_are_read(load, tmp_path, kind):
    files = {
        f"{name}/{number}.{kind.lower()}": picture(90, mode="L", kind=kind)
        for name in "ab"
        for number in range(3)
    }
    data = load(as_zip(tmp_path / "a.zip", files))
    assert (data.train.inputs.int() - 90).abs().max() <= 2


def test_pictures_of_16_bits_are_scaled_not_clipped(load, tmp_path):
    file = io.BytesIO()
    Image.fromarray(np.full((9, 9), 100 * 256, dtype=np.uint16)).save(file, "PNG")
    files = {f"{name}/{number}.png": file.getvalue() for name in "ab" for number in range(3)}
    assert load(as_zip(tmp_path / "a.zip", files)).train.inputs.unique().tolist() == [100]


def test_a_second_load_reads_the_decoded_copy(load, tmp_path):
    path = as_zip(tmp_path / "a.zip", pictures_in(CLASSES, 10))
    first = load(path)
    saved = list((tmp_path / "store" / "data").iterdir())
    stamp = saved[0].stat().st_mtime_ns
    second = load(path)
    assert len(saved) == 1
    assert saved[0].stat().st_mtime_ns == stamp
    assert second.fingerprint == first.fingerprint
    assert (second.name, second.classes) == (first.name, first.classes)
    assert torch.equal(second.mean, first.mean)
    assert torch.equal(second.std, first.std)


def test_a_changed_folder_is_read_anew(load, tmp_path):
    folder = as_folder(tmp_path / "a", pictures_in(CLASSES, 10))
    before = load(folder)
    as_folder(folder, {"cat/new.png": picture(250)})
    assert len(everything(load(folder))) == len(everything(before)) + 1


def test_a_damaged_decoded_copy_is_made_anew(load, tmp_path):
    path = as_zip(tmp_path / "a.zip", pictures_in(CLASSES, 10))
    first = load(path)
    saved = next((tmp_path / "store" / "data").iterdir())
    saved.write_bytes(saved.read_bytes()[:100])
    assert load(path).fingerprint == first.fingerprint


def test_the_size_asked_for_tells_decoded_copies_apart(load, tmp_path):
    path = as_zip(tmp_path / "a.zip", pictures_in(CLASSES, 10, (40, 40)))
    assert load(path, image_size=16).input_shape == (3, 16, 16)
    assert load(path, image_size=20).input_shape == (3, 20, 20)


# What cannot be read


@pytest.mark.parametrize("files", [{}, {"cat/a.txt": b"x"}, {"a.mp4": b"ftyp"}])
def test_an_archive_without_images_is_refused(refusal, tmp_path, files):
    assert refusal(as_zip(tmp_path / "a.zip", files)).code == "no_images"


def test_an_empty_folder_is_refused(refusal, tmp_path):
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "empty").code == "no_images"


def test_images_without_class_folders_are_refused(refusal, tmp_path):
    files = {f"{number}.png": picture(number) for number in range(5)}
    assert refusal(as_zip(tmp_path / "a.zip", files)).code == "no_class_folders"


@pytest.mark.parametrize("top", ["", "top/", "top/train/"])
def test_one_class_is_refused_by_name(refusal, tmp_path, top):
    error = refusal(as_zip(tmp_path / "a.zip", pictures_in([f"{top}cat"], 9)))
    assert error.code == "one_class"
    assert "cat" in str(error)


@pytest.mark.parametrize("count", [1, 2])
def test_a_class_that_cannot_be_split_is_refused_by_name(refusal, tmp_path, count):
    files = pictures_in(["cat"], 20) | pictures_in(["rare"], count)
    error = refusal(as_zip(tmp_path / "a.zip", files))
    assert (error.code, error.values["class_name"], error.values["count"]) == (
        "class_too_small",
        "rare",
        count,
    )


def test_a_class_that_only_the_test_folder_has_is_refused_by_name(refusal, tmp_path):
    files = pictures_in(["train/cat", "train/dog"], 5) | pictures_in(["test/cat", "test/eel"], 5)
    error = refusal(as_zip(tmp_path / "a.zip", files))
    assert (error.values["class_name"], error.values["count"]) == ("eel", 0)


@pytest.mark.parametrize("name", ["a.zip", *TAR_MODES])
@pytest.mark.parametrize("kept", [0.0, 0.03, 0.5, 0.8])
def test_a_cut_off_archive_is_refused(refusal, tmp_path, name, kept):
    random = np.random.default_rng(0)
    files = pictures_in(CLASSES, 5)
    for number in range(5):  # noise does not compress: the cut falls among the images
        file = io.BytesIO()
        Image.fromarray(random.integers(0, 256, (60, 60), dtype=np.uint8)).save(file, "PNG")
        files[f"cat/noise{number}.png"] = file.getvalue()
    path = tmp_path / name
    as_zip(path, files) if name == "a.zip" else as_tar(path, files, TAR_MODES[name])
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    error = refusal(path)
    assert error.code == "archive_broken"
    assert str(path) in str(error)


def test_a_damaged_entry_of_a_zip_is_refused(refusal, tmp_path):
    path = as_zip(tmp_path / "a.zip", pictures_in(CLASSES, 5))
    content = bytearray(path.read_bytes())
    content[60:70] = bytes(10)
    path.write_bytes(content)
    assert refusal(path).code == "archive_broken"


def test_an_archive_inside_an_archive_is_named(refusal, tmp_path):
    inner = as_zip(tmp_path / "inner.zip", pictures_in(CLASSES, 5)).read_bytes()
    error = refusal(as_zip(tmp_path / "a.zip", {"data/inner.zip": inner, "README.md": b"x"}))
    assert error.code == "archive_inside"
    assert "data/inner.zip" in str(error)


def test_an_archive_with_a_password_is_refused(refusal, tmp_path):
    path = as_zip(tmp_path / "a.zip", pictures_in(CLASSES, 5))
    content = path.read_bytes()
    for start, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        parts = content.split(start)
        content = start.join(
            [parts[0]] + [part[: flag - 4] + b"\x01" + part[flag - 3 :] for part in parts[1:]]
        )
    path.write_bytes(content)
    error = refusal(path)
    assert error.code == "archive_locked"
    assert "pack it without one" in str(error)


@pytest.mark.parametrize("container", [as_folder, as_zip])
@pytest.mark.parametrize("content", [picture(5)[:40], picture(5)[:-30], b"", b"<svg></svg>"])
def test_an_image_that_cannot_be_read_is_named(refusal, tmp_path, container, content):
    files = pictures_in(CLASSES, 5) | {"dog/bad.png": content}
    error = refusal(container(tmp_path / "a.zip", files))
    assert (error.code, error.values["image"]) == ("image_broken", "dog/bad.png")


def test_other_formats_under_a_common_name_are_not_opened(refusal, tmp_path):
    files = pictures_in(CLASSES, 5) | {"dog/bad.png": picture(5, kind="PCX")}
    assert refusal(as_zip(tmp_path / "a.zip", files)).code == "image_broken"


def huge(width: int, height: int) -> bytes:
    """A PNG that claims to be large and is not."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(4_001, 4_000), (10_000, 10_000), (10**6, 10**6)])
def test_an_image_of_too_many_pixels_is_refused_by_name_before_it_is_decoded(
    refusal, tmp_path, size
):
    files = pictures_in(CLASSES, 5) | {"dog/huge.png": huge(*size)}
    error = refusal(as_zip(tmp_path / "a.zip", files))
    assert (error.code, error.values["image"]) == ("image_too_large", "dog/huge.png")


def test_an_entry_that_unfolds_to_too_much_is_refused(refusal, tmp_path):
    files = pictures_in(CLASSES, 5) | {"dog/zeros.bmp": bytes(65 << 20)}
    assert refusal(as_zip(tmp_path / "a.zip", files)).code == "image_too_large"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_an_archive_that_unfolds_to_too_much_is_refused(refusal, tmp_path, name):
    files = pictures_in(CLASSES, 5) | {"filler.bin": bytes(300 << 20)}
    path = tmp_path / name
    as_zip(path, files) if name == "a.zip" else as_tar(path, files, "w:gz")
    assert refusal(path).code == "archive_too_large"


def test_a_zip_that_lies_about_a_size_is_refused(refusal, tmp_path):
    path = as_zip(tmp_path / "a.zip", pictures_in(CLASSES, 5))
    with zipfile.ZipFile(path) as archive:
        size = struct.pack("<I", archive.infolist()[0].file_size)
    path.write_bytes(path.read_bytes().replace(size, struct.pack("<I", 20)))
    assert refusal(path).code in ("archive_broken", "image_broken")


@pytest.mark.slow
def test_sixty_thousand_jpegs_are_read_through_the_archive(real_data, load):
    data = load(real_data / "cifar10-jpeg.tar.xz")
    assert sizes(data) == [45_000, 5_000, 10_000]
    assert data.classes[:2] == ("airplane", "automobile")
    assert torch.bincount(data.test.labels).tolist() == [1_000] * 10
    published = torch.tensor([0.4914, 0.4822, 0.4465])
    assert (data.mean.flatten() / 255 - published).abs().max() < 0.01
