import { describe, expect, it } from "vitest";
import type { Caller } from "../../../../backend/cicd/core/host.ts";
import { createDeployKeys } from "../../../../backend/cicd/services/deploy-keys.ts";
import { ConnectStacksInput } from "../../../../common/schema/discovery.ts";
import { createTestClock } from "../../../support/clock.ts";
import { matching } from "../../../support/containing.ts";
import { admin, createEdge } from "../../../support/edge.ts";
import { createFakeSsh } from "../../../support/fake-ssh.ts";

const hour = 3_600_000;
const url = "git@git.example:me/homelab.git";
const signal = new AbortController().signal;
const somebodyElse: Caller = { ...admin, username: "eve" };

function open() {
    const clock = createTestClock();
    return { clock, keys: createDeployKeys({ ssh: createFakeSsh(), clock }) };
}

describe("a key that is made before anything is saved", () => {
    it("shows its public half alone, and opens what its maker asks for", () => {
        const { keys, clock } = open();
        const made = keys.make(admin);

        expect(made).toEqual({
            keyId: matching(/^[\w-]{22,}$/),
            publicKey: "ssh-ed25519 made1 dockge-cicd",
            expiresAt: new Date(clock.now().getTime() + hour).toISOString(),
        });
        expect(keys.find(made.keyId, admin)).toEqual({ privateKey: "private 1" });
        expect(() => keys.find(made.keyId, somebodyElse)).toThrow(/^keyId: /);
    });

    it("is forgotten after an hour, and where there are too many", () => {
        const { keys, clock } = open();
        const { keyId } = keys.make(admin);
        clock.advance(hour - 1);
        expect(keys.find(keyId, admin)).toBeDefined();
        clock.advance(1);
        expect(() => keys.find(keyId, admin)).toThrow(/^keyId: is not kept any more; make another/);

        const first = keys.make(admin);
        const last = Array.from({ length: 100 }, () => keys.make(admin)).at(-1);
        expect(() => keys.find(first.keyId, admin)).toThrow(/^keyId: /);
        expect(keys.find(last?.keyId ?? "", admin)).toBeDefined();
    });

    it("is what a repository is looked into with, and what all its stacks get", async () => {
        const edge = await createEdge();
        edge.remote.files = ["shop/compose.yaml"];
        const { keyId } = edge.services.makeDeployKey(admin);
        const stacks = ["shop", "blog"].map((stack) => ({ stack, composePath: `${stack}/compose.yaml` }));

        await edge.services.discoverStacks({ input: { url, keyId }, caller: admin, signal });
        const input = ConnectStacksInput.parse({ url, keyId, branch: "main", stacks });
        await edge.services.connectStacks({ input, caller: admin, signal });

        const access = { authType: "ssh_key", credentials: { privateKey: "private 1" } };
        expect(edge.remote.asked).toMatchObject([access, access]);
        expect(await edge.stores.repositories.list()).toMatchObject([access, access]);
        await expect(
            edge.services.discoverStacks({ input: { url, keyId: "none" }, caller: admin, signal }),
        ).rejects.toMatchObject({ code: "invalid" });
    });
});
