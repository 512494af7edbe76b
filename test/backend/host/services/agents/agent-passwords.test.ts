import { expect, it } from "vitest";
import {
    revealAgentPasswords,
    sealAgentPasswords,
} from "../../../../../backend/host/services/agents/agent-passwords.ts";
import { createMemoryAgentStore, fakeSecretBox } from "../../../../support/fake-agents.ts";

const agent = { id: 1, url: "http://box:5001", username: "ada", password: "secret", active: true };

it("passwords that Dockge stored in clear are sealed once, and written in clear again for it", async () => {
    const store = createMemoryAgentStore([agent]);
    const sealed = "cicd:key|agent password: http://box:5001|secret";

    await sealAgentPasswords(store, fakeSecretBox());
    await sealAgentPasswords(store, fakeSecretBox());
    expect((await store.list())[0]?.password).toBe(sealed);

    expect(await revealAgentPasswords(store, fakeSecretBox())).toEqual([]);
    expect((await store.list())[0]?.password).toBe("secret");
});

it("passwords of another key stay as they are, and are named", async () => {
    const store = createMemoryAgentStore([agent]);
    await sealAgentPasswords(store, fakeSecretBox("lost"));

    expect(await revealAgentPasswords(store, fakeSecretBox())).toEqual(["http://box:5001"]);
    expect((await store.list())[0]?.password).toContain("cicd:lost");
});
