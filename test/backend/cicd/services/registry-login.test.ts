import { describe, expect, it } from "vitest";
import type { RegistryAccess } from "../../../../backend/cicd/core/registry.ts";
import { withRegistryLogin } from "../../../../backend/cicd/services/registry-login.ts";
import { createRushingClock } from "../../../support/rushing-clock.ts";
import { openWorkshop } from "../../../support/workshop.ts";
import { matching } from "../../../support/containing.ts";

const registry: RegistryAccess = {
    url: "registry.example/team",
    username: "robot",
    password: "s3cret",
    insecure: false,
    allowPrivateHost: false,
};
const refused = { exitCode: 1, stderrTail: "Error response from daemon: unauthorized: authentication required" };
const away = { exitCode: 1, stderrTail: "dial tcp 203.0.113.7:443: connect: connection refused" };

async function open(addresses: readonly string[] = ["203.0.113.7"]) {
    const workshop = await openWorkshop();
    const removed: string[] = [];
    const clock = createRushingClock();
    const ports = {
        ...workshop,
        clock,
        files: { removeTree: async (directory: string) => void removed.push(directory) },
        lookUpHost: async () => addresses,
    };
    const retries: string[] = [];
    async function login(given: Partial<RegistryAccess> = {}, signal = new AbortController().signal, retry = true) {
        const onRetry = retry ? { onRetry: (line: string) => void retries.push(line) } : {};
        const input = { registry: { ...registry, ...given }, directory: "/login", options: { signal }, ...onRetry };
        return withRegistryLogin(ports, input, async (environment) => environment);
    }
    return { ...workshop, clock, removed, retries, login };
}

describe("work with a registry's login", () => {
    it("has the password in standard input alone, and a configuration that is gone afterwards", async () => {
        const { login, target, removed } = await open();

        expect(await login()).toEqual({ DOCKER_CONFIG: "/login" });

        expect(target.commands).toEqual([
            {
                argv: ["docker", "login", "--username=robot", "--password-stdin", "--", "registry.example"],
                directory: "/login",
                environment: { DOCKER_CONFIG: "/login" },
                input: "s3cret",
            },
        ]);
        expect(removed).toEqual(["/login", "/login"]);
    });

    it("needs none where the registry has none", async () => {
        const { login, target } = await open();

        await login({ username: undefined, password: undefined });

        expect(target.commands).toEqual([]);
    });

    it("ends with the registry's words where it is refused, at once, and leaves nothing", async () => {
        const { login, target, removed, retries } = await open();
        target.answer = () => refused;

        await expect(login()).rejects.toMatchObject({
            code: "invalid",
            message: matching(/^registry registry.example: it refuses username or password \(unauthorized/),
        });
        expect(target.commands).toHaveLength(1);
        expect(retries).toEqual([]);
        expect(removed).toEqual(["/login", "/login"]);
    });

    it("is tried three times where the registry cannot be reached", async () => {
        const { login, target, clock, retries } = await open();
        target.answer = () => away;

        await expect(login()).rejects.toMatchObject({ code: "unavailable" });

        expect(target.commands).toHaveLength(3);
        expect(retries).toHaveLength(2);
        expect(clock.passed()).toBe(8000);
    });

    it("goes on where a later attempt succeeds, and is tried once where nobody waits", async () => {
        const { login, target } = await open();
        target.answer = () => (target.commands.length === 1 ? away : {});

        await expect(login()).resolves.toBeDefined();
        target.answer = () => away;
        const before = target.commands.length;
        await expect(login({}, undefined, false)).rejects.toMatchObject({ code: "unavailable" });
        expect(target.commands).toHaveLength(before + 1);
    });

    it("ends with the signal's reason", async () => {
        const { login, target, removed } = await open();
        const controller = new AbortController();
        const reason = new Error("cancelled");
        target.answer = () => {
            controller.abort(reason);
            return { exitCode: 143, cancelled: true };
        };

        await expect(login({}, controller.signal)).rejects.toBe(reason);
        expect(removed).toEqual(["/login", "/login"]);
    });

    it.each([
        [["10.0.0.7"], {}, /10\.0\.0\.7 is a private address/],
        [["203.0.113.7", "fd00::1"], {}, /is a private address/],
        [["169.254.169.254"], { allowPrivateHost: true }, /metadata/],
    ])("goes to no address that its name must not mean: %j", async (addresses, given, message) => {
        const { login, target } = await open(addresses);

        await expect(login(given)).rejects.toMatchObject({ message: matching(message) });
        expect(target.commands).toEqual([]);
    });

    it("does not send a password without TLS unless that is said", async () => {
        const { login, engine } = await open();
        engine.facts = { ...engine.facts, insecureRegistries: ["registry.example"] };

        await expect(login()).rejects.toMatchObject({ message: matching(/^insecure: /) });
        await expect(login({ insecure: true })).resolves.toBeDefined();
    });
});
