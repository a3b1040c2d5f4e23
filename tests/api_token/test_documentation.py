"""What docs/api-tokens.md shows is what works."""

import json
import re
from pathlib import Path

from api_declaration.declaration import LARGEST, Declaration
from stacks.api_presets import PRESETS
from tests.api_token.world import World, oauth_call

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api-tokens.md").read_text()
EXAMPLE = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0]


def test_the_example_is_short_and_rotates_a_token_of_the_real_server(oauth_server) -> None:
    assert len(EXAMPLE.splitlines()) <= 17
    text = EXAMPLE.replace("https://auth.example.com", oauth_server.url)
    world = World(json.loads(text), str(oauth_server.authority), oauth_server.initial_access_token)
    first = world.document()
    world.rotate()
    assert [oauth_call(oauth_server, each) for each in (first, world.document())] == [200, 200]
    world.clock.pass_days(8)
    world.reap()
    assert [oauth_call(oauth_server, each) for each in (first, world.document())] == [401, 200]
    assert Declaration.read(text).managed
    assert len(text) < LARGEST


def test_each_preset_is_there_with_its_parameters_and_whether_it_was_tried() -> None:
    for name, preset in PRESETS.items():
        [row] = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
        assert all(f"`{parameter}`" in row for parameter in preset.parameters)
        assert ("never;" in row) is not preset.tried
        assert preset.tried or preset.source in row
