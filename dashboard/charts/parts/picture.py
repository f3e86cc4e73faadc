"""Images of the data inside a chart."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image

SIDE = 96
"""Pixels to which a picture is enlarged, so that its own stay squares."""


def png_address(image: np.ndarray) -> str:
    """``uint8 [h, w, 1 or 3]`` as the address of a picture."""
    picture = Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image)
    times = max(1, SIDE // max(picture.size))
    size = (picture.width * times, picture.height * times)
    file = BytesIO()
    picture.resize(size, Image.Resampling.NEAREST).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
