"""The JSON schema of a file of settings.

`python -m stacks.settings.schema > docs/settings.schema.json` writes it. Editors complete and check
a file that names it in `$schema`.
"""

import json
from typing import Any

from stacks.settings.model import Settings


def schema() -> dict[str, Any]:
    """Make the schema: the names, meanings, defaults and shapes of all settings.

    What one setting asks of another, the synth checks.
    """
    made = Settings.model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "Settings of credential-rotation"
    made["properties"] = {"$schema": {"type": "string"}, **made["properties"]}
    made.pop("required")  # cdk.json or the command line may say the rest
    return made


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1))
