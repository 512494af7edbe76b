import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../../common/errors.ts";
import type { CliPorts } from "../../../backend/cli/cli-ports.ts";
import { commands } from "../../../backend/cli/commands.ts";
import { runCli } from "../../../backend/cli/run-cli.ts";
import { createEdge, type Edge } from "../../support/edge.ts";
import { listen } from "../../support/listen.ts";
import { createRestApp, type RestApp } from "../../support/rest-app.ts";
import { noLocalRuns } from "../../support/no-local-runs.ts";

/** The program with everything around it played; what it prints is kept. */
async function createProgram(fields: Partial<CliPorts> = {}, edge?: Edge) {
    const { stores } = edge ?? (await createEdge());
    const printed: string[] = [];
    const errors: string[] = [];
    const users = new Map([["admin", "old"]]);
    const opened: (readonly string[])[] = [];
    const served: (readonly string[])[] = [];
    let closed = 0;
    const ports: CliPorts = {
        version: "1.2.3",
        environment: {},
        serve: async (argv) => void served.push(argv),
        async openData(argv) {
            opened.push(argv);
            return {
                tokens: stores.tokens,
                users: {
                    list: async () => [...users.keys()],
                    async add(name, password) {
                        if (users.has(name)) {
                            throw new AppError("conflict", `user: ${name} exists`);
                        }
                        users.set(name, password);
                    },
                    resetPassword: async (name, password, { withoutTwoFactor }) =>
                        void users.set(name, withoutTwoFactor ? `${password}, one factor` : password),
                },
                goBack: { isServed: async () => true, run: () => Promise.reject(new Error("never")) },
                close: async () => void (closed += 1),
            };
        },
        readPassword: async () => "a-new-password",
        readFile: async () => "from-file\n",
        findPipeline: () => Promise.reject(new Error("never")),
        local: noLocalRuns,
        fetch,
        sleep: async () => undefined,
        now: () => new Date("2026-01-31T12:00:00.000Z"),
        print: (line) => printed.push(line),
        printError: (line) => errors.push(line),
        ...fields,
    };
    const run = (...argv: string[]) => runCli(argv, ports);
    return { run, printed, errors, users, opened, served, stores, closed: () => closed };
}

describe("the command line", () => {
    it("does not go back to Dockge while a server runs", async () => {
        const { run, errors, closed } = await createProgram();

        expect(await run("go-back")).toBe(1);

        expect(errors[0]).toContain("stop it first");
        expect(closed()).toBe(1);
    });

    it.each([[[]], [["help"]], [["--help"]]])("shows all commands for %j", async (argv) => {
        const { run, printed } = await createProgram();
        expect(await run(...argv)).toBe(argv.length === 0 ? 2 : 0);
        for (const { name } of commands) {
            expect(printed.join("\n")).toContain(name);
        }
    });

    it("tells its version", async () => {
        const { run, printed } = await createProgram();
        expect(await run("--version")).toBe(0);
        expect(printed).toEqual(["1.2.3"]);
    });

    it.each(commands.map(({ name }) => [name]))("has help for %s", async (name) => {
        const { run, printed } = await createProgram();
        expect(await run(...name.split(" "), "--help")).toBe(0);
        expect(printed[0]).toContain(`Usage: dockge-cicd ${name}`);
    });

    it.each([
        [["nonsense"], /no command "nonsense"/],
        [["token"], /no command "token"/],
        [["deploy"], /takes <stack>, got 0/],
        [["deploy", "a", "b"], /got 2 word/],
        [["deploy", "web", "--nonsense"], /Unknown option '--nonsense'/],
        [["deploy", "web", "--branch", "a b"], /^branch: the ref contains/],
        [["token", "create", "ci", "--scope", "root"], /^scopes.0: /],
    ])("answers %j with usage, and 2", async (argv, message) => {
        const { run, errors } = await createProgram({ environment: { CICD_TOKEN: "x" } });
        expect(await run(...argv)).toBe(2);
        expect(errors[0]).toMatch(message);
        expect(errors[0]).toMatch(/Usage: |Commands:/);
    });

    it("starts the server with its flags", async () => {
        const { run, served } = await createProgram();
        expect(await run("serve", "--port", "80")).toBe(0);
        expect(served).toEqual([["--port", "80"]]);
    });

    it("ends with 1 and the message when something expected fails", async () => {
        const serve = () => Promise.reject(new AppError("invalid", "CICD_BASE_URL: is not a web address"));
        const { run, errors } = await createProgram({ serve });
        expect(await run("serve")).toBe(1);
        expect(errors).toEqual(["CICD_BASE_URL: is not a web address"]);
    });
});

describe("token and user", () => {
    it("make, list and revoke tokens in the data directory", async () => {
        const program = await createProgram();
        expect(await program.run("token", "create", "ci", "--scope", "deploy", "--dataDir", "/srv/data")).toBe(0);
        expect(program.printed[0]).toMatch(/^cicd_/);
        expect(program.opened).toEqual([["--dataDir", "/srv/data"]]);
        const [token] = await program.stores.tokens.list();
        expect(token).toMatchObject({ name: "ci", username: "admin", scopes: ["deploy"] });
        await program.run("token", "list");
        expect(program.printed[1]).toContain(token?.id);
        expect(await program.run("token", "revoke", token?.id ?? "")).toBe(0);
        expect(await program.run("token", "revoke", token?.id ?? "")).toBe(1);
        expect(program.closed()).toBe(4);
    });

    it("asks whose token it is where there are several users", async () => {
        const program = await createProgram();
        program.users.set("second", "x");
        expect(await program.run("token", "create", "ci")).toBe(2);
        expect(program.errors[0]).toMatch(/say whose token it is with --user/);
        expect(await program.run("token", "create", "ci", "--user", "second")).toBe(0);
        expect((await program.stores.tokens.list())[0]).toMatchObject({ username: "second", scopes: ["read"] });
    });

    it("add people and set passwords, which never stand in the arguments", async () => {
        const program = await createProgram();
        expect(await program.run("user", "add", "eva")).toBe(0);
        expect(program.users.get("eva")).toBe("a-new-password");
        expect(await program.run("user", "add", "eva")).toBe(1);
        expect(await program.run("user", "reset-password", "admin")).toBe(0);
        expect(program.users.get("admin")).toBe("a-new-password");
        expect(await program.run("user", "reset-password", "admin", "--disable-2fa")).toBe(0);
        expect(program.users.get("admin")).toBe("a-new-password, one factor");
        expect(program.printed.at(-1)).toMatch(/two-factor login is off/);
        expect(program.printed.join()).not.toContain("a-new-password");
    });
});

describe("deploy and logs", () => {
    let rest: RestApp;
    let server: Server;
    let environment: Record<string, string>;
    beforeEach(async () => {
        rest = await createRestApp();
        server = createServer(rest.app);
        environment = { CICD_URL: await listen(server), CICD_TOKEN: "deployer" };
    });
    afterEach(async () => {
        server.closeAllConnections();
        server.close();
        await once(server, "close");
    });

    type Ending = "successful" | "failed" | "no_change";

    /** Lets the deployment that is made next write a line and end. */
    async function endNext(ending: Ending): Promise<void> {
        await expect.poll(() => rest.stores.deployments.listActive("old")).toHaveLength(1);
        const [active] = await rest.stores.deployments.listActive("old");
        const id = active?.id ?? "";
        rest.logs.write(id, ["building it"]);
        await rest.stores.deployments.transition(id, "pending", "deploying");
        const end = {
            successful: ["successful", {}],
            failed: ["failed", { error: "The build failed.", errorCode: "build_failed" }],
            no_change: ["cancelled", { error: "Nothing changed.", errorCode: "no_change" }],
        } as const;
        const [status, change] = end[ending];
        await rest.stores.deployments.transition(id, "deploying", status, change);
        await expect
            .poll(() => {
                rest.clock.advance(1000);
                return rest.logs.followers(id);
            })
            .toBe(0);
    }

    it.each([
        ["successful", 0, "successful"],
        ["failed", 1, "failed: The build failed."],
        ["no_change", 0, "cancelled: Nothing changed."],
    ] as const)("follow a deployment that ends %s, and exit with %i", async (ending, code, sentence) => {
        const program = await createProgram({ environment }, rest);
        const running = program.run("deploy", "old", "--branch", "main");
        await endNext(ending);
        expect(await running).toBe(code);
        expect(program.printed).toEqual(["building it"]);
        expect(program.errors.at(-1)).toBe(sentence);
    });

    it("print the log of one that has ended", async () => {
        const program = await createProgram({ environment }, rest);
        expect(await program.run("deploy", "old", "--detach")).toBe(0);
        const [id = ""] = program.printed;
        await endNext("failed");
        expect(await program.run("logs", id)).toBe(1);
        expect(program.printed.at(-1)).toBe("building it");
    });

    it("go on after the last line when the connection breaks", async () => {
        const program = await createProgram({ environment, sleep: async () => undefined }, rest);
        await program.run("deploy", "old", "--detach");
        const [id = ""] = program.printed;
        rest.logs.write(id, ["one"]);
        const running = program.run("logs", id);
        await expect.poll(() => program.printed).toContain("one");
        rest.logs.write(id, ["two"]);
        await expect.poll(() => program.printed).toContain("two");
        server.closeAllConnections();
        await endNext("successful");
        expect(await running).toBe(0);
        expect(program.printed).toEqual([id, "one", "two", "building it"]);
    });

    it("say what the server says, and that a token is missing", async () => {
        const program = await createProgram({ environment }, rest);
        expect(await program.run("logs", "none")).toBe(1);
        expect(program.errors[0]).toMatch(/^deployment: there is none with the id none/);
        const without = await createProgram({ environment: {} }, rest);
        expect(await without.run("logs", "x")).toBe(2);
        expect(without.errors[0]).toMatch(/^CICD_TOKEN: is missing; make one with/);
        const fromFile = await createProgram({
            environment: { ...environment, CICD_TOKEN: "", CICD_TOKEN_FILE: "/f" },
        });
        expect(await fromFile.run("logs", "x")).toBe(1);
        expect(fromFile.errors[0]).toMatch(/the token is unknown/);
    });

    it("say that no server answers", async () => {
        const program = await createProgram({ environment: { ...environment, CICD_URL: "http://127.0.0.1:1" } }, rest);
        expect(await program.run("deploy", "old")).toBe(1);
        expect(program.errors[0]).toMatch(/does not answer; check --url/);
        expect(await program.run("deploy", "old", "--url", "nonsense")).toBe(2);
    });
});
