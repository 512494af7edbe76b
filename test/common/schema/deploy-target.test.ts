import { describe, expect, it } from "vitest";
import { DeployTargetInput } from "../../../common/schema/deploy-target.ts";

const given = { name: "attic", host: "attic.example.org", username: "deploy" };

describe("a target as a user gives it", () => {
    it("has the usual port and directory, and no more rights than were asked for", () => {
        expect(DeployTargetInput.parse(given)).toEqual({
            ...given,
            port: 22,
            sudo: false,
            stacksDirectory: "/opt/stacks",
            allowPrivateHost: false,
        });
    });

    it.each(["10.0.0.5", "[fd00::1]", "attic", "straße.example"])("may be on the host %s", (host) => {
        expect(DeployTargetInput.safeParse({ ...given, host }).success).toBe(true);
    });

    it.each([
        { host: "user@attic" },
        { host: "attic;id" },
        { host: "-oProxyCommand=id" },
        { username: "root; id" },
        { username: "-l" },
        { stacksDirectory: "stacks" },
        { stacksDirectory: "/" },
        { stacksDirectory: "/opt/../etc" },
        { stacksDirectory: "/opt/\nstacks" },
        { port: 0 },
        { more: 1 },
    ])("is refused with %j", (wrong) => {
        expect(DeployTargetInput.safeParse({ ...given, ...wrong }).success).toBe(false);
    });

    it("has its directory without a slash at the end", () => {
        expect(DeployTargetInput.parse({ ...given, stacksDirectory: "/srv/stacks/" }).stacksDirectory).toBe(
            "/srv/stacks",
        );
    });
});
