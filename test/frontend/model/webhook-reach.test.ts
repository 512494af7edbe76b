import { describe, expect, it } from "vitest";
import { whyOutOfReach } from "../../../frontend/src/model/webhook-reach.ts";

describe("whether a provider can reach a webhook", () => {
    it.each([
        ["https://deploy.example.org/x", "https://github.com/o/r", undefined],
        ["http://203.0.113.9:5001/x", "https://github.com/o/r", undefined],
        ["http://localhost:5001/x", "https://github.com/o/r", "thisMachine"],
        ["http://127.0.0.1:5001/x", "git@gitlab.com:o/r", "thisMachine"],
        ["http://[::1]:5001/x", "https://github.com/o/r", "thisMachine"],
        ["http://10.1.2.3/x", "https://github.com/o/r", "privateNetwork"],
        ["http://172.20.0.1/x", "https://github.com/o/r", "privateNetwork"],
        ["http://172.32.0.1/x", "https://github.com/o/r", undefined],
        ["http://100.64.1.1/x", "https://github.com/o/r", "privateNetwork"],
        ["http://[fd12:3456::1]/x", "https://github.com/o/r", "privateNetwork"],
        ["http://nas.lan:5001/x", "https://github.com/o/r", "privateNetwork"],
        ["http://nas:5001/x", "https://github.com/o/r", "privateNetwork"],
        ["http://localhost:5001/x", "http://localhost:3000/o/r", undefined],
        ["http://192.168.1.2/x", "http://git.lan/o/r", undefined],
        ["http://192.168.1.2/x", "ssh://git@192.168.1.3:22/o/r", undefined],
        ["http://localhost:5001/x", "file:///srv/r", undefined],
        ["nothing", "https://github.com/o/r", undefined],
    ])("%s for %s: %s", (webhook, repository, why) => {
        expect(whyOutOfReach(webhook, repository)).toBe(why);
    });
});
