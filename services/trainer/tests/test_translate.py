from __future__ import annotations

from glasswork_trainer import translate
from glasswork_trainer.core.events import Event


def test_a_log_that_has_half_a_character_in_it_is_sent_all_the_same() -> None:
    event = Event.from_line(b'{"kind":"log","sequence":1,"message":"half \\ud83d, whole \\ud83d\\ude00"}')
    assert translate.event_message(event).message == "half ?, whole \N{GRINNING FACE}"
