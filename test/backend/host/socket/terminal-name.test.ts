import { expect, it } from "vitest";
import { parseTerminalName, terminalName } from "../../../../backend/host/socket/terminal-name.ts";

it.each([
    ["progress", "", "demo", "compose--demo"],
    ["combined", "nas:5001", "demo", "combined-nas:5001-demo"],
    ["shell", "", "demo-web-0", "container-exec--demo-web-0"],
    ["shell", "nas:5001", "demo-my.web-12", "container-exec-nas:5001-demo-my.web-12"],
    ["console", "nas:5001", "", "console"],
] as const)("%s at %j of %j is %s", (kind, endpoint, stack, name) => {
    expect(terminalName(kind, endpoint, stack)).toBe(name);
    expect(parseTerminalName(name, endpoint)).toEqual({ kind, stack });
});

it.each(["", "compose-demo", "compose--../x", "container-exec--demo-web", "container-exec--../web-0", "console2"])(
    "%j is no terminal",
    (name) => {
        expect(parseTerminalName(name, "")).toBeUndefined();
    },
);
