import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGit } from "../../../../../backend/cicd/adapters/git/git.ts";
import { movedAddress } from "../../../../../backend/cicd/adapters/git/redirect.ts";
import type { GitCall } from "../../../../../backend/cicd/core/git.ts";
import { startGitServer, type GitServer } from "../../../../support/git-server.ts";

const call: GitCall = { signal: new AbortController().signal, timeoutSeconds: 20 };

describe("the address that a redirect leads to", () => {
    const url = "https://git.example.org/old/name.git";
    it.each([
        [
            "https://git.example.org/new/name.git/info/refs?service=git-upload-pack",
            "https://git.example.org/new/name.git",
        ],
        ["/new/name.git/info/refs", "https://git.example.org/new/name.git"],
        [
            "https://ada:s3cret@other.example.org:8443/n.git/info/refs?token=s3cret#s3cret",
            "https://other.example.org:8443/n.git",
        ],
        ["https://git.example.org/login?back=name.git", undefined],
        ["javascript:alert(1)/info/refs", undefined],
        ["http://[/info/refs", undefined],
        [`${url}/info/refs`, undefined],
    ])("%s", (location, moved) => {
        expect(movedAddress(url, location)).toBe(moved);
    });
});

describe("a repository that was renamed", () => {
    let data: string;
    let server: GitServer;
    let target: GitServer;

    beforeEach(async () => {
        data = mkdtempSync(join(tmpdir(), "git-data-"));
        target = await startGitServer({ root: data });
    });

    afterEach(async () => {
        await Promise.all([server, target].map((one) => one.close()));
        rmSync(data, { recursive: true, force: true });
    });

    it.each([301, 302, 307, 308])("is told with its new address, which is not contacted (%s)", async (status) => {
        server = await startGitServer({
            root: data,
            intercept: (_request, response) => {
                const to = target.url.replace("//", "//ada:s3cret@");
                response.writeHead(status, { Location: `${to}/new.git/info/refs?service=git-upload-pack&t=s3cret` });
                response.end();
                return true;
            },
        });
        const git = createGit({
            directory: join(data, "repos"),
            path: process.env["PATH"] ?? "",
            allowPrivateHosts: true,
            allowFile: false,
        });
        const lines: string[] = [];
        const remote = { url: `${server.url}/old.git`, authType: "none", allowPrivateHost: false } as const;
        for (const attempt of [
            () => git.listRemote(remote, call),
            () => git.fetch(remote, { ...call, onLine: (line) => lines.push(line) }),
        ]) {
            const error: unknown = await attempt().catch((reason: unknown) => reason);
            expect(error).toMatchObject({ code: "invalid", details: { errorCode: "address_refused" } });
            expect(String(error)).toContain(`has moved to ${target.url}/new.git; change url to it`);
            expect(JSON.stringify([error, String(error), lines])).not.toContain("s3cret");
        }
        expect(target.requests).toEqual([]);
    });
});
