"""A model small enough to make in a test: ONNX as fastembed loads it from a folder, written without the library for it."""

import json
from pathlib import Path

WORDS = ("[PAD]", "[UNK]", "guitar", "strings", "instrument", "tea", "kettle", "drink")
# Each word's place in two dimensions of meaning, music and tea, and one for what is neither.
MEANINGS = ((0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 0, 0.2), (1, 0, 0.1), (0, 1, 0), (0, 1, 0.2), (0, 1, 0.1))
INT64, FLOAT, INTS = 7, 1, 7  # ONNX's numbers for types of elements and of attributes


def write_model(folder: Path, *, is_pooled: bool) -> Path:
    """A model that knows WORDS, in `folder`, which is returned; it averages the words' vectors itself if `is_pooled`."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_config.json": {"model_max_length": 64, "pad_token": "[PAD]"},
        "config.json": {"pad_token_id": 0},
        "special_tokens_map.json": {"pad_token": "[PAD]", "unk_token": "[UNK]"},
    }
    for name, content in settings.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    (folder / "model.onnx").write_bytes(_model(is_pooled))
    return folder


def _model(is_pooled: bool) -> bytes:
    import numpy

    words = numpy.array(MEANINGS, numpy.float32)
    table = _message(*[(1, size) for size in words.shape], (2, FLOAT), (8, "table"), (9, words.tobytes()))
    nodes = [_message((1, "table"), (1, "input_ids"), (2, "tokens"), (4, "Gather"))]
    output, sizes = "tokens", ["batch", "length", words.shape[1]]
    if is_pooled:
        axes = _message((1, "axes"), (8, 1), (20, INTS))
        keep = _message((1, "keepdims"), (3, 0), (20, 2))
        nodes.append(_message((1, "tokens"), (2, "text"), (4, "ReduceMean"), (5, axes), (5, keep)))
        output, sizes = "text", ["batch", words.shape[1]]
    graph = _message(
        *[(1, node) for node in nodes],
        (2, "tiny"),
        (5, table),
        (11, _value("input_ids", INT64, ["batch", "length"])),
        (12, _value(output, FLOAT, sizes)),
    )
    return _message((1, 8), (7, graph), (8, _message((2, 13))))


def _value(name: str, kind: int, sizes: list[str | int]) -> bytes:
    shape = _message(*[(1, _message((2, size) if isinstance(size, str) else (1, size))) for size in sizes])
    return _message((1, name), (2, _message((1, _message((1, kind), (2, shape))))))


def _message(*fields: tuple[int, int | str | bytes]) -> bytes:
    """A protobuf message of (number, value): integers as varints, the rest with their lengths."""
    written = b""
    for number, value in fields:
        if isinstance(value, int):
            written += _varint(number << 3) + _varint(value)
        else:
            content = value.encode() if isinstance(value, str) else value
            written += _varint(number << 3 | 2) + _varint(len(content)) + content
    return written


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
