import { describe, expect, it } from "vitest";
import { forgetMirror } from "../../../../backend/cicd/services/forget-mirror.ts";
import { openTestDatabase } from "../../../support/database.ts";
import { createRepositoryStore } from "../../../../backend/cicd/adapters/sqlite/repository-store.ts";
import { createCipher } from "../../../../backend/platform/crypto/cipher.ts";
import { createTestClock } from "../../../support/clock.ts";
import { newRepository } from "../../../support/records.ts";

const url = "https://git.example.com/me/app.git";
const ssh = "git@git.example.com:me/app.git";

describe("a mirror that a stack no longer needs", () => {
    it.each<[what: string, others: string[], expected: string[], given?: string]>([
        ["is removed where no stack is left", [], [url]],
        ["stays while another stack uses the address", [url], []],
        ["stays while another stack writes it otherwise", ["https://GIT.example.com/me/app/"], []],
        ["is removed where the other stack fetches over SSH", ["git@git.example.com:me/app.git"], [url]],
        ["is removed where the other stack uses another port", ["https://git.example.com:8443/me/app"], [url]],
        ["is removed where the other stack is another user", ["eve@git.example.com:me/app"], [ssh], ssh],
        ["is removed where the other stack's path is no home's", ["git@git.example.com:/me/app"], [ssh], ssh],
        ["stays while another stack writes it otherwise over SSH", ["git@git.example.com:me/app"], [], ssh],
        ["is removed where the other stack has another repository", ["https://git.example.com/me/lib"], [url]],
    ])("%s", async (_what, others, expected, given = url) => {
        const cipher = createCipher(new Uint8Array(32).fill(7));
        const repositories = createRepositoryStore({
            database: await openTestDatabase(),
            clock: createTestClock(),
            cipher,
        });
        for (const [index, other] of others.entries()) {
            await repositories.save(newRepository({ stackId: `stack-${index}`, url: other }));
        }
        const forgotten: string[] = [];

        await forgetMirror({ repositories, git: { forget: async (gone) => void forgotten.push(gone) } }, given);

        expect(forgotten).toEqual(expected);
    });
});
