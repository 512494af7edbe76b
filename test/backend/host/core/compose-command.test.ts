import { expect, it } from "vitest";
import { composeCommand } from "../../../../backend/host/core/compose-command.ts";

it.each([
    ["up", [], "docker compose up -d --remove-orphans"],
    ["stop", [], "docker compose stop"],
    ["restart", [], "docker compose restart"],
    ["pull", [], "docker compose pull"],
    ["down", [], "docker compose down"],
    ["remove", [], "docker compose down --remove-orphans"],
    ["logs", [], "docker compose logs -f --tail 100"],
    [
        "up",
        ["../global.env", "./.env"],
        "docker compose --env-file ../global.env --env-file ./.env up -d --remove-orphans",
    ],
] as const)("%s with %j", (action, files, expected) => {
    expect(composeCommand(action, files).join(" ")).toBe(expected);
});
