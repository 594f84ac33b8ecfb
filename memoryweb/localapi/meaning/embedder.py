"""What turns texts into vectors: one small interface, and fastembed behind it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

INSTALL = "Run “.venv/bin/pip install -r requirements-semantic.txt”, then start memoryweb again."
CHOOSE = "Set SEMANTIC_MODEL to the name of a model that fastembed knows, or to the path of a folder that holds one."


class Embedder(Protocol):
    """Turns texts into vectors; a model that also reads pictures would get its second method here.

    Vectors are stored under `name`, so two models must never share one.
    """

    name: str

    def embed(self, texts: Sequence[str]) -> Any:
        """A float32 array with a row for each text."""


class Unusable(Exception):
    """There is no embedder. `problem` and `remedy` are sentences for people."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class NeedsDownload(Unusable):
    """The model is a known one and not on this machine yet."""


class FastEmbedder:
    """A model that fastembed runs, on one thread: requests and the background share the machine's cores."""

    def __init__(self, name: str, model: Any) -> None:
        self.name = name
        self._model = model

    def embed(self, texts: Sequence[str]) -> Any:
        """One by one: on one thread a batch is no faster, and its memory grows with its longest text."""
        import numpy

        return numpy.array(list(self._model.embed(list(texts), batch_size=1)), dtype=numpy.float32)


def is_folder(setting: str) -> bool:
    """Whether SEMANTIC_MODEL means a folder and not a name."""
    return setting.startswith((".", "~")) or Path(setting).is_absolute() or Path(setting).is_dir()


def load(setting: str, *, may_download: bool) -> Embedder:
    """The embedder that SEMANTIC_MODEL asks for. Raises NeedsDownload where that is not allowed, or Unusable."""
    try:
        import fastembed  # noqa: F401  # only whether it is there
        from loguru import logger

        logger.disable("fastembed")  # it writes paths to stderr; what goes wrong is said on the status page
    except ImportError:
        raise Unusable("fastembed, which runs the model, is not installed.", INSTALL) from None
    return _from_folder(Path(setting).expanduser()) if is_folder(setting) else _by_name(setting, may_download)


def _by_name(name: str, may_download: bool) -> Embedder:
    from fastembed import TextEmbedding

    if name.lower() not in {model["model"].lower() for model in TextEmbedding.list_supported_models()}:
        raise Unusable("fastembed knows no model of this name.", CHOOSE)
    options = {"cache_dir": str(settings.DATA_DIR / "models"), "threads": 1}
    try:
        return FastEmbedder(name, TextEmbedding(name, **options, local_files_only=True))
    except Exception as error:  # it has no exception of its own for a model that is not there
        if not may_download:
            raise NeedsDownload("The model is being downloaded.", "") from error
    try:
        return FastEmbedder(name, TextEmbedding(name, **options))
    except Exception as error:
        raise Unusable(
            "The model could not be downloaded.",
            "Let this machine reach huggingface.co once and start memoryweb again, or set SEMANTIC_MODEL to a folder with a model.",
        ) from error


def _from_folder(folder: Path) -> Embedder:
    """The model in a folder as sentence-transformers exports it to ONNX, whether it pools the tokens' vectors itself or not.

    Its name holds a digest of the file, since another model may come to lie in the same folder.
    """
    file = next((folder / name for name in ("model.onnx", "onnx/model.onnx") if (folder / name).is_file()), None)
    if file is None:
        raise Unusable("There is no model.onnx in the folder that SEMANTIC_MODEL names.", CHOOSE)
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()[:16]
    name = f"{folder.resolve().name[:100]}-{digest}"
    failure: Exception | None = None
    for pooled in (True, False):
        try:
            embedder = FastEmbedder(name, _custom(folder, file, name, is_pooled=pooled))
            embedder.embed(["A text to try it with"])
        except Exception as error:
            failure = error
        else:
            return embedder
    raise Unusable("The model in the folder that SEMANTIC_MODEL names could not be loaded.", CHOOSE) from failure


def _custom(folder: Path, file: Path, name: str, *, is_pooled: bool) -> Any:
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    known_as = f"{name}-{'pooled' if is_pooled else 'mean'}"
    if known_as.lower() not in {model["model"].lower() for model in TextEmbedding.list_supported_models()}:
        TextEmbedding.add_custom_model(
            model=known_as,
            pooling=PoolingType.DISABLED if is_pooled else PoolingType.MEAN,
            normalization=True,
            sources=ModelSource(url="http://localhost/none"),  # one is asked for, and never used
            dim=0,
            model_file=str(file.relative_to(folder)),
        )
    return TextEmbedding(known_as, specific_model_path=str(folder), threads=1)
