import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { watchCommandLines } from "../support/command-lines.ts";
import { removeStack } from "../support/docker.ts";
import { folderContents } from "../support/folder-contents.ts";
import { type GitServer, startGitServer } from "../support/git-server.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, smallApp } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `token-${process.pid}`;
const token = "glpat-7hK/9+xQ2 z%41~seven&teen";
const wrong = "glpat-wrong-00000000";
/** Every way in which the token may be written down. */
const forms = [
    token,
    encodeURIComponent(token),
    Buffer.from(token).toString("base64").replaceAll("=", ""),
    Buffer.from(`oauth2:${token}`).toString("base64").replaceAll("=", ""),
    JSON.stringify(token).slice(1, -1),
];

describe("a repository that asks for a token", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let git: GitServer;
    let port: number;
    let url: string;
    /** Every answer of the server in this file. */
    const answers: string[] = [];

    beforeAll(async () => {
        server = await startServer({ CICD_ALLOW_PRIVATE_GIT_HOSTS: "false", CICD_ALLOW_FILE_GIT: "false" });
        const plain = createRest(server);
        rest = { ...plain, call: noted };
        repository = await createWorkRepository();
        git = await startGitServer({ root: dirname(repository.bareDirectory), token });
        url = `${git.url}/app.git`;
        port = await freePort();
        await repository.commit(smallApp({ port, version: "one" }), "one");

        async function noted(...given: Parameters<Rest["call"]>) {
            const answer = await plain.call(...given);
            answers.push(JSON.stringify(answer));
            return answer;
        }
    });

    afterAll(async () => {
        await server.stop();
        await git.close();
        await removeStack(stack);
        await repository.remove();
    });

    function connect(fields: object) {
        return rest.call("PUT", `/stacks/${stack}/repository`, {
            url,
            branch: "main",
            allowPrivateHost: true,
            ...fields,
        });
    }

    function withToken(given: string) {
        return { authType: "http_token", credentials: { token: given } };
    }

    async function expectNotSaved(): Promise<void> {
        expect(await rest.call("GET", `/stacks/${stack}/repository`)).toMatchObject({ status: 404 });
    }

    it("is refused on a private address, unless an admin allows it", async () => {
        const answer = await connect({ ...withToken(token), allowPrivateHost: false });

        expect(answer).toMatchObject({ status: 400, body: { error: { code: "invalid" } } });
        expect(JSON.stringify(answer.body)).toContain("allowPrivateHost");
        expect(git.requests).toEqual([]);
        await expectNotSaved();
    });

    it.each([
        ["without a token", {}, /authType: .*private.* give a token/],
        ["with a wrong token", withToken(wrong), /credentials: .*refused.* check the token/],
        [
            "with no token in its credentials",
            { authType: "http_token", credentials: {} },
            /credentials\.token: is missing/,
        ],
        [
            "with a branch that is not there",
            { ...withToken(token), branch: "nope" },
            /branch: .*nope.* use one of: main/,
        ],
    ])("is not connected %s, and says what to do", async (_what, fields, message) => {
        const answer = await connect(fields);

        expect(answer).toMatchObject({ status: 400, body: { error: { code: "invalid" } } });
        expect(JSON.stringify(answer.body)).toMatch(message);
        await expectNotSaved();
    });

    it("is tested with what is given, before it is saved", async () => {
        const path = `/stacks/${stack}/repository/test`;
        const given = { url, allowPrivateHost: true };

        const bad = await rest.call("POST", path, { ...given, ...withToken(wrong) });
        expect(bad).toMatchObject({ status: 400 });
        expect(JSON.stringify(bad.body)).toContain("credentials");

        const good = await rest.call("POST", path, { ...given, ...withToken(token) });
        expect(good).toMatchObject({ status: 200, body: { ok: true, branches: ["main"], defaultBranch: "main" } });
        await expectNotSaved();
    });

    it("is connected with the right one and deployed; no command line ever holds it", async () => {
        const watch = watchCommandLines();
        const connected = await connect(withToken(token));
        expect(connected).toMatchObject({ status: 200, body: { hasCredentials: true, authType: "http_token" } });

        const ended = await rest.ended((await rest.deploy(stack)).id);

        await watch.stop();
        expect(ended).toMatchObject({ status: "successful" });
        expect(await answerOn(port)).toBe("one");
        expect([...watch.seen].filter((line) => line.includes("fetch")).length).toBeGreaterThan(0);
        for (const form of forms) {
            expect([...watch.seen].filter((line) => line.includes(form))).toEqual([]);
        }
    });

    it("keeps its token through a change that leaves it out", async () => {
        expect(await connect({ authType: "http_token", paths: ["**"] })).toMatchObject({
            body: { hasCredentials: true },
        });
        await repository.commit(smallApp({ port, version: "two" }), "two");
        expect(await rest.ended((await rest.deploy(stack)).id)).toMatchObject({ status: "successful" });
        expect(await answerOn(port)).toBe("two");
    });

    it("fails clearly and leaves the stack alone when the token no longer counts, or the server is away", async () => {
        const { port: gitPort } = new URL(git.url);
        await git.close();
        const away = await rest.ended((await rest.deploy(stack)).id);
        expect(away).toMatchObject({ status: "failed", errorCode: "remote_unavailable" });

        git = await startGitServer({
            root: dirname(repository.bareDirectory),
            token: "renewed",
            port: Number(gitPort),
        });
        const expired = await rest.ended((await rest.deploy(stack)).id);

        expect(expired).toMatchObject({ status: "failed", errorCode: "auth_failed" });
        expect(expired.error).toMatch(/^credentials: /);
        expect(await answerOn(port)).toBe("two");
    });

    it("leaves the token nowhere: not on disk, in no log, in no answer", async () => {
        for (const row of await rest.history(stack)) {
            await rest.call("GET", `/deployments/${row.id}`);
            answers.push(await rest.log(row.id));
        }
        for (const path of ["", "/repository", "/build-config", "/deployments", "/webhook-events"]) {
            expect(await rest.call("GET", `/stacks/${stack}${path}`)).toMatchObject({ status: 200 });
        }
        await rest.call("GET", "/stacks");

        const disk = await folderContents(dirname(server.dataDirectory));

        expect([...disk.keys()]).toContain("data/dockge.db");
        expect([...disk.keys()].some((path) => path.endsWith(".git/config"))).toBe(true);
        for (const form of forms) {
            expect([...disk].filter(([, text]) => text.includes(form)).map(([path]) => path)).toEqual([]);
            expect(answers.filter((answer) => answer.includes(form))).toEqual([]);
            expect(server.output()).not.toContain(form);
        }
        expect(git.requests.join("\n")).not.toContain("glpat");
    });

    it("forgets it all when it is disconnected", async () => {
        expect(await rest.call("DELETE", `/stacks/${stack}/repository`)).toMatchObject({ status: 200 });

        const disk = await folderContents(`${server.dataDirectory}/cicd`);

        expect([...disk.keys()].filter((path) => /^repos\/.*\.git\//.test(path))).toEqual([]);
        expect(await rest.history(stack)).not.toEqual([]);
        expect(await answerOn(port)).toBe("two");
    });
});
