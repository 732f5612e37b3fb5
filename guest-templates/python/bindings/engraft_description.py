"""Made by `engraft build` from capability.yaml."""

import json

DESCRIPTION = json.loads("{\"name\":\"example.greet\",\"operations\":[{\"examples\":[[\"{\\\"name\\\":\\\"Ada\\\"}\",\"{\\\"text\\\":\\\"Hello, Ada!\\\",\\\"times\\\":1}\"]],\"input_schema\":\"{\\\"additionalProperties\\\":false,\\\"properties\\\":{\\\"name\\\":{\\\"description\\\":\\\"Whom to greet.\\\",\\\"maxLength\\\":100,\\\"minLength\\\":1,\\\"type\\\":\\\"string\\\"}},\\\"required\\\":[\\\"name\\\"],\\\"type\\\":\\\"object\\\"}\",\"intents\":[\"say hello to {name}\",\"greet {name}\"],\"name\":\"greet\",\"output_schema\":\"{\\\"properties\\\":{\\\"text\\\":{\\\"description\\\":\\\"What to say.\\\",\\\"type\\\":\\\"string\\\"},\\\"times\\\":{\\\"description\\\":\\\"How often this name was greeted, this time included.\\\",\\\"type\\\":\\\"integer\\\"}},\\\"required\\\":[\\\"text\\\",\\\"times\\\"],\\\"type\\\":\\\"object\\\"}\",\"summary\":\"Greets a person and counts it.\"}],\"permissions\":[[\"log\",null],[\"kv\",{\"bytes\":65536,\"keys\":1000}]],\"summary\":\"Greets people by their names.\"}")

OPERATIONS = {"greet":"greet"}

# Whether files and the interpreter's own time and output are those of WASI.
HAS_WASI = False
