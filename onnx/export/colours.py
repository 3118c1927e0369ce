"""Puts a reader of colours (`train.colours`) into the `pack.json` of a finished pack, whose other files stay as they are byte for byte.

    PYTHONPATH=onnx python -m export.colours --pack onnx/packs/clay --reader onnx/runs/colours/reader.json --revision v0.13
"""

import json

from export.place import altered, parser

FIELD = "colour_reader"


def main():
    options = parser(__doc__)
    options.add_argument("--reader", default="onnx/runs/colours/reader.json")
    arguments = options.parse_args()
    with open(arguments.reader, encoding="utf-8") as file:
        reader = json.load(file)
    with altered(arguments.pack, arguments.revision) as (_, about):
        if unknown := set(reader["words"]) - set(about["colours"]):
            raise SystemExit(f"{arguments.reader} knows words that the pack lacks among its `colours`: {', '.join(sorted(unknown))}")
        about[FIELD] = reader


if __name__ == "__main__":
    main()
