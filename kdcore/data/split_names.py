"""Names of folders that say which split lies in them."""

import re

EXACT = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
}
"""Names that no class is expected to have beside each other."""
WORDS = EXACT | {"eval": "test", "evaluation": "test", "holdout": "test", "dev": "validation"}
OF_DATA = "set|sets|data|dataset|image|images|img|imgs|folder|dir|split|zip|samples"
"""What is written on behind without a gap, as in ``testset``."""
BEGINS = re.compile(rf"({'|'.join(WORDS)})(?:{OF_DATA}|val)?(?![a-z])")
ENDS = re.compile(rf"(?<![a-z])({'|'.join(WORDS)})(?:{OF_DATA})?$")
CHINESE = {
    "训练": "train",
    "測試": "test",
    "测试": "test",
    "验证": "validation",
    "訓練": "train",
    "驗證": "validation",
}


def role(name: str) -> str:
    """``train``, ``test`` or ``validation`` where a folder's name says so, else nothing.

    Example:
        >>> [role(name) for name in ("seg_train", "TestSet", "Validation Data", "testudo")]
        ['train', 'test', 'validation', '']
    """
    for word, split in CHINESE.items():
        if word in name:
            return split
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    for text in (name.lower(), spaced):
        if match := BEGINS.match(text) or ENDS.search(text):
            return WORDS[match[1]]
    return ""
