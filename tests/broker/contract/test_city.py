"""What a site and the city say to each other: packed when it is worth it, and never more than it may be."""

from __future__ import annotations

import gzip

import msgspec
import pytest

from broker.contract import city
from broker.contract.messages import encode


def batch(count):
    entries = [
        city.CityEntry("borne", "run", seq, 1, 2, None, False, msgspec.Raw(b'{"type":"x"}'))
        for seq in range(1, count + 1)
    ]
    return city.CityBatch(
        site="mairie-01",
        journal="j",
        sender="s",
        number=1,
        first=1,
        upto_site=count,
        sent_ns=0,
        entries=entries,
    )


def test_a_word_is_readable_as_it_travels_and_a_batch_is_an_eighth():
    word, many = city.encode_batch(batch(0)), city.encode_batch(batch(400))
    assert word == encode(batch(0))
    assert len(many) < len(encode(batch(400))) / 8
    assert gzip.decompress(many) == encode(batch(400))


@pytest.mark.parametrize("count", [0, 1, 400])
def test_what_is_packed_is_read_as_what_is_not(count):
    read = city.decode_batch(city.encode_batch(batch(count)))
    assert read == city.decode_batch(encode(batch(count)))
    assert [entry.seq for entry in read.entries] == [*range(1, count + 1)]


@pytest.mark.parametrize(
    "payload",
    [
        city.encode_batch(batch(400))[:-20],
        b"\x1f\x8b nonsense",
        gzip.compress(b" " * (city.MOST_BYTES + 1)),
        gzip.compress(b"[]"),
    ],
)
def test_what_cannot_be_unpacked_says_so(payload):
    with pytest.raises(msgspec.DecodeError):
        city.decode_batch(payload)


def test_the_same_entry_has_the_same_digest_and_another_one_has_not():
    one = city.CityEntry("borne", "run", 1, 1, 2, None, False, msgspec.Raw(b"{}"))
    assert one.digest() == msgspec.structs.replace(one, decisions=[msgspec.Raw(b"{}")]).digest()
    for change in ({"seq": 2}, {"run": "r"}, {"body": msgspec.Raw(b"[]")}, {"recorded_ns": 3}):
        assert one.digest() != msgspec.structs.replace(one, **change).digest()
