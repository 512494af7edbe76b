import { expect, it } from "vitest";
import { isSupportedVersion } from "../../../../../backend/host/services/agents/agent-version.ts";

it.each([
    ["1.3.9", false],
    ["0.9.0", false],
    ["1.4.0", true],
    ["1.5.0", true],
    ["1.10.0", true],
    ["2.0.0", true],
    ["v1.3.3", false],
    ["nightly", true],
])("a server of version %s can be an agent: %s", (version, expected) => {
    expect(isSupportedVersion(version)).toBe(expected);
});
