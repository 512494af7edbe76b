import { describe, expect, it } from "vitest";
import { createAddressKeys } from "../../../../backend/cicd/services/address-keys.ts";

function open() {
    const asked: string[] = [];
    let folder = "/srv/a";
    const keysOf = createAddressKeys(async (url) => {
        asked.push(url);
        return url.startsWith("file:") ? `file://${folder}` : url;
    });
    return { asked, keysOf, move: (to: string) => void (folder = to) };
}

describe("the keys of addresses", () => {
    it("are the same for every way to one repository, and left out for what is no address", async () => {
        const { keysOf } = open();

        expect(await keysOf(["https://h/o/r.git", "nonsense", "git@h:o/r"])).toEqual(["h/o/r", "h/o/r"]);
    });

    it("are worked out once", async () => {
        const { keysOf, asked } = open();
        await keysOf(["https://h/o/r", "nonsense"]);
        await keysOf(["https://h/o/r", "nonsense"]);

        expect(asked).toEqual(["https://h/o/r", "nonsense"]);
    });

    it("follow a folder that moves", async () => {
        const { keysOf, move } = open();
        expect(await keysOf(["file:///link"])).toEqual(["file/srv/a"]);
        move("/srv/b");
        expect(await keysOf(["file:///link"])).toEqual(["file/srv/b"]);
    });

    it("are not kept for ever", async () => {
        const { keysOf, asked } = open();
        await keysOf(Array.from({ length: 10_001 }, (_, n) => `https://h/o/${n}`));
        await keysOf(["https://h/o/0"]);

        expect(asked.filter((url) => url === "https://h/o/0")).toHaveLength(2);
    });
});
