"""Where librdkafka puts keys: its own functions, out of the library that Python's confluent-kafka brings.

    python partitions.py KEYS PARTITIONER COUNT...

KEYS has a key a line, in hexadecimal ("-" is the empty one); PARTITIONER is librdkafka's name for one, without `_random`, which says
only what happens to records without a key. Prints each key with its partition of each count.
"""

import ctypes
import pathlib
import sys

import confluent_kafka


def library():
    folder = pathlib.Path(confluent_kafka.__file__).parent.parent / "confluent_kafka.libs"
    return ctypes.CDLL(str(next(folder.glob("librdkafka-*"))))


def main(keys, partitioner, *counts):
    choose = getattr(library(), f"rd_kafka_msg_partitioner_{partitioner}")
    choose.restype = ctypes.c_int32
    choose.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p]
    for line in pathlib.Path(keys).read_text().split():
        key = b"" if line == "-" else bytes.fromhex(line)
        # Of a key these functions look at nothing else: the topic may be null.
        print(line, *(choose(None, key, len(key), int(count), None, None) for count in counts), sep="\t")


main(*sys.argv[1:])
