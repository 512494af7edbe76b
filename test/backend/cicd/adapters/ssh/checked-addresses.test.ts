import { describe, expect, it } from "vitest";
import { checkedAddresses } from "../../../../../backend/cicd/adapters/ssh/checked-addresses.ts";

const resolve = (answers: readonly string[]) => async () => answers;

describe("the addresses of a target", () => {
    it("are those that its name means", async () => {
        const host = { host: "attic.example.org", allowPrivateHost: false };
        expect(await checkedAddresses(host, resolve(["93.184.216.34", "2606:2800:220:1::1"]))).toEqual([
            "93.184.216.34",
            "2606:2800:220:1::1",
        ]);
    });

    it.each([
        ["10.0.0.5", []],
        ["localhost", ["127.0.0.1"]],
        ["attic.example.org", ["93.184.216.34", "192.168.1.2"]],
    ])("are refused in a private network, unless it is allowed: %s %j", async (host, answers) => {
        const addresses = answers.length === 0 ? [host] : answers;
        await expect(checkedAddresses({ host, allowPrivateHost: false }, resolve(addresses))).rejects.toMatchObject({
            code: "invalid",
            details: { errorCode: "address_refused" },
        });
        expect(await checkedAddresses({ host, allowPrivateHost: true }, resolve(addresses))).toEqual(addresses);
    });

    it.each(["169.254.169.254", "metadata.google.internal"])("are never those of %s", async (host) => {
        const refused = checkedAddresses({ host, allowPrivateHost: true }, resolve(["169.254.169.254"]));
        await expect(refused).rejects.toThrow(/never connected to/);
    });

    it("must be known", async () => {
        await expect(
            checkedAddresses({ host: "nowhere.example", allowPrivateHost: false }, async () => {
                throw new Error("ENOTFOUND");
            }),
        ).rejects.toMatchObject({ code: "unavailable" });
    });
});
