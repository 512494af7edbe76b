import { describe, expect, it } from "vitest";
import { describeComplaint } from "../../../../backend/cicd/compose/compose-complaint.ts";

const path = "compose.yaml";
const text = `services:
  web:
    image: app
    imagee: typo
    depends_on: [db]
    environment:
      KEY: \${KEY:?give one}
`;

describe("what docker compose complains about", () => {
    it.each([
        [
            "an unknown key",
            "validating compose.yaml: services.web Additional property imagee is not allowed",
            "compose.yaml:4:13: docker compose refuses it: services.web Additional property imagee is not allowed",
        ],
        [
            "a service by name",
            'service "web" depends on undefined service "db": invalid compose project',
            'compose.yaml:3:5: docker compose refuses it: service "web" depends on undefined service',
        ],
        [
            "a variable without a value",
            "error while interpolating services.web.environment.KEY: required variable KEY is missing a value: give one",
            "compose.yaml:7:12: docker compose refuses it: error while interpolating",
        ],
    ])("is shown at its place: %s", (_what, words, expected) => {
        expect(describeComplaint(words, { path, text })).toContain(expected);
        expect(describeComplaint(words, { path, text })).toMatch(/; correct it there$/);
    });

    it.each([
        ["names no place", "something is wrong", text],
        ["names what is not in the file", "volumes.data is wrong", text],
        ["is about a file that cannot be read", "services.web is wrong", "services: ["],
    ])("is shown in its own words where it %s", (_what, words, given) => {
        expect(describeComplaint(words, { path, text: given })).toBe(`docker compose refuses it: ${words}`);
    });
});
