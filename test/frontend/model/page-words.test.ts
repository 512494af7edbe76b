import { describe, expect, it } from "vitest";
import { pageWords } from "../../../frontend/src/model/page-words.ts";

describe("a server's complaint in the page's words", () => {
    it.each([
        [
            "host: 10.0.0.2 is in a private network; set allowPrivateHost if that is meant",
            "10.0.0.2 is in a private network; press the switch",
        ],
        [
            "127.0.0.1:5000 is a loopback address; allow it with allowPrivateHost where it is meant",
            "127.0.0.1:5000 is a loopback address; press the switch",
        ],
        ["privateKey: cannot be used; give another key", "Cannot be used; give another key"],
        ["compose.yaml:3:1: two keys; take one away", "compose.yaml:3:1: two keys; take one away"],
        ["name: there is one of this name", "name: there is one of this name"],
    ])("%s", (message, shown) => {
        expect(pageWords(message, "press the switch")).toBe(shown);
    });
});
