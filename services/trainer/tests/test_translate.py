from __future__ import annotations

from glasswork_servicekit.channel import MAX_MESSAGE_BYTES
from glasswork_trainer import translate
from glasswork_trainer.core.events import Event
from glasswork_trainer.core.run import Run


def test_a_log_that_has_half_a_character_in_it_is_sent_all_the_same() -> None:
    event = Event.from_line(b'{"kind":"log","sequence":1,"message":"half \\ud83d, whole \\ud83d\\ude00"}')
    assert translate.event_message(event).message == "half ?, whole \N{GRINNING FACE}"


def test_the_longest_list_of_runs_with_many_classes_fits_into_a_message() -> None:
    def run(classes: int) -> Run:
        matrix = [[12345] * classes] * classes
        results = {"rows": 9, "accuracy": 0.5, "confusion_matrix": matrix, "classes": ["name"] * classes}
        return Run("r0", test={**results, "targets": {"a": results, "b": results}})

    few, many = (translate.listed_run(run(classes)) for classes in (31, 200))
    assert "confusion_matrix" in few.test.fields
    assert many.test.fields.keys() == few.test.fields.keys() - {"confusion_matrix"}
    assert max(message.ByteSize() for message in (few, many)) * 1_000 < MAX_MESSAGE_BYTES
    assert "confusion_matrix" in translate.run_message(run(200)).test.fields
