import { describe, expect, it } from "vitest";
import { createOwnRefs } from "../../../../../backend/cicd/adapters/git/own-refs.ts";
import { createQueue } from "../../../../../backend/cicd/adapters/git/queue.ts";
import type { GitCall, GitRemote } from "../../../../../backend/cicd/core/git.ts";

const call: GitCall = { signal: new AbortController().signal, timeoutSeconds: 5 };

function remoteWith(hostKey: string | undefined): GitRemote {
    return { url: "ssh://git@git.example/app.git", authType: "ssh_key", allowPrivateHost: false, hostKey };
}

/** A mirror whose only branch says by whom it was fetched last. */
function open() {
    const fetched: (string | undefined)[] = [];
    let branch: string | undefined;
    async function fetch({ hostKey }: GitRemote, { onHostKey }: GitCall): Promise<void> {
        fetched.push(hostKey);
        if (hostKey === "refused") {
            throw new Error("host key refused");
        }
        await (hostKey === undefined ? onHostKey?.("seen") : undefined);
        branch = hostKey ?? "seen";
    }
    const own = createOwnRefs({ queue: createQueue(), mirrorOf: (url) => url, fetch });
    return {
        fetched,
        update: (hostKey: string | undefined) => {
            const remote = remoteWith(hostKey);
            return own.update(remote, call, (noted) => fetch(remote, noted));
        },
        skip: (hostKey: string) =>
            own.update(
                remoteWith(hostKey),
                call,
                () => Promise.reject(new Error("not needed")),
                async () => false,
            ),
        read: (hostKey: string | undefined) => own.read(remoteWith(hostKey), call, async () => branch),
    };
}

describe("the branches of a mirror that stacks with different host keys share", () => {
    it("are read as they were fetched where the key is the same", async () => {
        const { update, read, fetched } = open();
        await update("one");

        expect(await read("one")).toBe("one");
        expect(fetched).toEqual(["one"]);
    });

    it("are fetched again for a stack that has pinned another key", async () => {
        const { update, read, fetched } = open();
        await update("one");
        await update("two");

        expect(await read("one")).toBe("one");
        expect(await read("two")).toBe("two");
        expect(fetched).toEqual(["one", "two", "one", "two"]);
    });

    it("are not read where the server shows another key than the pinned one", async () => {
        const { update, read } = open();
        await update("one");

        await expect(read("refused")).rejects.toThrow("host key refused");
        expect(await read("one")).toBe("one");
    });

    it("belong to the key that was seen where none was pinned", async () => {
        const { update, read, fetched } = open();
        await update(undefined);

        expect(await read("seen")).toBe("seen");
        expect(await read(undefined)).toBe("seen");
        expect(fetched).toEqual([undefined]);
    });

    it("stay whose they were where nothing had to be fetched", async () => {
        const { update, skip, read, fetched } = open();
        await update("one");
        await skip("two");

        expect(await read("two")).toBe("two");
        expect(fetched).toEqual(["one", "two"]);
    });
});
